import { AslError } from '../../asl/asl-error.ts';
import { EXECUTIONS, giveBackClock, INVOKE, MACHINES, output, play, ROLE, types, work } from './harness.ts';

afterEach(giveBackClock);

describe('Task', () => {
  it('calls the resource with its arguments and outputs the result', async () => {
    const harness = play().on(INVOKE, () => ({ StatusCode: 200, Payload: { ok: true } }));
    const execution = await harness.run(
      { Work: work({ Arguments: { FunctionName: 'f', Payload: { id: '{% $states.input.id %}' } } }) },
      { id: 7 },
    );
    expect(harness.calls).toMatchObject([
      { resource: INVOKE, args: { FunctionName: 'f', Payload: { id: 7 } } },
    ]);
    expect(output(execution)).toEqual({ StatusCode: 200, Payload: { ok: true } });
  });

  it('sends its input where it has no Arguments', async () => {
    const harness = play().on(INVOKE, () => null);
    await harness.run({ Work: { Type: 'Task', Resource: INVOKE, End: true } }, { FunctionName: 'g' });
    expect(harness.calls[0]?.args).toEqual({ FunctionName: 'g' });
  });

  it('outputs the value of Output', async () => {
    const harness = play().on(INVOKE, () => ({ Payload: { n: 20 } }));
    const execution = await harness.run(
      { Work: work({ Output: '{% $states.result.Payload.n + $states.input.n %}' }) },
      { n: 1 },
    );
    expect(output(execution)).toBe(21);
  });

  it('passes the caller to the host', async () => {
    const harness = play().on(INVOKE, () => null);
    const execution = await harness.run({ Work: work() });
    expect(harness.calls[0]?.context).toEqual({
      executionArn: execution.arn,
      stateMachineArn: `${MACHINES}:machine-1`,
      stateMachineName: 'machine-1',
      roleArn: ROLE,
      stateName: 'Work',
      retryCount: 0,
    });
    expect(execution.arn.startsWith(`${EXECUTIONS}:machine-1:`)).toBe(true);
  });

  it('takes as long as the host takes', async () => {
    const harness = play();
    harness.on(INVOKE, () => harness.clock.sleep(2500));
    await harness.run({ Work: work() });
    expect(harness.seconds()).toBe(2.5);
  });

  it('records the integration as AWS names it', async () => {
    const resource = 'arn:aws:states:::aws-sdk:codedeploy:getDeployment';
    const harness = play().on(resource, () => ({ DeploymentInfo: {} }));
    const execution = await harness.run({
      Work: { Type: 'Task', Resource: resource, Arguments: { DeploymentId: 'd-1' }, End: true },
    });
    expect(types(execution)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    expect(execution.history[2]).toMatchObject({
      previousEventId: 2,
      details: {
        resourceType: 'aws-sdk:codedeploy',
        resource: 'getDeployment',
        region: 'eu-west-1',
        parameters: '{"DeploymentId":"d-1"}',
      },
    });
  });

  it('fails with the error the host throws, cause unchanged', async () => {
    const harness = play().on(INVOKE, () => {
      throw new AslError('Lambda.TooManyRequestsException', 'Rate exceeded');
    });
    const execution = await harness.run({ Work: work() });
    expect(execution).toMatchObject({
      status: 'FAILED',
      error: 'Lambda.TooManyRequestsException',
      cause: 'Rate exceeded',
    });
    expect(types(execution).slice(-2)).toEqual(['TaskFailed', 'ExecutionFailed']);
    expect(execution.history.at(-2)?.details).toEqual({
      resourceType: 'lambda',
      resource: 'invoke',
      error: 'Lambda.TooManyRequestsException',
      cause: 'Rate exceeded',
    });
  });

  it('fails a run whose host breaks, and no Catch hides it', async () => {
    const harness = play().on(INVOKE, () => {
      throw new TypeError('host is broken');
    });
    const execution = await harness.run({
      Work: work({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] }),
      Caught: { Type: 'Succeed' },
    });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(execution.cause).toContain('host is broken');
  });

  it("keeps the host's changes to arguments and results out of the execution", async () => {
    const result = { list: [1] };
    const harness = play().on(INVOKE, (args: { Payload: { list: number[] } }) => {
      args.Payload.list.push(99);
      return result;
    });
    const execution = await harness.run(
      {
        Work: work({
          Arguments: { FunctionName: 'f', Payload: '{% $states.input %}' },
          Assign: { result: '{% $states.result %}' },
          Output: '{% $states.input %}',
          Next: 'Wait',
          End: undefined,
        }),
        Wait: { Type: 'Wait', Seconds: 1, Output: ['{% $states.input %}', '{% $result %}'], End: true },
      },
      { list: [0] },
    );
    result.list.push(2);
    expect(output(execution)).toEqual([{ list: [0] }, { list: [1] }]);
  });

  it('turns an undefined result into null', async () => {
    const harness = play().on(INVOKE, () => undefined);
    expect(output(await harness.run({ Work: work() }))).toBeNull();
  });
});
