import type { ParameterStore, ParameterValue } from '../../aws/parameter-store.ts';
import { NoWayBack, TargetNotRestored } from '../../errors.ts';
import { instant } from '../../mail/mail-text.ts';
import type { ChangeContext, Standing, TargetAdapter } from '../target-adapter.ts';
import type { ParameterPlan } from './shapes.ts';

/**
 * Writes in one step. Parameter Store allows 3 a second for the whole account, and a step has to end well within its
 * function's 50 s, waits for throttling included; the next step does the rest.
 */
const writesPerStep = 20;

/** Writes in one step with labels: three calls for each parameter, of which Parameter Store allows 3 a second. */
const labelledPerStep = 7;

/**
 * Restores parameters by writing the value of the planned version as a new version, with the same type, tier and key. A
 * parameter that has that value already is left as it is; so is one that somebody else set after the release, before the
 * rollback was planned or since.
 */
export function parameterTarget(parameterStore: ParameterStore): TargetAdapter<ParameterPlan> {
  async function read({ parameters }: ParameterPlan): Promise<Standing> {
    const differing: string[] = [];
    for (const one of parameters) {
      const { live, goal } = await values(parameterStore, one);
      if (live?.value !== goal.value && !isKept(one, live)) differing.push(one.name);
    }
    return differing.length === 0
      ? { is: 'restored', detail: describeParameters(parameters) }
      : { is: 'stranded', detail: `not yet on the value of before: ${differing.join(', ')}` };
  }

  async function start({ parameters, labels }: ParameterPlan, context: ChangeContext): Promise<Standing> {
    const done: string[] = [];
    const back: ParameterPlan['parameters'] = [];
    const kept: string[] = [];
    let left = 0;
    for (const one of parameters) {
      const { live, goal } = await values(parameterStore, one);
      if (live?.value === goal.value) {
        back.push(one);
        continue;
      }
      if (!live || isKept(one, live)) {
        kept.push(inWords(one, live));
        continue;
      }
      if (done.length === (labels ? labelledPerStep : writesPerStep)) left += 1;
      else done.push(await write(one, goal.value, live.version, context, labels));
    }
    if (done.length === 0) {
      const already = back.length > 0 ? [`${describeParameters(back)} already`] : [];
      return { is: 'restored', detail: [...already, ...kept].join(', ') };
    }
    return left > 0
      ? { is: 'stranded', detail: `${done.join(', ')}; ${left} more to be written` }
      : { is: 'restored', detail: [...done, ...kept].join(', ') };
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
 * Reads the parameters again and describes them.
 *
 * @throws TargetNotRestored when one of them has another value than planned
 */
export async function verifyParameters(
  parameterStore: ParameterStore,
  { parameters }: ParameterPlan,
): Promise<string> {
  const found: string[] = [];
  for (const one of parameters) {
    const { live, goal } = await values(parameterStore, one);
    if (live?.value === goal.value) found.push(`${one.name} has the value of version ${one.toVersion}`);
    else if (isKept(one, live)) found.push(inWords(one, live));
    else {
      throw new TargetNotRestored(
        `${one.name} is on version ${live?.version ?? 'none'}, whose value is not that of version ${one.toVersion}.`,
      );
    }
  }
  return found.join(', ');
}

/** The parameters that somebody else set after the release to another value than planned, in words. */
export async function keptParameters(
  parameterStore: ParameterStore,
  { parameters }: ParameterPlan,
): Promise<string[]> {
  const kept: string[] = [];
  for (const one of parameters) {
    const { live, goal } = await values(parameterStore, one);
    if (live?.value !== goal.value && isKept(one, live)) kept.push(inWords(one, live));
  }
  return kept;
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

/** Whether somebody else set a parameter after the release: before the rollback was planned, or since. */
function isKept(
  { fromVersion, setSince }: ParameterPlan['parameters'][number],
  live: ParameterValue | undefined,
): boolean {
  return setSince !== undefined || live?.version !== fromVersion;
}

function inWords(
  { name, setSince }: ParameterPlan['parameters'][number],
  live: ParameterValue | undefined,
): string {
  if (!live) return `${name} was deleted by somebody meanwhile, and is left so`;
  const when = setSince === undefined ? 'meanwhile' : `${instant(setSince)}, after the release`;
  return `${name} is left on version ${live.version}, which somebody set ${when}`;
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
