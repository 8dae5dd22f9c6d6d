import * as z from 'zod';
import { isAlias } from '../../shared/catalog/alias-kinds.ts';
import { lockOwner } from '../../shared/incident/lock-owner.ts';
import type { CheckpointLedger } from '../../shared/ledger/checkpoint-ledger.ts';
import type { LockLedger } from '../../shared/ledger/lock-ledger.ts';
import type { PlanStore } from '../../shared/targets/plan-store.ts';
import type { TargetPlan } from '../../shared/targets/service-plan.ts';
import type { HookCall, Standing, TargetAdapter } from '../../shared/targets/target-adapter.ts';
import { targetStep } from '../../shared/targets/target-step.ts';

export const startTargetInput = z.strictObject(targetStep);

/** Where the target stands after the step. */
export interface StartedTarget {
  readonly standing: Standing['is'];
  /** What was done, in words for the mail. */
  readonly action: string;
  /** The hook that the machine has to ask now; null for every other target. */
  readonly hook: HookCall | null;
}

/** What the rule needs. */
export interface StartTargetDeps {
  readonly adapters: TargetAdapter<TargetPlan>;
  readonly locks: LockLedger;
  readonly checkpoints: CheckpointLedger;
  readonly plans: PlanStore;
  readonly now: () => number;
}

/**
 * Takes a target on its way back: reads where it stands and acts only if nothing else does.
 *
 * @throws LockLost when the service is no longer this incident's
 */
export function startTarget({ adapters, locks, checkpoints, plans, now }: StartTargetDeps) {
  return async (input: z.infer<typeof startTargetInput>): Promise<StartedTarget> => {
    const { incidentId, attempt, service, target, planKey } = input;
    const { plan, plannedAt } = await plans.readTarget(planKey, service, target);
    const beforeChange = () => locks.renew(service, lockOwner(input));
    await beforeChange();
    const standing = await adapters.start(plan, { incidentId, attempt, now: now(), plannedAt, beforeChange });
    if (standing.pointedAt !== undefined && isAlias(plan)) {
      await checkpoints.sight({
        service,
        target,
        function: plan.function,
        alias: plan.alias,
        version: standing.pointedAt,
        seenAt: new Date(now()).toISOString(),
        pointed: true,
        incidentId,
      });
    }
    return { standing: standing.is, action: standing.detail, hook: standing.hook ?? null };
  };
}
