import { isAtRest } from '../../../shared/aws/stacks.ts';
import { isAlias } from '../../../shared/catalog/alias-kinds.ts';
import type { ServiceEntry } from '../../../shared/catalog/service-entry.ts';
import type { Move } from '../../../shared/cut/selection.ts';
import {
  type BroughtVersion,
  broughtBy,
  type MovedAlias,
  movedAlone,
  type ReleaseRecord,
  type WatchedDeployment,
} from '../../../shared/ledger/records.ts';
import { instant } from '../../../shared/mail/mail-text.ts';
import type { StackPlan, StackRebuildPlan } from '../../../shared/targets/cloudformation/shapes.ts';
import { usualSeconds } from '../../../shared/targets/expected-duration.ts';
import { planningOf } from '../../../shared/targets/kinds.ts';
import type { ReleaseChange, ServicePlan } from '../../../shared/targets/service-plan.ts';
import {
  savedOf,
  type TargetEntry,
  type TargetPlan,
  type TargetSnapshot,
  targetName,
} from '../../../shared/targets/shapes.ts';
import type { PlanTargetDeps } from '../../../shared/targets/target-kind.ts';
import { planStacks } from './plan-stacks.ts';
import { isStateBefore, type PlannedIncident } from './release-timeline.ts';
import { causeInWords, objectionInWords } from './rollback-reasons.ts';
import { type StackComparison, savedStacks } from './stack-comparison.ts';
import type { WaysBack } from './ways-back.ts';

/** Clients for planning a service. */
export interface PlanServiceDeps extends PlanTargetDeps {
  readonly comparison: StackComparison;
  readonly ways: WaysBack;
}

/** A service's plan by itself: its order is a matter of the whole plan. */
export type UnorderedServicePlan = Omit<ServicePlan, 'waitsFor' | 'notifies' | 'rest' | 'plannedAt'>;

/**
 * Plans the rollback of one service by its selected move.
 *
 * @param releases all its releases, newest first
 */
export async function planService(
  deps: PlanServiceDeps,
  entry: ServiceEntry,
  move: Move<ReleaseRecord>,
  releases: readonly ReleaseRecord[],
  incident: PlannedIncident,
): Promise<UnorderedServicePlan> {
  const own = entry.service === incident.service;
  const bad = undoneAsOne(move.undone, own ? incident.releaseId : undefined);
  const earlier = releases.filter(({ startedAt }) => startedAt < bad.startedAt);
  const toRelease = isStateBefore(move.to) ? undefined : move.to.releaseId;
  const isBack = wasPutBack(releases[0], toRelease, incident);
  const restoration = {
    snapshot: move.to.snapshot ?? [],
    undoneSince: move.undone.at(-1)?.startedAt ?? bad.startedAt,
  };
  const planned: TargetPlan[] = [];
  const unchanged: { target: string; reason: string; kept?: true }[] = [];
  for (const target of targetsOf(entry, bad)) {
    if (target.kind === 'cloudformation') continue;
    const goal = savedOf(target, restoration.snapshot);
    const one = await planningOf(target).plan(deps, target, {
      goal,
      bad,
      undone: move.undone,
      earlier,
      isBack,
    });
    if ('reason' in one) unchanged.push({ target: targetName(target), ...one });
    else planned.push(one);
  }
  const change = own ? await changeOf(deps.comparison, entry, bad, restoration.snapshot, earlier) : undefined;
  const usual = usualSeconds(releases);
  const { rebuilds = [] } = await deps.ways.to(move.to);
  const onBuilt = planned.map((target) => onBuiltVersion(target, rebuilds));
  const traffic = [...neededBy(onBuilt, rebuilds), ...onBuilt];
  const stacks = await planStacks(deps.comparison, entry, bad, restoration, traffic);
  return {
    service: entry.service,
    fromRelease: bad.releaseId,
    ...(toRelease && { toRelease }),
    reason: reasonOf(move, own),
    targets: [...stacks.targets],
    unchanged: [...unchanged, ...stacks.unchanged],
    ...(stacks.order && { order: [...stacks.order] }),
    ...(entry.policy.onFailure === 'continue' && { onFailure: 'continue' as const }),
    ...(usual !== undefined && { usualSeconds: usual }),
    ...(change && { change }),
    undoes: move.undone.map(({ releaseId }) => releaseId),
    risks: [...(await risksOf(deps, move, stacks.targets)), ...stacks.risks],
  };
}

