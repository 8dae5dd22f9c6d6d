import type { ReleaseRecord } from '../ledger/records.ts';
import type { SavedKind, SnapshotOf } from './shapes.ts';

/**
 * Time after its first deployment began in which a release may still write its resources, ms: a stack changes its parameters
 * beside its aliases, in an undocumented order.
 */
const stillWrites = 60_000;

/** Time until which a write may belong to the undone releases, ms since the epoch; undefined if none has a deployment. */
export function writtenUntil([newest]: readonly ReleaseRecord[]): number | undefined {
  const began = Object.values(newest?.deployments ?? {}).map(({ createdAt }) => Date.parse(createdAt));
  return began.length > 0 ? Math.min(...began) + stillWrites : undefined;
}

/** The recorded states of a target in the undone releases, newest first. */
export function hadOf<K extends SavedKind>(
  undone: readonly ReleaseRecord[],
  { kind, target }: { readonly kind: K; readonly target: string },
): SnapshotOf<K>[] {
  return undone.flatMap(({ snapshot = [] }) =>
    snapshot.filter((saved) => saved.kind === kind && saved.target === target),
  ) as SnapshotOf<K>[];
}
