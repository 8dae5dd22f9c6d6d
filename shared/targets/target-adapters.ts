import type { ApiStages } from '../aws/api-stages.ts';
import type { MeshRules } from '../aws/mesh-rules.ts';
import type { ParameterStore } from '../aws/parameter-store.ts';
import type { StopLedger } from '../ledger/stop-ledger.ts';
import { apiStageTarget } from './api-stage.ts';
import { onBuiltVersions } from './built-versions.ts';
import { type StackClients, stackTarget } from './cloudformation.ts';
import { codeDeployTarget } from './codedeploy.ts';
import { hookTarget } from './hook.ts';
import { lambdaAliasTarget } from './lambda-alias.ts';
import { meshTarget } from './mesh.ts';
import { parameterTarget } from './parameter.ts';
import type { TargetPlan } from './shapes.ts';
import { type PinClients, stackPinTarget } from './stack-pin.ts';
import { stackRebuildTarget } from './stack-rebuild.ts';
import type { TargetAdapter } from './target-adapter.ts';

/** What the adapters of all kinds need of AWS. */
export interface TargetClients extends StackClients, PinClients {
  readonly stops: StopLedger;
  readonly parameterStore: ParameterStore;
  readonly apiStages: ApiStages;
  readonly meshRules: MeshRules;
}

/** One adapter for every kind of target: hands each step to the adapter of the plan's kind. */
export function targetAdapters(clients: TargetClients): TargetAdapter<TargetPlan> {
  const codeDeploy = codeDeployTarget(clients);
  const lambdaAlias = lambdaAliasTarget(clients.aliases);
  const stack = stackTarget(clients);
  const stackPin = stackPinTarget(clients);
  const stackRebuild = stackRebuildTarget(clients);
  const parameter = parameterTarget(clients.parameterStore);
  const apiStage = apiStageTarget(clients.apiStages);
  const mesh = meshTarget(clients.meshRules);
  const hook = hookTarget();
  const of = (plan: TargetPlan): TargetAdapter<never> => {
    switch (plan.kind) {
      case 'codedeploy':
        return codeDeploy;
      case 'lambda-alias':
        return lambdaAlias;
      case 'cloudformation':
        return stack;
      case 'stack-pin':
        return stackPin;
      case 'stack-rebuild':
        return stackRebuild;
      case 'parameter':
        return parameter;
      case 'api-stage':
        return apiStage;
      case 'mesh':
        return mesh;
      case 'hook':
        return hook;
    }
  };
  return onBuiltVersions(clients.stacks, {
    read: (plan, context) => of(plan).read(plan as never, context),
    start: (plan, context) => of(plan).start(plan as never, context),
  });
}
