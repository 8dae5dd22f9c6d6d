import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import { notSimulated } from './problems.ts';
import { type EventOwner, expandEvents } from './sam-events.ts';
import {
  assumedBy,
  defined,
  type MadeResources,
  objectAt,
  roleFor,
  type SamReport,
  tagList,
} from './sam-parts.ts';
import type { ResourceDeclaration } from './template.ts';
import { isList, isMap, member, type TemplateMap, type TemplateValue } from './template-value.ts';

/** Properties that SAM itself uses and does not pass to AWS::Lambda::Function. */
const SAM_ONLY = new Set([
  'CodeUri',
  'InlineCode',
  'ImageUri',
  'AutoPublishAlias',
  'AutoPublishAliasAllProperties',
  'AutoPublishCodeSha256',
  'DeadLetterQueue',
  'DeploymentPreference',
  'ProvisionedConcurrencyConfig',
  'VersionDescription',
  'VersionDeletionPolicy',
  'Events',
  'Policies',
  'AssumeRolePolicyDocument',
  'PermissionsBoundary',
  'RolePath',
  'EventInvokeConfig',
  'FunctionUrlConfig',
  'Tracing',
]);

/** Deployment types that SAM completes to a predefined configuration; any other name is used unchanged. */
const PREDEFINED_TYPE =
  /^(AllAtOnce|Canary10Percent(5|10|15|30)Minutes|Linear10PercentEvery(1Minute|[23]Minutes|10Minutes))$/;

/** Resources that all functions of a template share. */
export const SHARED_BY_FUNCTIONS: ReadonlySet<string> = new Set([
  'ServerlessDeploymentApplication',
  'CodeDeployServiceRole',
]);

/**
 * AWS::Lambda::Function, its role, the resources of its events, and its version, alias and CodeDeploy resources.
 *
 * A new version appears (its logical id changes) when code, Environment, MemorySize or SnapStart change, or any property
 * with `AutoPublishAliasAllProperties`.
 */
export function expandFunction(
  made: MadeResources,
  id: string,
  resource: ResourceDeclaration,
  report: SamReport,
  {
    versionId,
    ...routing
  }: { readonly versionId: string | undefined } & Required<Pick<EventOwner, 'routes' | 'apis'>>,
): void {
  const { Properties = {} } = resource;
  const { AutoPublishAlias: alias, DeadLetterQueue, DeploymentPreference, Role, Tracing } = Properties;
  const code = codeOf(Properties, report);
  if (Role === undefined) made[`${id}Role`] = roleFor('lambda', `${id}Role`, Properties, report);
  made[id] = {
    ...resource,
    Type: 'AWS::Lambda::Function',
    Properties: defined({
      Code: code,
      Role: { 'Fn::GetAtt': [`${id}Role`, 'Arn'] },
      DeadLetterConfig: DeadLetterQueue && defined({ TargetArn: member(DeadLetterQueue, 'TargetArn') }),
      TracingConfig: Tracing && { Mode: Tracing },
      ...Object.fromEntries(Object.entries(Properties).filter(([name]) => !SAM_ONLY.has(name))),
      Tags: tagList(Properties.Tags),
    }),
  };
  if (alias === undefined) {
    if (DeploymentPreference !== undefined) {
      report.refuse('', "'DeploymentPreference' requires AutoPublishAlias property to be specified.");
    }
  } else if (typeof alias !== 'string') {
    report.add('AutoPublishAlias', notSimulated(`an AutoPublishAlias that is not a name (${id})`));
  } else {
    addAlias(
      made,
      id,
      alias,
      versionId ?? `${id}Version${versionHash(code, Properties)}`,
      Properties,
      report,
    );
  }
  const aliasId = typeof alias === 'string' ? `${id}Alias${alias}` : undefined;
  const ref = { Ref: aliasId ?? id };
  const arn = aliasId === undefined ? { 'Fn::GetAtt': [id, 'Arn'] } : ref;
  const { EventInvokeConfig, FunctionUrlConfig } = Properties;
  if (isMap(EventInvokeConfig)) {
    made[`${id}EventInvokeConfig`] = {
      ...invokeConfig(id, EventInvokeConfig, alias ?? '$LATEST'),
      ...(aliasId !== undefined && { DependsOn: [aliasId] }),
    };
  }
  if (isMap(FunctionUrlConfig)) {
    made[`${id}Url`] = {
      Type: 'AWS::Lambda::Url',
      Properties: { TargetFunctionArn: ref, ...FunctionUrlConfig },
    };
  }
  expandEvents(made, { id, kind: 'function', ref, arn, ...routing }, Properties.Events, report);
}

