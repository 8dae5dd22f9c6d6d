import type { ReleaseRecord } from '../ledger/records.ts';
import type { SavedKind, SnapshotOf } from './shapes.ts';

/**
 * How long after its first deployment began a release may still write what belongs to it, ms: a stack changes its
 * parameters beside its aliases, in no order that anybody documents.
 */
const stillWrites = 60_000;

/** Until when what was written may be of the undone releases, ms since the epoch; undefined where no deployment tells. */
export function writtenUntil([newest]: readonly ReleaseRecord[]): number | undefined {
  const began = Object.values(newest?.deployments ?? {}).map(({ createdAt }) => Date.parse(createdAt));
  return began.length > 0 ? Math.min(...began) + stillWrites : undefined;
}

/** What each of the undone releases had of a target, newest first, as far as that is recorded. */
export function hadOf<K extends SavedKind>(
  undone: readonly ReleaseRecord[],
  { kind, target }: { readonly kind: K; readonly target: string },
): SnapshotOf<K>[] {
  return undone.flatMap(({ snapshot = [] }) =>
    snapshot.filter((saved) => saved.kind === kind && saved.target === target),
  ) as SnapshotOf<K>[];
}
