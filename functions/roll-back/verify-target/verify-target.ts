import * as z from 'zod';
import { restorationOf } from '../../../shared/targets/kinds.ts';
import type { PlanStore } from '../../../shared/targets/plan-store.ts';
import { targetStep } from '../../../shared/targets/steps.ts';
import type { VerifyClients } from '../../../shared/targets/target-kind.ts';

export const verifyTargetInput = z.strictObject(targetStep);

export interface VerifyTargetDeps extends VerifyClients {
  readonly plans: PlanStore;
}

/**
 * Checks in the account that a target matches the plan.
 *
 * @throws TargetSuperseded when somebody else released over it
 * @throws TargetNotRestored when it does not match for another reason (reads may be stale for seconds after a write: the
 * state retries)
 */
export function verifyTarget(deps: VerifyTargetDeps) {
  return async (input: z.infer<typeof verifyTargetInput>): Promise<{ found: string }> => {
    const { plan } = await deps.plans.readTarget(input.planKey, input.service, input.target);
    return { found: await restorationOf(plan).verify(deps, plan) };
  };
}
