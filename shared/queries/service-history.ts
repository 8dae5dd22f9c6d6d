import type { CheckpointRecord, CheckpointSubject } from '../ledger/checkpoint-records.ts';
import type { ReleaseRecord } from '../ledger/records.ts';
import type { IncidentNow } from './incident-now.ts';

/** A deployment with its phases and their times, oldest first. */
export interface DeploymentHistory
  extends Pick<
    CheckpointSubject,
    'deploymentId' | 'kind' | 'target' | 'fromVersion' | 'toVersion' | 'createdAt'
  > {
  readonly checkpoints: readonly Pick<
    CheckpointRecord,
    'at' | 'phase' | 'status' | 'verdict' | 'share' | 'shiftingSince' | 'shiftedAt' | 'evidence'
  >[];
}

/** One release of a service with all its events, or a rollback that belongs to none. */
export interface HistoryEntry {
  /** ISO 8601 */
  readonly at: string;
  readonly release:
    | (Pick<ReleaseRecord, 'releaseId' | 'verdict' | 'restores' | 'failed' | 'statedGood'> & {
        readonly incident: Pick<
          IncidentNow,
          'incidentId' | 'status' | 'outcome' | 'reason' | 'requestedBy' | 'approval'
        > | null;
      })
    | null;
  readonly deployments: readonly DeploymentHistory[];
}

/** Facts for a history. */
export interface HistoryFacts {
  readonly releases: readonly ReleaseRecord[];
  readonly incidents: readonly IncidentNow[];
  readonly checkpoints: readonly CheckpointRecord[];
}

/** The history of a service, newest first: its releases with their deployments, and the rollbacks between them. */
export function serviceHistory({ releases, incidents, checkpoints }: HistoryFacts): HistoryEntry[] {
  const deployments = deploymentHistories(checkpoints);
  const entries = releases.map((release): HistoryEntry => {
    const { releaseId, verdict, startedAt, restores, failed, statedGood, incidentId } = release;
    const incident = incidents.find((one) => one.incidentId === incidentId);
    return {
      at: startedAt,
      release: {
        releaseId,
        verdict,
        ...(restores && { restores }),
        ...(failed && { failed }),
        ...(statedGood && { statedGood }),
        incident: incident
          ? {
              incidentId: incident.incidentId,
              status: incident.status,
              ...(incident.outcome && { outcome: incident.outcome }),
              reason: incident.reason,
              ...(incident.requestedBy && { requestedBy: incident.requestedBy }),
              approval: incident.approval,
            }
          : null,
      },
      deployments: deployments.filter(({ deploymentId }) => deploymentId in release.deployments),
    };
  });
  const rollbacks = deployments
    .filter(({ kind }) => kind === 'rollback')
    .map(
      (deployment): HistoryEntry => ({ at: deployment.createdAt, release: null, deployments: [deployment] }),
    );
  return [...entries, ...rollbacks].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

/** The deployments in checkpoints, by time of creation. */
export function deploymentHistories(checkpoints: readonly CheckpointRecord[]): DeploymentHistory[] {
  const found = new Map<string, CheckpointRecord[]>();
  for (const one of checkpoints) found.set(one.deploymentId, [...(found.get(one.deploymentId) ?? []), one]);
  return [...found.values()]
    .map((all): DeploymentHistory => {
      const { deploymentId, kind, target, fromVersion, toVersion, createdAt } = all[0] as CheckpointRecord;
      const steps = all.map(({ at, phase, status, verdict, share, shiftingSince, shiftedAt, evidence }) => ({
        at,
        phase,
        status,
        ...(verdict && { verdict }),
        ...(share !== undefined && { share }),
        ...(shiftingSince && { shiftingSince }),
        ...(shiftedAt && { shiftedAt }),
        evidence,
      }));
      return {
        deploymentId,
        kind,
        target,
        fromVersion,
        toVersion,
        createdAt,
        checkpoints: steps.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
      };
    })
    .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}
