import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import { unsupported, validationError } from './cloudformation-errors.ts';
import { type ResourceDeclaration, SAM_TRANSFORM, type Template, transformsOf } from './template.ts';

type Resources = Record<string, ResourceDeclaration>;
type Properties = Readonly<Record<string, unknown>>;

interface Preference {
  readonly Enabled?: boolean | string;
  readonly Type?: string;
  readonly Alarms?: readonly unknown[];
  readonly Hooks?: { readonly PreTraffic?: unknown; readonly PostTraffic?: unknown };
  readonly Role?: unknown;
  readonly TriggerConfigurations?: unknown;
}

/** Properties that SAM gives a meaning of its own and does not hand to AWS::Lambda::Function. */
const SAM_ONLY = new Set([
  'CodeUri',
  'InlineCode',
  'ImageUri',
  'AutoPublishAlias',
  'AutoPublishAliasAllProperties',
  'AutoPublishCodeSha256',
  'DeploymentPreference',
  'ProvisionedConcurrencyConfig',
  'VersionDescription',
  'Events',
  'Policies',
  'AssumeRolePolicyDocument',
  'PermissionsBoundary',
  'RolePath',
  'EventInvokeConfig',
  'FunctionUrlConfig',
]);

/** Deployment types that SAM completes to a predefined configuration; any other name is taken as it is. */
const PREDEFINED_TYPE =
  /^(AllAtOnce|Canary10Percent(5|10|15|30)Minutes|Linear10PercentEvery(1Minute|[23]Minutes|10Minutes))$/;

/**
 * What the SAM transform makes of AWS::Serverless::Function: function, role, version, alias and the CodeDeploy
 * resources, under the logical ids SAM gives them. Other resources pass unchanged, as one resource each.
 *
 * A new version appears (its logical id changes) when code, Environment, MemorySize or SnapStart change, or any
 * property with `AutoPublishAliasAllProperties`. Parameters must have been put in before, at least where SAM itself
 * reads a property.
 *
 * @param versionIdOf the logical id of a function's version, where it is known; otherwise it is computed
 *
 * Source: aws/serverless-application-model, `samtranslator/model/sam_resources.py` and
 * `model/preferences/deployment_preference_collection.py`.
 */
export function expandSam(
  template: Template,
  resources: Resources,
  versionIdOf: (functionId: string) => string | undefined = () => undefined,
): Resources {
  if (!transformsOf(template).includes(SAM_TRANSFORM)) {
    const serverless = Object.values(resources).find(({ Type }) => Type.startsWith('AWS::Serverless::'));
    if (serverless) throw validationError(`Unrecognized resource types: [${serverless.Type}]`);
    return resources;
  }
  const expanded: Resources = {};
  for (const [logicalId, resource] of Object.entries(resources)) {
    if (resource.Type !== 'AWS::Serverless::Function') {
      expanded[logicalId] = resource;
      continue;
    }
    const properties = withGlobals(template.Globals?.Function, resource.Properties ?? {});
    const before = new Set(Object.keys(expanded));
    addFunction(expanded, logicalId, { ...resource, Properties: properties }, versionIdOf(logicalId));
    const { Condition } = resource;
    if (Condition === undefined) continue;
    for (const [id, declaration] of Object.entries(expanded)) {
      if (!before.has(id) && !SHARED.has(id)) expanded[id] = { ...declaration, Condition };
    }
  }
  return expanded;
}

/** What all functions of a template have in common. */
const SHARED = new Set(['ServerlessDeploymentApplication', 'CodeDeployServiceRole']);