/**
 * The targets of a service for its rollback: those of its entry, and aliases of the undone release that the catalog does not
 * know yet. Their functions may have been added since it was compiled.
 */
function targetsOf({ targets }: ServiceEntry, bad: ReleaseRecord): TargetEntry[] {
  const known = new Map(targets.map((target) => [targetName(target), target]));
  for (const { target, alias, ...one } of broughtBy(bad)) {
    const kind = 'deploymentId' in one ? 'codedeploy' : 'lambda-alias';
    // FUNCTION:ALIAS, where the function may be an ARN.
    const named = target.slice(0, -(alias.length + 1));
    if (!known.has(target)) known.set(target, { kind, function: named, alias });
  }
  return [...known.values()];
}

/** An alias whose version is rebuilt goes to the version that its stack publishes. */
function onBuiltVersion(target: TargetPlan, rebuilds: readonly StackRebuildPlan[]): TargetPlan {
  if (!isAlias(target)) return target;
  for (const { stack, builds } of rebuilds) {
    const found = builds.find(
      ({ function: name, version }) => name === target.function && version === target.toVersion,
    );
    if (found) return { ...target, builtBy: { stack, versionId: found.versionId } };
  }
  return target;
}

/** The rebuilds that aliases of a plan wait for: an alias that stays needs no version. */
function neededBy(planned: readonly TargetPlan[], rebuilds: readonly StackRebuildPlan[]): StackRebuildPlan[] {
  const isNeeded = (versionId: string) =>
    planned.some((target) => isAlias(target) && target.builtBy?.versionId === versionId);
  return rebuilds
    .map((one) => ({ ...one, builds: one.builds.filter(({ versionId }) => isNeeded(versionId)) }))
    .filter(({ builds }) => builds.length > 0);
}

/** Changes of the bad release to its stack. */
async function changeOf(
  comparison: StackComparison,
  entry: ServiceEntry,
  bad: ReleaseRecord,
  snapshot: readonly TargetSnapshot[],
  earlier: readonly ReleaseRecord[],
): Promise<ReleaseChange | undefined> {
  const goal = savedStacks(entry, snapshot).find(({ stack }) => stack === bad.stack);
  if (!goal) return undefined;
  const keys = earlier.flatMap((release) =>
    savedStacks(entry, release.snapshot ?? []).flatMap(({ processedKey }) => processedKey ?? []),
  );
  return comparison.change(goal.stack, goal, new Set(keys));
}

/** Whether an earlier attempt of the incident finished the service, and nobody has released it since. */
function wasPutBack(
  live: ReleaseRecord | undefined,
  toRelease: string | undefined,
  { releaseId }: PlannedIncident,
): boolean {
  return live?.restoredBy === releaseId && live.restores !== undefined && live.restores === toRelease;
}

/**
 * The undone releases combined: for every target the newest deployment, or the newest move without one, since a release
 * changes only some of a service's functions.
 *
 * @param badId the bad release itself, whose name is used; the newest one if another service's release is bad
 */
