import * as z from 'zod';
import type { Deployment, Deployments, VersionChange } from '../../../shared/aws/deployments.ts';
import type { FunctionOrigin, FunctionTags } from '../../../shared/aws/function-tags.ts';
import { isMoving, isStackMissing, type Stacks } from '../../../shared/aws/stacks.ts';
import type { CatalogStore } from '../../../shared/catalog/catalog-store.ts';
import { ownerOfDeployment } from '../../../shared/catalog/compiled-catalog.ts';
import { type ServiceEntry, stacksOf } from '../../../shared/catalog/service-entry.ts';
import { InvalidInput, TransientFailure } from '../../../shared/errors.ts';
import { deploymentId, stackNameOf } from '../../../shared/ids.ts';
import { isRollbackMarker, isStackToken, rollbackMark } from '../../../shared/targets/rollback-marker.ts';
import { targetName } from '../../../shared/targets/shapes.ts';
import { seenBefore } from '../observe-deployment/record-look.ts';

export const describeDeploymentInput = z.strictObject({
  deploymentId,
  /** How often this watch has continued as a new execution. */
  generation: z.number().int().min(1).optional(),
  /** The last observations of the execution before, for the looks only. */
  seen: seenBefore.nullable().optional(),
});

/** The kind of a deployment for the coordinator: a release to watch, a rollback to leave alone, or not ours. */
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

export interface DescribeDeploymentDeps {
  readonly deployments: Deployments;
  readonly functionTags: FunctionTags;
  readonly stacks: Stacks;
  readonly catalog: CatalogStore;
}

/**
 * Determines the kind of a deployment: the event that announced it has neither its creator nor its versions.
 *
 * A rollback is recognised by any of its marks: its creator, the deployment it undoes, our text in its description, our
 * token on the stack update it belongs to, or a stack that is rolling back. It is not known whether CodeDeploy names that
 * stack; the function's tags do, and the stack's events show its operation at the time.
 */
export function describeDeployment({ deployments, functionTags, stacks, catalog }: DescribeDeploymentDeps) {
  return async ({
    deploymentId,
  }: z.infer<typeof describeDeploymentInput>): Promise<DeploymentDescription> => {
    const deployment = await find(deploymentId);
    const unmanaged = (reason: string) => ({ kind: 'unmanaged' as const, deploymentId, reason });
    if (deployment.computePlatform !== 'Lambda') {
      return unmanaged(`it deploys to ${deployment.computePlatform || 'an unknown platform'}, not to Lambda`);
    }
    const change = await deployments.versionChange(deploymentId);
    const origin = change && (await functionTags.originOf(change.function));
    const { application, deploymentGroup } = deployment;
    const services = await catalog.read();
    const clues = { application, deploymentGroup, moves: change, origin };
    const owner =
      ownerOfDeployment(services, clues) ??
      (origin && ownerOfDeployment(services, { ...clues, rootName: await rootOf(origin) }));
    if (!owner) {
      const made = origin ? ` (${origin.logicalId} of stack ${origin.stackName})` : '';
      const moved = change ? `, for ${change.function}:${change.alias}${made}` : '';
      return unmanaged(
        `no service of the catalog has application ${application} and group ${deploymentGroup}${moved}`,
      );
    }
    const { service } = owner.entry;
    const target = targetName(owner.target);
    const by = rollbackMark(deployment);
    if (by) return rollback(deployment, { service, target, by });

    if (!change) throw new TransientFailure(`Deployment ${deploymentId} does not show its versions yet.`);
    const byStack = await stackMark(deployment, change, owner.entry, origin);
    if (byStack) return rollback(deployment, { service, target, by: byStack });

    return { kind: 'release', deploymentId, service, target, ...change };
  };

  /** Name of the root stack, for a function of a nested stack: its tags name the nested one. */
  async function rootOf({ stackId }: FunctionOrigin): Promise<string | undefined> {
    try {
      const { rootId } = await stacks.describe(stackId);
      return rootId === undefined ? undefined : stackNameOf(rootId);
    } catch (error) {
      if (isStackMissing(error)) return undefined;
      throw error;
    }
  }

  async function find(deploymentId: string): Promise<Deployment> {
    try {
      return await deployments.get(deploymentId);
    } catch (error) {
      if ((error as Error).name !== 'DeploymentDoesNotExistException') throw error;
      throw new InvalidInput(`deploymentId: CodeDeploy knows no deployment "${deploymentId}" in this Region`);
    }
  }

  async function stackMark(
    deployment: Deployment,
    { fromVersion, toVersion }: VersionChange,
    entry: ServiceEntry,
    origin: FunctionOrigin | undefined,
  ) {
    const isBackwards = Number(toVersion) < Number(fromVersion);
    for (const stack of makersOf(deployment, entry, origin)) {
      const activity = await stacks.activityAt(stack, deployment.createdAt);
      // Somebody may also create a deployment by hand, while the stack is at rest.
      if (!activity || !(isMoving(activity) || isOfStack(deployment))) continue;
      if (isStackToken(activity.token)) return 'coordinator';
      if (isBackwards && activity.status.startsWith('UPDATE_ROLLBACK')) return 'cloudformation';
    }
    return undefined;
  }
}

/** Whether CodeDeploy itself shows that a stack created a deployment. */
function isOfStack({ stackId, creator }: Deployment): boolean {
  return stackId !== undefined || creator.startsWith('CloudFormation');
}

/** The stacks that may have created a deployment: a nested stack works within an update of the stack above it. */
function makersOf(
  { stackId }: Deployment,
  entry: ServiceEntry,
  origin: FunctionOrigin | undefined,
): readonly string[] {
  if (stackId !== undefined) return [stackId];
  if (!origin) return entry.stack === undefined ? [] : [entry.stack];
  const own = stacksOf(entry);
  return own.includes(origin.stackName) ? [origin.stackId] : [origin.stackId, ...own];
}

function rollback(
  { id, rollbackOf, description }: Deployment,
  whose: Pick<Extract<DeploymentDescription, { kind: 'rollback' }>, 'service' | 'target' | 'by'>,
): DeploymentDescription {
  const undone = rollbackOf ?? (isRollbackMarker(description) ? description.split(':')[2] : undefined);
  return { kind: 'rollback', deploymentId: id, ...whose, ...(undone && { rollbackOf: undone }) };
}
