import fc from 'fast-check';
import { AslError } from '../../asl/asl-error.ts';
import type { Retrier } from '../../asl/machine.ts';
import { matchesError, retryDelay } from '../../asl/run/error-matching.ts';
import { SeededRandom } from '../../random/seeded-random.ts';
import { giveBackClock, type Harness, INVOKE, output, play, types, work } from './harness.ts';

afterEach(giveBackClock);

/** Fails with each of the errors, then succeeds. */
function failing(harness: Harness, ...errors: string[]): Harness {
  const left = [...errors];
  return harness.on(INVOKE, () => {
    const error = left.shift();
    if (error !== undefined) throw new AslError(error);
    return 'done';
  });
}

const times = (harness: Harness) => harness.calls.map(({ time }) => time);

describe('Retry', () => {
  it('tries again after 1, 2 and 4 seconds by default, then gives up', async () => {
    const harness = failing(play(), 'E', 'E', 'E', 'E');
    const execution = await harness.run({ Work: work({ Retry: [{ ErrorEquals: ['E'] }] }) });
    expect(times(harness)).toEqual([0, 1, 3, 7]);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'E' });
  });

  it('continues with the result of the attempt that succeeds', async () => {
    const harness = failing(play(), 'E', 'E');
    expect(output(await harness.run({ Work: work({ Retry: [{ ErrorEquals: ['E'] }] }) }))).toBe('done');
  });

  it('follows AWS’s example of interval 3, attempts 2 and rate 1', async () => {
    const harness = failing(play(), 'E', 'E', 'E');
    await harness.run({
      Work: work({ Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 3, MaxAttempts: 2, BackoffRate: 1 }] }),
    });
    expect(times(harness)).toEqual([0, 3, 6]);
  });

  it('caps the delay at MaxDelaySeconds', async () => {
    const harness = failing(play(), 'E', 'E', 'E', 'E');
    await harness.run({
      Work: work({ Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 3, MaxAttempts: 3, MaxDelaySeconds: 5 }] }),
    });
    expect(times(harness)).toEqual([0, 3, 8, 13]);
  });

  it('never retries with MaxAttempts 0', async () => {
    const harness = failing(play(), 'E');
    const execution = await harness.run({
      Work: work({ Retry: [{ ErrorEquals: ['E'], MaxAttempts: 0 }, { ErrorEquals: ['States.ALL'] }] }),
    });
    expect(harness.calls).toHaveLength(1);
    expect(execution.error).toBe('E');
  });

  it('counts each retrier by itself, as in AWS’s complex example', async () => {
    const harness = failing(play(), 'ErrorA', 'ErrorB', 'ErrorC', 'ErrorB');
    const execution = await harness.run({
      X: work({
        Retry: [
          { ErrorEquals: ['ErrorA', 'ErrorB'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 2 },
          { ErrorEquals: ['ErrorC'], IntervalSeconds: 5 },
        ],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Z' }],
      }),
      Z: { Type: 'Succeed', Output: '{% $states.input.Error %}' },
    });
    expect(times(harness)).toEqual([0, 1, 3, 8]);
    expect(output(execution)).toBe('ErrorB');
  });

  it('draws the delay between 0 and its length with full jitter, the same for the same seed', async () => {
    const retry = { ErrorEquals: ['E'], IntervalSeconds: 100, MaxAttempts: 1, JitterStrategy: 'FULL' };
    const waits: number[] = [];
    for (const seed of [1, 1, 2]) {
      const harness = failing(play({ seed }), 'E');
      harness.start(harness.create({ Work: work({ Retry: [retry] }) }), {}, 'jitter');
      await harness.settle();
      waits.push(harness.seconds());
    }
    expect(waits[0]).toBe(waits[1]);
    expect(waits[0]).not.toBe(waits[2]);
    for (const wait of waits) expect(wait).toBeLessThan(100);
  });

  it('evaluates the arguments again, with the number of retries in the context', async () => {
    const harness = failing(play(), 'E', 'E');
    await harness.run({
      Work: work({
        Arguments: { Payload: '{% $states.context.State.RetryCount %}' },
        Retry: [{ ErrorEquals: ['E'] }],
      }),
    });
    expect(harness.calls.map(({ args }) => args)).toEqual([{ Payload: 0 }, { Payload: 1 }, { Payload: 2 }]);
    expect(harness.calls.map(({ context }) => context.retryCount)).toEqual([0, 1, 2]);
  });

  it('records each attempt and bills each retry as a transition', async () => {
    const harness = failing(play(), 'E');
    const execution = await harness.run({ Work: work({ Retry: [{ ErrorEquals: ['E'] }] }) });
    expect(types(execution).slice(1, -2)).toEqual([
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskFailed',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
    ]);
    expect(execution.stateTransitions).toBe(2);
  });

  it('starts counting from 0 when the state is entered again', async () => {
    const harness = failing(play(), 'E', 'E');
    harness.tasks.set(INVOKE, () => {
      if (harness.calls.length % 2 === 1) throw new AslError('E');
      return harness.calls.length;
    });
    const execution = await harness.run({
      Work: work({ Retry: [{ ErrorEquals: ['E'], MaxAttempts: 1 }], End: undefined, Next: 'More' }),
      More: {
        Type: 'Choice',
        Choices: [{ Condition: '{% $states.input < 6 %}', Next: 'Work' }],
        Default: 'Done',
      },
      Done: { Type: 'Succeed' },
    });
    expect(execution.status).toBe('SUCCEEDED');
    expect(harness.calls).toHaveLength(6);
  });

  it('retries a query error, which is recorded each time', async () => {
    const harness = play().on(INVOKE, () => harness.calls.length);
    const execution = await harness.run({
      Work: work({
        Output: '{% $states.result >= 2 ? $states.result : $states.input.absent %}',
        Retry: [{ ErrorEquals: ['States.QueryEvaluationError'] }],
      }),
    });
    expect(output(execution)).toBe(2);
    expect(types(execution).filter((type) => type === 'EvaluationFailed')).toHaveLength(1);
  });

  it('reports the retrier taken', async () => {
    const harness = failing(play(), 'B');
    await harness.run({ Work: work({ Retry: [{ ErrorEquals: ['A'] }, { ErrorEquals: ['B'] }] }) });
    expect(harness.routes).toMatchObject([{ state: 'Work', route: 'retry', index: 1, error: 'B' }]);
  });
});