function undoneAsOne(undone: Move<ReleaseRecord>['undone'], badId: string | undefined): ReleaseRecord {
  const bad = undone.find(({ releaseId }) => releaseId === badId) ?? undone[0];
  const newest = new Map<string, WatchedDeployment>();
  const moved = new Map<string, MovedAlias>();
  for (const release of undone) {
    const isOlder = ({ target }: BroughtVersion) => newest.has(target) || moved.has(target);
    const alone = movedAlone(release).filter((one) => !isOlder(one));
    for (const one of Object.values(release.deployments)) if (!isOlder(one)) newest.set(one.target, one);
    for (const one of alone) moved.set(one.target, one);
  }
  const stack = undone.find((one) => one.stack)?.stack;
  return {
    ...bad,
    ...(stack && { stack }),
    deployments: Object.fromEntries([...newest.values()].map((one) => [one.deploymentId, one])),
    ...(moved.size > 0 && { moved: Object.fromEntries(moved) }),
  };
}

function reasonOf({ to, causes }: Move<ReleaseRecord>, own: boolean): string {
  if (isStateBefore(to)) {
    return 'to the versions from before the deployment; no release of the service has been verified good yet';
  }
  const proved = to.verdict === 'served-well' ? 'proved while it served' : 'verified good';
  const goal = `to the release of ${instant(to.startedAt)}, the newest one ${proved}`;
  return own
    ? `${goal} that still exists`
    : `${causeInWords(causes[0])}; ${goal} from before that which still exists`;
}

async function risksOf(
  { comparison }: PlanServiceDeps,
  { to, passedOver }: Move<ReleaseRecord>,
  targets: readonly TargetPlan[],
): Promise<string[]> {
  const risks = passedOver
    .filter(({ objection }) => objection.kind === 'missing')
    .map(
      ({ release, objection }) =>
        `${release.releaseId} is passed over: ${objectionInWords(release, objection)}`,
    );
  for (const target of targets) {
    if (target.kind !== 'stack-rebuild') continue;
    risks.push(
      `${target.stack} has to build code anew, which takes minutes, and fails where the code object is no longer in its bucket, or where Lambda has a version with the same code already`,
    );
  }
  risks.push(...coldStarts(to.snapshot ?? [], targets));
  for (const target of targets) {
    if (target.kind !== 'cloudformation') continue;
    const { status } = await comparison.state(target.stack);
    if (!target.role && !target.waitOnly) {
      risks.push(
        `stack ${target.stack} has no service role: its aliases are pinned, and the rest of it is left to somebody who may deploy it`,
      );
    }
    if (target.role?.attach) {
      risks.push(
        `stack ${target.stack} has no service role and gets ${target.role.arn}, as the catalog says: it keeps that for good, for all operations of everybody`,
      );
    }
    // The rollback waits until a running operation has ended.
    const isFine = isAtRest({ status }) || status.endsWith('_IN_PROGRESS');
    if (!isFine) risks.push(`stack ${target.stack} is ${status}${whatCanBeDone(status, target)}`);
  }
  return risks;
}

/** The adapter's options for a stack that is not updatable. */
function whatCanBeDone(status: string, { waitOnly, skipResources }: StackPlan): string {
  if (waitOnly) return ', which is left to a person: the catalog does not make it a target';
  if (status === 'UPDATE_FAILED') return ': it is rolled back first';
  if (status !== 'UPDATE_ROLLBACK_FAILED') return ', which needs a person';
  const skipping = skipResources ? `, if need be without ${skipResources.join(', ')}` : '';
  return `: its rollback is continued first${skipping}`;
}

/**
 * Aliases with provisioned concurrency, as recorded with the release: Lambda allocates it again on the restored version,
 * which takes minutes (Lambda developer guide, "Configuring provisioned concurrency").
 */
function coldStarts(snapshot: readonly TargetSnapshot[], targets: readonly TargetPlan[]): string[] {
  return snapshot.filter(isAlias).flatMap(({ target, provisioned, version }) => {
    if (!provisioned || !targets.some((one) => one.target === target)) return [];
    const executions =
      provisioned === 1 ? '1 provisioned execution' : `${provisioned} provisioned executions`;
    return `${target} has ${executions}: until Lambda has prepared them on version ${version}, requests meet cold starts`;
  });
}
