import type { StackResource } from '../aws/stacks.ts';
import { ownedIn, type TargetEntry, targetName } from '../targets/shapes.ts';
import { type AliasKind, isAlias } from './alias-kinds.ts';
import { type ServiceEntry, stacksOf } from './service-entry.ts';

/** The resources of one of a service's stacks. */
export interface OwnedStack {
  readonly stack: string;
  readonly resources: readonly StackResource[];
}

/** An alias of one of a service's stacks, with the service's target for it. */
export interface OwnedAlias {
  readonly target: Extract<TargetEntry, { kind: AliasKind }>;
  /** Whether the entry lists the target; otherwise its stack alone makes it the service's. */
  readonly isListed: boolean;
  readonly functionName: string;
  readonly alias: string;
  /** The alias as a resource of its stack. */
  readonly resource: StackResource;
}

/**
 * The stacks of a service with their resources: those that its entry names, and all that are nested in them.
 *
 * @param read the resources of a stack by its name or id; undefined if there is no such stack
 */
export async function readOwnedStacks(
  entry: Pick<ServiceEntry, 'stack' | 'targets'>,
  read: (stack: string) => Promise<readonly StackResource[] | undefined>,
): Promise<OwnedStack[]> {
  const found = new Map<string, OwnedStack>();
  const waiting = stacksOf(entry);
  for (let stack = waiting.shift(); stack !== undefined; stack = waiting.shift()) {
    if (found.has(stack)) continue;
    const resources = (await read(stack)) ?? [];
    found.set(stack, { stack, resources });
    // The physical id of a nested stack is its id, which calls accept in place of a name.
    waiting.push(...resources.flatMap(({ type, physicalId }) => (isNested(type) ? [physicalId] : [])));
  }
  return [...found.values()];
}

/** Every alias of a service's stacks, as a target of the service. */
export function ownedAliases(entry: ServiceEntry, stacks: readonly OwnedStack[]): OwnedAlias[] {
  return stacks.flatMap(({ stack, resources }) => {
    const kind = resources.some(({ type }) => type === 'AWS::CodeDeploy::DeploymentGroup')
      ? ('codedeploy' as const)
      : ('lambda-alias' as const);
    const logicalIds = new Map(
      resources.flatMap(({ type, physicalId, logicalId }) =>
        type === 'AWS::Lambda::Function' ? [[physicalId, logicalId]] : [],
      ),
    );
    return resources.flatMap((resource): OwnedAlias[] => {
      // arn:aws:lambda:eu-west-1:111122223333:function:NAME:ALIAS
      const isOne = resource.type === 'AWS::Lambda::Alias';
      const [, , , , , , functionName, alias] = isOne ? resource.physicalId.split(':') : [];
      if (!functionName || !alias) return [];
      const logicalId = logicalIds.get(functionName);
      const names = [logicalId, functionName];
      const listed = entry.targets
        .filter(isAlias)
        .find((one) => one.alias === alias && names.includes(one.function));
      // Logical ids are looked up in the stack of the entry alone.
      const name = stack === entry.stack && logicalId !== undefined ? logicalId : functionName;
      const target = listed ?? { kind, function: name, alias };
      return [{ target, isListed: listed !== undefined, functionName, alias, resource }];
    });
  });
}

/**
 * Other resources of a service's stacks that are targets by themselves, such as the aliases of its state machines, unless
 * the entry lists them. Logical ids are looked up in the stack of the entry alone.
 */
export function ownedTargets(entry: ServiceEntry, stacks: readonly OwnedStack[]): TargetEntry[] {
  const listed = new Set(entry.targets.map(targetName));
  return stacks.flatMap(({ stack, resources }) =>
    ownedIn(resources).flatMap(({ byLogicalId, byName }) => {
      const spellings = [stack === entry.stack ? byLogicalId : undefined, byName].filter(
        (one) => one !== undefined,
      );
      return spellings.some((one) => listed.has(targetName(one))) ? [] : spellings.slice(0, 1);
    }),
  );
}

/**
 * The entry with every alias of its stacks, and of their state machines, as a target. Listed targets configure an alias, or
 * add resources of no stack. An entry without targets gets its stack as a target too.
 *
 * A stack with deployment groups may move any of its aliases through one: an alias without a group is planned by its actual
 * state.
 */
export function withOwnAliases(entry: ServiceEntry, stacks: readonly OwnedStack[]): ServiceEntry {
  if (entry.stack === undefined) return entry;
  const listed: readonly TargetEntry[] =
    entry.targets.length > 0 ? entry.targets : [{ kind: 'cloudformation' }];
  const names = new Set(listed.map(targetName));
  const added = ownedAliases(entry, stacks).filter(({ isListed }) => !isListed);
  const own = new Map(
    [...added.map(({ target }) => target), ...ownedTargets(entry, stacks)].map((one) => [
      targetName(one),
      one,
    ]),
  );
  const inOrder = [...own].filter(([name]) => !names.has(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...entry, targets: [...listed, ...inOrder.map(([, target]) => target)] };
}

function isNested(type: string): boolean {
  return type === 'AWS::CloudFormation::Stack';
}
