import { AslError } from '../../asl/asl-error.ts';
import { giveBackClock, INVOKE, output, play, types, work } from './harness.ts';

afterEach(giveBackClock);

const broken = () =>
  play().on(INVOKE, () => {
    throw new AslError('Boom', 'it went off');
  });

describe('Catch', () => {
  it('goes to the catcher’s state with the error output as input', async () => {
    const execution = await broken().run({
      Work: work({ Catch: [{ ErrorEquals: ['Boom'], Next: 'Caught' }] }),
      Caught: { Type: 'Succeed' },
    });
    expect(output(execution)).toEqual({ Error: 'Boom', Cause: 'it went off' });
    expect(types(execution).slice(4)).toEqual([
      'TaskFailed',
      'TaskStateExited',
      'SucceedStateEntered',
      'SucceedStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('takes the first catcher that names the error', async () => {
    const harness = broken();
    const execution = await harness.run({
      Work: work({
        Catch: [
          { ErrorEquals: ['Other', 'Another'], Next: 'A' },
          { ErrorEquals: ['States.TaskFailed'], Next: 'B' },
          { ErrorEquals: ['States.ALL'], Next: 'A' },
        ],
      }),
      A: { Type: 'Succeed', Output: 'a' },
      B: { Type: 'Succeed', Output: 'b' },
    });
    expect(output(execution)).toBe('b');
    expect(harness.routes).toMatchObject([{ state: 'Work', route: 'catch', index: 1, error: 'Boom' }]);
  });

  it('evaluates the catcher’s Output and Assign with the error output, not the state’s own', async () => {
    const execution = await broken().run(
      {
        Work: work({
          Output: 'never',
          Assign: { other: 'never' },
          Catch: [
            {
              ErrorEquals: ['States.ALL'],
              Assign: { why: '{% $states.errorOutput.Error %}' },
              Output: { error: '{% $states.errorOutput %}', input: '{% $states.input %}' },
              Next: 'Caught',
            },
          ],
        }),
        Caught: {
          Type: 'Succeed',
          Output: { why: '{% $why %}', other: '{% $exists($other) %}', in: '{% $states.input %}' },
        },
      },
      { id: 1 },
    );
    expect(output(execution)).toEqual({
      why: 'Boom',
      other: false,
      in: { error: { Error: 'Boom', Cause: 'it went off' }, input: { id: 1 } },
    });
    const exited = execution.history.find(({ type }) => type === 'TaskStateExited');
    expect(exited?.details).toMatchObject({
      assignedVariables: { why: '"Boom"' },
      assignedVariablesDetails: { truncated: false },
    });
  });

  it('fails the execution where no catcher names the error', async () => {
    const execution = await broken().run({
      Work: work({ Catch: [{ ErrorEquals: ['Other'], Next: 'Caught' }] }),
      Caught: { Type: 'Succeed' },
    });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'Boom' });
  });

  it('consults the retriers before the catchers', async () => {
    const harness = broken();
    await harness.run({
      Work: work({
        Retry: [{ ErrorEquals: ['Boom'], MaxAttempts: 2 }],
        Catch: [{ ErrorEquals: ['Boom'], Next: 'Caught' }],
      }),
      Caught: { Type: 'Succeed' },
    });
    expect(harness.calls).toHaveLength(3);
    expect(harness.routes.map(({ route }) => route)).toEqual(['retry', 'retry', 'catch']);
  });

  it('catches a query error in the Arguments', async () => {
    const execution = await play().run({
      Work: work({
        Arguments: { Payload: { id: '{% $states.input.absent %}' } },
        Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'Caught' }],
      }),
      Caught: { Type: 'Succeed' },
    });
    expect(output(execution)).toEqual({
      Error: 'States.QueryEvaluationError',
      Cause:
        "An error occurred while executing the state 'Work' (entered at the event id #2). The JSONata expression " +
        "'$states.input.absent' specified for the field 'Arguments/Payload/id' returned nothing (undefined).",
    });
  });

  it('does not catch an error of the catcher’s own fields', async () => {
    const execution = await broken().run({
      Work: work({
        Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.errorOutput.Nothing %}', Next: 'Caught' }],
      }),
      Caught: { Type: 'Succeed' },
    });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(execution.cause).toContain("field 'Catch[0]/Output'");
  });

  it('has an empty Cause after a time-out', async () => {
    const harness = play().on(INVOKE, () => harness.clock.sleep(10_000));
    const execution = await harness.run({
      Work: work({ TimeoutSeconds: 1, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] }),
      Caught: { Type: 'Succeed' },
    });
    expect(output(execution)).toEqual({ Error: 'States.Timeout', Cause: '' });
  });
});
