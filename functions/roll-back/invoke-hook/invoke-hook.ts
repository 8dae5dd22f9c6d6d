import * as z from 'zod';
import type { Hooks } from '../../../shared/aws/hooks.ts';
import { lockOwner } from '../../../shared/incident/lock-owner.ts';
import type { LockLedger } from '../../../shared/ledger/lock-ledger.ts';
import { askHook } from '../../../shared/targets/hook/ask-hook.ts';
import { hookEvent } from '../../../shared/targets/hook/hook-event.ts';
import type { PlanStore } from '../../../shared/targets/plan-store.ts';
import { targetStep } from '../../../shared/targets/steps.ts';

export const invokeHookInput = z.strictObject(targetStep);

export interface InvokeHookDeps {
  readonly hooks: Hooks;
  readonly locks: LockLedger;
  readonly plans: PlanStore;
}

/**
 * Invokes a hook that answers by returning, and waits for it.
 *
 * @throws TargetNotRestored when it failed, TargetTimedOut when it took too long, LockLost when this incident no
 *   longer holds the service
 */
export function invokeHook({ hooks, locks, plans }: InvokeHookDeps) {
  return async (input: z.infer<typeof invokeHookInput>): Promise<{ found: string }> => {
    const { service, plan } = await plans.readHook(input);
    const found = await askHook({
      hooks,
      function: plan.function,
      event: hookEvent(input.incidentId, service, plan),
      timeoutSeconds: plan.timeoutSeconds,
      renewLock: () => locks.renew(input.service, lockOwner(input)),
    });
    return { found };
  };
}
