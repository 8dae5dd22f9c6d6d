import type { Aliases, AliasState } from '../../aws/aliases.ts';
import type { Deployments } from '../../aws/deployments.ts';
import type { AliasKind } from '../../catalog/alias-kinds.ts';
import type { ReleaseRecord } from '../../ledger/records.ts';
import type { CodeDeployPlan } from '../codedeploy/shapes.ts';
import { rollbackMark } from '../rollback-marker.ts';
import type { EntryOf } from '../shapes.ts';
import type { PlannedTarget, Planning, PlanScope } from '../target-kind.ts';
import { type AliasSnapshot, aliasName } from './shapes.ts';

/** What planning an alias reads of AWS. */
export interface PlanAliasDeps {
  readonly deployments: Pick<Deployments, 'listSince'>;
  readonly aliases: Pick<Aliases, 'get'>;
}

/**
 * Plans the way back of an alias: by its deployment group where a deployment moved it, by the alias itself
 * otherwise.
 */
export async function planAlias(
  deps: PlanAliasDeps,
  target: EntryOf<AliasKind>,
  { goal, bad, earlier }: Pick<PlanScope<AliasSnapshot>, 'goal' | 'bad' | 'earlier'>,
): Promise<PlannedTarget> {
  const name = aliasName(target);
  const deployment = Object.values(bad.deployments).find((one) => one.target === name);
  if (!goal) {
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

/** How the way back of an alias is planned, whoever moves it. */
export const aliasPlanning: Planning<EntryOf<AliasKind>, AliasSnapshot> = { plan: planAlias };

/**
 * The deployment of a release that the ledger does not know, because its watch broke off before it was recorded:
 * while it runs, it moves the alias, so that it has to be stopped like any other. Its deployment group is the one
 * that an earlier release of the target went through.
 */
async function unseenDeployment(
  { deployments }: PlanAliasDeps,
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
