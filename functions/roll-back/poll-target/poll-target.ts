import * as z from 'zod';
import { TargetTimedOut } from '../../../shared/errors.ts';
import { lockOwner } from '../../../shared/incident/lock-owner.ts';
import type { LockLedger } from '../../../shared/ledger/lock-ledger.ts';
import type { PlanStore } from '../../../shared/targets/plan-store.ts';
import type { TargetPlan } from '../../../shared/targets/shapes.ts';
import type { Standing, TargetAdapter } from '../../../shared/targets/target-adapter.ts';
import { targetStep } from '../../../shared/targets/target-step.ts';

export const pollTargetInput = z.strictObject({
  ...targetStep,
  /** When the target was started for the first time, ISO 8601. */
  since: z.iso.datetime(),
});

/** Where the target stands, and when to look again. */
export interface PolledTarget {
  readonly standing: Standing['is'];
  readonly detail: string;
  readonly waitSeconds: number;
}

/** What the rule needs. */
export interface PollTargetDeps {
  readonly adapters: TargetAdapter<TargetPlan>;
  readonly locks: LockLedger;
  readonly plans: PlanStore;
  readonly now: () => number;
}

/**
 * How long a target may take, from its first start.
 *
 * Alias: a stopped deployment may still run its lifecycle hook, which CodeDeploy gives up to 60 minutes.
 * Stack: a rollback of a stack update waits for its slowest resource; three hours cover a database's.
 * API stages and rules change at once; half an hour outlasts any throttling.
 * Parameters: 3 writes a second, shared with the whole account. A hook is waited for by the machine, never here.
 */
const deadlineMs: Record<TargetPlan['kind'], number> = {
  codedeploy: 75 * 60_000,
  'lambda-alias': 75 * 60_000,
  cloudformation: 3 * 60 * 60_000,
  'stack-pin': 3 * 60 * 60_000,
  'stack-rebuild': 3 * 60 * 60_000,
  parameter: 30 * 60_000,
  'api-stage': 30 * 60_000,
  mesh: 30 * 60_000,
  hook: 0,
};

/** CloudFormation watches the rollback triggers that an update puts back for up to three hours before it ends it. */
function deadlineOf(plan: TargetPlan): number {
  const monitored = plan.kind === 'cloudformation' ? (plan.triggers?.minutes ?? 0) : 0;
  return deadlineMs[plan.kind] + monitored * 60_000;
}

/**
 * Reads where a target stands on its way back, and says when to look again: after a quarter of the time it has
 * taken so far, so that seconds are seen in seconds and hours cost little.
 *
 * @throws TargetTimedOut past the deadline, saying where the target stands
 */
export function pollTarget({ adapters, locks, plans, now }: PollTargetDeps) {
  return async (input: z.infer<typeof pollTargetInput>): Promise<PolledTarget> => {
    const { incidentId, attempt, service, target, planKey } = input;
    const { plan, plannedAt } = await plans.readTarget(planKey, service, target);
    await locks.renew(service, lockOwner(input));
    const { is, detail } = await adapters.read(plan, { incidentId, attempt, now: now(), plannedAt });
    const elapsed = now() - Date.parse(input.since);
    if (is !== 'restored' && elapsed > deadlineOf(plan)) {
      throw new TargetTimedOut(
        `${target} did not come back within ${deadlineOf(plan) / 60_000} min: ${detail}`,
      );
    }
    return { standing: is, detail, waitSeconds: Math.min(60, Math.max(3, Math.round(elapsed / 4000))) };
  };
}
