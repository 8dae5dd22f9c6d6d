import { AslError } from '../../asl/asl-error.ts';
import { giveBackClock, INVOKE, links, output, play, types, work } from './harness.ts';

afterEach(giveBackClock);

const branch = (name: string, states: object) => ({ StartAt: name, States: states });
const slow = (name: string, seconds: number, result: unknown) =>
  branch(name, { [name]: { Type: 'Wait', Seconds: seconds, Output: result, End: true } });

describe('Parallel', () => {
  it('runs its branches at once and outputs their results in order', async () => {
    const harness = play();
    const execution = await harness.run({
      Both: { Type: 'Parallel', Branches: [slow('A', 20, 'a'), slow('B', 10, 'b')], End: true },
    });
    expect(output(execution)).toEqual(['a', 'b']);
    expect(harness.seconds()).toBe(20);
  });

  it('gives each branch its input, or its Arguments', async () => {
    const show = (name: string) => branch(name, { [name]: { Type: 'Pass', End: true } });
    const states = { Type: 'Parallel', Branches: [show('A'), show('B')], End: true };
    const harness = play();
    expect(output(await harness.run({ Both: states }, { n: 1 }))).toEqual([{ n: 1 }, { n: 1 }]);
    const withArguments = { ...states, Arguments: { m: '{% $states.input.n + 1 %}' } };
    expect(output(await harness.run({ Both: withArguments }, { n: 1 }))).toEqual([{ m: 2 }, { m: 2 }]);
  });

  it('merges the results as AWS’s example does', async () => {
    const execution = await play().run({
      Both: {
        Type: 'Parallel',
        Branches: [slow('A', 0, { orderId: '12345' }), slow('B', 0, { email: 'm@example.com' })],
        Output: '{% $merge($states.result) %}',
        End: true,
      },
    });
    expect(output(execution)).toEqual({ orderId: '12345', email: 'm@example.com' });
  });

  it('fails with the error of the first branch that fails and stops the others', async () => {
    const harness = play().on(INVOKE, () => {
      throw new AslError('Boom', 'now');
    });
    const execution = await harness.run({
      Both: {
        Type: 'Parallel',
        Branches: [
          slow('A', 100, 'a'),
          branch('Pause', { Pause: { Type: 'Wait', Seconds: 5, Next: 'Work' }, Work: work() }),
        ],
        End: true,
      },
    });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'Boom', cause: 'now' });
    expect(harness.seconds()).toBe(5);
    expect(types(execution).slice(-5)).toEqual([
      'TaskFailed',
      'WaitStateAborted',
      'TaskStateAborted',
      'ParallelStateFailed',
      'ExecutionFailed',
    ]);
    const [failed, ...rest] = execution.history.slice(-5);
    expect(rest.map(({ previousEventId }) => previousEventId)).toEqual([
      failed?.id,
      failed?.id,
      failed?.id,
      (failed?.id ?? 0) + 3,
    ]);
  });

  it('retries all branches, then catches', async () => {
    const PUBLISH = 'arn:aws:states:::sns:publish';
    const harness = play()
      .on(PUBLISH, () => 'published')
      .on(INVOKE, async () => {
        await harness.clock.sleep(100);
        throw new AslError('Boom');
      });
    const execution = await harness.run({
      Both: {
        Type: 'Parallel',
        Branches: [
          branch('Work', { Work: work() }),
          branch('Other', { Other: work({ Resource: PUBLISH, Arguments: {} }) }),
        ],
        Retry: [{ ErrorEquals: ['Boom'], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ['Boom'], Next: 'Caught' }],
        End: true,
      },
      Caught: { Type: 'Succeed', Output: 'caught' },
    });
    expect(output(execution)).toBe('caught');
    expect(harness.calls.filter(({ resource }) => resource === PUBLISH)).toHaveLength(2);
    expect(types(execution).filter((type) => type === 'ParallelStateFailed')).toHaveLength(1);
  });

  it('records its failure only when no retrier is left, as in a history recorded on AWS', async () => {
    const execution = await play().run({
      Both: {
        Type: 'Parallel',
        Branches: [branch('Stop', { Stop: { Type: 'Fail', Error: 'Boom' } })],
        Retry: [{ ErrorEquals: ['Boom'], MaxAttempts: 2 }],
        End: true,
      },
    });
    expect(links(execution)).toEqual([
      '1<0 ExecutionStarted',
      '2<0 ParallelStateEntered',
      '3<2 ParallelStateStarted',
      '4<3 FailStateEntered',
      '5<4 ParallelStateStarted',
      '6<5 FailStateEntered',
      '7<6 ParallelStateStarted',
      '8<7 FailStateEntered',
      '9<8 ParallelStateFailed',
      '10<9 ExecutionFailed',
    ]);
  });

  it('ends with ParallelStateFailed where its Arguments cannot be evaluated', async () => {
    const execution = await play().run({
      Both: { Type: 'Parallel', Arguments: '{% $error("x") %}', Branches: [slow('A', 2, 1)], End: true },
    });
    expect(types(execution).slice(-3)).toEqual([
      'EvaluationFailed',
      'ParallelStateFailed',
      'ExecutionFailed',
    ]);
  });

  it('is not failed by an Output that cannot be evaluated after it succeeded', async () => {
    const execution = await play().run({
      Both: { Type: 'Parallel', Branches: [slow('A', 2, 1)], Output: '{% $error("x") %}', End: true },
    });
    expect(types(execution).slice(-3)).toEqual([
      'ParallelStateSucceeded',
      'EvaluationFailed',
      'ExecutionFailed',
    ]);
  });

  it('records the start, the branches and the end in AWS’s order', async () => {
    const execution = await play().run({
      Both: { Type: 'Parallel', Branches: [slow('A', 2, 1), slow('B', 1, 2)], End: true },
    });
    expect(execution.history.map(({ type, previousEventId }) => `${previousEventId} ${type}`)).toEqual([
      '0 ExecutionStarted',
      '0 ParallelStateEntered',
      '2 ParallelStateStarted',
      '3 WaitStateEntered',
      '3 WaitStateEntered',
      '5 WaitStateExited',
      '4 WaitStateExited',
      '7 ParallelStateSucceeded',
      '7 ParallelStateExited',
      '9 ExecutionSucceeded',
    ]);
  });

  it('ends only its own branch with Succeed', async () => {
    const execution = await play().run({
      Both: {
        Type: 'Parallel',
        Branches: [branch('Yes', { Yes: { Type: 'Succeed', Output: 'yes' } }), slow('B', 5, 'b')],
        End: true,
      },
    });
    expect(output(execution)).toEqual(['yes', 'b']);
  });

  it('stops a Parallel inside the branch that is stopped', async () => {
    const harness = play();
    const execution = await harness.run({
      Outer: {
        Type: 'Parallel',
        Branches: [
          branch('Inner', {
            Inner: { Type: 'Parallel', Branches: [slow('X', 100, 1), slow('Y', 200, 2)], End: true },
          }),
          branch('Pause', {
            Pause: { Type: 'Wait', Seconds: 1, Next: 'No' },
            No: { Type: 'Fail', Error: 'No' },
          }),
        ],
        Catch: [{ ErrorEquals: ['No'], Next: 'Caught' }],
        End: true,
      },
      Caught: { Type: 'Succeed', Output: 'caught' },
    });
    expect(output(execution)).toBe('caught');
    expect(harness.seconds()).toBe(1);
    expect(types(execution).filter((type) => type.endsWith('Aborted'))).toEqual([
      'WaitStateAborted',
      'WaitStateAborted',
      'ParallelStateAborted',
    ]);
  });
});
