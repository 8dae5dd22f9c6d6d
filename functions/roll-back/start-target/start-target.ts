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
  /** The moment it was given to begin at, ms since the epoch; null before it was given one. */
  moment: z.number().nullable(),
});

/** Where the target stands after the step. */
export interface StartedTarget {
  /** `paced`: nothing was looked at yet; it has a moment of its own to begin at. */
  readonly standing: Standing['is'] | 'paced';
  /** What was done, in words for the mail. */
  readonly action: string;
  /** The hook that the machine has to ask now; null for every other target. */
  readonly hook: HookCall | null;
  /** For the next call. */
  readonly moment: number | null;
  /** How long to wait, where it is `paced`; 0 otherwise. */
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
 * Takes a target on its way back: reads where it stands and acts only if nothing else does. Where too many of its kind
 * begin at once, it is given a moment of its own first. Where AWS refuses to change it because something else is being
 * changed, it is moving: it is looked at again, and started again where it needs it.
 *
 * @throws LockLost when the service is no longer this incident's
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

  /** What is refused because another change is under way is waited for like what moves, up to the target's deadline. */
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