describe('retryDelay', () => {
  const random = () => new SeededRandom(1);

  it('never exceeds MaxDelaySeconds, and jitter only shortens it', () => {
    fc.assert(
      fc.property(
        fc.record({
          intervalSeconds: fc.integer({ min: 1, max: 1000 }),
          backoffRate: fc.double({ min: 1, max: 10, noNaN: true }),
          maxDelaySeconds: fc.integer({ min: 1, max: 5000 }),
          taken: fc.integer({ min: 0, max: 20 }),
        }),
        ({ taken, ...fields }) => {
          const retrier: Retrier = { errorEquals: [], maxAttempts: 99, fullJitter: false, ...fields };
          const plain = retryDelay(retrier, taken, random);
          const jittered = retryDelay({ ...retrier, fullJitter: true }, taken, random);
          return plain <= fields.maxDelaySeconds * 1000 && jittered >= 0 && jittered <= plain;
        },
      ),
    );
  });
});

describe('matchesError', () => {
  const matches = (name: string, error: string, aliases: string[] = []) =>
    matchesError([name], new AslError(error, undefined, aliases));

  it('matches an error by its exact name', () => {
    expect(matches('Lambda.Unknown', 'Lambda.Unknown')).toBe(true);
    expect(matches('lambda.unknown', 'Lambda.Unknown')).toBe(false);
  });

  it('matches States.ALL with everything but States.Runtime and States.DataLimitExceeded', () => {
    for (const error of ['X', 'States.Timeout', 'States.TaskFailed', 'States.QueryEvaluationError', '']) {
      expect(matches('States.ALL', error)).toBe(true);
    }
    expect(matches('States.ALL', 'States.Runtime')).toBe(false);
    expect(matches('States.ALL', 'States.DataLimitExceeded')).toBe(false);
  });

  it('matches States.TaskFailed with everything but States.Timeout and the two above', () => {
    for (const error of ['X', 'States.Permissions', 'States.QueryEvaluationError']) {
      expect(matches('States.TaskFailed', error)).toBe(true);
    }
    for (const error of ['States.Timeout', 'States.Runtime', 'States.DataLimitExceeded']) {
      expect(matches('States.TaskFailed', error)).toBe(false);
    }
  });

  it('matches a missed heartbeat by both of its names', () => {
    expect(matches('States.HeartbeatTimeout', 'States.Timeout', ['States.HeartbeatTimeout'])).toBe(true);
    expect(matches('States.Timeout', 'States.Timeout', ['States.HeartbeatTimeout'])).toBe(true);
    expect(matches('States.HeartbeatTimeout', 'States.Timeout')).toBe(false);
  });

  it('matches States.DataLimitExceeded only by name and States.Runtime not at all', () => {
    expect(matches('States.DataLimitExceeded', 'States.DataLimitExceeded')).toBe(true);
    expect(matches('States.Runtime', 'States.Runtime')).toBe(false);
  });
});
