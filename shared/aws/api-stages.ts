import {
  type APIGatewayClient,
  GetDeploymentCommand,
  GetStageCommand,
  NotFoundException,
  type PatchOperation,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';
import {
  type ApiGatewayV2Client,
  GetDeploymentCommand as GetHttpDeploymentCommand,
  GetStageCommand as GetHttpStageCommand,
  NotFoundException as HttpNotFoundException,
  UpdateStageCommand as UpdateHttpStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { once } from './send-once.ts';

/** A stage of an API. */
export interface ApiStage {
  readonly protocol: 'rest' | 'http';
  readonly api: string;
  readonly stage: string;
}

/** The deployment that a stage serves. */
export interface ApiStageState {
  readonly deploymentId: string;
  /** Whether a canary of a REST API takes a share of the requests. */
  readonly hasCanary: boolean;
  /** Whether the stage of an HTTP API deploys every change of the API automatically. */
  readonly autoDeploy: boolean;
}

/** Stages of API Gateway, of both generations of its API. */
export class ApiStages {
  readonly #rest: APIGatewayClient;
  readonly #http: ApiGatewayV2Client;

  constructor(rest: APIGatewayClient, http: ApiGatewayV2Client) {
    this.#rest = rest;
    this.#http = http;
  }

  async get({ protocol, api, stage }: ApiStage): Promise<ApiStageState> {
    if (protocol === 'http') {
      const found = await this.#http.send(new GetHttpStageCommand({ ApiId: api, StageName: stage }));
      return {
        deploymentId: found.DeploymentId ?? '',
        hasCanary: false,
        autoDeploy: found.AutoDeploy ?? false,
      };
    }
    const found = await this.#rest.send(new GetStageCommand({ restApiId: api, stageName: stage }));
    const hasCanary = found.canarySettings !== undefined;
    return { deploymentId: found.deploymentId ?? '', hasCanary, autoDeploy: false };
  }

  async hasDeployment({ protocol, api }: Omit<ApiStage, 'stage'>, deploymentId: string): Promise<boolean> {
    try {
      if (protocol === 'http') {
        await this.#http.send(new GetHttpDeploymentCommand({ ApiId: api, DeploymentId: deploymentId }));
      } else {
        await this.#rest.send(new GetDeploymentCommand({ restApiId: api, deploymentId }));
      }
      return true;
    } catch (error) {
      if (error instanceof NotFoundException || error instanceof HttpNotFoundException) return false;
      throw error;
    }
  }

  /** Lets a stage serve one deployment alone: a canary of a REST API would keep its share, so it is removed. */
  async point({ protocol, api, stage }: ApiStage, deploymentId: string, hasCanary: boolean): Promise<void> {
    if (protocol === 'http') {
      const change = { ApiId: api, StageName: stage, DeploymentId: deploymentId };
      await this.#http.send(once(new UpdateHttpStageCommand(change)));
      return;
    }
    const patchOperations: PatchOperation[] = [{ op: 'replace', path: '/deploymentId', value: deploymentId }];
    if (hasCanary) patchOperations.push({ op: 'remove', path: '/canarySettings' });
    await this.#rest.send(
      once(new UpdateStageCommand({ restApiId: api, stageName: stage, patchOperations })),
    );
  }
}
