import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import { type MadeResources, permissionFor } from './sam-parts.ts';
import type { ResourceDeclaration } from './template.ts';
import type { TemplateMap } from './template-value.ts';

/** A path of an API that calls a function, where no event says which API it is of: SAM makes one for all of a template. */
export interface ApiRoute {
  readonly api: 'ServerlessRestApi' | 'ServerlessHttpApi';
  readonly path: string;
  /** In small letters; `any` for all methods. */
  readonly method: string;
  readonly function: TemplateMap;
}

/** The permission by which the API calls the function. */
export function routePermission({ api, path, method, function: ref }: ApiRoute): ResourceDeclaration {
  const verb = method === 'any' ? '*' : method.toUpperCase();
  const allowed = path === '$default' ? path : `${verb}${path.replace(/\{[^}]*\}/g, '*')}`;
  const arn = `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${__ApiId__}/\${__Stage__}/${allowed}`;
  return permissionFor(ref, 'apigateway', { 'Fn::Sub': [arn, { __ApiId__: { Ref: api }, __Stage__: '*' }] });
}

/** The APIs that the routes of a template's functions make. */
export function expandApis(routes: readonly ApiRoute[]): MadeResources {
  const made: MadeResources = {};
  const rest = routes.filter(({ api }) => api === 'ServerlessRestApi');
  if (rest.length > 0) {
    const Body = bodyOf(rest, { swagger: '2.0' }, {});
    const digest = createHash('sha1').update(canonicalJson(Body)).digest('hex');
    const deployment = `ServerlessRestApiDeployment${digest.slice(0, 10)}`;
    const RestApiId = { Ref: 'ServerlessRestApi' };
    made.ServerlessRestApi = { Type: 'AWS::ApiGateway::RestApi', Properties: { Body } };
    made[deployment] = {
      Type: 'AWS::ApiGateway::Deployment',
      Properties: { Description: `RestApi deployment id: ${digest}`, RestApiId, StageName: 'Stage' },
    };
    made.ServerlessRestApiProdStage = {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { DeploymentId: { Ref: deployment }, RestApiId, StageName: 'Prod' },
    };
  }
  const http = routes.filter(({ api }) => api === 'ServerlessHttpApi');
  if (http.length > 0) {
    const Body = bodyOf(http, { openapi: '3.0.1' }, { payloadFormatVersion: '2.0' });
    made.ServerlessHttpApi = { Type: 'AWS::ApiGatewayV2::Api', Properties: { Body } };
    made.ServerlessHttpApiApiGatewayDefaultStage = {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'ServerlessHttpApi' }, StageName: '$default', AutoDeploy: true },
    };
  }
  return made;
}

function bodyOf(routes: readonly ApiRoute[], version: TemplateMap, integration: TemplateMap): TemplateMap {
  const paths: Record<string, Record<string, TemplateMap>> = {};
  for (const { path, method, function: ref } of routes) {
    const name = method === 'any' ? 'x-amazon-apigateway-any-method' : method;
    const uri = `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${String(ref.Ref)}}/invocations`;
    paths[path] = {
      ...paths[path],
      [name]: {
        'x-amazon-apigateway-integration': {
          httpMethod: 'POST',
          type: 'aws_proxy',
          uri: { 'Fn::Sub': uri },
          ...integration,
        },
        responses: {},
      },
    };
  }
  return { info: { version: '1.0', title: { Ref: 'AWS::StackName' } }, paths, ...version };
}
