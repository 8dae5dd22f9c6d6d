import type { GetDeploymentRequest, GetStageRequest } from '@aws-sdk/client-api-gateway';
import type {
  GetDeploymentRequest as GetHttpDeploymentRequest,
  GetStageRequest as GetHttpStageRequest,
} from '@aws-sdk/client-apigatewayv2';
import { on, type PermissionScope, type Requirement, type Requirements } from './required-permission.ts';

/**
 * Permissions for calls of API Gateway: its actions are HTTP methods on the paths of its resources, whose ARNs name no
 * account.
 *
 * Source: Service Authorization Reference, "Amazon API Gateway Management" and "… Management V2".
 */
export const restApiPermissions: Requirements = {
  GetStage: onPath(
    'GET',
    ({ restApiId, stageName }: GetStageRequest) => `restapis/${restApiId}/stages/${stageName}`,
  ),
  UpdateStage: onPath(
    'PATCH',
    ({ restApiId, stageName }: GetStageRequest) => `restapis/${restApiId}/stages/${stageName}`,
  ),
  GetDeployment: onPath(
    'GET',
    ({ restApiId, deploymentId }: GetDeploymentRequest) =>
      `restapis/${restApiId}/deployments/${deploymentId}`,
  ),
};

/** The same for HTTP APIs. */
export const httpApiPermissions: Requirements = {
  GetStage: onPath('GET', ({ ApiId, StageName }: GetHttpStageRequest) => `apis/${ApiId}/stages/${StageName}`),
  UpdateStage: onPath(
    'PATCH',
    ({ ApiId, StageName }: GetHttpStageRequest) => `apis/${ApiId}/stages/${StageName}`,
  ),
  GetDeployment: onPath(
    'GET',
    ({ ApiId, DeploymentId }: GetHttpDeploymentRequest) => `apis/${ApiId}/deployments/${DeploymentId}`,
  ),
};

function onPath<Input>(method: string, path: (input: Input) => string): Requirement {
  return (input: never, scope: PermissionScope) => {
    const arn = scope.arn('apigateway', `/${path(input)}`).split(':');
    arn[4] = '';
    return [on(`apigateway:${method}`, arn.join(':'))];
  };
}