function addFunction(
  expanded: Resources,
  id: string,
  resource: ResourceDeclaration,
  versionId: string | undefined,
): void {
  const properties = resource.Properties ?? {};
  const code = codeOf(properties);
  const own = Object.fromEntries(Object.entries(properties).filter(([name]) => !SAM_ONLY.has(name)));
  if (properties.Role === undefined) {
    const { Policies, AssumeRolePolicyDocument, PermissionsBoundary, RolePath } = properties;
    expanded[`${id}Role`] = {
      Type: 'AWS::IAM::Role',
      Properties: defined({ AssumeRolePolicyDocument, Policies, PermissionsBoundary, Path: RolePath }),
    };
  }
  expanded[id] = {
    ...resource,
    Type: 'AWS::Lambda::Function',
    Properties: { Code: code, Role: { 'Fn::GetAtt': [`${id}Role`, 'Arn'] }, ...own },
  };
  for (const [name, event] of Object.entries((properties.Events ?? {}) as Record<string, unknown>)) {
    expanded[`${id}${name}`] = generated('AWS::Lambda::Permission', {
      FunctionName: { Ref: id },
      Event: event,
    });
  }
  for (const [property, type] of [
    ['EventInvokeConfig', 'AWS::Lambda::EventInvokeConfig'],
    ['FunctionUrlConfig', 'AWS::Lambda::Url'],
  ] as const) {
    const value = properties[property];
    if (value !== undefined) {
      expanded[`${id}${property}`] = generated(type, { FunctionName: { Ref: id }, Settings: value });
    }
  }
  const alias = properties.AutoPublishAlias;
  if (alias === undefined) {
    if (properties.DeploymentPreference !== undefined) {
      throw validationError(
        `Transform ${SAM_TRANSFORM} failed with: Resource with id [${id}] is invalid. 'DeploymentPreference' requires AutoPublishAlias property to be specified.`,
      );
    }
    return;
  }
  if (typeof alias !== 'string') throw unsupported(`an AutoPublishAlias that is not a name (${id})`);
  const version = versionId ?? `${id}Version${versionHash(code, properties)}`;
  expanded[version] = {
    Type: 'AWS::Lambda::Version',
    DeletionPolicy: 'Retain',
    Properties: defined({ FunctionName: { Ref: id }, Description: properties.VersionDescription }),
  };
  const preference = properties.DeploymentPreference as Preference | undefined;
  const enabled = preference !== undefined && String(preference.Enabled ?? true) === 'true';
  expanded[`${id}Alias${alias}`] = {
    Type: 'AWS::Lambda::Alias',
    Properties: defined({
      Name: alias,
      FunctionName: { Ref: id },
      FunctionVersion: { 'Fn::GetAtt': [version, 'Version'] },
      ProvisionedConcurrencyConfig: properties.ProvisionedConcurrencyConfig,
    }),
    ...(enabled && { UpdatePolicy: { CodeDeployLambdaAliasUpdate: updatePolicy(id, preference) } }),
  };
  if (enabled) addDeploymentGroup(expanded, id, preference);
}

function updatePolicy(id: string, { Hooks }: Preference): Properties {
  return defined({
    ApplicationName: { Ref: 'ServerlessDeploymentApplication' },
    DeploymentGroupName: { Ref: `${id}DeploymentGroup` },
    BeforeAllowTrafficHook: Hooks?.PreTraffic,
    AfterAllowTrafficHook: Hooks?.PostTraffic,
  });
}

function addDeploymentGroup(expanded: Resources, id: string, preference: Preference): void {
  const { Type: type, Alarms, Role, TriggerConfigurations } = preference;
  if (!type) {
    throw validationError(
      `Transform ${SAM_TRANSFORM} failed with: Resource with id [${id}] is invalid. 'DeploymentPreference' requires a Type.`,
    );
  }
  expanded.ServerlessDeploymentApplication ??= {
    Type: 'AWS::CodeDeploy::Application',
    Properties: { ComputePlatform: 'Lambda' },
  };
  if (Role === undefined) {
    expanded.CodeDeployServiceRole ??= generated('AWS::IAM::Role', {
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda'],
    });
  }
  expanded[`${id}DeploymentGroup`] = {
    Type: 'AWS::CodeDeploy::DeploymentGroup',
    Properties: defined({
      ApplicationName: { Ref: 'ServerlessDeploymentApplication' },
      AlarmConfiguration: Alarms?.length
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

function codeOf(properties: Properties): unknown {
  const { CodeUri, InlineCode, ImageUri } = properties;
  if (InlineCode !== undefined) return { ZipFile: InlineCode };
  if (ImageUri !== undefined) return { ImageUri };
  if (typeof CodeUri === 'string') {
    const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(CodeUri) ?? [];
    return bucket && key ? { S3Bucket: bucket, S3Key: key } : { S3Key: CodeUri };
  }
  if (typeof CodeUri === 'object' && CodeUri !== null) {
    const { Bucket, Key, Version } = CodeUri as Record<string, unknown>;
    return defined({ S3Bucket: Bucket, S3Key: Key, S3ObjectVersion: Version });
  }
  throw validationError(
    `Transform ${SAM_TRANSFORM} failed with: a function needs CodeUri, InlineCode or ImageUri.`,
  );
}

function versionHash(code: unknown, properties: Properties): string {
  const { Environment, MemorySize, SnapStart, AutoPublishCodeSha256 } = properties;
  const basis = properties.AutoPublishAliasAllProperties
    ? properties
    : { Code: AutoPublishCodeSha256 ?? code, Environment, MemorySize, SnapStart };
  return createHash('sha256').update(canonicalJson(basis)).digest('hex').slice(0, 10);
}

/** SAM merges maps of Globals member by member, joins lists, and lets the function's own plain values win. */
function withGlobals(globals: Properties | undefined, own: Properties): Properties {
  if (!globals) return own;
  const merged: Record<string, unknown> = { ...globals };
  for (const [name, value] of Object.entries(own)) merged[name] = merge(globals[name], value);
  return merged;
}

function merge(global: unknown, own: unknown): unknown {
  if (Array.isArray(global) && Array.isArray(own)) return [...global, ...own];
  if (isMap(global) && isMap(own)) return withGlobals(global, own);
  return own;
}

function isMap(value: unknown): value is Properties {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !Object.keys(value).some((key) => key === 'Ref' || key.startsWith('Fn::'));
}

function generated(type: string, properties: Properties): ResourceDeclaration {
  return { Type: type, Properties: properties };
}

function defined(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
}
