import type { Aliases } from '../aws/aliases.ts';
import type { Stacks } from '../aws/stacks.ts';
import { verifyAlias } from './alias-check.ts';
import { verifyStack } from './cloudformation.ts';
import type { TargetPlan } from './service-plan.ts';

/** What verifying reads. */
export interface VerifyClients {
  readonly aliases: Aliases;
  readonly stacks: Stacks;
}

/**
 * Reads a target and checks that it is what the plan says; changes nothing.
 *
 * @returns what was found, in words
 * @throws TargetNotRestored when it is not
 */
export async function verifyPlan({ aliases, stacks }: VerifyClients, plan: TargetPlan): Promise<string> {
  return plan.kind === 'cloudformation' ? verifyStack(stacks, plan) : verifyAlias(aliases, plan);
}
