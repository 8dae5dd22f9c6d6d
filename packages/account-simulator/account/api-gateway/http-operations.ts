import type {
  CreateDeploymentRequest,
  DeleteDeploymentRequest,
  GetDeploymentRequest,
  GetStageRequest,
  UpdateStageRequest,
} from '@aws-sdk/client-apigatewayv2';
import { AwsError } from '../service.ts';
import { unsupported } from '../wire/unsupported.ts';
import type { ApiDeployment, Stage } from './api.ts';
import type { ApiGateway } from './api-gateway.ts';

/** The operations on HTTP APIs. */
export function httpOperations(gateway: ApiGateway) {
  return {
    GetStage: ({ ApiId, StageName }: GetStageRequest) =>
      stageShape(gateway.stage(gateway.api(ApiId, 'http'), StageName)),
    GetDeployment: ({ ApiId, DeploymentId }: GetDeploymentRequest) =>
      deploymentShape(gateway.deployment(gateway.api(ApiId, 'http'), DeploymentId)),
    CreateDeployment({ ApiId, StageName, Description = '' }: CreateDeploymentRequest) {
      const api = gateway.api(ApiId, 'http');
      const stage = StageName === undefined ? undefined : gateway.stage(api, StageName);
      const deployment = gateway.deploy(api, Description);
      if (stage) {
        stage.deploymentId = deployment.id;
        gateway.touch(stage);
      }
      return deploymentShape(deployment);
    },
    DeleteDeployment({ ApiId, DeploymentId }: DeleteDeploymentRequest) {
      const api = gateway.api(ApiId, 'http');
      const { id } = gateway.deployment(api, DeploymentId);
      if ([...api.stages.values()].some(({ deploymentId }) => deploymentId === id)) {
        throw new AwsError('BadRequestException', 'Unable to delete a deployment that a stage points to');
      }
      gateway.forget(api, id);
      return undefined;
    },
    UpdateStage({ ApiId, StageName, DeploymentId, ...others }: UpdateStageRequest) {
      const unknown = Object.keys(others)[0];
      if (unknown !== undefined) throw unsupported('apigatewayv2', 'UpdateStage', unknown);
      const api = gateway.api(ApiId, 'http');
      const stage = gateway.stage(api, StageName);
      // API Gateway Version 2 API reference, stages: deploymentId "can't be updated if autoDeploy is enabled".
      if (stage.autoDeploy) {
        throw new AwsError(
          'BadRequestException',
          'Deployment ID cannot be set on stages with AutoDeploy enabled',
        );
      }
      stage.deploymentId = gateway.deployment(api, DeploymentId).id;
      gateway.touch(stage);
      return stageShape(stage);
    },
  };
}

function stageShape({ name, deploymentId, autoDeploy, createdAt, updatedAt }: Stage) {
  return {
    StageName: name,
    DeploymentId: deploymentId,
    AutoDeploy: autoDeploy,
    CreatedDate: createdAt,
    LastUpdatedDate: updatedAt,
  };
}

function deploymentShape({ id, description, createdAt }: ApiDeployment) {
  return { DeploymentId: id, DeploymentStatus: 'DEPLOYED', Description: description, CreatedDate: createdAt };
}
