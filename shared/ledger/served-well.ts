import { objectionsToGood } from './objections-to-good.ts';
import { isRestorePoint, type ReleaseRecord } from './records.ts';

/** A release that may have replaced another. */
type Newer = Pick<ReleaseRecord, 'releaseId' | 'startedAt'>;

/**
 * The time at which a newer release replaced the watched one, ms since the epoch; undefined if none did. A restored release
 * that began before the watched deployment did not replace it.
 *
 * @param newest the newest release of the service
 * @param createdAt when the deployment began, ISO 8601; left out for a release that came without one
 */
export function replacedAt(
  { releaseId }: Pick<ReleaseRecord, 'releaseId'>,
  newest: Newer | undefined,
  createdAt?: string,
): number | undefined {
  if (!newest || newest.releaseId === releaseId) return undefined;
  if (createdAt !== undefined && createdAt > newest.startedAt) return undefined;
  return Date.parse(newest.startedAt);
}

/**
 * The objections to calling a release served-well that was replaced before its bake was over, in words; empty if there are
 * none. Its numbers are judged elsewhere: this is about everything that was live with it.
 *
 * @param others the service's other releases, newest first
 */
export function objectionsToServedWell(release: ReleaseRecord, others: readonly ReleaseRecord[]): string[] {
  if (!release.snapshot) return ['what was live with it was not recorded before it was replaced'];
  const last = Object.values(release.deployments)
    .map(({ createdAt }) => createdAt)
    .sort()
    .at(-1);
  const until = last ?? release.startedAt;
  // Later releases cannot have brought its versions in.
  const earlier = others.filter((one) => one.releaseId !== release.releaseId && one.startedAt <= until);
  return objectionsToGood(release, release.snapshot, earlier);
}

/**
 * Whether a replaced release served well by the records of its watch so far: the look that settles it may be minutes away. A
 * deployment that was seen to serve well and never doubted since counts as settled so.
 *
 * @param releases all releases of the service, newest first
 */
export function hasServedWell(release: ReleaseRecord, releases: readonly ReleaseRecord[]): boolean {
  if (isRestorePoint(release)) return true;
  const deployments = Object.values(release.deployments);
  if (release.verdict !== 'candidate' || release.undoneBy !== undefined || deployments.length === 0)
    return false;
  const inForce = releases.find(({ verdict }) => verdict !== 'failed');
  if (inForce?.releaseId === release.releaseId) return false;
  const isSound = deployments.every(
    ({ settled, doubtedSince }) => settled?.verdict !== 'unhealthy' && doubtedSince === undefined,
  );
  const isProved = deployments.some(({ servesWellSince }) => servesWellSince !== undefined);
  return isSound && isProved && objectionsToServedWell(release, releases).length === 0;
}
