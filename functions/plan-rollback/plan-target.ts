import type { Aliases, AliasState } from '../../shared/aws/aliases.ts';
import type { Deployments } from '../../shared/aws/deployments.ts';
import { type ServiceEntry, type TargetEntry, targetName } from '../../shared/catalog/service-entry.ts';
import type { ReleaseRecord, TargetSnapshot } from '../../shared/ledger/records.ts';
import type { ArtefactClients } from '../../shared/targets/missing-artefact.ts';
import { rollbackMark } from '../../shared/targets/rollback-marker.ts';
import type { CodeDeployPlan, TargetPlan } from '../../shared/targets/service-plan.ts';

/** What planning a target reads of AWS. */
export interface PlanTargetDeps extends ArtefactClients {
  readonly deployments: Deployments;
  readonly aliases: Aliases;
}

/** Where to go back to: a recorded good release, or the versions from before deployments that never completed. */
export interface WayBack {
  readonly releaseId: string | undefined;
  readonly reason: string;
  readonly snapshot: readonly TargetSnapshot[];
}

/**
 * Plans what is to be done to one target, or says why nothing is.
 *
 * @param earlier the releases before the bad one, newest first
 */
export async function planTarget(
  deps: PlanTargetDeps,
  entry: ServiceEntry,
  target: TargetEntry,
  bad: ReleaseRecord,
  earlier: readonly ReleaseRecord[],
  wayBack: WayBack,
): Promise<TargetPlan | { readonly reason: string }> {
  const name = targetName(target);
  const goal = wayBack.snapshot.find((one) => one.target === name);
  if (target.kind === 'cloudformation') {
    if (!bad.stack) return { reason: 'the release did not come through the stack' };
    return {
      kind: 'cloudformation',
      phase: 'stack',
      target: name,
      stack: target.stack ?? entry.stack ?? '',
      alarms: await alarmsOf(deps, entry, bad),
      ...(goal && { snapshot: goal }),
    };
  }
  const deployment = Object.values(bad.deployments).find((one) => one.target === name);
  if (!goal || goal.kind === 'cloudformation') {
    return { reason: deployment ? 'nothing is recorded of it before' : 'the release did not change it' };
  }
  const way = {
    target: name,
    function: goal.function,
    alias: goal.alias,
    toVersion: goal.version,
    toCodeSha256: goal.codeSha256,
    phase: 'traffic' as const,
  };
  if (deployment) {
    const { application, deploymentGroup, deploymentId, toVersion: fromVersion } = deployment;
    return { kind: 'codedeploy', ...way, fromVersion, application, deploymentGroup, deploymentId };
  }
  const live = await deps.aliases.get(goal.function, goal.alias);
  if (live.version === goal.version && Object.keys(live.weights).length === 0) {
    return { reason: `it is on version ${live.version}, as in that release` };
  }
  const unseen = target.kind === 'codedeploy' && (await unseenDeployment(deps, name, bad, earlier));
  return unseen
    ? { kind: 'codedeploy', ...way, fromVersion: newestOf(live), ...unseen }
    : { kind: 'lambda-alias', ...way, fromVersion: live.version };
}

/**
 * The deployment of a release that the ledger does not know, because its watch broke off before it was recorded:
 * while it runs, it moves the alias, so that it has to be stopped like any other. Its deployment group is the one
 * that an earlier release of the target went through.
 */
async function unseenDeployment(
  { deployments }: PlanTargetDeps,
  target: string,
  bad: ReleaseRecord,
  earlier: readonly ReleaseRecord[],
): Promise<Pick<CodeDeployPlan, 'application' | 'deploymentGroup' | 'deploymentId'> | undefined> {
  const known = earlier
    .flatMap((release) => Object.values(release.deployments))
    .find((one) => one.target === target);
  if (!known) return undefined;
  const { application, deploymentGroup } = known;
  const since = await deployments.listSince({ application, deploymentGroup }, Date.parse(bad.startedAt));
  const oldest = since.filter((one) => !rollbackMark(one)).at(-1);
  return oldest && { application, deploymentGroup, deploymentId: oldest.id };
}

/** The newest version an alias refers to: while traffic is shifted, that is the one shifted in. */
function newestOf({ version, weights }: AliasState): string {
  return [version, ...Object.keys(weights)].sort((a, b) => Number(b) - Number(a))[0] as string;
}

/** The declared alarms of the service and those of the deployment groups its stack update would go through. */
async function alarmsOf(deps: PlanTargetDeps, entry: ServiceEntry, bad: ReleaseRecord): Promise<string[]> {
  const names = new Set(entry.policy.alarms);
  for (const { application, deploymentGroup } of Object.values(bad.deployments)) {
    for (const name of await deps.deployments.groupAlarms(application, deploymentGroup)) names.add(name);
  }
  return [...names].sort();
}
