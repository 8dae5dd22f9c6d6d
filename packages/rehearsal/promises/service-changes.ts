import type { PatchOperation } from '@aws-sdk/client-api-gateway';
import type { RoutingConfigurationListItem } from '@aws-sdk/client-sfn';
import type { WeightedTargetGroup } from '@aws-sdk/client-vpc-lattice';
import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import type { WireCall } from 'account-simulator/account/wire/wire.ts';
import { Listeners } from 'account-simulator/asl/listeners.ts';
import { serviceOfRelease } from '../../../shared/ledger/records.ts';
import type { HookEvent } from '../../../shared/targets/hook/hook-event.ts';
import { inWords as partsInWords } from '../../../shared/targets/state-machine-alias/routes.ts';
import { serviceOfFunction, serviceOfStack } from '../run/names.ts';
import { serviceOfParameter } from '../run/parameters-of-scenario.ts';
import { ownerOfTraffic } from '../run/traffic-targets.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** A change that the coordinator made to a team's resource, at the moment it took effect or a hook was invoked. */
export interface ServiceChange {
  /** ms since the epoch */
  readonly at: number;
  /** Logical id of the function that made it. */
  readonly by: string;
  /** `codedeploy:StopDeployment` */
  readonly call: string;
  readonly operation: string;
  /** Undefined where the resource belongs to no service of the scenario. */
  readonly service: string | undefined;
  /** Attempts, as `<incident>#<attempt>`, that may have made the change: more than one only where their steps overlap. */
  readonly owners: readonly string[];
  /** The alias that the change moves, and its new version. */
  readonly alias?: { readonly function: string; readonly name: string; readonly toVersion: string };
  /** Deployment that was stopped or created. */
  readonly deploymentId?: string;
  readonly stack?: string;
  readonly templateUrl?: string;
  /** Resources that the rollback of a stack may skip. */
  readonly skips?: readonly string[];
  /** The invoked hook and its event. */
  readonly hook?: { readonly function: string; readonly event: HookEvent };
  /** The changed stage or rule, by name of its target, and its new value. */
  readonly traffic?: { readonly target: string; readonly to: string };
  /** The written parameter and its new value. */
  readonly parameter?: { readonly name: string; readonly value: string };
}

/** Whether a change only stops a deployment that began during an incident: no plan contains it, and it waits for no turn. */
export function makesRoom({ by }: ServiceChange): boolean {
  return by === 'YieldToIncidentFunction';
}

/** Whether a change stops the shift of a release while a person's approval is pending. */
export function stopsMeanwhile({ by, operation }: ServiceChange): boolean {
  return by === 'AwaitPermissionFunction' && operation === 'StopDeployment';
}

/** Whether a change keeps users on the state that a closed incident restored. */
export function keepsRestored({ by }: ServiceChange): boolean {
  return by === 'GuardAliasesFunction' || by === 'FollowDeploymentFunction';
}

/** Services that hold the teams' resources; all others are the coordinator's own. */
const teams = new Set([
  'codedeploy',
  'lambda',
  'cloudformation',
  'ssm',
  'cloudwatch',
  'api-gateway',
  'apigatewayv2',
  'vpc-lattice',
]);
/**
 * A label changes nothing that users are served, and a change set nothing before it is executed. The team's own deployment
 * requests the answer of a lifecycle hook: CodeDeploy makes the changes that follow from it.
 */
const reading =
  /^(Get|List|Describe|BatchGet|LabelParameterVersion$|Invoke$|(Create|Delete)ChangeSet$|PutLifecycleEventHookExecutionStatus$)/;
/** Functions whose invocations belong to one attempt of one incident on one service. */
const steps = new Set([
  'StartTargetFunction',
  'InvokeHookFunction',
  'RequestHookFunction',
  'FreezeServiceFunction',
  'YieldToIncidentFunction',
  'AwaitPermissionFunction',
]);

function asksHook({ service, operation, caller: { resource = '' } }: WireCall): boolean {
  return service === 'lambda' && operation === 'Invoke' && steps.has(resource);
}

/** The deployment that a stage is set to, or the weights of a rule in words. */
function goalOf({
  DeploymentId,
  patchOperations = [],
  action,
  routingConfiguration,
}: WireCall['input']): string {
  if (routingConfiguration) return partsInWords(routesOf(routingConfiguration));
  const groups = (action?.forward.targetGroups ?? []) as WeightedTargetGroup[];
  const patch = (patchOperations as PatchOperation[]).find(({ path }) => path === '/deploymentId');
  return (
    DeploymentId ??
    patch?.value ??
    groups.map(({ targetGroupIdentifier, weight }) => `${targetGroupIdentifier} ${weight}`).join(', ')
  );
}

function routesOf(routing: readonly RoutingConfigurationListItem[]) {
  return routing.map(({ stateMachineVersionArn = '', weight = 0 }) => ({
    version: stateMachineVersionArn.slice(stateMachineVersionArn.lastIndexOf(':') + 1),
    weight,
  }));
}

interface Step {
  readonly incidentId: string;
  readonly attempt: number;
  readonly service: string;
}

/** Collects every change that the coordinator makes, with its incident and attempt. */
export class ServiceChanges {
  readonly #scenario: Scenario;
  readonly #account: SimulatedAccount;
  readonly #changes = new Listeners<ServiceChange>();
  readonly #all: ServiceChange[] = [];
  /** Steps in progress: a call does not name its invocation. */
  readonly #steps = new Set<Step>();

