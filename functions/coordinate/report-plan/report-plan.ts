import * as z from 'zod';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import type { Mailer } from '../../../shared/mail/mailer.ts';
import { planMail } from '../../../shared/mail/plan-mail.ts';
import type { TrafficReader } from '../../../shared/mail/traffic-reader.ts';
import { aliasesOfIncident } from '../../../shared/mail/users-meet.ts';
import { expectedDuration } from '../../../shared/targets/expected-duration.ts';
import type { PlanStore } from '../../../shared/targets/plan-store.ts';
import { describeFailure, taskFailure } from '../../../shared/task-failure.ts';

export const reportPlanInput = z.strictObject({
  /** The release to be undone. */
  incidentId: z.string(),
  executionArn: z.string(),
  /** Null if there is no plan. */
  planKey: z.string().nullable(),
  /** Reason why there is none. */
  failure: taskFailure.nullable(),
  supersededBy: z.string().nullable(),
});

/** A short form of the plan, for the output of the execution. */
export interface ReportedPlan {
  readonly outcome: 'planned' | 'not-possible' | 'not-needed';
  readonly releaseId: string;
  /** Reason why there is nothing to execute. */
  readonly reason?: string;
  /** Input for executing exactly this plan. */
  readonly planDigest?: string;
  readonly planKey?: string;
  /** In the order of going back; the first {@link servicesShown} of them. */
  readonly services?: readonly { readonly service: string; readonly to: string; readonly why: string }[];
  /** Usual duration along the longest path, s; absent if none of the services went back before. */
  readonly expectedSeconds?: number;
  readonly stays?: number;
  readonly servicesInAll?: number;
}

/** Services in the output: 500 of them are about 150 KB, and an output may have 256 KiB. */
const servicesShown = 500;

export interface ReportPlanDeps {
  readonly plans: PlanStore;
  readonly releases: Pick<ReleaseLedger, 'find'>;
  readonly mailer: Mailer;
  readonly traffic: TrafficReader;
  readonly environment: string;
}

/** Mails the stakeholders a rollback's plan, and returns it in short. Changes nothing. */
export function reportPlan({ plans, releases, mailer, traffic, environment }: ReportPlanDeps) {
  return async (input: z.infer<typeof reportPlanInput>): Promise<ReportedPlan> => {
    const { incidentId: releaseId, executionArn, planKey, failure, supersededBy } = input;
    const plan = planKey && !failure && !supersededBy ? await plans.read(planKey) : undefined;
    const reason = supersededBy
      ? `release ${supersededBy} took its place and was verified good`
      : failure && describeFailure(failure);
    await mailer.send(executionArn, 'plan', executionArn, async () => {
      const meet = await traffic.read(aliasesOfIncident(plan, await releases.find(releaseId)));
      return planMail(environment, { releaseId, executionArn, meet, plan, reason: reason ?? undefined });
    });
    if (!plan) {
      const outcome = supersededBy ? 'not-needed' : 'not-possible';
      return { outcome, releaseId, ...(reason && { reason }) };
    }
    const { seconds } = expectedDuration(plan.services);
    return {
      outcome: 'planned',
      releaseId,
      planDigest: plan.digest,
      ...(planKey && { planKey }),
      services: plan.services.slice(0, servicesShown).map(({ service, toRelease, reason: why }) => ({
        service,
        to: toRelease ?? 'the versions before',
        why,
      })),
      servicesInAll: plan.services.length,
      ...(seconds !== undefined && { expectedSeconds: seconds }),
      stays: plan.stays.length,
    };
  };
}
