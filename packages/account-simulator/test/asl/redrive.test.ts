import { AslError } from '../../asl/asl-error.ts';
import { giveBackClock, type Harness, INVOKE, output, play, types, work } from './harness.ts';

afterEach(giveBackClock);

const DAY = 86_400;

/** Fails while `broken` holds. */
function fragile(harness: Harness) {
  const state = { broken: true };
  harness.on(INVOKE, (args: { Payload?: unknown }) => {
    if (state.broken && args.Payload !== 'fine') throw new AslError('Boom');
    return args.Payload ?? 'mended';
  });
  return state;
}

describe('RedriveExecution', () => {
  it('resumes the failed task and continues its history', async () => {
    const harness = play();
    const state = fragile(harness);
    const execution = await harness.run({
      A: { Type: 'Pass', Assign: { kept: 1 }, Next: 'Work' },
      Work: work({ Output: ['{% $kept %}', '{% $states.result %}'] }),
    });
    expect(execution.status).toBe('FAILED');
    const before = execution.history.length;
    state.broken = false;
    await harness.settle(100);
    expect(harness.engine.redriveExecution(execution.arn)).toEqual({ redriveDate: harness.clock.now() });
    await harness.settle();
    expect(output(execution)).toEqual([1, 'mended']);
    expect(types(execution).slice(before)).toEqual([
      'ExecutionRedriven',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    expect(execution.history[before]?.details).toEqual({ redriveCount: 1 });
    expect(execution).toMatchObject({ redriveCount: 1, error: undefined, cause: undefined });
    expect(harness.changes.map(({ status }) => status)).toEqual([
      'RUNNING',
      'FAILED',
      'RUNNING',
      'SUCCEEDED',
    ]);
  });

  it("restores the task's retries", async () => {
    const harness = play();
    fragile(harness);
    const execution = await harness.run({
      Work: work({ Retry: [{ ErrorEquals: ['Boom'], MaxAttempts: 1 }] }),
    });
    harness.engine.redriveExecution(execution.arn);
    await harness.settle();
    expect(harness.calls).toHaveLength(4);
    expect(harness.calls.map(({ context }) => context.retryCount)).toEqual([0, 1, 0, 1]);
  });

  it('enters a Fail state again', async () => {
    const harness = play();
    const execution = await harness.run({ A: { Type: 'Fail', Error: 'E' } });
    harness.engine.redriveExecution(execution.arn);
    await harness.settle();
    expect(types(execution).slice(3)).toEqual(['ExecutionRedriven', 'FailStateEntered', 'ExecutionFailed']);
  });

  it('waits again in a Wait that was aborted', async () => {
    const harness = play();
    const execution = harness.start(harness.create({ A: { Type: 'Wait', Seconds: 10, End: true } }));
    await harness.settle(4);
    harness.engine.stopExecution(execution.arn);
    harness.engine.redriveExecution(execution.arn);
    await harness.settle();
    expect(execution.status).toBe('SUCCEEDED');
    expect(harness.seconds()).toBe(14);
  });

  it('starts from the beginning where nothing was entered', async () => {
    const harness = play();
    const execution = harness.start(harness.create({ A: { Type: 'Pass', End: true } }));
    harness.engine.stopExecution(execution.arn);
    harness.engine.redriveExecution(execution.arn);
    await harness.settle();
    expect(types(execution)).toContain('PassStateEntered');
    expect(execution.status).toBe('SUCCEEDED');
  });

  it('gives the machine its whole time again', async () => {
    const harness = play();
    const execution = await harness.run({
      QueryLanguage: 'JSONata',
      StartAt: 'A',
      TimeoutSeconds: 30,
      States: { A: { Type: 'Wait', Seconds: 40, End: true } },
    });
    expect(execution.status).toBe('TIMED_OUT');
    harness.engine.redriveExecution(execution.arn);
    await harness.settle();
    expect(execution.status).toBe('TIMED_OUT');
    expect(harness.seconds()).toBe(60);
  });

  it('runs only the iterations of an inline Map that did not succeed', async () => {
    const harness = play();
    const state = fragile(harness);
    const execution = await harness.run(
      {
        All: {
          Type: 'Map',
          MaxConcurrency: 1,
          ItemProcessor: {
            StartAt: 'Work',
            States: { Work: work({ Arguments: { Payload: '{% $states.input %}' } }) },
          },
          End: true,
        },
      },
      ['fine', 'bad', 'later'],
    );
    state.broken = false;
    harness.engine.redriveExecution(execution.arn);
    await harness.settle();
    expect(output(execution)).toEqual(['fine', 'bad', 'later']);
    expect(harness.calls.map(({ args }) => (args as { Payload: string }).Payload)).toEqual([
      'fine',
      'bad',
      'bad',
      'later',
    ]);
  });

  it('runs only the branches of a Parallel that did not succeed', async () => {
    const harness = play();
    const state = fragile(harness);
    const branch = (name: string, payload: string) => ({
      StartAt: name,
      States: { [name]: work({ Arguments: { Payload: payload } }) },
    });
    const execution = await harness.run({
      Both: {
        Type: 'Parallel',
        Branches: [
          branch('A', 'fine'),
          {
            StartAt: 'Pause',
            States: {
              Pause: { Type: 'Wait', Seconds: 1, Next: 'B' },
              B: work({ Arguments: { Payload: 'bad' } }),
            },
          },
        ],
        End: true,
      },
    });
    state.broken = false;
    harness.engine.redriveExecution(execution.arn);
    await harness.settle();
    expect(output(execution)).toEqual(['fine', 'bad']);
    expect(harness.calls).toHaveLength(3);
    expect(harness.seconds()).toBe(1);
  });

  it('redrives the children of a Distributed Map that did not succeed, in the same Map Run', async () => {
    const harness = play();
    const state = fragile(harness);
    const execution = await harness.run(
      {
        All: {
          Type: 'Map',
          MaxConcurrency: 1,
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
            StartAt: 'Work',
            States: { Work: work({ Arguments: { Payload: '{% $states.input %}' } }) },
          },
          End: true,
        },
      },
      ['fine', 'bad', 'later'],
    );
    expect(execution.error).toBe('States.ExceedToleratedFailureThreshold');
    state.broken = false;
    harness.engine.redriveExecution(execution.arn);
    await harness.settle();
    expect(output(execution)).toEqual(['fine', 'bad', 'later']);
    expect(types(execution)).toContain('MapRunRedriven');
    expect(harness.engine.mapRuns()).toMatchObject([{ status: 'SUCCEEDED', redriveCount: 1 }]);
    expect(harness.engine.executions().map(({ redriveCount }) => redriveCount)).toEqual([1, 0, 1, 0]);
  });

  it('runs a Parallel again that failed for its size', async () => {
    const harness = play({ limits: { payloadBytes: 50 } }).on(INVOKE, () => 'x'.repeat(30));
    const branch = (name: string) => ({ StartAt: name, States: { [name]: work() } });
    const execution = await harness.run({
      Both: { Type: 'Parallel', Branches: [branch('A'), branch('B')], End: true },
    });
    expect(execution.error).toBe('States.DataLimitExceeded');
    harness.engine.redriveExecution(execution.arn);
    await harness.settle();
    expect(harness.calls).toHaveLength(4);
  });

  it('bills the redrive as a transition', async () => {
    const harness = play();
    fragile(harness);
    const execution = await harness.run({ Work: work() });
    harness.engine.redriveExecution(execution.arn);
    await harness.settle();
    expect(execution.stateTransitions).toBe(2);
  });

  it('refuses executions that run or succeeded', async () => {
    const harness = play();
    const execution = harness.start(harness.create({ A: { Type: 'Wait', Seconds: 1, End: true } }));
    const redrive = () => harness.engine.redriveExecution(execution.arn);
    expect(redrive).toThrow(
      expect.objectContaining({
        name: 'ExecutionNotRedrivable',
        message: 'Execution is RUNNING and cannot be redriven',
      }),
    );
    await harness.settle();
    expect(redrive).toThrow('Execution is SUCCEEDED and cannot be redriven');
  });

  it('refuses 14 days after the end', async () => {
    const harness = play();
    const execution = await harness.run({ A: { Type: 'Fail' } });
    await harness.settle(14 * DAY);
    expect(harness.engine.describeExecution(execution.arn).redriveStatus).toBe('REDRIVABLE');
    await harness.settle(1);
    expect(() => harness.engine.redriveExecution(execution.arn)).toThrow(
      'Execution redrivable period exceeded',
    );
  });

  it('refuses where the history is full', async () => {
    const harness = play({ limits: { historyEvents: 20 } });
    const execution = await harness.run({
      A: { Type: 'Choice', Choices: [{ Condition: true, Next: 'A' }], Default: 'B' },
      B: { Type: 'Succeed' },
    });
    expect(() => harness.engine.redriveExecution(execution.arn)).toThrow(
      'Execution history event limit exceeded',
    );
  });
});
