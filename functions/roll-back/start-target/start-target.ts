import * as z from 'zod';
import { isUnderWay } from '../../../shared/aws/under-way.ts';
import { lockOwner } from '../../../shared/incident/lock-owner.ts';
import type { CheckpointLedger } from '../../../shared/ledger/checkpoint-ledger.ts';
import { type LockLedger, leaseMs } from '../../../shared/ledger/lock-ledger.ts';
import type { PaceLedger } from '../../../shared/ledger/pace-ledger.ts';
import { restorationOf } from '../../../shared/targets/kinds.ts';
import type { PlanStore } from '../../../shared/targets/plan-store.ts';
import type { TargetPlan } from '../../../shared/targets/shapes.ts';
import { targetStep } from '../../../shared/targets/steps.ts';
import type {
  ChangeContext,
  HookCall,
  Standing,
  TargetAdapter,
} from '../../../shared/targets/target-adapter.ts';

export const startTargetInput = z.strictObject({
  ...targetStep,
  /** The time assigned for its beginning, ms since the epoch; null before it is assigned. */
  moment: z.number().nullable(),
});

/** The standing of the target after the step. */
export interface StartedTarget {
  /** `paced`: nothing was read yet; it has a time of its own to begin. */
  readonly standing: Standing['is'] | 'paced';
  /** The action, in words for the mail. */
  readonly action: string;
  /** The hook that the machine has to invoke now; null for every other target. */
  readonly hook: HookCall | null;
  /** For the next call. */
  readonly moment: number | null;
  /** Seconds to wait if it is `paced`; 0 otherwise. */
  readonly waitSeconds: number;
}

/** Half the lease of a lock, which every call renews. */
const longestWaitSeconds = leaseMs / 2000;

export interface StartTargetDeps {
  readonly adapters: TargetAdapter<TargetPlan>;
  readonly locks: LockLedger;
  readonly paces: PaceLedger;
  readonly checkpoints: CheckpointLedger;
  readonly plans: PlanStore;
  readonly now: () => number;
}

/**
 * Starts the rollback of a target: reads its standing and acts only if nothing else moves it. If too many targets of its
 * kind begin at once, it first gets a time of its own. If AWS refuses the change because another is under way, the target
 * counts as moving: it is polled, and started again if needed.
 *
 * @throws LockLost when this incident no longer holds the service
 */
export function startTarget({ adapters, locks, paces, checkpoints, plans, now }: StartTargetDeps) {
  return async (input: z.infer<typeof startTargetInput>): Promise<StartedTarget> => {
    const { incidentId, attempt, service, target, planKey } = input;
    const { plan, plannedAt } = await plans.readTarget(planKey, service, target);
    const beforeChange = () => locks.renew(service, lockOwner(input));
    await beforeChange();
    const moment = input.moment ?? (await momentOf(plan));
    const early = moment === null ? 0 : Math.ceil((moment - now()) / 1000);
    if (early > 0) {
      const waitSeconds = Math.min(early, longestWaitSeconds);
      return { standing: 'paced', action: 'paced', hook: null, moment, waitSeconds };
    }
    const context = { incidentId, attempt, now: now(), plannedAt, beforeChange };
    const standing = await startUnlessBusy(plan, context);
    if (standing.pointed) await checkpoints.recordPointed({ service, incidentId }, standing.pointed, now());
    const hook = standing.hook ?? null;
    return { standing: standing.is, action: standing.detail, hook, moment, waitSeconds: 0 };
  };

  /** A refusal because of another change under way counts as moving, up to the target's deadline. */
  async function startUnlessBusy(plan: TargetPlan, context: ChangeContext): Promise<Standing> {
    try {
      return await adapters.start(plan, context);
    } catch (error) {
      if (!isUnderWay(error)) throw error;
      return { is: 'moving', detail: `it waits for another change to end: ${(error as Error).message}` };
    }
  }

  async function momentOf(plan: TargetPlan): Promise<number | null> {
    const paced = restorationOf(plan).pace(plan);
    return paced ? paces.take(paced.pace, paced.count) : null;
  }
}
