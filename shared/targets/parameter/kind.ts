import { awsCommand, type Command, type Place, throughFile } from '../../by-hand/command.ts';
import type { Pace } from '../../ledger/pace-ledger.ts';
import { instant } from '../../mail/mail-text.ts';
import type { EntryOf } from '../shapes.ts';
import type { Planning, PlanWords, ReadMeaning, Restoration, SavedState } from '../target-kind.ts';
import { keptParameters, parameterTarget, verifyParameters } from './adapter.ts';
import { planParameters } from './plan.ts';
import { type ParameterPlan, type ParameterSnapshot, parameterShape } from './shapes.ts';

/** A third of the 3 requests a second of DescribeParameters (General Reference, Systems Manager quotas). */
const recorded: Pace = { of: 'recorded-parameters', perSecond: 1, burst: 1 };

/** Two thirds of Parameter Store's limit of writes a second (General Reference, Systems Manager quotas). */
const begun: Pace = { of: 'parameters', perSecond: 2, burst: 3 };

/** The saved state of parameters of Parameter Store. */
export const saved: SavedState<EntryOf<'parameter'>, ParameterSnapshot> = {
  recording: { pace: recorded, requests: 1 },
  isOnlyLive: true,
  async read({ parameterStore }, target) {
    const { name, path } = target;
    const parameters = await parameterStore.describe({ ...(name && { names: [name] }), path });
    return { kind: 'parameter', target: parameterShape.name(target), parameters };
  },
  /** Parameter Store keeps the newest 100 versions; an equal version number may belong to a recreated parameter. */
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

/** Planning of parameters of Parameter Store. */
export const planning: Planning<EntryOf<'parameter'>, ParameterSnapshot> = {
  plan: (deps, target, { goal, undone }) => planParameters(deps, target, goal, undone),
};

/** Restoration of parameters of Parameter Store. */
export const restoration: Restoration<ParameterPlan> = {
  adapter: ({ parameterStore }) => parameterTarget(parameterStore),
  verify: ({ parameterStore }, plan) => verifyParameters(parameterStore, plan),
  kept: ({ parameterStore }, plan) => keptParameters(parameterStore, plan),
  pace: ({ parameters }) => ({ pace: begun, count: parameters.length }),
  /** 3 writes a second, shared with the whole account. */
  deadlineMs: () => 30 * 60_000,
};

/** Words for that plan. */
export const words: PlanWords<ParameterPlan> = {
  inWords: ({ target, parameters }) =>
    parameters
      .map(({ name, fromVersion, toVersion, setSince }) => {
        const way = setSince
          ? `version ${fromVersion} stays: somebody set it ${instant(setSince)}, after the release`
          : `back from version ${fromVersion} to version ${toVersion}`;
        return name === target ? way : `${name} ${way}`;
      })
      .join(', '),
  inShort: ({ parameters }) =>
    parameters
      .map(({ name, fromVersion, toVersion, setSince }) =>
        setSince
          ? `${name} stays on version ${fromVersion}`
          : `${name} version ${fromVersion} -> ${toVersion}`,
      )
      .join(', '),
  byHand: ({ parameters }, { place }) =>
    parameters
      .filter(({ setSince }) => !setSince)
      .map((parameter) => ({
        say: `Write version ${parameter.toVersion} of ${parameter.name} once more:`,
        run: command(place, parameter),
      })),
};

/** In JSON the value keeps a line break at its end, and the AWS CLI does not take `file:///etc/passwd` for a file. */
function command(
  place: Place,
  { name, toVersion, type, tier, keyId }: ParameterPlan['parameters'][number],
): Command {
  return throughFile(
    awsCommand(place, 'ssm get-parameter', {
      name: `${name}:${toVersion}`,
      'with-decryption': true,
      query: 'Parameter.{Value: Value}',
      output: 'json',
    }),
    awsCommand(place, 'ssm put-parameter', {
      name,
      type,
      tier,
      ...(keyId && { 'key-id': keyId }),
      overwrite: true,
    }),
  );
}

/** The actual state of an entry's parameters. */
export const meaning: ReadMeaning<EntryOf<'parameter'>> = async ({ parameterStore }, target) => {
  const found = await parameterStore.describe(
    target.path === undefined ? { names: [target.name ?? ''] } : { path: target.path },
  );
  if (found.length === 0) return { missing: `there is no parameter ${parameterShape.name(target)}` };
  return { means: found.map(({ name, version }) => `${name} (version ${version})`).join(', ') };
};
