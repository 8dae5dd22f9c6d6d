import type { CheckpointRecord } from '../ledger/checkpoint-records.ts';
import type { HoldRecord } from '../ledger/hold-ledger.ts';
import { movedAlone, type ReleaseRecord } from '../ledger/records.ts';
import type { IncidentNow } from './incident-now.ts';

/** A watched part of a release. */
export interface WatchedNow {
  /** Name of the target; null if the release came without a deployment and is watched as one unit. */
  readonly target: string | null;
  readonly deploymentId?: string;
  readonly version?: string;
  /** The latest phase of its deployment; absent before the first, and without a deployment. */
  readonly phase?: CheckpointRecord['phase'];
  /** Share of traffic of its version at that time, 0 to 1. */
  readonly share?: number;
  readonly verdict?: CheckpointRecord['verdict'];
  /** Beginning of that phase, or of the watch; ISO 8601. */
  readonly since: string;
}

/** The current status of one service of the catalog. */
export interface ServiceStatus {
  readonly service: string;
  /** The live release; null before the first is recorded. */
  readonly release: Pick<ReleaseRecord, 'releaseId' | 'startedAt' | 'verdict' | 'restores'> | null;
  readonly watched: readonly WatchedNow[];
  /** The incident that is rolling it back; null if there is none. */
  readonly rolledBackBy: string | null;
}

/** Everything in progress. */
export interface CoordinatorStatus {
  /** ISO 8601 */
  readonly at: string;
  readonly services: readonly ServiceStatus[];
  /** Open incidents; one with an unanswered request waits for a person. */
  readonly incidents: readonly IncidentNow[];
  readonly onHold: readonly HoldRecord[];
}

/** Whether a release is still watched, so that its latest checkpoints matter. */
export function isWatched(release: ReleaseRecord): boolean {
  return release.verdict === 'candidate' && release.settled === undefined;
}

/** The watched parts of a release, with the latest checkpoint of each deployment. */
export function watchedNow(release: ReleaseRecord, checkpoints: readonly CheckpointRecord[]): WatchedNow[] {
  if (!isWatched(release)) return [];
  const deployed = Object.values(release.deployments)
    .filter(({ settled }) => !settled)
    .map(({ deploymentId, target, toVersion, createdAt }): WatchedNow => {
      const latest = checkpoints
        .filter((one) => one.deploymentId === deploymentId)
        .reduce<CheckpointRecord | undefined>((a, b) => (a && a.at > b.at ? a : b), undefined);
      return {
        target,
        deploymentId,
        version: toVersion,
        ...(latest && { phase: latest.phase }),
        ...(latest?.share !== undefined && { share: latest.share }),
        ...(latest?.verdict && { verdict: latest.verdict }),
        since: latest?.at ?? createdAt,
      };
    });
  const moved = movedAlone(release)
    .filter(({ settled }) => !settled)
    .map(({ target, toVersion, movedAt }): WatchedNow => ({ target, version: toVersion, since: movedAt }));
  const isWhole = Object.keys(release.deployments).length === 0 && release.recordedAt !== undefined;
  const whole = isWhole ? [{ target: null, since: release.recordedAt ?? release.startedAt }] : [];
  return [...deployed, ...moved, ...whole];
}
