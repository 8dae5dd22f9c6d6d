import * as z from 'zod';
import { TargetTimedOut } from '../../../shared/errors.ts';
import { lockOwner } from '../../../shared/incident/lock-owner.ts';
import type { LockLedger } from '../../../shared/ledger/lock-ledger.ts';
import { restorationOf } from '../../../shared/targets/kinds.ts';
import type { PlanStore } from '../../../shared/targets/plan-store.ts';
import type { TargetPlan } from '../../../shared/targets/shapes.ts';
import { targetStep } from '../../../shared/targets/steps.ts';
import type { Standing, TargetAdapter } from '../../../shared/targets/target-adapter.ts';

export const pollTargetInput = z.strictObject({
  ...targetStep,
  /** Time at which the target was first started, ISO 8601. */
  since: z.iso.datetime(),
});

/** The standing of the target, and the time of the next look. */
export interface PolledTarget {
  readonly standing: Standing['is'];
  readonly detail: string;
  readonly waitSeconds: number;
}

export interface PollTargetDeps {
  readonly adapters: TargetAdapter<TargetPlan>;
  readonly locks: LockLedger;
  readonly plans: PlanStore;
  readonly now: () => number;
}

/**
 * Reads the standing of a target, and the time until the next look: a quarter of the time elapsed so far, so that a change
 * of seconds is seen in seconds and one of hours costs little.
 *
 * @throws TargetTimedOut past the deadline, with the standing of the target
 */
export function pollTarget({ adapters, locks, plans, now }: PollTargetDeps) {
  return async (input: z.infer<typeof pollTargetInput>): Promise<PolledTarget> => {
    const { incidentId, attempt, service, target, planKey } = input;
    const { plan, plannedAt } = await plans.readTarget(planKey, service, target);
    await locks.renew(service, lockOwner(input));
    const { is, detail } = await adapters.read(plan, { incidentId, attempt, now: now(), plannedAt });
    const elapsed = now() - Date.parse(input.since);
    const deadline = restorationOf(plan).deadlineMs(plan);
    if (is !== 'restored' && elapsed > deadline) {
      throw new TargetTimedOut(`${target} did not come back within ${deadline / 60_000} min: ${detail}`);
    }
    return { standing: is, detail, waitSeconds: Math.min(60, Math.max(3, Math.round(elapsed / 4000))) };
  };
}
