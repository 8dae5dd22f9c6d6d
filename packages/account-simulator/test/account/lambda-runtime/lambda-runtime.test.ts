import type {
  AsynchronousSettings,
  SendMessage,
} from '../../../account/lambda-runtime/asynchronous-invocation.ts';
import type { FunctionSettings } from '../../../account/lambda-runtime/function-runner.ts';
import { ProcessDied } from '../../../account/lambda-runtime/invocation.ts';
import { LambdaRuntime } from '../../../account/lambda-runtime/lambda-runtime.ts';
import { AwsError } from '../../../account/service.ts';
import { VirtualClock } from '../../../clock/virtual-clock.ts';
import { SeededRandom } from '../../../random/seeded-random.ts';

// biome-ignore lint/suspicious/noExplicitAny: each test has its own event.
type Handle = (event: any) => Promise<unknown>;

const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:work';
let clock: VirtualClock;
let sent: { arn: string; body: string; attributes: Readonly<Record<string, string>> }[];

beforeEach(() => {
  clock = VirtualClock.install('2026-01-01T00:00:00Z');
  sent = [];
});
afterEach(() => clock.uninstall());

function runtimeWith(
  handle: Handle,
  settings: Partial<FunctionSettings> = {},
  asynchronous: Partial<AsynchronousSettings> = {},
) {
  const send: SendMessage = (to, body, attributes) => sent.push({ arn: to, body, attributes });
  const runtime = new LambdaRuntime({ clock, random: new SeededRandom(1), send });
  let built = 0;
  const build = () => {
    built += 1;
    return handle;
  };
  runtime.add(
    {
      logicalId: 'Work',
      name: 'work',
      arn,
      timeoutSeconds: 10,
      code: build,
      runtime: { env: {}, clientConfig: {}, now: () => clock.now() },
      ...settings,
    },
    { maximumRetryAttempts: 2, maximumEventAgeSeconds: 21_600, ...asynchronous },
  );
  return { runtime, built: () => built };
}

/** Lets virtual time pass until `work` has settled. */
async function settled<T>(work: Promise<T>): Promise<T> {
  let done = false;
  const end = () => {
    done = true;
  };
  work.then(end, end);
  await clock.run(() => done);
  return work;
}

describe('LambdaRuntime', () => {
  it('runs the handler on a copy of the event and answers with its result as JSON', async () => {
    const { runtime } = runtimeWith(async ({ list }: { list: number[] }) => ({
      sum: list[0],
      gone: undefined,
    }));
    expect(await settled(runtime.invoke('work', '{"list":[7]}'))).toEqual({ payload: '{"sum":7}' });
  });

  it('knows a function by name and by ARN', async () => {
    const { runtime } = runtimeWith(async () => undefined);
    expect(await settled(runtime.invoke(arn, '{}'))).toEqual({ payload: 'null' });
    expect(await settled(runtime.invoke(`${arn}:$LATEST`, '{}'))).toEqual({ payload: 'null' });
    await expect(settled(runtime.invoke('other', '{}'))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('builds once and keeps the process warm, with a second process for a second event at the same time', async () => {
    const { runtime, built } = runtimeWith(() => clock.sleep(1000));
    await settled(runtime.invoke('work', '{}'));
    const cold = clock.elapsed();
    await settled(runtime.invoke('work', '{}'));
    const warm = clock.elapsed() - cold;
    expect(built()).toBe(1);
    expect(cold).toBeGreaterThanOrEqual(1250);
    expect(warm).toBeLessThan(1010);
    await settled(Promise.all([runtime.invoke('work', '{}'), runtime.invoke('work', '{}')]));
    expect(built()).toBe(2);
    expect(runtime.statistics().get('Work')).toMatchObject({
      invocations: 4,
      coldStarts: 2,
      durationMs: 4000,
    });
  });

  it('starts cold again after its processes were retired', async () => {
    const { runtime, built } = runtimeWith(async () => 1);
    await settled(runtime.invoke('work', '{}'));
    runtime.retire('work');
    await settled(runtime.invoke('work', '{}'));
    expect(built()).toBe(2);
  });

  it('answers an error with its name and message, without a stack', async () => {
    const { runtime } = runtimeWith(async () => {
      throw Object.assign(new Error('nobody there'), { name: 'NobodyThere' });
    });
    expect(await settled(runtime.invoke('work', '{}'))).toEqual({
      payload: '{"errorType":"NobodyThere","errorMessage":"nobody there","trace":[]}',
      functionError: 'Unhandled',
    });
  });

  it('answers a thrown value that is no error, as the Node.js runtime does', async () => {
    const { runtime } = runtimeWith(() => Promise.reject('just text'));
    const { payload } = await settled(runtime.invoke('work', '{}'));
    expect(JSON.parse(payload)).toEqual({ errorType: 'string', errorMessage: 'just text', trace: [] });
  });

  it('ends the call at the time-out, does not use the process again, and lets running work take effect', async () => {
    let effects = 0;
    const { runtime, built } = runtimeWith(async () => {
      await clock.sleep(15_000);
      effects += 1;
    });
    const outcome = await settled(runtime.invoke('work', '{}'));
    expect(JSON.parse(outcome.payload)).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(
        /^RequestId: [0-9a-f-]{36} Error: Task timed out after 10\.00 seconds$/,
      ),
    });
    expect(effects).toBe(0);
    await clock.run(() => false);
    expect(effects).toBe(1);
    await settled(runtime.invoke('work', '{}'));
    expect(built()).toBe(2);
    expect(runtime.statistics().get('Work')).toMatchObject({ timeouts: 2, errors: 2 });
  });

  it('answers a result that is too large with an error', async () => {
    const { runtime } = runtimeWith(async () => 'x'.repeat(6_291_556));
    const { payload } = await settled(runtime.invoke('work', '{}'));
    expect(JSON.parse(payload)).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
  });

  it('answers a result that is not JSON with an error', async () => {
    const { runtime } = runtimeWith(async () => 1n);
    const { payload } = await settled(runtime.invoke('work', '{}'));
    expect(JSON.parse(payload)).toMatchObject({ errorType: 'Runtime.MarshalError' });
  });

  it('refuses an event that is too large or not JSON', async () => {
    const { runtime } = runtimeWith(async () => 1);
    await expect(runtime.invoke('work', JSON.stringify('x'.repeat(6_291_556)))).rejects.toMatchObject({
      name: 'RequestTooLargeException',
      statusCode: 413,
    });
    await expect(runtime.invoke('work', '{')).rejects.toMatchObject({
      name: 'InvalidRequestContentException',
    });
  });

  it('throttles beyond the reserved concurrency', async () => {
    const { runtime } = runtimeWith(() => clock.sleep(1000), { reservedConcurrency: 1 });
    const first = runtime.invoke('work', '{}');
    await expect(runtime.invoke('work', '{}')).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      statusCode: 429,
    });
    await settled(first);
    expect(runtime.statistics().get('Work')).toMatchObject({ invocations: 1, throttles: 1 });
  });

  it('lets interceptors observe, fail, refuse, and kill the process before or after the effect', async () => {
    let effects = 0;
    const { runtime, built } = runtimeWith(async () => {
      effects += 1;
    });
    let fault: ((next: () => Promise<unknown>) => Promise<unknown>) | undefined;
    const seen: string[] = [];
    runtime.intercept((invocation, next) => {
      seen.push(`${invocation.logicalId} ${invocation.process} ${invocation.coldStart}`);
      return fault ? fault(next) : next();
    });
    await settled(runtime.invoke('work', '{}'));
    fault = () => Promise.reject(new ProcessDied());
    const before = await settled(runtime.invoke('work', '{}'));
    expect(JSON.parse(before.payload)).toMatchObject({ errorType: 'Runtime.ExitError' });
    expect(effects).toBe(1);
    fault = async (next) => {
      await next();
      throw new ProcessDied();
    };
    await settled(runtime.invoke('work', '{}'));
    expect([effects, built()]).toEqual([2, 2]);
    fault = () => Promise.reject(new AwsError('ServiceException', 'try again', 500));
    await expect(settled(runtime.invoke('work', '{}'))).rejects.toMatchObject({ name: 'ServiceException' });
    expect(seen).toEqual(['Work 1 true', 'Work 1 false', 'Work 2 true', 'Work 3 true']);
  });
});

