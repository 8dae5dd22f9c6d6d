import type { AutoRollbackEvent, TriggerConfig } from '@aws-sdk/client-codedeploy';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { ALL_AT_ONCE } from '../codedeploy/deployment-config.ts';
import type { DeploymentGroupSettings } from '../codedeploy/deployment-group.ts';
import type { SimulatedCodeDeploy } from '../codedeploy/simulated-codedeploy.ts';
import { unsupported } from './cloudformation-errors.ts';
import { newPhysicalName } from './physical-name.ts';
import type { ResourceProvider } from './resource-provider.ts';

/** A parameter as a stack writes it to Parameter Store. */
export interface StackSsmParameter {
  readonly name: string;
  readonly type: 'String' | 'StringList';
  readonly value: string;
  readonly description?: string;
}

/** Parameter Store as stacks write to it. `put` and `delete` may throw an AwsError to fail the resource. */
export interface ParametersPort {
  /** Writes a parameter; an existing parameter gets a new version. */
  put(parameter: StackSsmParameter): void;
  /** The value of a parameter that a template names; `undefined` if it does not exist. */
  get?(name: string): string | undefined;
  delete(name: string): void;
}

/** AWS::CodeDeploy::Application. */
export function applicationProvider(codeDeploy: SimulatedCodeDeploy, random: SeededRandom): ResourceProvider {
  return {
    seconds: [2, 5],
    create: ({ stack, logicalId, type, properties }) => {
      const name = newPhysicalName(stack.name, logicalId, type, properties, random);
      codeDeploy.createApplication(name);
      return { physicalId: name };
    },
    update: () => undefined,
    delete: ({ physicalId }) => codeDeploy.deleteApplication(physicalId),
  };
}

/** AWS::CodeDeploy::DeploymentGroup. */
export function deploymentGroupProvider(
  codeDeploy: SimulatedCodeDeploy,
  random: SeededRandom,
): ResourceProvider {
  return {
    seconds: [2, 5],
    create: ({ stack, logicalId, type, properties }) => {
      const name = newPhysicalName(stack.name, logicalId, type, properties, random);
      codeDeploy.putGroup(String(properties.ApplicationName), name, groupSettings(properties));
      return { physicalId: name };
    },
    update: ({ properties }, { physicalId }) => {
      codeDeploy.putGroup(String(properties.ApplicationName), physicalId, groupSettings(properties));
      return undefined;
    },
    delete: ({ physicalId, properties }) =>
      codeDeploy.deleteGroup(String(properties.ApplicationName), physicalId),
  };
}

/** AWS::SSM::Parameter. */
export function parameterProvider(parameters: ParametersPort, random: SeededRandom): ResourceProvider {
  const write = (name: string, { Type, Value, Description }: Readonly<Record<string, unknown>>): void => {
    if (Type !== 'String' && Type !== 'StringList') throw unsupported(`AWS::SSM::Parameter of type ${Type}`);
    parameters.put({
      name,
      type: Type,
      value: String(Value),
      ...(Description !== undefined && { description: String(Description) }),
    });
  };
  return {
    seconds: [1, 3],
    create: ({ stack, logicalId, type, properties }) => {
      const name = newPhysicalName(stack.name, logicalId, type, properties, random);
      write(name, properties);
      return { physicalId: name, attributes: { Value: String(properties.Value) } };
    },
    update: ({ logicalId, properties }, from) => {
      if (properties.Name !== from.properties.Name) {
        throw unsupported(`replacement of ${logicalId} by a change of Name`);
      }
      write(from.physicalId, properties);
      return undefined;
    },
    delete: ({ physicalId }) => parameters.delete(physicalId),
  };
}

/** Every other type: a resource with a name and properties, whose changes take a while. */
export function genericProvider(random: SeededRandom): ResourceProvider {
  return {
    seconds: [3, 20],
    create: ({ stack, logicalId, type, properties }) => ({
      physicalId: newPhysicalName(stack.name, logicalId, type, properties, random),
    }),
    update: () => undefined,
    delete: () => {},
  };
}

function groupSettings(properties: Readonly<Record<string, unknown>>): DeploymentGroupSettings {
  const { DeploymentConfigName, AlarmConfiguration, AutoRollbackConfiguration, ServiceRoleArn } = properties;
  const alarms = AlarmConfiguration as
    | { Enabled?: unknown; IgnorePollAlarmFailure?: unknown; Alarms?: { Name?: unknown }[] }
    | undefined;
  const rollback = AutoRollbackConfiguration as
    | { Enabled?: unknown; Events?: AutoRollbackEvent[] }
    | undefined;
  const triggers = (properties.TriggerConfigurations ?? []) as Record<string, unknown>[];
  return {
    configName: DeploymentConfigName === undefined ? ALL_AT_ONCE : String(DeploymentConfigName),
    alarms: {
      enabled: isTrue(alarms?.Enabled),
      ignorePollAlarmFailure: isTrue(alarms?.IgnorePollAlarmFailure),
      alarms: (alarms?.Alarms ?? []).map(({ Name }) => ({ name: String(Name) })),
    },
    autoRollback: { enabled: isTrue(rollback?.Enabled), events: rollback?.Events ?? [] },
    serviceRoleArn: String(ServiceRoleArn ?? ''),
    triggers: triggers.map(
      ({ TriggerName, TriggerTargetArn, TriggerEvents }): TriggerConfig => ({
        triggerName: String(TriggerName),
        triggerTargetArn: String(TriggerTargetArn),
        triggerEvents: (TriggerEvents ?? []) as NonNullable<TriggerConfig['triggerEvents']>,
      }),
    ),
  };
}

/** Templates write booleans as booleans and as text. */
function isTrue(value: unknown): boolean {
  return String(value) === 'true';
}
