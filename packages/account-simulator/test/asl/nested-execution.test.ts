import { AslError } from '../../asl/asl-error.ts';
import { EXECUTIONS, giveBackClock, INVOKE, MACHINES, output, play, types, work } from './harness.ts';

afterEach(giveBackClock);

const START_EXECUTION = 'arn:aws:states:::states:startExecution';

function call(suffix: string, args: object = {}, fields: object = {}): object {
  const target = { StateMachineArn: `${MACHINES}:child`, Input: { n: '{% $states.input.n %}' } };
  return {
    Call: {
      Type: 'Task',
      Resource: `${START_EXECUTION}${suffix}`,
      Arguments: { ...target, ...args },
      End: true,
      ...fields,
    },
  };
}

function withChild(states: object, options: Parameters<typeof play>[0] = {}) {
  const harness = play(options);
  harness.create(states, 'child');
  return harness;
}

const doubling = {
  Pause: { Type: 'Wait', Seconds: 60, Next: 'Double' },
  Double: { Type: 'Succeed', Output: { twice: '{% $states.input.n * 2 %}' } },
};
const failing = { Stop: { Type: 'Fail', Error: 'Bad', Cause: 'very' } };
const waiting = { Pause: { Type: 'Wait', Seconds: 600, End: true } };

/** The metadata in the answer to StartExecution, as recorded on AWS. */
const metadata = {
  SdkHttpMetadata: {
    AllHttpHeaders: expect.objectContaining({ 'Content-Type': ['application/x-amz-json-1.0'] }),
    HttpHeaders: expect.objectContaining({ Date: 'Sun, 01 Mar 2026 08:00:00 GMT' }),
    HttpStatusCode: 200,
  },
  SdkResponseMetadata: { RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
};

describe('states:startExecution', () => {
  it('starts the other machine and continues at once', async () => {
    const harness = withChild(doubling);
    const execution = await harness.run(call('', { Name: 'c1' }), { n: 4 });
    expect(output(execution)).toEqual({
      ExecutionArn: `${EXECUTIONS}:child:c1`,
      ...metadata,
      StartDate: harness.clock.startedAt,
    });
    expect(execution.stopDate).toBe(harness.clock.startedAt);
    expect(harness.engine.execution(`${EXECUTIONS}:child:c1`)).toMatchObject({
      status: 'SUCCEEDED',
      input: '{"n":4}',
      parent: execution.arn,
    });
  });

  it('takes the input as JSON text too, and an empty object where there is none', async () => {
    const harness = withChild({ A: { Type: 'Succeed' } });
    await harness.run(call('', { Input: '{"a":1}', Name: 'text' }));
    await harness.run({
      Call: {
        Type: 'Task',
        Resource: START_EXECUTION,
        Arguments: { StateMachineArn: `${MACHINES}:child`, Name: 'none' },
        End: true,
      },
    });
    expect(harness.engine.execution(`${EXECUTIONS}:child:text`).input).toBe('{"a":1}');
    expect(harness.engine.execution(`${EXECUTIONS}:child:none`).input).toBe('{}');
  });

  it('fails with the optimised integration’s error for a machine that does not exist', async () => {
    const execution = await play().run(call(''), { n: 1 });
    expect(execution.error).toBe('StepFunctions.StateMachineDoesNotExistException');
    expect(execution.cause).toContain(`State Machine Does Not Exist: '${MACHINES}:child'`);
    expect(types(execution).slice(-2)).toEqual(['TaskFailed', 'ExecutionFailed']);
  });

  it('fails with the optimised integration’s error for a name that is taken', async () => {
    const harness = withChild({ A: { Type: 'Succeed' } });
    await harness.run(call('', { Name: 'once' }), { n: 1 });
    const execution = await harness.run(call('', { Name: 'once' }), { n: 1 });
    expect(execution.error).toBe('StepFunctions.ExecutionAlreadyExistsException');
  });

  it('catches a name that is taken', async () => {
    const harness = withChild({ A: { Type: 'Succeed' } });
    await harness.run(call('', { Name: 'once' }), { n: 1 });
    const execution = await harness.run(
      {
        ...call(
          '',
          { Name: 'once' },
          {
            Catch: [{ ErrorEquals: ['StepFunctions.ExecutionAlreadyExistsException'], Next: 'Known' }],
          },
        ),
        Known: { Type: 'Succeed', Output: 'known' },
      },
      { n: 1 },
    );
    expect(output(execution)).toBe('known');
  });

  it('refuses arguments StartExecution does not have', async () => {
    const whole = { Arguments: `{% {"StateMachineArn": "${MACHINES}:child", "TraceHeader": "x"} %}` };
    const execution = await withChild(doubling).run(call('', {}, whole), { n: 1 });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(execution.cause).toContain("'TraceHeader'");
  });

  it('waits for the token given to the child', async () => {
    const harness = withChild({ A: { Type: 'Succeed' } });
    const execution = harness.start(
      harness.create(
        call('.waitForTaskToken', { Input: { token: '{% $states.context.Task.Token %}' }, Name: 'c' }),
      ),
    );
    await harness.settle(10);
    expect(execution.status).toBe('RUNNING');
    const { token } = JSON.parse(harness.engine.execution(`${EXECUTIONS}:child:c`).input) as {
      token: string;
    };
    harness.engine.sendTaskSuccess(token, '"by token"');
    await harness.settle();
    expect(output(execution)).toBe('by token');
  });
});

describe('states:startExecution.sync', () => {
  it('waits for the child and gives its output as JSON text', async () => {
    const harness = withChild(doubling);
    const execution = await harness.run(call('.sync', { Name: 'c' }), { n: 4 });
    expect(output(execution)).toEqual({
      ExecutionArn: `${EXECUTIONS}:child:c`,
      Input: '{"n":4}',
      InputDetails: { Included: true },
      Name: 'c',
      Output: '{"twice":8}',
      OutputDetails: { Included: true },
      RedriveCount: 0,
      RedriveStatus: 'NOT_REDRIVABLE',
      RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
      StartDate: harness.clock.startedAt,
      StateMachineArn: `${MACHINES}:child`,
      Status: 'SUCCEEDED',
      StopDate: harness.clock.startedAt + 60_000,
    });
    expect(types(execution).slice(2, 6)).toEqual([
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
    ]);
    expect(execution.history[2]?.details).toMatchObject({
      resourceType: 'states',
      resource: 'startExecution.sync',
    });
  });

  it('gives input and output as JSON with .sync:2', async () => {
    const execution = await withChild(doubling).run(call('.sync:2'), { n: 4 });
    expect(output(execution)).toMatchObject({ Input: { n: 4 }, Output: { twice: 8 } });
  });

  it('fails with States.TaskFailed and the child as cause where the child fails', async () => {
    const execution = await withChild(failing).run(call('.sync:2', { Name: 'c' }), { n: 1 });
    expect(execution.error).toBe('States.TaskFailed');
    expect(JSON.parse(execution.cause ?? '')).toMatchObject({
      ExecutionArn: `${EXECUTIONS}:child:c`,
      Status: 'FAILED',
      Error: 'Bad',
      Cause: 'very',
    });
  });

  it('hides the time-out of a child behind States.TaskFailed', async () => {
    const harness = play();
    harness.create(
      { QueryLanguage: 'JSONata', StartAt: 'Pause', States: waiting, TimeoutSeconds: 5 },
      'child',
    );
    const execution = await harness.run(call('.sync:2'), { n: 1 });
    expect(execution.error).toBe('States.TaskFailed');
    expect(JSON.parse(execution.cause ?? '')).toMatchObject({ Status: 'TIMED_OUT', Error: 'States.Timeout' });
  });

  it('stops the child when the parent is stopped', async () => {
    const harness = withChild(waiting);
    const parent = harness.start(harness.create(call('.sync:2', { Name: 'c' })), { n: 1 });
    await harness.settle(10);
    harness.engine.stopExecution(parent.arn);
    await harness.settle();
    expect(harness.engine.execution(`${EXECUTIONS}:child:c`).status).toBe('ABORTED');
    expect(harness.seconds()).toBe(10);
  });

  it('stops the child when the parent times out', async () => {
    const harness = withChild(waiting);
    const states = call('.sync:2', { Name: 'c' });
    await harness.run(
      { QueryLanguage: 'JSONata', StartAt: 'Call', States: states, TimeoutSeconds: 20 },
      { n: 1 },
    );
    expect(harness.engine.execution(`${EXECUTIONS}:child:c`).status).toBe('ABORTED');
  });

  it('stops the child when another branch fails', async () => {
    const harness = withChild(waiting);
    await harness.run(
      {
        Both: {
          Type: 'Parallel',
          Branches: [
            { StartAt: 'Call', States: call('.sync:2', { Name: 'c' }) },
            {
              StartAt: 'Pause',
              States: { Pause: { Type: 'Wait', Seconds: 5, Next: 'No' }, No: { Type: 'Fail', Error: 'No' } },
            },
          ],
          End: true,
        },
      },
      { n: 1 },
    );
    expect(harness.engine.execution(`${EXECUTIONS}:child:c`).status).toBe('ABORTED');
  });

  it('lets the child continue when only the task times out', async () => {
    const harness = withChild(waiting);
    const execution = await harness.run(call('.sync:2', { Name: 'c' }, { TimeoutSeconds: 5 }), { n: 1 });
    expect(execution.error).toBe('States.Timeout');
    expect(harness.engine.execution(`${EXECUTIONS}:child:c`).status).toBe('SUCCEEDED');
  });

  it('joins a child of the same name and input that still runs', async () => {
    const harness = withChild(doubling);
    const arn = harness.create(call('.sync:2', { Name: 'shared' }));
    const [first, second] = [harness.start(arn, { n: 1 }), harness.start(arn, { n: 1 })];
    await harness.settle();
    expect(output(first)).toEqual(output(second));
    expect(harness.engine.executions()).toHaveLength(3);
  });
});

describe('authorize', () => {
  it('is called for everything that the engine does itself', async () => {
    const asked: string[] = [];
    const harness = withChild(waiting, {
      authorize: (action, resource, { stateName }) => void asked.push(`${stateName} ${action} ${resource}`),
    });
    const parent = harness.start(harness.create(call('.sync:2', { Name: 'c' })), { n: 1 });
    await harness.settle(10);
    harness.engine.stopExecution(parent.arn);
    await harness.settle();
    expect(asked).toEqual([
      `Call states:StartExecution ${MACHINES}:child`,
      `Call states:DescribeExecution ${EXECUTIONS}:child:c`,
      `Call states:StopExecution ${EXECUTIONS}:child:c`,
    ]);
  });

  it('fails the task where it refuses', async () => {
    const harness = withChild(doubling, {
      authorize: (action) => {
        throw new AslError('StepFunctions.AWSStepFunctionsException', `not authorized to perform: ${action}`);
      },
    });
    const execution = await harness.run(call(''), { n: 1 });
    expect(execution).toMatchObject({
      error: 'StepFunctions.AWSStepFunctionsException',
      cause: 'not authorized to perform: states:StartExecution',
    });
    expect(harness.engine.executions()).toHaveLength(1);
  });

  it('leaves the child running where the parent may not stop it', async () => {
    const harness = withChild(waiting, {
      authorize: (action) => {
        if (action === 'states:StopExecution') throw new AslError('Denied');
      },
    });
    const parent = harness.start(harness.create(call('.sync:2', { Name: 'c' })), { n: 1 });
    await harness.settle(10);
    harness.engine.stopExecution(parent.arn);
    await harness.settle();
    expect(harness.engine.execution(`${EXECUTIONS}:child:c`).status).toBe('SUCCEEDED');
  });

  it("is not called for the host's own actions", async () => {
    const asked: string[] = [];
    const harness = play({ authorize: (action) => void asked.push(action) }).on(INVOKE, () => null);
    await harness.run({ Work: work() });
    expect(asked).toEqual([]);
  });
});