  constructor(scenario: Scenario, account: SimulatedAccount) {
    this.#scenario = scenario;
    this.#account = account;
    account.lambdaRuntime.intercept(async ({ logicalId, payload }, next) => {
      if (!steps.has(logicalId)) return next();
      const event = JSON.parse(payload) as Omit<Step, 'service'> & Partial<Step>;
      // While an approval is pending, only the incident's own service may be changed, and the input does not name it.
      const step: Step = { ...event, service: event.service ?? serviceOfRelease(event.incidentId) };
      this.#steps.add(step);
      try {
        return await next();
      } finally {
        this.#steps.delete(step);
      }
    });
    // A hook may run for a quarter of an hour: the change counts from the invocation, not from the answer.
    account.wire.use((call, next) => {
      if (asksHook(call)) this.#add(call);
      return next();
    });
    account.wire.onPerformed(({ call, output, refusal }) => {
      if (!refusal && teams.has(call.service) && !reading.test(call.operation)) this.#add(call, output);
    });
  }

  #add(call: WireCall, output?: object): void {
    const by = call.caller.resource;
    if (by === undefined) return;
    const change = this.#read(call, by, output);
    this.#all.push(change);
    this.#changes.tell(() => change);
  }

  onChange(listener: (change: ServiceChange) => void): void {
    this.#changes.add(listener);
  }

  /** All changes so far, oldest first. */
  all(): readonly ServiceChange[] {
    return this.#all;
  }

  #read(call: WireCall, by: string, output: object | undefined): ServiceChange {
    const about = this.#subject(call, output);
    const { mark, ...rest } = about;
    const underWay = [...this.#steps]
      .filter(({ service }) => service === about.service)
      .map(({ incidentId, attempt }) => `${incidentId}#${attempt}`)
      .filter((owner) => mark === undefined || owner.startsWith(mark));
    return {
      at: call.now,
      by,
      call: `${call.service}:${call.operation}`,
      operation: call.operation,
      owners: [...new Set(underWay)],
      ...rest,
    };
  }

  #subject(
    { operation, input }: WireCall,
    output: object | undefined,
  ): Pick<
    ServiceChange,
    | 'service'
    | 'alias'
    | 'deploymentId'
    | 'stack'
    | 'templateUrl'
    | 'skips'
    | 'parameter'
    | 'hook'
    | 'traffic'
  > & {
    mark?: string;
  } {
    switch (operation) {
      case 'StopDeployment':
        return { service: this.#ofDeployment(input.deploymentId), deploymentId: input.deploymentId };
      case 'CreateDeployment': {
        const { deploymentId = '' } = (output ?? {}) as { deploymentId?: string };
        const { appSpec } = this.#account.codeDeploy.find(deploymentId);
        const mark = String(input.description ?? '').split(':')[1];
        return {
          service: this.#ofFunction(appSpec.functionName),
          deploymentId,
          alias: { function: appSpec.functionName, name: appSpec.alias, toVersion: appSpec.targetVersion },
          ...(mark && { mark: `${mark}#` }),
        };
      }
      case 'UpdateAlias':
        return {
          service: this.#ofFunction(input.FunctionName),
          alias: { function: input.FunctionName, name: input.Name, toVersion: input.FunctionVersion },
        };
      case 'UpdateStack':
      case 'ExecuteChangeSet':
      case 'CancelUpdateStack':
      case 'RollbackStack':
      case 'ContinueUpdateRollback': {
        const mark = /^rollback-coordinator-(.+)-(\d+)(-[a-z]+)?$/.exec(input.ClientRequestToken ?? '');
        const stack =
          operation === 'ExecuteChangeSet'
            ? this.#account.cloudFormation.stackOfChangeSet(input.ChangeSetName, input.StackName)
            : input.StackName;
        return {
          service: serviceOfStack(this.#scenario, stack),
          stack,
          ...(operation === 'UpdateStack' && { templateUrl: input.TemplateURL ?? '' }),
          ...(input.ResourcesToSkip && { skips: input.ResourcesToSkip }),
          ...(mark && { mark: `${mark[1]}#${mark[2]}` }),
        };
      }
      case 'Invoke': {
        const event = JSON.parse(Buffer.from(input.Payload as Uint8Array).toString()) as HookEvent;
        return {
          service: event.service,
          hook: { function: input.FunctionName, event },
          mark: `${event.incidentId}#`,
        };
      }
      case 'UpdateStage':
      case 'UpdateRule':
      case 'UpdateStateMachineAlias': {
        const owner = ownerOfTraffic(this.#scenario, operation, input);
        return { service: owner?.service, traffic: { target: owner?.name ?? '', to: goalOf(input) } };
      }
      case 'PutParameter':
        return {
          service: serviceOfParameter(this.#scenario, input.Name),
          parameter: { name: input.Name, value: input.Value },
        };
      default:
        return { service: undefined };
    }
  }

  #ofDeployment(deploymentId: string): string | undefined {
    const { functionName } = this.#account.codeDeploy.find(deploymentId).appSpec;
    return this.#ofFunction(functionName);
  }

  #ofFunction(name: string): string | undefined {
    return serviceOfFunction({ scenario: this.#scenario, account: this.#account }, name);
  }
}
