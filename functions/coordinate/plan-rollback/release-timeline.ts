import type { ReleaseRecord } from '../../../shared/ledger/records.ts';
import { hasServedWell } from '../../../shared/ledger/served-well.ts';
import type { TimedRelease } from './first-traffic.ts';

/** The incident that is planned for. */
export interface PlannedIncident {
  readonly service: string;
  /** The bad release; the incident has the same id. */
  readonly releaseId: string;
}

/**
 * The releases of a service as target selection is to see them: what was live when.
 *
 * - What this incident put back in an earlier attempt is left out, so that its next attempt plans the same again
 *   and checks what is back already instead of taking it for a release that took the bad one's place.
 * - What another service released without any user meeting it is left out: what it had before is live still.
 * - What served well until it was replaced counts so before the watch has come to settle it.
 * - What was put back after the bad release's stack update began, but before one of its deployments did, stood
 *   before the bad release.
 * - A failed release is left out: its deployment was taken back, what was live before it is live again, and nothing is
 *   held against it, nor against what was released beside it. An incident of its own is about it all the same.
 * - What put back a state that nobody had recorded was first live before the release it undid.
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

/** The state from before a release, as a release of its own: nobody has recorded it. */
export function stateBefore(release: ReleaseRecord): ReleaseRecord {
  return {
    releaseId: `before ${release.releaseId}`,
    service: release.service,
    startedAt: justBefore(release),
    verdict: 'candidate',
    deployments: {},
  };
}

/** Whether a release is one of {@link stateBefore}: it is not in the ledger. */
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
