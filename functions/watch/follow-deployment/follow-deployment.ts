import * as z from 'zod';
import {
  type Deployment,
  type Deployments,
  isActive,
  type TrafficShift,
  type VersionChange,
} from '../../../shared/aws/deployments.ts';
import { type GuardServiceDeps, guardService } from '../../../shared/incident/guard-service.ts';
import {
  type AnswerHookDeps,
  answerWaiting,
  wordOfItsRelease,
} from '../../../shared/incident/lifecycle-hooks.ts';
import { reportStrayAlias, type StrayAliasDeps } from '../../../shared/incident/stray-alias.ts';
import type { CheckpointLedger } from '../../../shared/ledger/checkpoint-ledger.ts';
import type { CheckpointRecord } from '../../../shared/ledger/checkpoint-records.ts';
import { trafficTimes } from '../../../shared/ledger/checkpoint-subject.ts';

export const followDeploymentInput = z.strictObject({
  deploymentId: z.string(),
  service: z.string(),
  kind: z.enum(['release', 'rollback']),
  target: z.string(),
  /** The release of the deployment; null for a rollback. */
  releaseId: z.string().nullable(),
});

type Input = z.infer<typeof followDeploymentInput>;

/** Whether the deployment has ended, and the time until the next look if not. */
export interface FollowedDeployment {
  readonly ended: boolean;
  readonly waitSeconds: number;
}

/** Dependencies of the rule. */
export type FollowDeploymentDeps = StrayAliasDeps &
  GuardServiceDeps &
  Pick<AnswerHookDeps, 'lifecycleHooks'> & {
    readonly deployments: Deployments;
    readonly checkpoints: CheckpointLedger;
    readonly now: () => number;
  };

/**
 * Follows a deployment that needs no more decisions (a rollback, or a release that is being undone) to its end, and records
 * when it moved traffic: otherwise the ledger could not show the live version. If it moved an alias off the version that an
 * incident restored, the incident plans again.
 *
 * A rollback of CodeDeploy or CloudFormation goes to the last state that they know, which may be one that an incident undid:
 * the alias is pointed back at each look, also while the traffic shifts. That may fail the deployment; users come first.
 */
export function followDeployment(deps: FollowDeploymentDeps) {
  const { deployments, checkpoints, now } = deps;
  return async (input: Input): Promise<FollowedDeployment> => {
    const { deploymentId } = input;
    const deployment = await deployments.get(deploymentId);
    const ended = !isActive(deployment);
    const shift = await deployments.trafficShift(deploymentId);
    // A deployment that was stopped before it began has no target, and moved nothing.
    const change = shift ?? (ended ? await deployments.versionChange(deploymentId) : undefined);
    if (change && (ended || shift?.startedAt !== undefined)) {
      const { releaseId, ...subject } = input;
      const { function: name, alias, fromVersion, toVersion } = change;
      await checkpoints.record({
        ...subject,
        ...(releaseId !== null && { releaseId }),
        function: name,
        alias,
        fromVersion,
        toVersion,
        createdAt: iso(deployment.createdAt),
        ...(ended ? atItsEnd(deployment, now()) : whileShifting(deployment, shift?.startedAt ?? now())),
        seenAt: iso(now()),
        ...trafficTimes(shift),
      });
    }
    if (input.releaseId !== null) await recordTraffic(input.releaseId, deployment, shift);
    // Its watch is over, so nobody else answers its hook after traffic: a stop may wait for that.
    if (!ended && shift?.completedAt !== undefined) {
      await answerWaiting(deps, deploymentId, () => wordOfItsRelease(deps.releases, deploymentId));
    }
    if (ended && change) await reportStrayAlias(deps, input.service, change);
    if (change && input.kind === 'rollback') await guard(input, change);
    const waitSeconds = secondsUntilNextLook(now() - deployment.createdAt);
    return {
      ended,
      waitSeconds: input.kind === 'rollback' ? Math.min(waitSeconds, guardSeconds) : waitSeconds,
    };
  };

  async function recordTraffic(
    releaseId: string,
    deployment: Deployment,
    shift: TrafficShift | undefined,
  ): Promise<void> {
    if (shift?.startedAt !== undefined) {
      await deps.releases.recordTraffic(releaseId, deployment.id, iso(shift.startedAt));
    } else if (!isActive(deployment) && deployment.status !== 'Succeeded') {
      await deps.releases.recordTraffic(releaseId, deployment.id, null);
    }
  }

  async function guard({ deploymentId, service }: Input, change: VersionChange): Promise<void> {
    await guardService(deps, service, {
      id: deploymentId,
      told: `deployment ${deploymentId}, a rollback that the coordinator did not ask for, led users to the bad release`,
      isStray: (goal, { version, weights }, undone) =>
        goal.function === change.function &&
        goal.alias === change.alias &&
        undone.has(change.toVersion) &&
        [version, ...Object.keys(weights)].includes(change.toVersion),
    });
  }
}

/** Time for which users may meet undone code between two looks at a rollback, s: as between two polls of a target. */
const guardSeconds = 60;

type Stage = Pick<CheckpointRecord, 'phase' | 'status' | 'at' | 'evidence'>;

function whileShifting({ status }: Deployment, startedAt: number): Stage {
  return { phase: 'traffic-shifting', status, at: iso(startedAt), evidence: [] };
}

function atItsEnd({ id, status, completedAt, error }: Deployment, now: number): Stage {
  const evidence: Stage['evidence'] = error
    ? [{ rule: 'deployment-ended', finding: 'note', metric: `status of deployment ${id}`, detail: error }]
    : [];
  return { phase: 'ended', status, at: iso(completedAt ?? now), evidence };
}

/** A quarter of its age: a rollback of seconds is seen in seconds, and one of hours costs little. */
function secondsUntilNextLook(ageMs: number): number {
  return Math.min(300, Math.max(5, Math.round(ageMs / 4000)));
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
