import type { Aliases } from '../aws/aliases.ts';
import type { ParameterStore } from '../aws/parameter-store.ts';
import type { Stacks } from '../aws/stacks.ts';
import { verifyAlias } from './alias-check.ts';
import { verifyStack } from './cloudformation.ts';
import { verifyParameters } from './parameter.ts';
import type { TargetPlan } from './service-plan.ts';

/** What verifying reads. */
export interface VerifyClients {
  readonly aliases: Aliases;
  readonly stacks: Stacks;
  readonly parameterStore: ParameterStore;
}

/**
 * Reads a target and checks that it is what the plan says; changes nothing.
 *
 * @returns what was found, in words
 * @throws TargetNotRestored when it is not
 */
export async function verifyPlan(clients: VerifyClients, plan: TargetPlan): Promise<string> {
  switch (plan.kind) {
    case 'codedeploy':
    case 'lambda-alias':
      return verifyAlias(clients.aliases, plan);
    case 'cloudformation':
      return verifyStack(clients.stacks, plan);
    case 'parameter':
      return verifyParameters(clients.parameterStore, plan);
    case 'hook':
      // Nothing of it can be read: its answer was all there is.
      return `${plan.function} answered`;
  }
}
