import * as z from 'zod';
import type { Deployment, Deployments, VersionChange } from '../../shared/aws/deployments.ts';
import type { Stacks } from '../../shared/aws/stacks.ts';
import type { CatalogStore } from '../../shared/catalog/catalog-store.ts';
import { ownerOfDeployment } from '../../shared/catalog/compiled-catalog.ts';
import { targetName } from '../../shared/catalog/service-entry.ts';
import { InvalidInput, TransientFailure } from '../../shared/errors.ts';
import { isRollbackMarker, isStackToken, rollbackMark } from '../../shared/targets/rollback-marker.ts';

export const describeDeploymentInput = z.strictObject({
  deploymentId: z.string().regex(/^d-[A-Za-z0-9]+$/, 'must be a CodeDeploy deployment id, d-…'),
  /** How often this watch has gone on as a new execution. */
  generation: z.number().int().min(1).optional(),
});

/** What a deployment is to the coordinator: a release to watch, a rollback to leave alone, or not ours. */
export type DeploymentDescription =
  | { readonly kind: 'unmanaged'; readonly deploymentId: string; readonly reason: string }
  | {
      readonly kind: 'rollback';
      readonly deploymentId: string;
      readonly service: string;
      readonly target: string;
      readonly by: 'codedeploy' | 'cloudformation' | 'coordinator';
      readonly rollbackOf?: string;
    }
  | ({
      readonly kind: 'release';
      readonly deploymentId: string;
      readonly service: string;
      readonly target: string;
    } & VersionChange);

/** What the rule needs. */
export interface DescribeDeploymentDeps {
  readonly deployments: Deployments;
  readonly stacks: Stacks;
  readonly catalog: CatalogStore;
}

/**
 * Says what a deployment is: the event that announced it carries neither its creator nor its versions.
 *
 * A rollback is recognised by any of its marks: its creator, the deployment it undoes, our text in its
 * description, our token on the stack update it belongs to, or a stack that is rolling back.
 */
export function describeDeployment({ deployments, stacks, catalog }: DescribeDeploymentDeps) {
  return async ({
    deploymentId,
  }: z.infer<typeof describeDeploymentInput>): Promise<DeploymentDescription> => {
    const deployment = await find(deploymentId);
    const unmanaged = (reason: string) => ({ kind: 'unmanaged' as const, deploymentId, reason });
    if (deployment.computePlatform !== 'Lambda') {
      return unmanaged(`it deploys to ${deployment.computePlatform || 'an unknown platform'}, not to Lambda`);
    }
    const owner = ownerOfDeployment(await catalog.read(), deployment);
    if (!owner) {
      return unmanaged(
        `no service of the catalog has application ${deployment.application} and group ${deployment.deploymentGroup}`,
      );
    }
    const { service } = owner.entry;
    const target = targetName(owner.target);
    const by = rollbackMark(deployment);
    if (by) return rollback(deployment, { service, target, by });

    const change = await deployments.versionChange(deploymentId);
    if (!change) throw new TransientFailure(`Deployment ${deploymentId} does not show its versions yet.`);
    const byStack = deployment.stackId && (await stackMark(deployment.stackId, deployment.createdAt, change));
    if (byStack) return rollback(deployment, { service, target, by: byStack });

    return { kind: 'release', deploymentId, service, target, ...change };
  };

  async function find(deploymentId: string): Promise<Deployment> {
    try {
      return await deployments.get(deploymentId);
    } catch (error) {
      if ((error as Error).name !== 'DeploymentDoesNotExistException') throw error;
      throw new InvalidInput(`deploymentId: CodeDeploy knows no deployment "${deploymentId}" in this Region`);
    }
  }

  async function stackMark(stackId: string, createdAt: number, change: VersionChange) {
    if (isStackToken(await stacks.tokenAt(stackId, createdAt))) return 'coordinator';
    if (Number(change.toVersion) >= Number(change.fromVersion)) return undefined;
    const { status } = await stacks.describe(stackId);
    return status.startsWith('UPDATE_ROLLBACK') ? 'cloudformation' : undefined;
  }
}

function rollback(
  { id, rollbackOf, description }: Deployment,
  whose: Pick<Extract<DeploymentDescription, { kind: 'rollback' }>, 'service' | 'target' | 'by'>,
): DeploymentDescription {
  const undone = rollbackOf ?? (isRollbackMarker(description) ? description.split(':')[2] : undefined);
  return { kind: 'rollback', deploymentId: id, ...whose, ...(undone && { rollbackOf: undone }) };
}
