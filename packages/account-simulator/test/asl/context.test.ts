import { AslError } from '../../asl/asl-error.ts';
import { giveBackClock, INVOKE, MACHINES, output, play, ROLE, work } from './harness.ts';

afterEach(giveBackClock);

describe('$states.context', () => {
  it('describes the execution, the state and the machine', async () => {
    const harness = play();
    const execution = harness.start(
      harness.create(
        {
          Pause: { Type: 'Wait', Seconds: 1, Next: 'Show' },
          Show: { Type: 'Succeed', Output: '{% $states.context %}' },
        },
        'shown',
      ),
      { id: 1 },
      'run-1',
    );
    await harness.settle();
    expect(output(execution)).toEqual({
      Execution: {
        Id: execution.arn,
        Input: { id: 1 },
        Name: 'run-1',
        RoleArn: ROLE,
        StartTime: '2026-03-01T08:00:00Z',
        RedriveCount: 0,
      },
      State: { EnteredTime: '2026-03-01T08:00:01Z', Name: 'Show' },
      StateMachine: { Id: `${MACHINES}:shown`, Name: 'shown' },
    });
  });

  it('counts retries in states that have Retry, and only there', async () => {
    const State = '{% $states.context.State %}';
    const counted = { EnteredTime: expect.any(String), RetryCount: 0 };
    const plain = { EnteredTime: expect.any(String) };
    const harness = play().on(INVOKE, (args: unknown) => args);
    const shown = async (state: object) => {
      const states = { Show: { ...state, Next: 'Done' }, Done: { Type: 'Succeed' } };
      return output(await harness.run(states, []));
    };
    const inner = { StartAt: 'Inner', States: { Inner: { Type: 'Succeed' } } };
    expect(await shown(work({ Output: State, End: undefined }))).toEqual({ ...counted, Name: 'Show' });
    for (const [fields, expected] of [
      [{ Type: 'Map', ItemProcessor: inner }, counted],
      [{ Type: 'Parallel', Branches: [inner] }, counted],
      [{ Type: 'Pass' }, plain],
      [{ Type: 'Wait', Seconds: 1 }, plain],
    ]) {
      expect(await shown({ ...fields, Output: State })).toEqual({ ...expected, Name: 'Show' });
    }
  });

  it('writes fractions of a second only where there are some', async () => {
    const harness = play().on(INVOKE, () => harness.clock.sleep(250));
    const execution = await harness.run({
      Work: work({ Next: 'Show', End: undefined }),
      Show: { Type: 'Succeed', Output: '{% $states.context.State.EnteredTime %}' },
    });
    expect(output(execution)).toBe('2026-03-01T08:00:00.250Z');
  });

  it('counts redrives and gives the time of the last one', async () => {
    const harness = play().on(INVOKE, () => {
      if (harness.calls.length === 1) throw new AslError('Boom');
      return null;
    });
    const execution = await harness.run({
      Work: work({ Next: 'Show', End: undefined }),
      Show: { Type: 'Succeed', Output: '{% $states.context.Execution %}' },
    });
    await harness.settle(60);
    harness.engine.redriveExecution(execution.arn);
    await harness.settle();
    expect(output(execution)).toMatchObject({ RedriveCount: 1, RedriveTime: '2026-03-01T08:01:00Z' });
  });

  it('has a task token only in tasks that wait for one', async () => {
    const harness = play().on(INVOKE, (args: unknown) => args);
    const execution = await harness.run({
      Work: work({ Arguments: { Payload: '{% $exists($states.context.Task) %}' } }),
    });
    expect(output(execution)).toEqual({ Payload: false });
  });
});
