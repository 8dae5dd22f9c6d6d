import type { SeededRandom } from '../../random/seeded-random.ts';
import { AwsError, type SimulatedService } from '../service.ts';
import type { Api, ApiDeployment, Stage } from './api.ts';
import { httpOperations } from './http-operations.ts';
import { restOperations } from './rest-operations.ts';

/** The parts of the simulated API Gateway. */
export interface ApiGatewayParts {
  readonly random: SeededRandom;
  readonly now: () => number;
}

/**
 * API Gateway's control plane for stages and deployments of REST APIs and HTTP APIs. APIs and stages are created from within
 * the simulation; requests to them are not simulated.
 *
 * Sources: Amazon API Gateway REST API reference; API Gateway Version 2 API reference.
 */
export class ApiGateway {
  /** REST APIs, as `@aws-sdk/client-api-gateway` calls them. */
  readonly rest: SimulatedService = { operations: restOperations(this) };
  /** HTTP APIs, as `@aws-sdk/client-apigatewayv2` calls them. */
  readonly http: SimulatedService = { operations: httpOperations(this) };
  readonly #random: SeededRandom;
  readonly #now: () => number;
  readonly #apis = new Map<string, Api>();

  constructor({ random, now }: ApiGatewayParts) {
    this.#random = random.fork('apigateway');
    this.#now = now;
  }

  /** Creates an API of a known id with a first deployment on a first stage. */
  createApi(id: string, protocol: Api['protocol'], stage: string, { autoDeploy = false } = {}): void {
    const api: Api = this.#apis.get(id) ?? { id, protocol, deployments: new Map(), stages: new Map() };
    this.#apis.set(id, api);
    const { id: deploymentId } = this.deploy(api, 'release-0');
    const at = new Date(this.#now());
    api.stages.set(stage, {
      name: stage,
      deploymentId,
      canary: undefined,
      autoDeploy,
      createdAt: at,
      updatedAt: at,
    });
  }

  /** Creates a deployment; no stage serves it yet. */
  deploy(api: Api, description: string): ApiDeployment {
    const id = this.#random.uuid().replaceAll('-', '').slice(0, 6);
    const deployment = { id, description, createdAt: new Date(this.#now()) };
    api.deployments.set(id, deployment);
    return deployment;
  }

  /** Updates a stage's time of last change. */
  touch(stage: Stage): void {
    stage.updatedAt = new Date(this.#now());
  }

  /** Removes a deployment that no stage serves any longer. */
  forget(api: Api, deploymentId: string): void {
    api.deployments.delete(deploymentId);
  }

  /** For tests and reports: an API of either protocol. */
  lookUp(id: string): Api | undefined {
    return this.#apis.get(id);
  }

  /** @throws AwsError NotFoundException */
  api(id: string | undefined, protocol: Api['protocol']): Api {
    const api = this.#apis.get(id ?? '');
    if (api?.protocol === protocol) return api;
    throw notFound(`Invalid API identifier specified ${id}`);
  }

  /** @throws AwsError NotFoundException */
  stage(api: Api, name: string | undefined): Stage {
    const stage = api.stages.get(name ?? '');
    if (stage) return stage;
    throw notFound('Invalid stage identifier specified');
  }

  /** @throws AwsError NotFoundException */
  deployment(api: Api, id: string | undefined): ApiDeployment {
    const deployment = api.deployments.get(id ?? '');
    if (deployment) return deployment;
    throw notFound('Invalid Deployment identifier specified');
  }
}

function notFound(message: string): AwsError {
  return new AwsError('NotFoundException', message, 404);
}
