import { AslError } from '../../asl/asl-error.ts';
import { Payload } from '../../asl/payload.ts';
import { giveBackClock, INVOKE, output, play, types, work } from './harness.ts';

afterEach(giveBackClock);

const text = (bytes: number) => 'x'.repeat(bytes - 2);

describe('history limit', () => {
  const loop = {
    A: { Type: 'Pass', Next: 'B' },
    B: { Type: 'Choice', Choices: [{ Condition: true, Next: 'A' }], Default: 'C' },
    C: { Type: 'Succeed' },
  };

  it('fails the execution with the last allowed event', async () => {
    const execution = await play({ limits: { historyEvents: 100 } }).run(loop);
    expect(execution).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: 'The execution reached the maximum number of history events (100).',
    });
    expect(execution.history).toHaveLength(100);
    expect(execution.history.at(-1)).toMatchObject({ id: 100, previousEventId: 99, type: 'ExecutionFailed' });
  });

  it('is 25,000 events by default', async () => {
    const execution = await play().run(loop);
    expect(execution.history).toHaveLength(25_000);
    expect(execution.cause).toBe('The execution reached the maximum number of history events (25000).');
  });

  it('cannot be caught, not even around a Parallel', async () => {
    const execution = await play({ limits: { historyEvents: 100 } }).run({
      Both: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'A', States: loop },
          { StartAt: 'Rest', States: { Rest: { Type: 'Wait', Seconds: 5, End: true } } },
        ],
        Retry: [{ ErrorEquals: ['States.ALL'] }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
        End: true,
      },
      Caught: { Type: 'Succeed' },
    });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(execution.history).toHaveLength(100);
  });

  it('lets an execution succeed with its last event', async () => {
    const states = { A: { Type: 'Pass', End: true } };
    expect((await play({ limits: { historyEvents: 4 } }).run(states)).status).toBe('SUCCEEDED');
  });

  it('counts the children of a Distributed Map separately', async () => {
    const execution = await play({ limits: { historyEvents: 12 } }).run(
      {
        All: {
          Type: 'Map',
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
            StartAt: 'A',
            States: { A: { Type: 'Pass', End: true } },
          },
          End: true,
        },
      },
      new Array(50).fill(1),
    );
    expect(execution.status).toBe('SUCCEEDED');
  });
});

describe('payload limit', () => {
  it('is 262,144 bytes of UTF-8 for a state’s output', async () => {
    const harness = play().on(INVOKE, ({ n }: { n: number }) => text(n));
    const states = { Work: { Type: 'Task', Resource: INVOKE, End: true } };
    expect((await harness.run(states, { n: 262_144 })).status).toBe('SUCCEEDED');
    expect(await harness.run(states, { n: 262_145 })).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
      cause:
        "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.",
    });
  });

  it('counts bytes, not characters', () => {
    expect(new Payload('é€😀').bytes).toBe(2 + 2 + 3 + 4);
  });

  const limits = { payloadBytes: 100 };

  it('holds for a task’s result even where Output is small', async () => {
    const harness = play({ limits }).on(INVOKE, () => text(101));
    const execution = await harness.run({ Work: work({ Output: 'small' }) });
    expect(execution.error).toBe('States.DataLimitExceeded');
    expect(types(execution)).toContain('TaskFailed');
  });

  it('holds for a task’s arguments, which are not sent', async () => {
    const harness = play({ limits }).on(INVOKE, () => null);
    const execution = await harness.run({ Work: work({ Arguments: { Payload: text(101) } }) });
    expect(execution.error).toBe('States.DataLimitExceeded');
    expect(harness.calls).toHaveLength(0);
  });

  it('holds for the result of a Map', async () => {
    const execution = await play({ limits }).run(
      {
        All: {
          Type: 'Map',
          ItemProcessor: { StartAt: 'A', States: { A: { Type: 'Pass', Output: text(60), End: true } } },
          End: true,
        },
      },
      [1, 2],
    );
    expect(execution.error).toBe('States.DataLimitExceeded');
  });

  it('is not caught by States.ALL, but by its name', async () => {
    const harness = play({ limits }).on(INVOKE, () => text(101));
    const caught = (name: string) => ({
      Work: work({ Catch: [{ ErrorEquals: [name], Output: 'caught', Next: 'Caught' }] }),
      Caught: { Type: 'Succeed' },
    });
    expect((await harness.run(caught('States.ALL'))).status).toBe('FAILED');
    expect(output(await harness.run(caught('States.DataLimitExceeded')))).toBe('caught');
  });

  it("is caught and retried by States.ALL, as in recordings, with the engine's option", async () => {
    const harness = play({ limits, dataLimitCaught: true }).on(INVOKE, () => text(101));
    const fields = (name: string) => ({
      Work: work({
        Retry: [{ ErrorEquals: [name], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: [name], Output: 'caught', Next: 'Caught' }],
      }),
      Caught: { Type: 'Succeed' },
    });
    expect(output(await harness.run(fields('States.ALL')))).toBe('caught');
    expect(harness.calls).toHaveLength(2);
    expect((await harness.run(fields('States.TaskFailed'))).status).toBe('FAILED');
  });

  it('holds for the input of an iteration', async () => {
    const execution = await play({ limits }).run(
      {
        All: {
          Type: 'Map',
          ItemSelector: text(101),
          ItemProcessor: { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } },
          End: true,
        },
      },
      [1],
    );
    expect(execution.error).toBe('States.DataLimitExceeded');
  });
});

