import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import type { WireCall } from 'account-simulator/account/wire/wire.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { serviceOfFunction } from './names.ts';
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

/** What the coordinator may change of what the teams own. */
const changing = new Set([
  'StopDeployment',
  'CreateDeployment',
  'UpdateAlias',
  'UpdateStack',
  'ExecuteChangeSet',
  'PutParameter',
  'UpdateStage',
  'UpdateRule',
]);

function isChange({ operation, caller: { resource = '' } }: WireCall): boolean {
  return (
    changing.has(operation) || (operation === 'Invoke' && /^(Invoke|Request)HookFunction$/.test(resource))
  );
}

/** Notes every change the coordinator makes, as it takes effect. The list grows as the rehearsal goes on. */
export function logChanges(scenario: Scenario, account: SimulatedAccount): readonly Change[] {
  const changes: Change[] = [];
  account.wire.use(async (call, next) => {
    if (call.caller.resource === undefined || !isChange(call)) return next();
    const result = await next();
    changes.push({
      at: call.now,
      service: serviceOf(call, scenario, account),
      call: `${call.service}:${call.operation}`,
    });
    return result;
  });
  return changes;
}

function serviceOf({ operation, input }: WireCall, scenario: Scenario, account: SimulatedAccount) {
  switch (operation) {
    case 'StopDeployment':
      return serviceOfFunction(scenario, account.codeDeploy.find(input.deploymentId).appSpec.functionName);
    case 'CreateDeployment':
      return scenario.services.find(
        ({ stack }) => stack && input.deploymentGroupName.startsWith(`${stack}-`) && ownsGroup(stack, input),
      )?.service;
    case 'UpdateAlias':
      return serviceOfFunction(scenario, input.FunctionName);
    case 'UpdateStack':
      return scenario.services.find(({ stack }) => stack === input.StackName)?.service;
    case 'ExecuteChangeSet': {
      const name = account.cloudFormation.stackOfChangeSet(input.ChangeSetName, input.StackName);
      return scenario.services.find(({ stack }) => stack === name)?.service;
    }
    case 'Invoke':
      return (JSON.parse(Buffer.from(input.Payload).toString()) as { service: string }).service;
    case 'UpdateStage':
    case 'UpdateRule':
      return ownerOfTraffic(scenario, operation, input)?.service;
    case 'PutParameter':
      return serviceOfParameter(scenario, input.Name);
    default:
      return undefined;
  }
}

/** One stack's name may begin with another's: the application tells them apart. */
function ownsGroup(stack: string, { applicationName }: { applicationName: string }): boolean {
  return applicationName.startsWith(`${stack}-ServerlessDeploymentApplication`);
}
