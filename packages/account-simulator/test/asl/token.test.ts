import { AslError } from '../../asl/asl-error.ts';
import { giveBackClock, INVOKE, output, play, types, work } from './harness.ts';

afterEach(giveBackClock);

const TOKEN_TASK = work({
  Resource: `${INVOKE}.waitForTaskToken`,
  Arguments: { FunctionName: 'ask', Payload: { token: '{% $states.context.Task.Token %}' } },
});

const tokensOf = (harness: ReturnType<typeof play>) =>
  harness.calls.map(({ args }) => (args as { Payload: { token: string } }).Payload.token);

async function asked(fields: object = {}) {
  const harness = play().on(INVOKE, () => ({ StatusCode: 200 }));
  const execution = harness.start(
    harness.create({ Ask: { ...TOKEN_TASK, ...fields }, Caught: { Type: 'Succeed' } } as object, 'ask'),
  );
  await harness.settle(1);
  return { harness, execution, token: tokensOf(harness)[0] as string };
}

const withCatch = { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] };

describe('.waitForTaskToken', () => {
  it('waits until the token comes back with the result', async () => {
    const { harness, execution, token } = await asked(withCatch);
    expect(execution.status).toBe('RUNNING');
    await harness.settle(3600);
    harness.engine.sendTaskSuccess(token, '{"approved":true}');
    await harness.settle();
    expect(output(execution)).toEqual({ approved: true });
    expect(types(execution).slice(2, 7)).toEqual([
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
    ]);
    expect(execution.history[4]?.details).toMatchObject({
      resource: 'invoke.waitForTaskToken',
      output: '{"StatusCode":200}',
    });
  });

  it('calls the host with the resource without the suffix', async () => {
    const { harness } = await asked(withCatch);
    expect(harness.calls[0]?.resource).toBe(INVOKE);
  });

  it('fails with the error and cause that come with the token', async () => {
    const { harness, execution, token } = await asked(withCatch);
    harness.engine.sendTaskFailure(token, 'Refused', 'not today');
    await harness.settle();
    expect(output(execution)).toEqual({ Error: 'Refused', Cause: 'not today' });
  });

  it.each<[string | undefined, string | undefined]>([
    [undefined, undefined],
    ['Refused', undefined],
    [undefined, 'not today'],
  ])('leaves null where the failure has no error or cause: %s, %s', async (error, cause) => {
    const { harness, execution, token } = await asked(withCatch);
    harness.engine.sendTaskFailure(token, error, cause);
    await harness.settle();
    expect(output(execution)).toEqual({ Error: error ?? null, Cause: cause ?? null });
    expect(execution.history.find(({ type }) => type === 'TaskFailed')?.details).toEqual({
      resourceType: 'lambda',
      resource: 'invoke.waitForTaskToken',
      ...(error && { error }),
      ...(cause && { cause }),
    });
  });

  it('fails the execution without error and cause where nothing catches a bare failure', async () => {
    const { harness, execution, token } = await asked({ Next: 'Caught', End: undefined });
    harness.engine.sendTaskFailure(token);
    await harness.settle();
    expect(execution).toMatchObject({ status: 'FAILED', error: undefined, cause: undefined });
    expect(execution.history.at(-1)?.details).toEqual({});
  });

  it('counts a bare failure as States.TaskFailed', async () => {
    const { harness, execution, token } = await asked({
      Catch: [{ ErrorEquals: ['States.TaskFailed'], Output: 'caught', Next: 'Caught' }],
    });
    harness.engine.sendTaskFailure(token);
    await harness.settle();
    expect(output(execution)).toBe('caught');
  });

  it('takes a token that comes back before the request is answered', async () => {
    const harness = play();
    harness.on(INVOKE, async (args: { Payload: { token: string } }) => {
      harness.engine.sendTaskSuccess(args.Payload.token, '"quick"');
      await harness.clock.sleep(1000);
    });
    const execution = await harness.run({ Ask: TOKEN_TASK });
    expect(output(execution)).toBe('quick');
    expect(types(execution)).not.toContain('TaskSubmitted');
  });

  it('fails where the request itself fails', async () => {
    const harness = play().on(INVOKE, () => {
      throw new AslError('Lambda.ServiceException', 'down');
    });
    const execution = await harness.run({ Ask: TOKEN_TASK });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'Lambda.ServiceException' });
  });

  it('makes a new token for each retry, and the old one is timed out', async () => {
    const { harness, execution, token } = await asked({
      TimeoutSeconds: 60,
      Retry: [{ ErrorEquals: ['States.Timeout'] }],
      ...withCatch,
    });
    await harness.settle(70);
    const second = tokensOf(harness)[1] as string;
    expect(second).not.toBe(token);
    expect(() => harness.engine.sendTaskSuccess(token, '1')).toThrow(
      expect.objectContaining({ name: 'TaskTimedOut' }),
    );
    harness.engine.sendTaskSuccess(second, '2');
    await harness.settle();
    expect(output(execution)).toBe(2);
  });

  it('refuses a token a second time', async () => {
    const { harness, token } = await asked(withCatch);
    harness.engine.sendTaskSuccess(token, '1');
    for (const again of [
      () => harness.engine.sendTaskSuccess(token, '1'),
      () => harness.engine.sendTaskFailure(token),
      () => harness.engine.sendTaskHeartbeat(token),
    ]) {
      expect(again).toThrow(expect.objectContaining({ name: 'TaskTimedOut' }));
    }
  });

  it('refuses the token of an execution that was stopped', async () => {
    const { harness, execution, token } = await asked(withCatch);
    harness.engine.stopExecution(execution.arn);
    expect(() => harness.engine.sendTaskSuccess(token, '1')).toThrow(
      expect.objectContaining({ name: 'TaskTimedOut' }),
    );
  });

  it('distinguishes an invalid token from an unknown one', async () => {
    const { harness, token } = await asked(withCatch);
    expect(() => harness.engine.sendTaskSuccess('nonsense', '1')).toThrow(
      expect.objectContaining({ name: 'InvalidToken' }),
    );
    const unknown = `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`;
    expect(() => harness.engine.sendTaskSuccess(unknown, '1')).toThrow(
      expect.objectContaining({ name: 'TaskDoesNotExist' }),
    );
  });

  it('refuses output that is not JSON or too large, and keeps waiting', async () => {
    const { harness, execution, token } = await asked(withCatch);
    expect(() => harness.engine.sendTaskSuccess(token, '{oops')).toThrow(
      expect.objectContaining({ name: 'InvalidOutput' }),
    );
    expect(() => harness.engine.sendTaskSuccess(token, JSON.stringify('x'.repeat(262_144)))).toThrow(
      expect.objectContaining({ name: 'ValidationException' }),
    );
    expect(execution.status).toBe('RUNNING');
  });
});