describe('LambdaRuntime.invokeLater', () => {
  it('retries a failing event twice, after one and after two minutes, then discards it', async () => {
    const times: number[] = [];
    const { runtime } = runtimeWith(
      async () => {
        times.push(Math.round(clock.elapsed() / 1000));
        throw new Error('no');
      },
      {},
      { onFailureArn: 'arn:failures', deadLetterArn: 'arn:dead' },
    );
    runtime.invokeLater('work', '{"a":1}');
    expect(runtime.waiting).toBe(1);
    await clock.run(() => runtime.waiting === 0);
    expect(times).toEqual([0, 60, 180]);
    expect(sent[0]).toEqual({
      arn: 'arn:dead',
      body: '{"a":1}',
      attributes: { ErrorCode: '200', ErrorMessage: 'no' },
    });
    expect(sent[1]?.arn).toBe('arn:failures');
    expect(JSON.parse(sent[1]?.body ?? '')).toMatchObject({
      requestContext: {
        condition: 'RetriesExhausted',
        approximateInvokeCount: 3,
        functionArn: `${arn}:$LATEST`,
      },
      requestPayload: { a: 1 },
      responsePayload: { errorType: 'Error', errorMessage: 'no' },
    });
  });

  it('stops retrying once it succeeds', async () => {
    let calls = 0;
    const { runtime } = runtimeWith(
      async () => {
        calls += 1;
        if (calls < 2) throw new Error('no');
      },
      {},
      { onFailureArn: 'arn:failures' },
    );
    runtime.invokeLater('work', '{}');
    await clock.run(() => runtime.waiting === 0);
    expect([calls, sent]).toEqual([2, []]);
  });

  it('keeps retrying a throttled event until it is too old', async () => {
    const { runtime } = runtimeWith(
      async () => 1,
      { reservedConcurrency: 0 },
      { onFailureArn: 'arn:failures', maximumEventAgeSeconds: 600 },
    );
    runtime.invokeLater('work', '{}');
    await clock.run(() => runtime.waiting === 0);
    expect(JSON.parse(sent[0]?.body ?? '').requestContext).toMatchObject({ condition: 'EventAgeExceeded' });
    expect(clock.elapsed()).toBeGreaterThan(500_000);
    expect(clock.elapsed()).toBeLessThanOrEqual(600_000);
  });

  it('is the effect of an Invoke call of type Event', async () => {
    const { runtime } = runtimeWith(async () => 1);
    const answer = await runtime.operation({
      FunctionName: 'work',
      InvocationType: 'Event',
      Payload: Buffer.from('{}'),
    });
    expect(answer).toMatchObject({ StatusCode: 202 });
    expect(runtime.waiting).toBe(1);
    await clock.run(() => runtime.waiting === 0);
    expect(runtime.statistics().get('Work')?.invocations).toBe(1);
  });
});
