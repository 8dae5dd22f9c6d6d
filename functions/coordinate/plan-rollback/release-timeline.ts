import type { ReleaseRecord } from '../../../shared/ledger/records.ts';
import { hasServedWell } from '../../../shared/ledger/served-well.ts';
import type { TimedRelease } from './first-traffic.ts';

/** The incident to be planned. */
export interface PlannedIncident {
  readonly service: string;
  /** The bad release; the incident has the same id. */
  readonly releaseId: string;
}

/**
 * The releases of a service as target selection should see them: a timeline of live states.
 *
 * - A release that this incident restored in an earlier attempt is left out, so that its next attempt plans the same
 *   again and checks the restored state instead of taking it for a release that replaced the bad one.
 * - A release of another service that no user met is left out: the one before it is still live.
 * - A release that served well until it was replaced counts so before its watch has settled it.
 * - A release that was restored after the bad release's stack update began, but before one of its deployments did,
 *   counts as before the bad release.
 * - A failed release is left out: its deployment was rolled back, the release before it is live again, and neither
 *   it nor a release made beside it is condemned. An incident of its own still counts it.
 * - A release that restored an unrecorded state was first live before the release it undid.
 */
export function releaseTimeline(
  releases: readonly TimedRelease[],
  { service, releaseId }: PlannedIncident,
): TimedRelease[] {
  const bad = releases.find((release) => release.releaseId === releaseId);
  const timeline: TimedRelease[] = [];
  for (const release of releases) {
    if (release.restoredBy === releaseId) continue;
    if (release.verdict === 'failed' && release !== bad) continue;
    if (release.neverServed && release.service !== service) continue;
    const { restoresBefore } = release;
    const undone = releases.find((one) => one.releaseId === restoresBefore);
    const before = undone && stateBefore(undone);
    const proved: TimedRelease = hasServedWell(release, releases)
      ? { ...release, verdict: release.verdict === 'candidate' ? 'served-well' : release.verdict }
      : release;
    const retimed = bad && stoodBefore(release, bad) ? { ...proved, startedAt: justBefore(bad) } : proved;
    timeline.push(before ? { ...retimed, restores: before.releaseId } : retimed);
    if (before && !timeline.some((one) => one.releaseId === before.releaseId)) timeline.push(before);
  }
  return timeline;
}

/** The state from before a release, in the form of a release: nobody has recorded it. */
export function stateBefore(release: ReleaseRecord): ReleaseRecord {
  return {
    releaseId: `before ${release.releaseId}`,
    service: release.service,
    startedAt: justBefore(release),
    verdict: 'candidate',
    deployments: {},
  };
}

/** Whether a release was made by {@link stateBefore}: it is not in the ledger. */
export function isStateBefore({ releaseId }: ReleaseRecord): boolean {
  return releaseId.startsWith('before ');
}

function stoodBefore(release: ReleaseRecord, bad: ReleaseRecord): boolean {
  const { startedAt, restores, restoresBefore } = release;
  if ((restores ?? restoresBefore) === undefined || startedAt <= bad.startedAt) return false;
  return Object.values(bad.deployments).some(({ createdAt }) => createdAt > startedAt);
}

function justBefore({ startedAt }: ReleaseRecord): string {
  return new Date(Date.parse(startedAt) - 1).toISOString();
}