describe('HeartbeatSeconds', () => {
  const fields = { HeartbeatSeconds: 10, TimeoutSeconds: 60, ...withCatch };

  it('fails the task when no heartbeat comes', async () => {
    const { harness, execution } = await asked(fields);
    await harness.settle(9.5);
    expect(output(execution)).toEqual({ Error: 'States.Timeout', Cause: '' });
    expect(execution.history[2]?.details).toMatchObject({ heartbeatInSeconds: 10, timeoutInSeconds: 60 });
    expect(types(execution)).toContain('TaskTimedOut');
  });

  it('is caught as States.HeartbeatTimeout', async () => {
    const { harness, execution } = await asked({
      ...fields,
      Catch: [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'Caught' }],
    });
    await harness.settle(20);
    expect(execution.status).toBe('SUCCEEDED');
  });

  it('starts again with each heartbeat, until TimeoutSeconds', async () => {
    const { harness, execution, token } = await asked(fields);
    for (let i = 0; i < 7; i += 1) {
      await harness.settle(8);
      harness.engine.sendTaskHeartbeat(token);
    }
    expect(execution.status).toBe('RUNNING');
    await harness.settle(4);
    expect((execution.stopDate ?? 0) - execution.startDate).toBe(60_000);
  });

  it('must be smaller than a TimeoutSeconds from an expression', async () => {
    const { execution } = await asked({ HeartbeatSeconds: 10, TimeoutSeconds: '{% 10 %}', ...withCatch });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });
});
