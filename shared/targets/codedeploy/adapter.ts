import type { Aliases } from '../../aws/aliases.ts';
import { type Deployment, isActive } from '../../aws/deployments.ts';
import { TargetSuperseded } from '../../errors.ts';
import { describeAlias, servesGoal } from '../alias/alias-check.ts';
import { rollbackMark, rollbackMarker } from '../rollback-marker.ts';
import type { ChangeContext, Standing, TargetAdapter, TargetContext } from '../target-adapter.ts';
import type { CodeDeployPlan } from './shapes.ts';
import { type StopDeps, stopDeployment } from './stop-deployment.ts';

/**
 * Time after the end of a deployment in which CodeDeploy may still name the deployment that rolls it back: it is not
 * documented whether `rollbackInfo` is present as soon as the status changes. Recorded rollbacks take 2 to 23 s.
 */
const rollbackGraceMs = 60_000;

/**
 * Restores a Lambda alias behind a deployment group.
 *
 * A deployment that still runs is stopped, once, and followed, as is CodeDeploy's own rollback of it; one that was stopped
 * or failed is followed. The coordinator moves the alias itself only if nothing else restores it: leftover weights are
 * cleared on the alias, and a completed deployment is undone by a deployment with the versions swapped. While somebody
 * else's deployment runs on the alias, we do not move it: the watch of that deployment stops it.
 */
export function codeDeployTarget({
  deployments,
  stops,
  aliases,
}: StopDeps & { readonly aliases: Aliases }): TargetAdapter<CodeDeployPlan> {
  async function read(plan: CodeDeployPlan, { now, incidentId }: TargetContext): Promise<Standing> {
    const bad = await deployments.get(plan.deploymentId);
    if (isActive(bad)) {
      return (await stops.isAsked(bad.id, { rollback: true }))
        ? { is: 'moving', detail: `deployment ${bad.id} is still ${bad.status}, and was asked to stop` }
        : { is: 'stranded', detail: `deployment ${bad.id} is still ${bad.status}` };
    }

    const rollback = bad.rollbackDeploymentId ? await deployments.get(bad.rollbackDeploymentId) : undefined;
    if (rollback && isActive(rollback)) {
      return { is: 'moving', detail: `CodeDeploy rolls ${bad.id} back by deployment ${rollback.id}` };
    }
    const state = await aliases.get(plan.function, plan.alias);
    if (await servesGoal(aliases, plan, state)) {
      const by =
        rollback?.status === 'Succeeded' ? ` (put back by CodeDeploy's deployment ${rollback.id})` : '';
      return { is: 'restored', detail: `${describeAlias(plan, state)}${by}` };
    }
    const own = await findOwn(plan, incidentId, bad.createdAt);
    if (own && isActive(own)) return { is: 'moving', detail: `our deployment ${own.id} is ${own.status}` };

    const endedAt = bad.completedAt ?? now;
    if (bad.status !== 'Succeeded' && !rollback && now - endedAt < rollbackGraceMs) {
      return {
        is: 'moving',
        detail: `deployment ${bad.id} is ${bad.status}; CodeDeploy may still roll it back`,
      };
    }
    return { is: 'stranded', detail: `${describeAlias(plan, state)}, and nothing takes it back` };
  }

  async function start(plan: CodeDeployPlan, context: ChangeContext): Promise<Standing> {
    const standing = await read(plan, context);
    if (standing.is !== 'stranded') return standing;

    const bad = await deployments.get(plan.deploymentId);
    if (isActive(bad)) {
      await context.beforeChange();
      await stopDeployment({ deployments, stops }, bad.id);
      return { is: 'moving', detail: `deployment ${bad.id} stopped, with rollback by CodeDeploy` };
    }
    const state = await aliases.get(plan.function, plan.alias);
    const since = await deployments.listSince(plan, bad.createdAt);
    const other = since.find((one) => isActive(one) && !rollbackMark(one));
    if (other) {
      return {
        is: 'moving',
        detail: `deployment ${other.id} of somebody else began meanwhile: it is left alone until it has ended`,
      };
    }
    const own = ownOf(since, plan, context.incidentId);
    const newer = since.find(
      (one) => one.status === 'Succeeded' && one.createdAt > context.plannedAt && !rollbackMark(one),
    );
    if (newer && !own) {
      throw new TargetSuperseded(
        `${describeAlias(plan, state)}: deployment ${newer.id} of somebody else completed after the rollback was planned`,
      );
    }
    // Weights make CodeDeploy refuse a deployment, and a failed deployment of ours would fail again.
    if (Object.keys(state.weights).length > 0 || own) {
      await context.beforeChange();
      const pointed = await aliases.point(plan.function, plan.alias, plan.toVersion, state.revisionId);
      return {
        is: 'moving',
        detail: pointed
          ? `alias pointed at version ${plan.toVersion} alone (was ${describeAlias(plan, state)})`
          : `${plan.function}:${plan.alias} was changed by somebody else just now`,
        ...(pointed && { pointed: plan }),
      };
    }
    await context.beforeChange();
    const id = await deployments.createRollback(
      plan,
      { function: plan.function, alias: plan.alias, fromVersion: state.version, toVersion: plan.toVersion },
      rollbackMarker(context.incidentId, plan.deploymentId),
    );
    return {
      is: 'moving',
      detail: `deployment ${id} created from version ${state.version} to ${plan.toVersion}`,
    };
  }

  async function findOwn(
    plan: CodeDeployPlan,
    incidentId: string,
    since: number,
  ): Promise<Deployment | undefined> {
    return ownOf(await deployments.listSince(plan, since), plan, incidentId);
  }

  return { read, start };
}

function ownOf(
  since: readonly Deployment[],
  plan: CodeDeployPlan,
  incidentId: string,
): Deployment | undefined {
  const marker = rollbackMarker(incidentId, plan.deploymentId);
  return since.find(({ description }) => description === marker);
}
