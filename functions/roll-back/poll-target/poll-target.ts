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
  /** When the target was started for the first time, ISO 8601. */
  since: z.iso.datetime(),
});

/** Where the target stands, and when to look again. */
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
    const deadline = restorationOf(plan).deadlineMs(plan);
    if (is !== 'restored' && elapsed > deadline) {
      throw new TargetTimedOut(`${target} did not come back within ${deadline / 60_000} min: ${detail}`);
    }
    return { standing: is, detail, waitSeconds: Math.min(60, Math.max(3, Math.round(elapsed / 4000))) };
  };
}
