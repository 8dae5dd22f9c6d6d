import type { StackResource } from '../aws/stacks.ts';
import { type TargetEntry, targetName } from '../targets/shapes.ts';
import { isAlias } from './alias-kinds.ts';
import type { ServiceEntry } from './service-entry.ts';

/** The resources of one of a service's stacks. */
export interface OwnedStack {
  readonly stack: string;
  readonly resources: readonly StackResource[];
}

/** An alias of a stack, by the names that an entry may have for its function. */
interface OwnedAlias {
  readonly alias: string;
  readonly functionName: string;
  /** Undefined for a function that another stack made. */
  readonly logicalId: string | undefined;
}

/**
 * The entry with every alias of its stacks as a target: listed targets set something for an alias, or add what no stack
 * holds. An entry that lists nothing gets its stack as a target too.
 *
 * A stack with deployment groups may move any of its aliases through one: an alias that none moves is planned as what
 * it is all the same.
 */
export function withOwnAliases(entry: ServiceEntry, stacks: readonly OwnedStack[]): ServiceEntry {
  if (entry.stack === undefined) return entry;
  const listed: readonly TargetEntry[] =
    entry.targets.length > 0 ? entry.targets : [{ kind: 'cloudformation' }];
  const added = stacks.flatMap(({ stack, resources }) => {
    const kind = resources.some(({ type }) => type === 'AWS::CodeDeploy::DeploymentGroup')
      ? ('codedeploy' as const)
      : ('lambda-alias' as const);
    return aliasesOf(resources)
      .filter((one) => !listed.some((target) => isAlias(target) && isFor(target, one)))
      .map(({ alias, functionName, logicalId }): TargetEntry => {
        // Logical ids are looked up in the stack of the entry alone.
        const isOwn = stack === entry.stack && logicalId !== undefined;
        return { kind, function: isOwn ? logicalId : functionName, alias };
      });
  });
  const names = new Set(listed.map(targetName));
  const own = new Map(added.map((target) => [targetName(target), target]));
  const inOrder = [...own].filter(([name]) => !names.has(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...entry, targets: [...listed, ...inOrder.map(([, target]) => target)] };
}

function aliasesOf(resources: readonly StackResource[]): OwnedAlias[] {
  const logicalIds = new Map(
    resources.flatMap(({ type, physicalId, logicalId }) =>
      type === 'AWS::Lambda::Function' ? [[physicalId, logicalId]] : [],
    ),
  );
  return resources.flatMap(({ type, physicalId }) => {
    // arn:aws:lambda:eu-west-1:111122223333:function:NAME:ALIAS
    const [, , , , , , functionName, alias] = type === 'AWS::Lambda::Alias' ? physicalId.split(':') : [];
    if (!functionName || !alias) return [];
    return { alias, functionName, logicalId: logicalIds.get(functionName) };
  });
}

function isFor(
  target: { readonly function: string; readonly alias: string },
  { alias, functionName, logicalId }: OwnedAlias,
): boolean {
  return target.alias === alias && (target.function === logicalId || target.function === functionName);
}
