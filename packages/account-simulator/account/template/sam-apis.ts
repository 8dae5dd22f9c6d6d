import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import { notSimulated } from './problems.ts';
import { defined, type MadeResources, permissionFor, pick, type SamReport, tagList } from './sam-parts.ts';
import type { ResourceDeclaration } from './template.ts';
import type { TemplateMap, TemplateValue } from './template-value.ts';

/** An API that a template declares, with Globals merged in. */
export interface DeclaredApi {
  readonly logicalId: string;
  readonly kind: ApiKind;
  readonly properties: TemplateMap;
  /** The resource's attributes besides its type and properties. */
  readonly attributes: Partial<ResourceDeclaration>;
}

export type ApiKind = 'rest' | 'http';

/** A path of an API that calls a function. */
export interface ApiRoute {
  readonly kind: ApiKind;
  /** Logical id of the API: one that the template declares, or SAM's own for all other routes of that kind. */
  readonly api: string;
  readonly path: string;
  /** In lower case; `any` for all methods. */
  readonly method: string;
  readonly function: TemplateMap;
}

/** The kind of API that each resource type declares. */
export const API_TYPES: Readonly<Record<string, ApiKind>> = {
  'AWS::Serverless::Api': 'rest',
  'AWS::Serverless::HttpApi': 'http',
};

const OF_STAGES = {
  rest: [
    'AccessLogSetting',
    'CacheClusterEnabled',
    'CacheClusterSize',
    'CanarySetting',
    'MethodSettings',
    'TracingEnabled',
    'Variables',
  ],
  http: ['AccessLogSettings', 'DefaultRouteSettings', 'RouteSettings', 'StageVariables'],
} as const;

const OF_APIS = {
  rest: [
    'BinaryMediaTypes',
    'Description',
    'DisableExecuteApiEndpoint',
    'MinimumCompressionSize',
    'Name',
    'Policy',
  ],
  http: ['Description', 'DisableExecuteApiEndpoint', 'FailOnWarnings'],
} as const;

/** SAM's own APIs, for routes that name none. */
export const IMPLICIT = { rest: 'ServerlessRestApi', http: 'ServerlessHttpApi' } as const;

/** Reports properties of a declared API that are invalid or not simulated. */
export function checkApi({ kind, properties }: DeclaredApi, report: SamReport): void {
  const known: readonly string[] = [
    'StageName',
    'DefinitionBody',
    'Tags',
    ...OF_STAGES[kind],
    ...OF_APIS[kind],
  ];
  for (const name of Object.keys(properties)) {
    if (!known.includes(name)) report.add(name, notSimulated(`the property ${name} of an API`));
  }
  if (kind === 'rest' && properties.StageName === undefined) {
    report.refuse('StageName', "Missing required property 'StageName'.");
  }
}

/** The permission by which the API calls the function. */
export function routePermission({ api, path, method, function: ref }: ApiRoute): ResourceDeclaration {
  const verb = method === 'any' ? '*' : method.toUpperCase();
  const allowed = path === '$default' ? '*' : `${verb}${path.replace(/\{[^}]*\}/g, '*')}`;
  const arn = `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${__ApiId__}/\${__Stage__}/${allowed}`;
  return permissionFor(ref, 'apigateway', { 'Fn::Sub': [arn, { __ApiId__: { Ref: api }, __Stage__: '*' }] });
}

/** The suffix of the permission's logical id. */
export function permissionSuffix(kind: ApiKind, declared: DeclaredApi | undefined): string {
  if (kind === 'http') return 'Permission';
  const stage = declared ? declared.properties.StageName : 'Prod';
  return `Permission${typeof stage === 'string' ? alphanumeric(stage) : 'Stage'}`;
}

/** The logical id of a type, from a name and a digest; undefined where it is unknown. */
export type IdWithDigest = (type: string, name: string) => string | undefined;

