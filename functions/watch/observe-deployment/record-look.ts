import * as z from 'zod';
import type { Deployment, Deployments, TrafficShift } from '../../../shared/aws/deployments.ts';
import { failedLooks } from '../../../shared/judge/health-checks.ts';
import { type Judgement, judgementVerdict } from '../../../shared/judge/judgement.ts';
import type { Phase } from '../../../shared/judge/next-step.ts';
import type { CheckpointLedger } from '../../../shared/ledger/checkpoint-ledger.ts';
import type { CheckpointSubject } from '../../../shared/ledger/checkpoint-records.ts';
import { trafficTimes } from '../../../shared/ledger/checkpoint-subject.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';

/** The recorded facts of a watch, passed from look to look. */
export const seenBefore = z.strictObject({
  phase: z.enum(['shifting', 'baking', 'failed']),
  verdict: judgementVerdict,
  /** Whether the first traffic to the new version is recorded. */
  shifting: z.boolean(),
  /** The span in which looks found the alias on the new version alone; absent if none did. */
  alone: z
    .strictObject({
      since: z.iso.datetime(),
      until: z.iso.datetime(),
      /** It has other versions by now. */
      left: z.literal(true).optional(),
    })
    .optional(),
  /** First traffic to the new version, by CodeDeploy's clock; absent while it is unknown. */
  firstTrafficAt: z.iso.datetime().optional(),
  /** Growth of the new version's share; absent in records from before this was kept. */
  shifts: z.array(z.strictObject({ at: z.iso.datetime(), share: z.number() })).optional(),
  /** Health check results of the look; absent if none was asked. */
  failedLooks: failedLooks.optional(),
});
export type Seen = z.infer<typeof seenBefore>;

/** One look at a deployment. */
export interface Look {
  readonly subject: CheckpointSubject;
  readonly deployment: Deployment;
  readonly phase: Phase;
  readonly share: number;
  readonly judgement: Judgement;
  /** Times of the traffic shift, if they were read already. */
  readonly shift: TrafficShift | undefined;
  readonly now: number;
}

export interface RecordLookDeps {
  readonly deployments: Deployments;
  readonly checkpoints: CheckpointLedger;
  readonly releases: ReleaseLedger;
}

/**
 * Records first findings of a look: traffic moving, another verdict, the bake. A look without a new finding writes nothing.
 *
 * @returns the facts recorded so far
 */
export async function recordLook(
  { deployments, checkpoints, releases }: RecordLookDeps,
  { subject, deployment, phase, share, judgement, shift: known, now }: Look,
  seen: Seen | undefined,
): Promise<Seen> {
  const { verdict, reason, evidence } = judgement;
  const isFirstTraffic = !seen?.shifting && (share > 0 || phase !== 'shifting');
  const isFirstBake = phase === 'baking' && seen?.phase !== 'baking';
  // CodeDeploy's own times: a look comes up to a minute after the event.
  const shift =
    isFirstTraffic || isFirstBake
      ? (known ?? (await deployments.trafficShift(subject.deploymentId)))
      : undefined;
  const common = {
    ...subject,
    status: deployment.status,
    seenAt: new Date(now).toISOString(),
    // For a failed deployment it was not read.
    ...(phase !== 'failed' && { share }),
    ...trafficTimes(shift),
  };
  if (isFirstTraffic && shift?.startedAt !== undefined) {
    const at = new Date(shift.startedAt).toISOString();
    await checkpoints.record({ ...common, phase: 'traffic-shifting', at, evidence: [] });
    const { releaseId, deploymentId } = subject;
    if (releaseId !== undefined) await releases.recordTraffic(releaseId, deploymentId, at);
  }
  if (verdict !== seen?.verdict) {
    const at = common.seenAt;
    await checkpoints.record({ ...common, phase: 'health-validation', at, verdict, reason, evidence });
  }
  if (isFirstBake) {
    const at = new Date(deployment.completedAt ?? now).toISOString();
    await checkpoints.record({ ...common, phase: 'bake', at, verdict, evidence: [] });
  }
  // A read may be older than the traffic: then the next look asks again.
  return { phase, verdict, shifting: seen?.shifting === true || shift?.startedAt !== undefined };
}
