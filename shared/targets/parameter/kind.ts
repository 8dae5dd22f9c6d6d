import type { Pace } from '../../ledger/pace-ledger.ts';
import type { EntryOf } from '../shapes.ts';
import type { Planning, PlanWords, Restoration, SavedState } from '../target-kind.ts';
import { parameterTarget, verifyParameters } from './adapter.ts';
import { planParameters } from './plan.ts';
import { type ParameterPlan, type ParameterSnapshot, parameterShape } from './shapes.ts';

/** A third of the 3 requests a second of DescribeParameters (General Reference, Systems Manager quotas). */
const recorded: Pace = { of: 'recorded-parameters', perSecond: 1, burst: 1 };

/** Two thirds of the writes a second that Parameter Store takes (General Reference, Systems Manager quotas). */
const begun: Pace = { of: 'parameters', perSecond: 2, burst: 3 };

/** What is saved of parameters of Parameter Store. */
export const saved: SavedState<EntryOf<'parameter'>, ParameterSnapshot> = {
  recording: { pace: recorded, requests: 1 },
  isOnlyLive: true,
  async read({ parameterStore }, target) {
    const { name, path } = target;
    const parameters = await parameterStore.describe({ ...(name && { names: [name] }), path });
    return { kind: 'parameter', target: parameterShape.name(target), parameters };
  },
  /** Parameter Store keeps the newest 100 versions; one of the same number may be of a parameter made anew. */
  async missing({ parameterStore }, { parameters }) {
    const kept = await parameterStore.writtenAt(parameters);
    const gone = parameters.find(
      ({ name, version, writtenAt }) => kept.get(`${name}:${version}`) !== writtenAt,
    );
    if (!gone) return undefined;
    return kept.has(`${gone.name}:${gone.version}`)
      ? `version ${gone.version} of parameter ${gone.name} is another one: the parameter was deleted and made anew`
      : `version ${gone.version} of parameter ${gone.name} is gone`;
  },
  describe: ({ parameters }) => ({
    live: parameters.map(({ name, version }) => `${name} version ${version}`).join(', ') || 'no parameter',
  }),
};

/** How the way back of parameters of Parameter Store is planned. */
export const planning: Planning<EntryOf<'parameter'>, ParameterSnapshot> = {
  plan: (deps, target, { goal }) => planParameters(deps, target, goal),
};

/** How parameters of Parameter Store go back. */
export const restoration: Restoration<ParameterPlan> = {
  adapter: ({ parameterStore }) => parameterTarget(parameterStore),
  verify: ({ parameterStore }, plan) => verifyParameters(parameterStore, plan),
  pace: ({ parameters }) => ({ pace: begun, count: parameters.length }),
  /** 3 writes a second, shared with the whole account. */
  deadlineMs: () => 30 * 60_000,
};

/** What is said of that. */
export const words: PlanWords<ParameterPlan> = {
  inWords: ({ target, parameters }) =>
    parameters
      .map(({ name, fromVersion, toVersion }) => {
        const way = `back from version ${fromVersion} to version ${toVersion}`;
        return name === target ? way : `${name} ${way}`;
      })
      .join(', '),
  inShort: ({ parameters }) =>
    parameters
      .map(({ name, fromVersion, toVersion }) => `${name} version ${fromVersion} -> ${toVersion}`)
      .join(', '),
  commands: ({ parameters }) => parameters.map(command),
};

/** The value goes from one command into the other, so that neither mail nor terminal shows it. */
function command({ name, toVersion, type, tier, keyId }: ParameterPlan['parameters'][number]): string {
  const value = `$(aws ssm get-parameter --name ${name}:${toVersion} --with-decryption --query Parameter.Value --output text)`;
  const key = keyId ? ` --key-id ${keyId}` : '';
  return `aws ssm put-parameter --name ${name} --type ${type} --tier ${tier}${key} --overwrite --value "${value}"`;
}
