import type { Claim } from '../targets/claim.ts';
import { claimOf, type TargetEntry } from '../targets/shapes.ts';
import type { ServiceEntry } from './service-entry.ts';

/** A target of an entry that also belongs to another service. */
export interface ContestedTarget {
  readonly service: string;
  /** The place in the entry: `targets.2`. */
  readonly path: string;
  readonly reason: string;
  /** The service that owns the target. */
  readonly owner: string;
}

/**
 * The targets that more than one service names: see {@link claimOf}. Each service would undo the other's later changes. A
 * target belongs to the service that had it before, or else to the first.
 *
 * @param had whether a service had a target before
 */
export function contestedTargets(
  entries: readonly ServiceEntry[],
  had: (service: string, target: TargetEntry) => boolean = () => false,
): ContestedTarget[] {
  const claims = entries.flatMap(({ service, targets }) =>
    targets.flatMap((target, index) => {
      const claim = claimOf(target);
      return claim ? { service, path: `targets.${index}`, had: had(service, target), ...claim } : [];
    }),
  );
  const before = [...claims.filter((one) => one.had), ...claims.filter((one) => !one.had)];
  return before.flatMap((claim, index) => {
    const owner = before
      .slice(0, index)
      .find((other) => other.service !== claim.service && overlap(claim, other));
    if (!owner) return [];
    const { service, path, words } = claim;
    return { service, path, reason: `${words} a target of ${owner.service} already`, owner: owner.service };
  });
}

function overlap(one: Claim, other: Claim): boolean {
  const isBelow = (a: Claim, b: Claim) => b.below !== undefined && `${a.below ?? a.key}`.startsWith(b.below);
  return one.key === other.key || isBelow(one, other) || isBelow(other, one);
}
