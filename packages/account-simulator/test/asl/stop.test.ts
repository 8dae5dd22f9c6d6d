import { giveBackClock, INVOKE, play, types, work } from './harness.ts';

afterEach(giveBackClock);

describe('StopExecution', () => {
  const definition = {
    Work: work({
      Retry: [{ ErrorEquals: ['States.ALL'] }],
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
    }),
    Caught: { Type: 'Succeed' },
  };

  it('aborts the execution; no Retry, no Catch, and the late answer is ignored', async () => {
    const harness = play().on(INVOKE, () => harness.clock.sleep(60_000));
    const execution = harness.start(harness.create(definition));
    await harness.settle(5);
    harness.engine.stopExecution(execution.arn, 'ByHand', 'enough');
    await harness.settle();
    expect(execution).toMatchObject({ status: 'ABORTED', error: 'ByHand', cause: 'enough' });
    expect((execution.stopDate ?? 0) - execution.startDate).toBe(5000);
    expect(types(execution)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'ExecutionAborted',
    ]);
    expect(execution.history.at(-1)).toMatchObject({
      previousEventId: 0,
      details: { error: 'ByHand', cause: 'enough' },
    });
  });

  it('cancels its timers', async () => {
    const harness = play();
    const execution = harness.start(harness.create({ A: { Type: 'Wait', Seconds: 1000, End: true } }));
    await harness.settle(5);
    harness.engine.stopExecution(execution.arn);
    await harness.settle();
    expect(harness.seconds()).toBe(5);
    expect(execution.history.at(-1)).toMatchObject({ type: 'ExecutionAborted', details: {} });
  });

  it('stops an execution before its first state', async () => {
    const harness = play();
    const execution = harness.start(harness.create({ A: { Type: 'Pass', End: true } }));
    harness.engine.stopExecution(execution.arn);
    await harness.settle();
    expect(types(execution)).toEqual(['ExecutionStarted', 'ExecutionAborted']);
  });

  it('stops while a retry is pending', async () => {
    const harness = play().on(INVOKE, () => harness.clock.sleep(10_000));
    const execution = harness.start(
      harness.create({
        Work: work({ TimeoutSeconds: 1, Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 100 }] }),
      }),
    );
    await harness.settle(50);
    harness.engine.stopExecution(execution.arn);
    await harness.settle();
    expect(harness.calls).toHaveLength(1);
    expect(harness.seconds()).toBe(50);
  });

  it('leaves an execution that has ended as it is', async () => {
    const harness = play();
    const execution = await harness.run({ A: { Type: 'Pass', End: true } });
    harness.engine.stopExecution(execution.arn, 'Late');
    expect(execution).toMatchObject({ status: 'SUCCEEDED', error: undefined });
    expect(harness.changes).toHaveLength(2);
  });

  it('refuses an execution it does not know', () => {
    expect(() => play().engine.stopExecution('arn:unknown')).toThrow(
      expect.objectContaining({ name: 'ExecutionDoesNotExist' }),
    );
  });
});
