import { giveBackClock, INVOKE, machine, output, play, types, work } from './harness.ts';

afterEach(giveBackClock);

const slow = (seconds: number) => {
  const harness = play().on(INVOKE, async () => {
    await harness.clock.sleep(seconds * 1000);
    return 'late';
  });
  return harness;
};

describe('TimeoutSeconds of a Task', () => {
  it('fails the task with States.Timeout, without a cause', async () => {
    const harness = slow(60);
    const execution = harness.start(harness.create({ Work: work({ TimeoutSeconds: 5 }) }));
    await harness.settle(10);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Timeout', cause: undefined });
    expect(types(execution).slice(2)).toEqual([
      'TaskScheduled',
      'TaskStarted',
      'TaskTimedOut',
      'ExecutionFailed',
    ]);
    expect(execution.history[2]?.details).toMatchObject({ timeoutInSeconds: 5 });
    expect(execution.history[4]?.details).toEqual({
      resourceType: 'lambda',
      resource: 'invoke',
      error: 'States.Timeout',
    });
  });

  it('ignores the answer that comes after the time-out', async () => {
    const execution = await slow(60).run({
      Work: work({ TimeoutSeconds: 5, Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Rest' }] }),
      Rest: { Type: 'Wait', Seconds: 100, End: true },
    });
    expect(output(execution)).toEqual({ Error: 'States.Timeout', Cause: '' });
    expect(types(execution)).not.toContain('TaskSucceeded');
  });

  it('does not affect a task that is quick enough', async () => {
    expect(output(await slow(4).run({ Work: work({ TimeoutSeconds: 5 }) }))).toBe('late');
  });

  it('starts again with each retry', async () => {
    const harness = slow(60);
    const execution = harness.start(
      harness.create({
        Work: work({ TimeoutSeconds: 5, Retry: [{ ErrorEquals: ['States.Timeout'], MaxAttempts: 1 }] }),
      }),
    );
    await harness.settle(12);
    expect(harness.calls.map(({ time }) => time)).toEqual([0, 6]);
    expect(execution.stopDate).toBe(harness.clock.startedAt + 11_000);
  });

  it('may be given by an expression', async () => {
    const execution = await slow(60).run(
      { Work: work({ TimeoutSeconds: '{% $states.input.t %}' }) },
      { t: 7 },
    );
    expect(execution.error).toBe('States.Timeout');
    expect((execution.stopDate ?? 0) - execution.startDate).toBe(7000);
  });

  it('must be a positive integer', async () => {
    const execution = await slow(1).run({ Work: work({ TimeoutSeconds: '{% 0 %}' }) });
    expect(execution.error).toBe('States.QueryEvaluationError');
    expect(execution.cause).toContain("specified for the field 'TimeoutSeconds'");
  });

  it('is not matched by States.TaskFailed', async () => {
    const execution = await slow(60).run({
      Work: work({ TimeoutSeconds: 5, Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'Caught' }] }),
      Caught: { Type: 'Succeed' },
    });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });
});

describe('TimeoutSeconds of a machine', () => {
  const definition = {
    ...machine({
      Work: work({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] }),
      Caught: { Type: 'Succeed' },
    }),
    TimeoutSeconds: 30,
  };

  it('ends the execution TIMED_OUT, and no Catch takes it', async () => {
    const execution = await slow(60).run(definition);
    expect(execution).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' });
    expect((execution.stopDate ?? 0) - execution.startDate).toBe(30_000);
    expect(execution.history.at(-1)).toMatchObject({
      type: 'ExecutionTimedOut',
      previousEventId: 0,
      details: { error: 'States.Timeout' },
    });
  });

  it('leaves no timer behind when the execution ends in time', async () => {
    const harness = slow(1);
    await harness.run(definition);
    expect(harness.seconds()).toBe(1);
  });
});
