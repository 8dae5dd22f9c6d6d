import { isAlias } from '../../../shared/catalog/alias-kinds.ts';
import type { ServiceEntry } from '../../../shared/catalog/service-entry.ts';
import { preferenceType } from './deployment-config-names.ts';
import { codeUri } from './released-code.ts';
import type { ScenarioAlarm } from './scenario-alarm.ts';
import type { ScenarioParameter } from './scenario-parameter.ts';
import type { AddedResource, ScenarioRelease } from './scenario-release.ts';

/** One state of a service's stack. */
export interface ServiceState {
  /** The release whose code each function has, by logical id; 0 is the code from before. */
  readonly code: Readonly<Record<string, number>>;
  readonly config: string;
  readonly hooks: ScenarioRelease['hooks'];
  /** Resources that releases have added. */
  readonly added?: readonly AddedResource[];
  /** Retries of asynchronous invocations; Lambda's own number by default. */
  readonly retries?: number | undefined;
  /** Names of the stack's exports and imports. */
  readonly exports?: readonly string[];
  readonly imports?: readonly string[];
  /** The data migration in the stack: the release that brings it, its duration in s, and whether it then fails. */
  readonly migration?: { readonly release: number; readonly seconds: number; readonly fails: boolean };
}

/** A team's choices for its functions. */
interface FunctionChoices {
  /** Provisioned concurrency of the aliases, in executions, by `service.function`. */
  readonly provisioned?: Readonly<Record<string, number>>;
  /** Whether a version is deleted once the template no longer has it. */
  readonly versionDeletionPolicy?: 'Retain' | 'Delete';
}

/** The choices, with the parameters of Parameter Store that the template reads. */
interface TemplateChoices extends FunctionChoices {
  readonly read?: readonly ScenarioParameter[];
}

/** The physical name of a service's function. */
export function functionName(entry: ServiceEntry, logicalId: string): string {
  return `${entry.stack}-${logicalId}`;
}

/** The name of the function that a service's deployments call as a lifecycle hook. */
export function hookName(entry: ServiceEntry, hook: 'preTraffic' | 'postTraffic'): string {
  return `CodeDeployHook_${entry.service}-${hook}`;
}

/**
 * The SAM template of a service, as a team would keep it: its functions with alias and deployment preference, a table, and a
 * parameter by which consumers find the service.
 */
export function serviceTemplate(
  entry: ServiceEntry,
  state: ServiceState,
  alarms: readonly ScenarioAlarm[],
  { provisioned = {}, versionDeletionPolicy = 'Retain', read = [] }: TemplateChoices = {},
): string {
  const template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Transform: 'AWS::Serverless-2016-10-31',
    Description: `Service ${entry.service}`,
    Parameters: {
      LogLevel: { Type: 'String', Default: 'INFO', AllowedValues: ['DEBUG', 'INFO', 'WARN'] },
      ApiKey: { Type: 'String', NoEcho: true },
      ...Object.fromEntries(
        read.map(({ name }, index) => [
          `Setting${index + 1}`,
          { Type: 'AWS::SSM::Parameter::Value<String>', Default: name },
        ]),
      ),
    },
    Globals: {
      Function: {
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        MemorySize: 512,
        Environment: {
          Variables: {
            LOG_LEVEL: { Ref: 'LogLevel' },
            TABLE_NAME: { Ref: 'Table' },
            API_KEY: { Ref: 'ApiKey' },
            ...usedNames(state),
            ...Object.fromEntries(
              read.map((_, index) => [`SETTING_${index + 1}`, { Ref: `Setting${index + 1}` }]),
            ),
            ...importedValues(state),
          },
        },
      },
    },
    Resources: {
      Table: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        },
      },
      TableNameParameter: {
        Type: 'AWS::SSM::Parameter',
        Properties: { Name: `/${entry.stack}/table/name`, Type: 'String', Value: { Ref: 'Table' } },
      },
      ...addedResources(entry, state),
      ...invokeConfigs(entry, state),
      ...migrationResource(entry, state),
      ...hookResources(entry, state),
      ...functionResources(entry, state, alarms, { provisioned, versionDeletionPolicy }),
    },
    ...(state.exports && state.exports.length > 0 && { Outputs: exportingOutputs(state.exports) }),
  };
  // JSON, because it is read many times faster than YAML, and thousands of rehearsals make ten stacks each.
  return JSON.stringify(template, null, 2);
}

const dataTypes = {
  table: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    },
  },
  bucket: { Type: 'AWS::S3::Bucket' },
  queue: { Type: 'AWS::SQS::Queue' },
} as const;

const nameProperties = { table: 'TableName', bucket: 'BucketName', queue: 'QueueName' } as const;

