import { BatchGetDeploymentsCommand, type CodeDeployClient } from '@aws-sdk/client-codedeploy';
import { isActive } from './deployments.ts';

/** Deployments per call (API reference, BatchGetDeployments). */
const mostAtOnce = 25;

/** Finds the deployments that still run; apart from `Deployments`, because few functions need it. */
export class RunningDeployments {
  readonly #client: CodeDeployClient;

  constructor(client: CodeDeployClient) {
    this.#client = client;
  }

  /** The deployments of a list that still run, in their order. */
  async among(ids: readonly string[]): Promise<string[]> {
    const running = new Set<string>();
    for (let from = 0; from < ids.length; from += mostAtOnce) {
      const deploymentIds = ids.slice(from, from + mostAtOnce);
      const { deploymentsInfo = [] } = await this.#client.send(
        new BatchGetDeploymentsCommand({ deploymentIds }),
      );
      for (const { deploymentId: id, status } of deploymentsInfo) {
        if (id !== undefined && status !== undefined && isActive({ status })) running.add(id);
      }
    }
    return ids.filter((id) => running.has(id));
  }
}
