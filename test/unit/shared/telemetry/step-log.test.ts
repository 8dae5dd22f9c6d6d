import fc from 'fast-check';
import * as z from 'zod';
import { InvalidInput, LockLost } from '../../../../shared/errors.ts';
import { task } from '../../../../shared/task.ts';
import { isSampled } from '../../../../shared/telemetry/step-log.ts';
import { runtimeOf } from '../../fixtures/runtime-of.ts';

/** The log lines of a step: for its input, and its result or error. */
async function linesOf(
  input: object,
  result: unknown,
  { env = {}, awsRequestId = 'ffffffff-0000-4000-8000-000000000000', calls = [] as object[] } = {},
): Promise<Record<string, unknown>[]> {
  const lines: string[] = [];
  const runtime = { ...runtimeOf(undefined, env), writeLog: (line: string) => lines.push(line) };
  const build = task('SettleRelease', z.unknown(), ({ clientConfig }) => async () => {
    const { logger } = clientConfig as { logger: Record<'info' | 'error', (call: object) => void> };
    for (const call of calls) logger['error' in call ? 'error' : 'info'](call);
    if (result instanceof Error) throw result;
    return result;
  });
  await build(runtime)(input, { awsRequestId }).catch(() => {});
  return lines.map((line) => JSON.parse(line));
}

const releaseId = 'orders-20260105T090000Z';

it('has one line for a decision: step, subject, decision, why', async () => {
  const lines = await linesOf(
    { releaseId, deploymentId: 'd-1', reason: '2 of 10 requests failed' },
    { settlement: 'good' },
  );
  expect(lines).toEqual([
    {
      timestamp: '2026-01-05T09:04:20.000Z',
      level: 'INFO',
      message: 'SettleRelease: good',
      step: 'SettleRelease',
      environment: 'prod',
      requestId: 'ffffffff-0000-4000-8000-000000000000',
      service: 'orders',
      release: releaseId,
      deployment: 'd-1',
      decision: 'good',
      why: '2 of 10 requests failed',
      ms: 0,
    },
  ]);
});

it.each([
  [
    { acquired: false, busy: 'payment' },
    { decision: 'acquired: false', why: 'payment' },
  ],
  [{ waiting: true }, { decision: 'waiting: true' }],
  [{ onHold: [{}, {}] }, { decision: 'onHold: 2' }],
  [
    { next: 'look-again', judgement: { reason: 'too few requests' } },
    { decision: 'look-again', why: 'too few requests' },
  ],
  [{ found: 'version 1 has all the traffic' }, { decision: 'found', why: 'version 1 has all the traffic' }],
])('names the decision of the result %j', async (result, expected) => {
  expect(await linesOf({}, result)).toEqual([expect.objectContaining(expected)]);
});

it.each([
  [new LockLost('gone'), 'WARN'],
  [new InvalidInput('service: is missing'), 'WARN'],
  [new TypeError('undefined is not a function'), 'ERROR'],
])('has one line for %s, without a stack', async (error, level) => {
  const lines = await linesOf({ releaseId }, error);
  expect(lines).toEqual([
    expect.objectContaining({ level, error: error.name, why: error.message, release: releaseId }),
  ]);
  expect(JSON.stringify(lines)).not.toContain('.test.ts');
});

it('cuts very long texts', async () => {
  const [line] = await linesOf({}, { status: 'failed', reason: 'x'.repeat(100_000) });
  expect(JSON.stringify(line).length).toBeLessThan(3000);
});

describe('no secret', () => {
  const secret = 'canary-9f3b1c';

  it('gets from an input or a result into a line, from any field, unless it is one of the words', async () => {
    const words = ['reason', 'detail', 'action', 'found', 'busy', 'supersededBy', 'skipped'];
    const ids = ['incidentId', 'releaseId', 'deploymentId', 'service', 'target', 'attempt', 'wave'];
    const named = fc
      .string({ minLength: 1 })
      .filter((name) => ![...words, ...ids].includes(name) && name !== '__proto__');
    const holding = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        fc.constant(secret),
        fc.array(tie('node'), { maxLength: 2 }),
        fc.dictionary(
          fc.oneof(named, fc.constantFrom('taskToken', 'value', 'parameters', 'judgement')),
          tie('node'),
          {
            maxKeys: 3,
          },
        ),
      ),
    })).node;
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(named, holding),
        fc.dictionary(named, holding),
        async (input, result) => {
          const decided = ['outcome', 'settlement', 'next', 'standing', 'answer', 'status', 'kind'];
          const { ...quiet } = result;
          for (const name of decided) delete quiet[name];
          expect(JSON.stringify(await linesOf(input, quiet))).not.toContain(secret);
        },
      ),
    );
  });

  it('gets from the words of a refusal into a line', async () => {
    const refused = `1 validation error detected: Value '${secret}' at 'value' failed to satisfy constraint`;
    const [line] = await linesOf({}, new Error(refused));
    expect(line?.why).toBe(
      "1 validation error detected: value '...' at 'value' failed to satisfy constraint",
    );
  });

  it('gets from an AWS call into a debug line', async () => {
    const call = {
      clientName: 'SSMClient',
      commandName: 'GetParameterCommand',
      input: { Name: '/orders/key' },
      output: { Parameter: { Value: secret } },
      metadata: { httpStatusCode: 200, attempts: 2 },
    };
    const refused = {
      ...call,
      error: Object.assign(new Error(secret), { name: 'AccessDenied', $metadata: {} }),
    };
    const lines = await linesOf({}, {}, { env: { LOG_SAMPLE_RATE: '1' }, calls: [call, refused] });
    expect(lines.slice(0, 2)).toEqual([
      expect.objectContaining({
        level: 'DEBUG',
        call: 'SSMClient.GetParameterCommand',
        httpStatus: 200,
        tries: 2,
      }),
      expect.objectContaining({ level: 'DEBUG', error: 'AccessDenied' }),
    ]);
    expect(JSON.stringify(lines)).not.toContain(secret);
  });
});

describe('the calls of an invocation', () => {
  const calls = [{ clientName: 'SSMClient', commandName: 'GetParameterCommand', metadata: {} }];
  const debugLines = async (LOG_SAMPLE_RATE: string | undefined, awsRequestId: string) => {
    const lines = await linesOf({}, {}, { env: { LOG_SAMPLE_RATE }, awsRequestId, calls });
    return lines.filter(({ level }) => level === 'DEBUG').length;
  };

  it('are logged for the part of the invocations that is sampled', async () => {
    expect(await debugLines('0.5', '7fffffff-0000-4000-8000-000000000000')).toBe(1);
    expect(await debugLines('0.5', '80000000-0000-4000-8000-000000000000')).toBe(0);
    expect(await debugLines(undefined, '00000000-0000-4000-8000-000000000000')).toBe(0);
    expect(await debugLines('no number', '00000000-0000-4000-8000-000000000000')).toBe(0);
  });

  it('are sampled at the rate, and the same invocation always alike', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.double({ min: 0, max: 1, noNaN: true }), (id, rate) => {
        expect(isSampled(id, rate)).toBe(Number.parseInt(id.slice(0, 8), 16) / 2 ** 32 < rate);
      }),
    );
    expect(isSampled(undefined, 1)).toBe(false);
  });
});
