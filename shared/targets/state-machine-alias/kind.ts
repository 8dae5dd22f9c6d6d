import type { Pace } from '../../ledger/pace-ledger.ts';
import type { EntryOf } from '../shapes.ts';
import type { Planning, PlanWords, ReadMeaning, Restoration, SavedState } from '../target-kind.ts';
import { stateMachineAliasTarget, verifyStateMachineAlias } from './adapter.ts';
import { routeCommand } from './by-hand.ts';
import { planStateMachineAlias } from './plan.ts';
import { aloneIn, inWords, versionsIn } from './routes.ts';
import {
  type StateMachineAliasPlan,
  type StateMachineAliasSnapshot,
  stateMachineAliasShape,
} from './shapes.ts';

/**
 * All callers of an account may describe one alias a second, after a burst of 200 (Step Functions quotas, "API action
 * throttling"): a third of that.
 */
const recorded: Pace = { of: 'recorded-state-machine-aliases', perSecond: 0.3, burst: 60 };

/** Four reads of each alias, and one update, which is limited to one a second too, after a burst of 100. */
const begun: Pace = { of: 'state-machine-aliases', perSecond: 0.2, burst: 20 };

/** The saved state of an alias of a state machine. */
export const saved: SavedState<EntryOf<'state-machine-alias'>, StateMachineAliasSnapshot> = {
  recording: { pace: recorded, requests: 1 },
  isOnlyLive: true,
  async read({ stateMachineAliases }, target, { physicalIds }) {
    const { alias } = target;
    const stateMachine = await stateMachineAliases.arnOf(
      physicalIds.get(target.stateMachine) ?? target.stateMachine,
    );
    const routes = stateMachine && (await stateMachineAliases.find({ stateMachine, alias }));
    // A release may remove a workflow.
    if (!stateMachine || !routes) return undefined;
    const alone = aloneIn(routes);
    const version = alone === undefined ? undefined : await stateMachineAliases.version(stateMachine, alone);
    return {
      kind: 'state-machine-alias',
      target: stateMachineAliasShape.name(target),
      stateMachine,
      alias,
      routes: [...routes],
      ...(version?.digest !== undefined && { digest: version.digest }),
    };
  },
  async missing({ stateMachineAliases }, { target, stateMachine, routes }) {
    for (const version of versionsIn(routes)) {
      if (!(await stateMachineAliases.version(stateMachine, version))) {
        return `version ${version} of the state machine of ${target} is gone`;
      }
    }
    return undefined;
  },
  describe: ({ routes }) => ({ live: inWords(routes) }),
  objection: ({ target, routes }) =>
    aloneIn(routes) === undefined ? `${target} splits its executions` : undefined,
};

/** Planning of an alias of a state machine. */
export const planning: Planning<EntryOf<'state-machine-alias'>, StateMachineAliasSnapshot> = {
  plan: (deps, _target, scope) => planStateMachineAlias(deps, scope),
};

/** Restoration of an alias of a state machine. Running executions keep their version. */
export const restoration: Restoration<StateMachineAliasPlan> = {
  adapter: ({ stateMachineAliases }) => stateMachineAliasTarget(stateMachineAliases),
  verify: ({ stateMachineAliases }, plan) => verifyStateMachineAlias(stateMachineAliases, plan),
  pace: () => ({ pace: begun, count: 1 }),
  /** The change takes effect at once; half an hour outlasts any throttling. */
  deadlineMs: () => 30 * 60_000,
};

/** Words for that plan. */
export const words: PlanWords<StateMachineAliasPlan> = {
  inWords: ({ fromRoutes, toRoutes }) => `back from ${inWords(fromRoutes)} to ${inWords(toRoutes)}`,
  inShort: ({ fromRoutes, toRoutes }) => `${inWords(fromRoutes)} -> ${inWords(toRoutes)}`,
  byHand: (plan, { place }) => [
    {
      say: 'Point the alias of the state machine back. Executions that run already keep their version:',
      run: routeCommand(place, plan),
    },
  ],
};

/** The actual state of an entry's alias. */
export const meaning: ReadMeaning<EntryOf<'state-machine-alias'>> = async (
  { stateMachineAliases },
  target,
  physicalIds,
) => {
  const { alias } = target;
  const own = physicalIds.get(target.stateMachine);
  const stateMachine = await stateMachineAliases.arnOf(own ?? target.stateMachine);
  const routes = stateMachine && (await stateMachineAliases.find({ stateMachine, alias }));
  return routes
    ? { means: `${stateMachine.split(':').at(-1)}:${alias}, on ${inWords(routes)}` }
    : { missing: `there is no alias "${alias}" of a state machine "${target.stateMachine}"` };
};
