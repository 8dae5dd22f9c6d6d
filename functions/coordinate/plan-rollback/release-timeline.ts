import type { ReleaseRecord } from '../../../shared/ledger/records.ts';

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
 * - What was put back after the bad release's stack update began, but before one of its deployments did, stood
 *   before the bad release.
 * - What put back a state that nobody had recorded was first live before the release it undid.
 */
export function releaseTimeline(
  releases: readonly ReleaseRecord[],
  { releaseId }: PlannedIncident,
): ReleaseRecord[] {
  const bad = releases.find((release) => release.releaseId === releaseId);
  const timeline: ReleaseRecord[] = [];
  for (const release of releases) {
    if (release.restoredBy === releaseId) continue;
    const { restoresBefore } = release;
    const undone = releases.find((one) => one.releaseId === restoresBefore);
    const before = undone && stateBefore(undone);
    const retimed = bad && stoodBefore(release, bad) ? { ...release, startedAt: justBefore(bad) } : release;
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
