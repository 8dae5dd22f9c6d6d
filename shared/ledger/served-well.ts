import { objectionsToGood } from './objections-to-good.ts';
import { isRestorePoint, type ReleaseRecord } from './records.ts';

/** A release that may have taken the place of another. */
type Newer = Pick<ReleaseRecord, 'releaseId' | 'startedAt'>;

/**
 * When a newer release took the place of one that is being watched, ms since the epoch; undefined where none did. What
 * was put back before a deployment of it began did not take its place.
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
 * Why a release that was replaced before its bake was over may not be called one that served well, in words; empty where
 * nothing speaks against it. Its numbers are told elsewhere: this is about everything that was live with it.
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
  // What came after it says nothing of where its versions came from.
  const earlier = others.filter((one) => one.releaseId !== release.releaseId && one.startedAt <= until);
  return objectionsToGood(release, release.snapshot, earlier);
}

/**
 * Whether a replaced release served well by what its watch has recorded so far: the look that settles it may be minutes
 * away. A deployment that was seen to serve well and never doubted since counts as one that ended so.
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
