/** A deployment of an API: its resources and integrations at the time of its creation. */
export interface ApiDeployment {
  readonly id: string;
  readonly description: string;
  readonly createdAt: Date;
}

/** A stage, with the deployment that it serves. */
export interface Stage {
  readonly name: string;
  deploymentId: string;
  /** A second deployment of a REST API's stage that takes a part of the requests. */
  canary: { readonly deploymentId: string; readonly percentTraffic: number } | undefined;
  /** Whether an HTTP API's stage deploys every change of the API by itself. */
  readonly autoDeploy: boolean;
  readonly createdAt: Date;
  updatedAt: Date;
}

/** A REST or HTTP API. */
export interface Api {
  readonly id: string;
  readonly protocol: 'rest' | 'http';
  readonly deployments: Map<string, ApiDeployment>;
  readonly stages: Map<string, Stage>;
}
