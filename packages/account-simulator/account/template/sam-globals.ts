import { notSimulated, type Problems } from './problems.ts';
import { type ResourceDeclaration, SAM_TRANSFORM } from './template.ts';
import { intrinsicName, isList, isMap, type TemplateMap, type TemplateValue } from './template-value.ts';

/** Sections of Globals that are simulated, by the resource type they apply to. */
const SECTIONS: Readonly<Record<string, string>> = {
  'AWS::Serverless::Function': 'Function',
  'AWS::Serverless::StateMachine': 'StateMachine',
  'AWS::Serverless::Api': 'Api',
  'AWS::Serverless::HttpApi': 'HttpApi',
};

/** The properties that a section may set (SAM specification, "Globals section"). */
const SUPPORTED: Readonly<Record<string, readonly string[]>> = {
  Function: (
    'Handler Runtime CodeUri DeadLetterQueue Description MemorySize Timeout VpcConfig Environment Tags PropagateTags ' +
    'Tracing KmsKeyArn AutoPublishAlias AutoPublishAliasAllProperties Layers DeploymentPreference RolePath ' +
    'PermissionsBoundary ReservedConcurrentExecutions ProvisionedConcurrencyConfig AssumeRolePolicyDocument ' +
    'EventInvokeConfig FileSystemConfigs CodeSigningConfigArn Architectures SnapStart EphemeralStorage ' +
    'FunctionUrlConfig RuntimeManagementConfig LoggingConfig RecursiveLoop SourceKMSKeyArn'
  ).split(' '),
  StateMachine: ['PropagateTags'],
  Api: (
    'Auth Name DefinitionUri CacheClusterEnabled CacheClusterSize MergeDefinitions Variables EndpointConfiguration ' +
    'MethodSettings BinaryMediaTypes MinimumCompressionSize Cors GatewayResponses AccessLogSetting CanarySetting ' +
    'TracingEnabled OpenApiVersion Domain AlwaysDeploy PropagateTags SecurityPolicy EndpointAccessMode'
  ).split(' '),
  HttpApi:
    'Auth AccessLogSettings StageVariables Tags CorsConfiguration DefaultRouteSettings Domain RouteSettings FailOnWarnings PropagateTags'.split(
      ' ',
    ),
};

/** Reports every section of Globals that is not simulated, and every property that a section may not set. */
export function checkGlobals(globals: Readonly<Record<string, TemplateMap>>, problems: Problems): void {
  for (const [section, properties] of Object.entries(globals)) {
    const supported = SUPPORTED[section];
    if (!supported) {
      problems.add(`Globals.${section}`, notSimulated(`the section ${section} of Globals`));
      continue;
    }
    for (const property of Object.keys(properties)) {
      if (supported.includes(property)) continue;
      problems.add(
        `Globals.${section}.${property}`,
        `Transform ${SAM_TRANSFORM} failed with: 'Globals' section is invalid. '${property}' is not a supported property of '${section}'. Must be one of the following values - [${supported.map((name) => `'${name}'`).join(', ')}]`,
      );
    }
  }
}

/**
 * The properties of a resource over the template's Globals of its type: maps are merged member by member, lists are joined
 * with the global items first, and for any other value the resource's own is used. A function (`Ref`, `Fn::…`) is a plain
 * value, never a map.
 *
 * Source: AWS SAM specification, "Globals section of the template", overridable Globals; `plugins/globals/globals.py`.
 */
export function withGlobals(
  globals: Readonly<Record<string, TemplateMap>>,
  { Type, Properties = {} }: ResourceDeclaration,
): TemplateMap {
  const section = globals[SECTIONS[Type] ?? ''];
  return isMap(section) ? (merge(section, Properties) as TemplateMap) : Properties;
}

function merge(global: TemplateValue, own: TemplateValue): TemplateValue {
  if (isList(global) && isList(own)) return [...global, ...own];
  if (!isPlainMap(global) || !isPlainMap(own)) return own;
  const merged: Record<string, TemplateValue> = { ...global };
  for (const [key, value] of Object.entries(own)) {
    const underneath = global[key];
    merged[key] = underneath === undefined ? value : merge(underneath, value);
  }
  return merged;
}

function isPlainMap(value: TemplateValue): value is TemplateMap {
  return (
    isMap(value) &&
    intrinsicName(value) === undefined &&
    !('Condition' in value && Object.keys(value).length === 1)
  );
}
