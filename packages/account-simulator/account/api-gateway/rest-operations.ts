import type {
  CreateDeploymentRequest,
  DeleteDeploymentRequest,
  GetDeploymentRequest,
  GetStageRequest,
  PatchOperation,
  UpdateStageRequest,
} from '@aws-sdk/client-api-gateway';
import { AwsError } from '../service.ts';
import { unsupported } from '../wire/unsupported.ts';
import type { Api, ApiDeployment, Stage } from './api.ts';
import type { ApiGateway } from './api-gateway.ts';

/** The operations on REST APIs. */
export function restOperations(gateway: ApiGateway) {
  return {
    GetStage: ({ restApiId, stageName }: GetStageRequest) =>
      stageShape(gateway.stage(gateway.api(restApiId, 'rest'), stageName)),
    GetDeployment: ({ restApiId, deploymentId }: GetDeploymentRequest) =>
      deploymentShape(gateway.deployment(gateway.api(restApiId, 'rest'), deploymentId)),
    CreateDeployment({ restApiId, stageName, description = '', canarySettings }: CreateDeploymentRequest) {
      const api = gateway.api(restApiId, 'rest');
      const stage = stageName === undefined ? undefined : gateway.stage(api, stageName);
      const deployment = gateway.deploy(api, description);
      if (stage && canarySettings) {
        const percentTraffic = canarySettings.percentTraffic ?? 0;
        stage.canary = { deploymentId: deployment.id, percentTraffic };
      } else if (stage) stage.deploymentId = deployment.id;
      if (stage) gateway.touch(stage);
      return deploymentShape(deployment);
    },
    DeleteDeployment({ restApiId, deploymentId }: DeleteDeploymentRequest) {
      const api = gateway.api(restApiId, 'rest');
      const { id } = gateway.deployment(api, deploymentId);
      if ([...api.stages.values()].some((stage) => servesIt(stage, id))) {
        throw new AwsError(
          'BadRequestException',
          'Active stages pointing to this deployment must be moved or deleted',
        );
      }
      gateway.forget(api, id);
      return undefined;
    },
    UpdateStage({ restApiId, stageName, patchOperations = [] }: UpdateStageRequest) {
      const api = gateway.api(restApiId, 'rest');
      const stage = gateway.stage(api, stageName);
      const patches = patchOperations.map((patch) => readPatch(gateway, api, patch));
      for (const apply of patches) apply(stage);
      gateway.touch(stage);
      return stageShape(stage);
    },
  };
}

/**
 * Source: API Gateway REST API reference, "Patch operations", PATCH stages/{stage_name}: `/deploymentId` is replaced,
 * `/canarySettings` removed. Other operations are not simulated. All are checked before any is applied.
 */
function readPatch(
  gateway: ApiGateway,
  api: Api,
  { op, path, value }: PatchOperation,
): (stage: Stage) => void {
  if (op === 'replace' && path === '/deploymentId') {
    if (!api.deployments.has(value ?? '')) {
      throw new AwsError('BadRequestException', 'Deployment id does not exist');
    }
    return (stage) => {
      stage.deploymentId = gateway.deployment(api, value).id;
    };
  }
  if (op === 'remove' && path === '/canarySettings') {
    return (stage) => {
      stage.canary = undefined;
    };
  }
  throw unsupported('apigateway', 'UpdateStage', `${op} ${path}`);
}

function servesIt({ deploymentId, canary }: Stage, id: string): boolean {
  return deploymentId === id || canary?.deploymentId === id;
}

function stageShape({ name, deploymentId, canary, createdAt, updatedAt }: Stage) {
  return {
    stageName: name,
    deploymentId,
    ...(canary && { canarySettings: canary }),
    createdDate: createdAt,
    lastUpdatedDate: updatedAt,
  };
}

function deploymentShape({ id, description, createdAt }: ApiDeployment) {
  return { id, description, createdDate: createdAt };
}
