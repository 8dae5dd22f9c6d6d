import type { ParameterStore } from '../../aws/parameter-store.ts';
import { NoWayBack, TargetNotRestored } from '../../errors.ts';
import type { ChangeContext, Standing, TargetAdapter } from '../target-adapter.ts';
import type { ParameterPlan } from './shapes.ts';

/**
 * Writes in one step. Parameter Store takes 3 a second for the whole account, and a step has to end well within its
 * function's 50 s, waits for throttling included; what is left the next step does.
 */
const writesPerStep = 20;

/** The same with labels: three calls for each parameter, of which Parameter Store takes 3 a second. */
const labelledPerStep = 7;

/**
 * Puts parameters back by writing the value of the planned version as a new version, with the same type, tier and
 * key. A parameter that has that value already is left as it is; so is one that somebody else changed since the
 * rollback was planned, and then the target fails.
 */
export function parameterTarget(parameterStore: ParameterStore): TargetAdapter<ParameterPlan> {
  async function read({ parameters }: ParameterPlan): Promise<Standing> {
    const differing: string[] = [];
    for (const one of parameters) {
      const { live, goal } = await values(parameterStore, one);
      if (live?.value !== goal.value) differing.push(one.name);
    }
    return differing.length === 0
      ? { is: 'restored', detail: describeParameters(parameters) }
      : { is: 'stranded', detail: `not yet on the value of before: ${differing.join(', ')}` };
  }

  async function start({ parameters, labels }: ParameterPlan, context: ChangeContext): Promise<Standing> {
    const done: string[] = [];
    let left = 0;
    for (const one of parameters) {
      const { live, goal } = await values(parameterStore, one);
      if (live?.value === goal.value) continue;
      if (live?.version !== one.fromVersion) throw changedSince(one, live?.version, done);
      if (done.length === (labels ? labelledPerStep : writesPerStep)) left += 1;
      else done.push(await write(one, goal.value, live.version, context, labels));
    }
    if (done.length === 0) return { is: 'restored', detail: `${describeParameters(parameters)} already` };
    return left > 0
      ? { is: 'stranded', detail: `${done.join(', ')}; ${left} more to be written` }
      : { is: 'restored', detail: done.join(', ') };
  }

  async function write(
    one: ParameterPlan['parameters'][number],
    value: string,
    liveVersion: number,
    { beforeChange }: ChangeContext,
    labels = false,
  ): Promise<string> {
    await beforeChange();
    try {
      const written = await parameterStore.write(one, value);
      if (labels) {
        await parameterStore.label(one.name, one.fromVersion, 'bad');
        await parameterStore.label(one.name, written, 'good');
      }
      const raced =
        written === liveVersion + 1 ? '' : `, over version ${written - 1} that somebody else wrote meanwhile`;
      return `${one.name} has the value of version ${one.toVersion} again, as version ${written}${raced}`;
    } catch (error) {
      throw refusal(one.name, error);
    }
  }

  return { read, start };
}

/**
 * Reads the parameters once more and says how they are.
 *
 * @throws TargetNotRestored when one of them has another value than planned
 */
export async function verifyParameters(
  parameterStore: ParameterStore,
  { parameters }: ParameterPlan,
): Promise<string> {
  for (const one of parameters) {
    const { live, goal } = await values(parameterStore, one);
    if (live?.value !== goal.value) {
      throw new TargetNotRestored(
        `${one.name} is on version ${live?.version ?? 'none'}, whose value is not that of version ${one.toVersion}.`,
      );
    }
  }
  return describeParameters(parameters);
}

async function values(
  parameterStore: ParameterStore,
  { name, toVersion }: ParameterPlan['parameters'][number],
) {
  const goal = await parameterStore.value(name, toVersion);
  if (!goal) {
    throw new NoWayBack(
      `Version ${toVersion} of parameter ${name} is gone, and its value with it: write the last good value by hand.`,
    );
  }
  return { goal, live: await parameterStore.value(name) };
}

function changedSince(
  { name, fromVersion }: ParameterPlan['parameters'][number],
  live: number | undefined,
  done: readonly string[],
): TargetNotRestored {
  const now = live === undefined ? 'deleted' : `on version ${live}`;
  const before = done.length > 0 ? ` Done before: ${done.join(', ')}.` : '';
  return new TargetNotRestored(
    `${name} was on version ${fromVersion} when the rollback was planned and is ${now}: ` +
      `somebody else changed it meanwhile, and it is left alone.${before}`,
  );
}

function refusal(name: string, error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'ParameterMaxVersionLimitExceeded') return error;
  return new TargetNotRestored(
    `${name} has its 100 versions, and the oldest cannot be dropped because it has a label: ` +
      'remove the label (aws ssm unlabel-parameter-version), then start again.',
  );
}

function describeParameters(parameters: ParameterPlan['parameters']): string {
  const all = parameters.map(({ name, toVersion }) => `${name} has the value of version ${toVersion}`);
  return all.join(', ');
}
