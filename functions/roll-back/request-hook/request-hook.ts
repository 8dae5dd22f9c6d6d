import * as z from 'zod';
import type { Hooks } from '../../../shared/aws/hooks.ts';
import { lockOwner } from '../../../shared/incident/lock-owner.ts';
import { type LockLedger, leaseMs } from '../../../shared/ledger/lock-ledger.ts';
import { askHook } from '../../../shared/targets/hook/ask-hook.ts';
import { hookEvent } from '../../../shared/targets/hook/hook-event.ts';
import type { PlanStore } from '../../../shared/targets/plan-store.ts';
import { targetStep } from '../../../shared/targets/steps.ts';

export const requestHookInput = z.strictObject({
  ...targetStep,
  /** The token lets its holder end the wait: only the hook gets it. */
  taskToken: z.string().min(1),
});

export interface RequestHookDeps {
  readonly hooks: Hooks;
  readonly locks: LockLedger;
  readonly plans: PlanStore;
}

/** The hook only has to accept the request; its work goes on elsewhere. Below this function's own 50 s. */
const requestSeconds = 40;

/**
 * Invokes a hook that answers later, by the task token of the waiting state. The lease is extended over the whole wait,
 * since none of our functions runs meanwhile; the next step sets it back to its usual length.
 *
 * @throws TargetNotRestored when the hook failed at once, TargetTimedOut when it did not accept the request, LockLost
 *   when this incident no longer holds the service
 */
export function requestHook({ hooks, locks, plans }: RequestHookDeps) {
  return async (input: z.infer<typeof requestHookInput>): Promise<{ requested: string }> => {
    const { service, plan } = await plans.readHook(input);
    await askHook({
      hooks,
      function: plan.function,
      event: hookEvent(input.incidentId, service, plan, input.taskToken),
      timeoutSeconds: requestSeconds,
      onlyTakesOn: true,
      renewLock: () => locks.renew(input.service, lockOwner(input), plan.timeoutSeconds * 1000 + leaseMs),
    });
    return { requested: plan.function };
  };
}