function addedResources({ stack }: ServiceEntry, { added = [] }: ServiceState) {
  return Object.fromEntries(
    added.map(({ resource, type, deletionPolicy, named }) => {
      const { Type, ...rest } = dataTypes[type];
      const name = named && { [nameProperties[type]]: `${stack}-${resource}`.toLowerCase() };
      return [
        resource,
        {
          Type,
          Properties: { ...('Properties' in rest && rest.Properties), ...name },
          ...(deletionPolicy && { DeletionPolicy: deletionPolicy }),
        },
      ];
    }),
  );
}

function usedNames({ added = [] }: ServiceState) {
  return Object.fromEntries(
    added
      .filter(({ used }) => used)
      .map(({ resource }) => [`${resource.toUpperCase()}_NAME`, { Ref: resource }]),
  );
}

function invokeConfigs({ targets }: ServiceEntry, { retries }: ServiceState) {
  if (retries === undefined) return {};
  return Object.fromEntries(
    targets.filter(isAlias).map((target) => [
      `${target.function}Invocations`,
      {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: { Ref: target.function },
          Qualifier: target.alias,
          MaximumRetryAttempts: retries,
        },
        DependsOn: [`${target.function}Alias${target.alias}`],
      },
    ]),
  );
}

/** Each import is in the environment of the functions. */
function importedValues({ imports = [] }: ServiceState) {
  return Object.fromEntries(
    imports.map((name, index) => [`IMPORTED_${index + 1}`, { 'Fn::ImportValue': name }]),
  );
}

function exportingOutputs(names: readonly string[]) {
  return Object.fromEntries(
    names.map((name, index) => [`Exported${index + 1}`, { Value: { Ref: 'Table' }, Export: { Name: name } }]),
  );
}

function functionResources(
  entry: ServiceEntry,
  state: ServiceState,
  alarms: readonly ScenarioAlarm[],
  { provisioned, versionDeletionPolicy }: Required<FunctionChoices>,
) {
  const stopping = alarms.filter(({ stopsDeployments }) => stopsDeployments).map(({ name }) => name);
  const preference = {
    Type: preferenceType(state.config),
    ...(stopping.length > 0 && { Alarms: stopping }),
    ...hookReferences(state),
  };
  const resources: Record<string, object> = {};
  for (const target of entry.targets) {
    if (!isAlias(target)) continue;
    const logicalId = target.function;
    const executions = provisioned[`${entry.service}.${logicalId}`];
    resources[logicalId] = {
      Type: 'AWS::Serverless::Function',
      Properties: {
        FunctionName: functionName(entry, logicalId),
        CodeUri: codeUri(entry.service, logicalId, state.code[logicalId] ?? 0),
        AutoPublishAlias: target.alias,
        ...(versionDeletionPolicy === 'Delete' && { VersionDeletionPolicy: versionDeletionPolicy }),
        ...(executions && { ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: executions } }),
        ...(target.kind === 'codedeploy' && { DeploymentPreference: preference }),
      },
    };
  }
  return resources;
}

/** The migration begins once the new code has the traffic. */
function migrationResource({ targets }: ServiceEntry, { migration }: ServiceState) {
  if (!migration) return {};
  const aliases = targets.filter(isAlias).map((target) => `${target.function}Alias${target.alias}`);
  const { release, seconds, fails } = migration;
  return {
    Migration: {
      Type: 'Custom::Migration',
      DependsOn: aliases,
      Properties: {
        ServiceToken: { Ref: 'Table' },
        Release: String(release),
        Seconds: String(seconds),
        Fails: String(fails),
      },
    },
  };
}

/** The coordinator's own hooks, by their deployed names. */
const coordinatorsHooks = {
  preTraffic: 'CodeDeployHook_rollback-coordinator-BeforeTraffic',
  postTraffic: 'CodeDeployHook_rollback-coordinator-AfterTraffic',
} as const;

const hookIds = { preTraffic: 'PreTrafficHook', postTraffic: 'PostTrafficHook' } as const;

function hookResources(entry: ServiceEntry, { hooks }: ServiceState) {
  const resources: Record<string, object> = {};
  for (const hook of ['preTraffic', 'postTraffic'] as const) {
    if (!hooks[hook] || hooks[hook] === 'coordinator') continue;
    resources[hookIds[hook]] = {
      Type: 'AWS::Serverless::Function',
      Properties: {
        FunctionName: hookName(entry, hook),
        CodeUri: `s3://deployment-artifacts/${entry.service}/hooks.zip`,
      },
    };
  }
  return resources;
}

function hookReferences({ hooks }: ServiceState) {
  if (!hooks.preTraffic && !hooks.postTraffic) return {};
  const nameOf = (hook: 'preTraffic' | 'postTraffic') =>
    hooks[hook] === 'coordinator' ? coordinatorsHooks[hook] : { Ref: hookIds[hook] };
  return {
    Hooks: {
      ...(hooks.preTraffic && { PreTraffic: nameOf('preTraffic') }),
      ...(hooks.postTraffic && { PostTraffic: nameOf('postTraffic') }),
    },
  };
}
