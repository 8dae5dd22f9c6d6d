import type { Aliases } from '../aws/aliases.ts';
import type { ApiStages } from '../aws/api-stages.ts';
import type { MeshRules } from '../aws/mesh-rules.ts';
import type { ParameterStore } from '../aws/parameter-store.ts';
import type { Stacks } from '../aws/stacks.ts';
import { verifyAlias } from './alias-check.ts';
import { verifyApiStage } from './api-stage.ts';
import { verifyMesh } from './mesh.ts';
import { verifyParameters } from './parameter.ts';
import type { TargetPlan } from './shapes.ts';
import { verifyStack } from './verify-stack.ts';

/** What verifying reads. */
export interface VerifyClients {
  readonly aliases: Aliases;
  readonly stacks: Stacks;
  readonly parameterStore: ParameterStore;
  readonly apiStages: ApiStages;
  readonly meshRules: MeshRules;
}

/**
 * Reads a target and checks that it is what the plan says; changes nothing.
 *
 * @returns what was found, in words
 * @throws TargetSuperseded when somebody else released over it
 * @throws TargetNotRestored when it is not for any other reason
 */
export async function verifyPlan(clients: VerifyClients, plan: TargetPlan): Promise<string> {
  switch (plan.kind) {
    case 'codedeploy':
    case 'lambda-alias':
      return verifyAlias(clients.aliases, plan);
    case 'cloudformation':
    case 'stack-pin':
    case 'stack-rebuild':
      return verifyStack(clients.stacks, plan);
    case 'parameter':
      return verifyParameters(clients.parameterStore, plan);
    case 'api-stage':
      return verifyApiStage(clients.apiStages, plan);
    case 'mesh':
      return verifyMesh(clients.meshRules, plan);
    case 'hook':
      // Nothing of it can be read: its answer was all there is.
      return `${plan.function} answered`;
  }
}