function addAlias(
  made: MadeResources,
  id: string,
  alias: string,
  version: string,
  properties: TemplateMap,
  report: SamReport,
): void {
  made[version] = {
    Type: 'AWS::Lambda::Version',
    DeletionPolicy: String(properties.VersionDeletionPolicy ?? 'Retain'),
    Properties: defined({ FunctionName: { Ref: id }, Description: properties.VersionDescription }),
  };
  const { DeploymentPreference: preference } = properties;
  if (preference !== undefined && !isMap(preference)) {
    report.refuse('DeploymentPreference', "'DeploymentPreference' must be a map.");
  }
  const enabled = isMap(preference) && String(preference.Enabled ?? true) === 'true';
  made[`${id}Alias${alias}`] = {
    Type: 'AWS::Lambda::Alias',
    Properties: defined({
      Name: alias,
      FunctionName: { Ref: id },
      FunctionVersion: { 'Fn::GetAtt': [version, 'Version'] },
      ProvisionedConcurrencyConfig: properties.ProvisionedConcurrencyConfig,
    }),
    ...(enabled && { UpdatePolicy: { CodeDeployLambdaAliasUpdate: updatePolicy(id, preference) } }),
  };
  if (enabled) addDeploymentGroup(made, id, preference, report);
}

function invokeConfig(id: string, config: TemplateMap, qualifier: TemplateValue): ResourceDeclaration {
  const { DestinationConfig } = config;
  const destinations = Object.entries(DestinationConfig ?? {}).map(([event, destination]) => [
    event,
    defined({ Destination: member(destination, 'Destination') }),
  ]);
  return {
    Type: 'AWS::Lambda::EventInvokeConfig',
    Properties: defined({
      FunctionName: { Ref: id },
      Qualifier: qualifier,
      ...config,
      DestinationConfig: DestinationConfig && Object.fromEntries(destinations),
    }),
  };
}

function updatePolicy(id: string, { Hooks }: TemplateMap): TemplateMap {
  return defined({
    ApplicationName: { Ref: 'ServerlessDeploymentApplication' },
    DeploymentGroupName: { Ref: `${id}DeploymentGroup` },
    BeforeAllowTrafficHook: member(Hooks, 'PreTraffic'),
    AfterAllowTrafficHook: member(Hooks, 'PostTraffic'),
  });
}

function addDeploymentGroup(
  made: MadeResources,
  id: string,
  preference: TemplateMap,
  report: SamReport,
): void {
  const { Type: type, Alarms, Role, TriggerConfigurations } = preference;
  if (typeof type !== 'string' || type === '') {
    report.refuse('DeploymentPreference', "'DeploymentPreference' requires a Type.");
    return;
  }
  made.ServerlessDeploymentApplication = {
    Type: 'AWS::CodeDeploy::Application',
    Properties: { ComputePlatform: 'Lambda' },
  };
  if (Role === undefined) {
    made.CodeDeployServiceRole = {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: assumedBy('codedeploy'),
        ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda'],
      },
    };
  }
  made[`${id}DeploymentGroup`] = {
    Type: 'AWS::CodeDeploy::DeploymentGroup',
    Properties: defined({
      ApplicationName: { Ref: 'ServerlessDeploymentApplication' },
      AlarmConfiguration:
        isList(Alarms) && Alarms.length > 0
          ? { Enabled: true, Alarms: Alarms.map((name) => ({ Name: name })) }
          : undefined,
      AutoRollbackConfiguration: {
        Enabled: true,
        Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'],
      },
      DeploymentConfigName: PREDEFINED_TYPE.test(type) ? `CodeDeployDefault.Lambda${type}` : type,
      DeploymentStyle: { DeploymentType: 'BLUE_GREEN', DeploymentOption: 'WITH_TRAFFIC_CONTROL' },
      ServiceRoleArn: Role ?? { 'Fn::GetAtt': ['CodeDeployServiceRole', 'Arn'] },
      TriggerConfigurations,
    }),
  };
}

function codeOf({ CodeUri, InlineCode, ImageUri }: TemplateMap, report: SamReport): TemplateMap {
  if (InlineCode !== undefined) return { ZipFile: InlineCode };
  if (ImageUri !== undefined) return { ImageUri };
  const file = objectAt(CodeUri);
  if (file) return defined({ S3Bucket: file.bucket, S3Key: file.key, S3ObjectVersion: file.version });
  report.refuse('CodeUri', 'A function needs CodeUri, InlineCode or ImageUri.');
  return {};
}

function versionHash(code: TemplateValue, properties: TemplateMap): string {
  const { Environment, MemorySize, SnapStart, AutoPublishCodeSha256 } = properties;
  const basis = properties.AutoPublishAliasAllProperties
    ? properties
    : { Code: AutoPublishCodeSha256 ?? code, Environment, MemorySize, SnapStart };
  return createHash('sha256').update(canonicalJson(basis)).digest('hex').slice(0, 10);
}
