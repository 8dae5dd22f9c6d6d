import { type Deployments, isActive, longestDeploymentMs } from '../../../shared/aws/deployments.ts';
import type { PastRelease } from '../../../shared/cut/release-history.ts';
import type { ReleaseRecord, WatchedDeployment } from '../../../shared/ledger/records.ts';

/** Clients for reading traffic that the ledger does not know yet. */
export interface FirstTrafficDeps {
  readonly deployments: Pick<Deployments, 'get' | 'trafficShift'>;
}

/** A release with the time of its first traffic. */
export type TimedRelease = ReleaseRecord &
  Pick<PastRelease, 'servedFrom' | 'metBy'> & {
    /** It ended before any user met it: the release before it is still live. */
    readonly neverServed?: true;
  };

/** The first traffic of one deployment: a time, none as yet, none for good, or unknown. */
type FirstTraffic = string | 'not-yet' | 'never' | undefined;

/**
 * Adds to each release its first traffic: the first of any of its deployments. The ledger has it for a watched deployment;
 * for one that is being watched, or whose watch broke off, CodeDeploy is asked. A release without deployments counts from
 * its beginning, and as a consumer's release from the record of its stack update; a release from before the ledger kept
 * first traffic counts from its beginning.
 *
 * @param now ms since the epoch
 */
export async function withFirstTraffic(
  deps: FirstTrafficDeps,
  releases: readonly ReleaseRecord[],
  now: number,
): Promise<TimedRelease[]> {
  const timed: TimedRelease[] = [];
  for (const release of releases) {
    const found: FirstTraffic[] = [];
    for (const one of Object.values(release.deployments)) found.push(await firstTraffic(deps, one, now));
    const times = found.filter((one) => one !== undefined && one !== 'not-yet' && one !== 'never').sort();
    if (times[0] !== undefined) timed.push({ ...release, servedFrom: times[0] });
    else if (found.length === 0) timed.push(metByItsRecord(release));
    else if (found.includes(undefined)) timed.push(release);
    else {
      const neverServed = found.every((one) => one === 'never');
      timed.push({ ...release, servedFrom: null, ...(neverServed && { neverServed }) });
    }
  }
  return timed;
}

/** A stack may move an alias without a deployment at any time of its update, at the latest when its end was recorded. */
function metByItsRecord(release: ReleaseRecord): TimedRelease {
  const { stack, recordedAt } = release;
  return stack !== undefined && recordedAt !== undefined ? { ...release, metBy: recordedAt } : release;
}

async function firstTraffic(
  { deployments }: FirstTrafficDeps,
  { deploymentId, servedFrom, createdAt }: WatchedDeployment,
  now: number,
): Promise<FirstTraffic> {
  if (servedFrom !== undefined) return servedFrom ?? 'never';
  if (Date.parse(createdAt) < now - longestDeploymentMs) return undefined;
  const status = await deployments.get(deploymentId);
  // After the status: traffic that came before the deployment ended is seen.
  const shift = await deployments.trafficShift(deploymentId);
  if (shift?.startedAt !== undefined) return new Date(shift.startedAt).toISOString();
  if (isActive(status)) return 'not-yet';
  return status.status === 'Succeeded' ? undefined : 'never';
}
