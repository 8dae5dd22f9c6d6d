import { type Aliases, type AliasState, isAlone } from '../../aws/aliases.ts';
import type { Deployments } from '../../aws/deployments.ts';
import { type AliasKind, isAlias } from '../../catalog/alias-kinds.ts';
import { broughtBy, type ReleaseRecord, type WatchedDeployment } from '../../ledger/records.ts';
import type { CodeDeployPlan } from '../codedeploy/shapes.ts';
import { rollbackMark } from '../rollback-marker.ts';
import type { EntryOf } from '../shapes.ts';
import type { PlannedTarget, Planning, PlanScope } from '../target-kind.ts';
import { type AliasSnapshot, aliasName, type PlannedAlias } from './shapes.ts';

/** AWS clients for planning an alias. */
export interface PlanAliasDeps {
  readonly deployments: Pick<Deployments, 'get' | 'listSince'>;
  readonly aliases: Pick<Aliases, 'find' | 'codeOf'>;
}

/**
 * Plans the restoration of an alias: by its deployment group if a deployment moved it, otherwise by the alias itself. An
 * alias that somebody pointed at another version after the release stays there, and only the state of its stack has to
 * follow.
 */
export async function planAlias(
  deps: PlanAliasDeps,
  target: EntryOf<AliasKind>,
  { goal, bad, undone, earlier }: Pick<PlanScope<AliasSnapshot>, 'goal' | 'bad' | 'undone' | 'earlier'>,
): Promise<PlannedTarget> {
  const name = aliasName(target);
  const deployment = Object.values(bad.deployments).find((one) => one.target === name);
  if (!goal) {
    const isBrought = deployment !== undefined || bad.moved?.[name] !== undefined;
    return { reason: isBrought ? 'nothing is recorded of it before' : 'the release did not change it' };
  }
  const live = await deps.aliases.find(goal.function, goal.alias);
  const way = {
    target: name,
    function: goal.function,
    alias: goal.alias,
    toVersion: goal.version,
    toCodeSha256: goal.codeSha256,
    phase: 'traffic' as const,
    ...(live && (await theirs(deps, live, goal, { undone, earlier, deployment }))),
  };
  if (deployment) {
    const { application, deploymentGroup, deploymentId, toVersion: fromVersion } = deployment;
    return { kind: 'codedeploy', ...way, fromVersion, application, deploymentGroup, deploymentId };
  }
  if (!live) return { reason: 'it is gone: the release took it away, and only its stack can make it anew' };
  if (live.version === goal.version && isAlone(live)) {
    return { reason: `it is on version ${live.version}, as in that release` };
  }
  const unseen = target.kind === 'codedeploy' && (await unseenDeployment(deps, name, bad, earlier));
  return unseen
    ? { kind: 'codedeploy', ...way, fromVersion: newestOf(live), ...unseen }
    : { kind: 'lambda-alias', fromVersion: live.version, ...way };
}

/**
 * The plan of an alias that stays because somebody moved it after the release: to a version that no undone or bad release
 * brought in, and older than the undone one, since a newer version is a release of its own. While a deployment runs, and
 * after one that CodeDeploy rolled back, CodeDeploy decides on the alias.
 */
async function theirs(
  { deployments, aliases }: PlanAliasDeps,
  live: AliasState,
  goal: AliasSnapshot,
  {
    undone,
    earlier,
    deployment,
  }: Pick<PlanScope<AliasSnapshot>, 'undone' | 'earlier'> & {
    readonly deployment: WatchedDeployment | undefined;
  },
): Promise<Pick<PlannedAlias, 'fromVersion' | 'toVersion' | 'toCodeSha256' | 'insteadOf'> | undefined> {
  const { version } = live;
  const newest = newestUndone(goal.target, undone);
  if (newest === undefined || !isAlone(live) || version === goal.version) return undefined;
  if (Number(version) >= Number(newest)) return undefined;
  const bad = earlier.filter((one) => one.verdict === 'bad' || one.undoneBy !== undefined);
  if ([...undone, ...bad].some((one) => versionsOf(goal.target, one).includes(version))) return undefined;
  if (deployment && (await deployments.get(deployment.deploymentId)).status !== 'Succeeded') return undefined;
  const code = await aliases.codeOf(goal.function, version);
  return code === undefined
    ? undefined
    : { fromVersion: newest, toVersion: version, toCodeSha256: code, insteadOf: goal.version };
}

/** The newest version that the undone releases had of a target; undefined if none of them records one. */
function newestUndone(target: string, undone: readonly ReleaseRecord[]): string | undefined {
  return undone
    .flatMap((one) => versionsOf(target, one))
    .sort((a, b) => Number(b) - Number(a))
    .at(0);
}

/** The versions that a release brought in for a target, or recorded in its snapshot. */
function versionsOf(target: string, release: ReleaseRecord): string[] {
  const brought = broughtBy(release).filter((one) => one.target === target);
  const saved = (release.snapshot ?? []).filter(isAlias).filter((one) => one.target === target);
  return [...brought.map(({ toVersion }) => toVersion), ...saved.map((one) => one.version)];
}

/** Planning of an alias, with or without a deployment group. */
export const aliasPlanning: Planning<EntryOf<AliasKind>, AliasSnapshot> = { plan: planAlias };

/**
 * The deployment of a release that the ledger does not know, because its watch broke off before it was recorded: while it
 * runs, it moves the alias, so it has to be stopped like any other. Its deployment group is that of an earlier release of
 * the target.
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

/** The newest version in an alias's routing: during a shift, the one being shifted in. */
function newestOf({ version, weights }: AliasState): string {
  return [version, ...Object.keys(weights)].sort((a, b) => Number(b) - Number(a))[0] as string;
}
