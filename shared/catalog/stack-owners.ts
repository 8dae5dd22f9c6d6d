import { type ServiceEntry, stacksOf } from './service-entry.ts';

/** A stack that an entry names although it belongs to another service. */
export interface ContestedStack {
  readonly service: string;
  readonly stack: string;
  /** The place in the entry: `stack`, or `targets.2.stack`. */
  readonly path: string;
  /** The service that owns the stack. */
  readonly owner: string;
}

/**
 * The stacks that more than one service names. A stack belongs to one service, because a rollback of it restores everything
 * in it: to the service that had it before, or else to the first one that names it.
 *
 * @param had whether a service had a stack before
 */
export function contestedStacks(
  entries: readonly ServiceEntry[],
  had: (service: string, stack: string) => boolean = () => false,
): ContestedStack[] {
  const claims = new Map<string, ServiceEntry[]>();
  for (const entry of entries) {
    for (const stack of stacksOf(entry)) claims.set(stack, [...(claims.get(stack) ?? []), entry]);
  }
  return [...claims].flatMap(([stack, claimants]) => {
    const owner = (claimants.find(({ service }) => had(service, stack)) ?? claimants[0])?.service ?? '';
    return claimants
      .filter(({ service }) => service !== owner)
      .map((entry) => ({ service: entry.service, stack, path: placeOf(stack, entry), owner }));
  });
}

/** The place where an entry names a stack, as a path of findings. */
export function placeOf(stack: string, entry: Pick<ServiceEntry, 'stack' | 'targets'>): string {
  if (entry.stack === stack) return 'stack';
  const index = entry.targets.findIndex((target) => 'stack' in target && target.stack === stack);
  return `targets.${index}.stack`;
}