describe('every boundary at AWS’s own figures', () => {
  const quota = 262_144;
  /** An expression whose value is JSON text of `bytes` bytes. */
  const sized = (bytes: number) => `{% $pad('', ${bytes - 2}, 'x') %}`;
  const boundaries: Record<string, (bytes: number) => object> = {
    'output of a state': (bytes) => ({
      A: { Type: 'Pass', Output: sized(bytes), Next: 'B' },
      B: { Type: 'Pass', Output: null, End: true },
    }),
    'output of the execution': (bytes) => ({ A: { Type: 'Succeed', Output: sized(bytes) } }),
    'output of a rule of a Choice': (bytes) => ({
      A: { Type: 'Choice', Choices: [{ Condition: true, Output: sized(bytes), Next: 'B' }] },
      B: { Type: 'Pass', Output: null, End: true },
    }),
    'output of a catcher': (bytes) => ({
      A: work({
        Resource: 'arn:aws:states:::aws-sdk:ssm:getParameter',
        Arguments: { Name: 'p' },
        Catch: [{ ErrorEquals: ['States.ALL'], Output: sized(bytes), Next: 'B' }],
      }),
      B: { Type: 'Pass', Output: null, End: true },
    }),
    'arguments of a task': (bytes) => ({ A: work({ Arguments: sized(bytes), Output: null }) }),
    // An array of one text is two brackets larger.
    'result of a Parallel': (bytes) => ({
      A: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'Big', States: { Big: { Type: 'Pass', Output: sized(bytes - 2), End: true } } },
        ],
        Next: 'B',
      },
      B: { Type: 'Pass', Output: null, End: true },
    }),
    'variables of one Assign': (bytes) => ({ A: { Type: 'Pass', Assign: { a: sized(bytes) }, End: true } }),
  };

  it.each(Object.entries(boundaries))('%s', async (_, states) => {
    const harness = play()
      .on(INVOKE, () => null)
      .on('arn:aws:states:::aws-sdk:ssm:getParameter', () => {
        throw new AslError('Ssm.ParameterNotFoundException', 'none');
      });
    expect(await harness.run(states(quota))).toMatchObject({ status: 'SUCCEEDED' });
    expect(await harness.run(states(quota + 1))).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
    });
  });

  it('input of an execution that a state starts', async () => {
    const harness = play();
    const child = harness.create({ A: { Type: 'Pass', Output: null, End: true } });
    const start = (bytes: number) => ({
      A: {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution',
        Arguments: { StateMachineArn: child, Input: { a: sized(bytes) } },
        Output: null,
        End: true,
      },
    });
    expect(await harness.run(start(1_000))).toMatchObject({ status: 'SUCCEEDED' });
    expect(await harness.run(start(quota))).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
    });
    expect(harness.engine.listExecutions({ stateMachineArn: child })).toHaveLength(1);
  });
});

describe('States.Runtime', () => {
  it('is neither retried nor caught, also when a host throws it', async () => {
    const harness = play().on(INVOKE, () => {
      throw new AslError('States.Runtime', 'bad');
    });
    const execution = await harness.run({
      Work: work({
        Retry: [{ ErrorEquals: ['States.ALL'] }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
      }),
      Caught: { Type: 'Succeed' },
    });
    expect(harness.calls).toHaveLength(1);
    expect(execution.error).toBe('States.Runtime');
  });
});
