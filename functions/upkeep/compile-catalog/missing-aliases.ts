import { isAlias } from '../../../shared/catalog/alias-kinds.ts';
import type { OwnedStack } from '../../../shared/catalog/own-aliases.ts';
import type { ServiceEntry } from '../../../shared/catalog/service-entry.ts';
import { nearestName } from '../../../shared/nearest-name.ts';
import { targetName } from '../../../shared/targets/shapes.ts';

/** An alias that an entry lists and its stacks do not have. */
export interface MissingAlias {
  readonly path: string;
  /** The target's name. */
  readonly name: string;
  readonly reason: string;
}

/**
 * The listed aliases that cannot be meant: the function belongs to the entry's stacks, and has no such alias; or it does
 * not, and its name is similar to one that does. A function of another name may exist outside the entry's stacks.
 */
export function missingAliases({ targets }: ServiceEntry, owned: readonly OwnedStack[]): MissingAlias[] {
  const resources = owned.flatMap((stack) => stack.resources);
  const functions = resources.filter(({ type }) => type === 'AWS::Lambda::Function');
  const aliases = resources.flatMap(({ type, physicalId }) => {
    const [, , , , , , name, alias] = type === 'AWS::Lambda::Alias' ? physicalId.split(':') : [];
    return name && alias ? { name, alias } : [];
  });
  return targets.flatMap((target, index): MissingAlias[] => {
    if (!isAlias(target)) return [];
    const { function: given, alias } = target;
    const at = (field: string, reason: string) => [
      { path: `targets.${index}.${field}`, name: targetName(target), reason },
    ];
    const found = functions.find(({ logicalId, physicalId }) => given === logicalId || given === physicalId);
    if (!found) {
      const isElsewhere = aliases.some((one) => one.name === given);
      const nearest = nearestName(
        given,
        functions.map(({ logicalId }) => logicalId),
      );
      if (isElsewhere || nearest === undefined) return [];
      return at('function', `there is no function "${given}" in the stack; did you mean "${nearest}"?`);
    }
    const own = aliases.filter(({ name }) => name === found.physicalId).map((one) => one.alias);
    if (own.length === 0 || own.includes(alias)) return [];
    return at('alias', `${given} has no alias "${alias}" in the stack; it has ${own.join(', ')}`);
  });
}