/** The resources of the APIs, with their routes. */
export function expandApis(
  routes: readonly ApiRoute[],
  apis: Iterable<DeclaredApi>,
  idWithDigest: IdWithDigest,
): MadeResources {
  const made: MadeResources = {};
  for (const api of apis) {
    const own = routes.filter((route) => route.api === api.logicalId);
    Object.assign(made, api.kind === 'rest' ? restApi(api, own, idWithDigest) : httpApi(api, own));
  }
  return made;
}

function restApi(
  { logicalId, properties, attributes }: DeclaredApi,
  routes: readonly ApiRoute[],
  idWithDigest: IdWithDigest,
): MadeResources {
  const Body = properties.DefinitionBody ?? bodyOf(routes, { swagger: '2.0' }, {});
  const digest = createHash('sha1').update(canonicalJson(Body)).digest('hex');
  const name = `${logicalId}Deployment`;
  const deployment = idWithDigest('AWS::ApiGateway::Deployment', name) ?? `${name}${digest.slice(0, 10)}`;
  const RestApiId = { Ref: logicalId };
  const { StageName = null } = properties;
  const Tags = tagList(properties.Tags);
  return {
    [logicalId]: {
      ...attributes,
      Type: 'AWS::ApiGateway::RestApi',
      Properties: defined({ Body, ...pick(properties, OF_APIS.rest), Tags }),
    },
    [deployment]: {
      ...attributes,
      Type: 'AWS::ApiGateway::Deployment',
      Properties: { Description: `RestApi deployment id: ${digest}`, RestApiId, StageName: 'Stage' },
    },
    [`${logicalId}${stageId(StageName)}Stage`]: {
      ...attributes,
      Type: 'AWS::ApiGateway::Stage',
      Properties: defined({
        DeploymentId: { Ref: deployment },
        RestApiId,
        StageName,
        ...pick(properties, OF_STAGES.rest),
        Tags,
      }),
    },
  };
}

function httpApi(
  { logicalId, properties, attributes }: DeclaredApi,
  routes: readonly ApiRoute[],
): MadeResources {
  const { StageName = '$default', DefinitionBody, Tags } = properties;
  const Body = DefinitionBody ?? bodyOf(routes, { openapi: '3.0.1' }, { payloadFormatVersion: '2.0' });
  const prefix = StageName === '$default' ? 'ApiGatewayDefault' : stageId(StageName);
  return {
    [logicalId]: {
      ...attributes,
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: defined({ Body, ...pick(properties, OF_APIS.http) }),
    },
    [`${logicalId}${prefix}Stage`]: {
      ...attributes,
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: defined({
        ApiId: { Ref: logicalId },
        StageName,
        AutoDeploy: true,
        ...pick(properties, OF_STAGES.http),
        Tags,
      }),
    },
  };
}

/** The part of a stage's name in its logical id: empty for a name that is only known later. */
function stageId(name: TemplateValue): string {
  return typeof name === 'string' ? alphanumeric(name) : '';
}

/** SAM uses a digest in place of a name that a logical id cannot contain. */
function alphanumeric(name: string): string {
  return /^[0-9A-Za-z]*$/.test(name) ? name : createHash('sha1').update(name).digest('hex').slice(0, 10);
}

function bodyOf(routes: readonly ApiRoute[], version: TemplateMap, integration: TemplateMap): TemplateMap {
  const paths: Record<string, Record<string, TemplateMap>> = {};
  for (const { path, method, function: ref } of routes) {
    const name = method === 'any' ? 'x-amazon-apigateway-any-method' : method;
    const uri = `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${String(ref.Ref)}}/invocations`;
    paths[path] = {
      ...paths[path],
      [name]: defined({
        'x-amazon-apigateway-integration': {
          httpMethod: 'POST',
          type: 'aws_proxy',
          uri: { 'Fn::Sub': uri },
          ...integration,
        },
        isDefaultRoute: path === '$default' ? true : undefined,
        responses: {},
      }),
    };
  }
  return { info: { version: '1.0', title: { Ref: 'AWS::StackName' } }, paths, ...version };
}
