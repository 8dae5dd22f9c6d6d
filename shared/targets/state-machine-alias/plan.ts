import type { StateMachineAliases } from '../../aws/state-machine-aliases.ts';
import type { ReleaseRecord } from '../../ledger/records.ts';
import { hadOf } from '../changed-since.ts';
import type { PlannedTarget, PlanScope } from '../target-kind.ts';
import { inWords, newestOf, sameRoutes, versionsIn } from './routes.ts';
import type { Routes, StateMachineAliasSnapshot } from './shapes.ts';

/** AWS clients for planning an alias of a state machine. */
export interface PlanStateMachineAliasDeps {
  readonly stateMachineAliases: Pick<StateMachineAliases, 'find'>;
}

/**
 * Plans the restoration of an alias of a state machine. An alias that somebody moved after the release to an older version,
 * which no undone or bad release had, is left alone.
 */
export async function planStateMachineAlias(
  { stateMachineAliases }: PlanStateMachineAliasDeps,
  { goal, undone, earlier }: Pick<PlanScope<StateMachineAliasSnapshot>, 'goal' | 'undone' | 'earlier'>,
): Promise<PlannedTarget> {
  if (!goal) return { reason: 'no version of it is recorded from before' };
  const { target, stateMachine, alias, routes: toRoutes, digest: toDigest } = goal;
  const fromRoutes = await stateMachineAliases.find(goal);
  if (!fromRoutes) {
    return { reason: 'it is gone: the release took it away, and only its stack can make it anew' };
  }
  if (sameRoutes(fromRoutes, toRoutes)) {
    return { reason: `it is on ${inWords(fromRoutes)}, as in that release` };
  }
  if (isSomebodys(fromRoutes, goal, { undone, earlier })) {
    return {
      reason: `somebody put it on ${inWords(fromRoutes)} after the release, and it is left alone`,
      kept: true,
    };
  }
  return {
    kind: 'state-machine-alias',
    phase: 'traffic',
    target,
    stateMachine,
    alias,
    fromRoutes,
    toRoutes,
    ...(toDigest !== undefined && { toDigest }),
  };
}

/**
 * Whether somebody went back by hand: to a version older than the undone one, since a newer version is a release of its own.
 */
function isSomebodys(
  live: Routes,
  goal: StateMachineAliasSnapshot,
  { undone, earlier }: Pick<PlanScope<StateMachineAliasSnapshot>, 'undone' | 'earlier'>,
): boolean {
  const had = versionsOf(undone, goal);
  if (had.length === 0) return false;
  const bad = earlier.filter(({ verdict, undoneBy }) => verdict === 'bad' || undoneBy !== undefined);
  const known = [...had, ...versionsOf(bad, goal), ...versionsIn(goal.routes)];
  const strange = versionsIn(live).filter((version) => !known.includes(version));
  return strange.some((version) => Number(version) < newestOf(had));
}

function versionsOf(releases: readonly ReleaseRecord[], goal: StateMachineAliasSnapshot): string[] {
  return hadOf(releases, goal).flatMap(({ routes }) => versionsIn(routes));
}
