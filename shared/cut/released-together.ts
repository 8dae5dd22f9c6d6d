import type { PastRelease, ReleaseHistory } from './release-history.ts';

/**
 * Number of the newest releases of `peer` that go back with the newest `undone` releases of `own`.
 *
 * Two releases of a lockstep group were released together when each is the nearest in time to the other. That needs no
 * window to tune: a group whose members follow each other by minutes or by hours is matched alike, and a release without a
 * partner (a hotfix, or a deployment that changed nothing in the others) matches none, because its nearest neighbour has a
 * nearer one.
 */
export function undoneWith<R extends PastRelease>(
  own: ReleaseHistory<R>,
  undone: number,
  peer: ReleaseHistory<R>,
): number {
  let count = 0;
  for (let position = 0; position < undone; position += 1) {
    for (const near of nearestTo(peer, own.at(position).startedAt)) {
      if (nearestTo(own, peer.at(near).startedAt).includes(position)) count = Math.max(count, near + 1);
    }
  }
  return count;
}

/** The position nearest to a time; both if two are equally near, none in an empty history. */
function nearestTo<R extends PastRelease>(history: ReleaseHistory<R>, time: number): number[] {
  if (history.spans.length === 0) return [];
  const before = history.liveAt(time);
  if (before === 0) return [0];
  const distance = Math.abs(time - history.at(before).startedAt);
  const distanceAfter = Math.abs(history.at(before - 1).startedAt - time);
  if (distance === distanceAfter) return [before, before - 1];
  return [distance < distanceAfter ? before : before - 1];
}
