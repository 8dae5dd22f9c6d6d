import type { TrafficShift } from '../aws/deployments.ts';
import type { CheckpointRecord, CheckpointSubject } from './checkpoint-records.ts';
import type { ReleaseRecord, WatchedDeployment } from './records.ts';

/** A watched deployment of a release, as the subject of checkpoints. */
export function checkpointSubjectOf(
  { service, releaseId }: Pick<ReleaseRecord, 'service' | 'releaseId'>,
  watched: WatchedDeployment,
): CheckpointSubject {
  const { deploymentId, target, alias, fromVersion, toVersion, createdAt } = watched;
  return {
    deploymentId,
    service,
    kind: 'release',
    releaseId,
    target,
    function: watched.function,
    alias,
    fromVersion,
    toVersion,
    createdAt,
  };
}

/** Times of a traffic shift for checkpoints; missing ones are left out. */
export function trafficTimes(
  shift: TrafficShift | undefined,
): Pick<CheckpointRecord, 'shiftingSince' | 'shiftedAt'> {
  return {
    ...(shift?.startedAt !== undefined && { shiftingSince: new Date(shift.startedAt).toISOString() }),
    ...(shift?.completedAt !== undefined && { shiftedAt: new Date(shift.completedAt).toISOString() }),
  };
}
