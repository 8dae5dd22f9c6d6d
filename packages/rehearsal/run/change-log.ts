import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import type { WireCall } from 'account-simulator/account/wire/wire.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { serviceOfFunction, serviceOfStack } from './names.ts';
import { serviceOfParameter } from './parameters-of-scenario.ts';
import { ownerOfTraffic } from './traffic-targets.ts';

/** A change that the coordinator made to a service. */
export interface Change {
  /** ms since the epoch */
  readonly at: number;
  readonly service: string | undefined;
  /** `codedeploy:StopDeployment` */
  readonly call: string;
}

/** The calls by which the coordinator may change the teams' resources. */
const changing = new Set([
  'StopDeployment',
  'CreateDeployment',
  'UpdateAlias',
  'UpdateStack',
  'ExecuteChangeSet',
  'PutParameter',
  'UpdateStage',
  'UpdateRule',
  'UpdateStateMachineAlias',
]);

function isChange({ operation, caller: { resource = '' } }: WireCall): boolean {
  return (
    changing.has(operation) || (operation === 'Invoke' && /^(Invoke|Request)HookFunction$/.test(resource))
  );
}

/** Records every change that the coordinator makes, as it takes effect. The list grows during the rehearsal. */
export function logChanges(scenario: Scenario, account: SimulatedAccount): readonly Change[] {
  const changes: Change[] = [];
  account.wire.use(async (call, next) => {
    if (call.caller.resource === undefined || !isChange(call)) return next();
    const result = await next();
    changes.push({
      at: call.now,
      service: serviceOf(call, result, scenario, account),
      call: `${call.service}:${call.operation}`,
    });
    return result;
  });
  return changes;
}

function serviceOf(
  { operation, input }: WireCall,
  output: unknown,
  scenario: Scenario,
  account: SimulatedAccount,
) {
  const owners = { scenario, account };
  switch (operation) {
    case 'StopDeployment':
    case 'CreateDeployment': {
      const { deploymentId } = { ...input, ...(output as object) };
      return serviceOfFunction(owners, account.codeDeploy.find(deploymentId).appSpec.functionName);
    }
    case 'UpdateAlias':
      return serviceOfFunction(owners, input.FunctionName);
    case 'UpdateStack':
      return serviceOfStack(scenario, input.StackName);
    case 'ExecuteChangeSet': {
      const name = account.cloudFormation.stackOfChangeSet(input.ChangeSetName, input.StackName);
      return serviceOfStack(scenario, name);
    }
    case 'Invoke':
      return (JSON.parse(Buffer.from(input.Payload).toString()) as { service: string }).service;
    case 'UpdateStage':
    case 'UpdateRule':
    case 'UpdateStateMachineAlias':
      return ownerOfTraffic(scenario, operation, input)?.service;
    case 'PutParameter':
      return serviceOfParameter(scenario, input.Name);
    default:
      return undefined;
  }
}
