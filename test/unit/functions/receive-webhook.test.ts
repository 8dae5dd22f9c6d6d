import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import * as fc from 'fast-check';
import { build } from '../../../functions/operate/receive-webhook/handler.ts';
import { objectionToSignature, signatureOf } from '../../../functions/operate/receive-webhook/signature.ts';
import { TransientFailure } from '../../../shared/errors.ts';
import { catalogObject } from '../fixtures/catalog.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { RELEASE } from '../fixtures/records.ts';
import { COORDINATE_ARN, MONITOR_ARN, runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled } from '../fixtures/sdk-errors.ts';
import { NOW } from '../fixtures/times.ts';

fc.configureGlobal({ seed: 1 });

const secret = 'a secret of more than thirty-two characters';
const seconds = (time: number) => String(Math.floor(time / 1000));
const sfn = mockClient(SFNClient);
const ssm = mockClient(SSMClient);
let ledger: LedgerDouble;
let receive: (event: unknown) => Promise<{ statusCode: number; body: string }>;

beforeEach(() => {
  sfn.reset();
  ssm.reset();
  sfn.on(StartExecutionCommand).resolves({});
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: secret, Version: 1 } });
  ledger = new LedgerDouble();
  mockBucket(catalogObject());
  receive = build(runtimeOf(ledger)) as typeof receive;
});

/** A request as API Gateway passes it on. */
function requestOf(
  body: unknown,
  { at = ledger.now, by = secret, change = (text: string) => text, timestamp = seconds(at) } = {},
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const signature = signatureOf(by, timestamp, Buffer.from(text));
  return {
    version: '2.0',
    headers: {
      host: 'api',
      'x-rollback-timestamp': timestamp,
      'x-rollback-signature': signature,
    },
    body: change(text),
    isBase64Encoded: false,
  };
}
const plan = { action: 'plan', service: 'orders' };
const starts = () => sfn.commandCalls(StartExecutionCommand).map(({ args }) => args[0].input);

describe('a signed request', () => {
  it('reports a deployment: its watch is started under its name', async () => {
    const event = requestOf({ action: 'report-deployment', deploymentId: 'd-ORDERS005' });
    await expect(receive(event)).resolves.toMatchObject({ statusCode: 202 });
    expect(starts()).toEqual([
      { stateMachineArn: MONITOR_ARN, name: 'd-ORDERS005', input: '{"deploymentId":"d-ORDERS005"}' },
    ]);
  });

  it.each([
    [plan, { service: 'orders', requestedBy: 'the webhook', mode: 'plan' }],
    [
      {
        action: 'roll-back',
        service: 'orders',
        releaseId: RELEASE,
        planDigest: '0123456789abcdef',
        reason: 'the smoke test failed',
        requestedBy: 'pipeline 17',
      },
      {
        service: 'orders',
        releaseId: RELEASE,
        planDigest: '0123456789abcdef',
        reason: 'the smoke test failed',
        requestedBy: 'pipeline 17',
        mode: 'roll-back',
      },
    ],
  ])('starts %j on request', async (body, input) => {
    const answered = await receive(requestOf(body));
    expect(answered).toMatchObject({ statusCode: 202 });
    const [start] = starts();
    expect(start?.stateMachineArn).toBe(COORDINATE_ARN);
    expect(JSON.parse(start?.input ?? '')).toEqual(input);
    expect(JSON.parse(answered.body)).toEqual({ action: body.action, execution: start?.name });
    expect(start?.name).toMatch(/^webhook-[0-9a-f]{40}$/);
  });

  it('may come in Base64: the signature is over the bytes', async () => {
    const event = requestOf({ ...plan, reason: 'größer' });
    const body = Buffer.from(event.body).toString('base64');
    await expect(receive({ ...event, body, isBase64Encoded: true })).resolves.toMatchObject({
      statusCode: 202,
    });
  });

  it.each([-300_000, 300_000])('may be signed by a clock that is %i ms off', async (off) => {
    await expect(receive(requestOf(plan, { at: ledger.now + off }))).resolves.toMatchObject({
      statusCode: 202,
    });
  });
});

describe('refuses, and starts nothing for', () => {
  const refused = async (event: unknown, statusCode: number, text: string) => {
    const answered = await receive(event);
    expect(answered.statusCode).toBe(statusCode);
    expect(JSON.parse(answered.body).error).toContain(text);
    expect(starts()).toEqual([]);
    expect(JSON.stringify(answered)).not.toContain(secret);
  };

  it('a request signed with another secret', async () => {
    await refused(requestOf(plan, { by: `${secret}!` }), 401, 'is not the signature');
  });

  it('a request that was changed on its way', async () => {
    const change = (text: string) => text.replace('plan', 'roll-back');
    await refused(requestOf(plan, { change }), 401, 'is not the signature');
    const event = requestOf(plan);
    event.headers['x-rollback-timestamp'] = seconds(ledger.now + 1_000);
    await refused(event, 401, 'is not the signature');
  });

  it.each([-301_000, 301_000])('a request signed %i ms from now', async (off) => {
    await refused(requestOf(plan, { at: ledger.now + off }), 401, 'more than five minutes');
  });

  it.each([
    ['no headers', {}],
    ['an unsigned one', { 'x-rollback-timestamp': seconds(NOW) }],
    ['a short signature', { 'x-rollback-timestamp': seconds(NOW), 'x-rollback-signature': 'v1=00' }],
    [
      'another scheme',
      { 'x-rollback-timestamp': seconds(NOW), 'x-rollback-signature': `v2=${'0'.repeat(64)}` },
    ],
    ['no number', { 'x-rollback-timestamp': '17e8', 'x-rollback-signature': `v1=${'0'.repeat(64)}` }],
  ])('a request with %s', async (_, headers) => {
    await refused({ headers, body: JSON.stringify(plan) }, 401, 'x-rollback-');
  });

  it('a body that is too long, before anything is read', async () => {
    await refused(requestOf({ ...plan, reason: 'x'.repeat(8_192) }), 413, 'at most 8192 bytes');
    expect(ssm.calls()).toEqual([]);
  });

  it.each([
    ['no JSON', 'the body must be a JSON object'],
    [{ action: 'destroy' }, 'action: must be one of'],
    [{ action: 'plan', service: 'ordres' }, 'did you mean "orders"?'],
    [
      { action: 'plan', service: 'orders', planDigest: '0123456789abcdef' },
      'planDigest: is not a known field',
    ],
    [{ action: 'roll-back', service: 'orders', overrule: true }, 'overrule: is not a known field'],
    [{ action: 'roll-back', service: 'orders', deploymentId: 'd-1' }, 'deploymentId: is not a known field'],
    [{ action: 'roll-back', service: 'orders', reason: 'two\nlines' }, 'reason: must be one line'],
    [{ action: 'report-deployment', deploymentId: 'orders' }, 'deploymentId: must be the id'],
  ])('the body %j', async (body, text) => {
    await refused(requestOf(body), 400, text);
  });

  it.each([
    [
      'is missing',
      () => ssm.on(GetParameterCommand).rejects(new ParameterNotFound({ message: '', $metadata: {} })),
    ],
    ['is too short', () => ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'x'.repeat(31) } })],
  ])('every request where the secret %s', async (_, arrange) => {
    arrange();
    await refused(requestOf(plan, { by: 'x'.repeat(31) }), 503, 'no secret');
    await refused(requestOf(plan, { by: '' }), 503, 'no secret');
  });
});

it('accepts a request once', async () => {
  const event = requestOf(plan);
  await expect(receive(event)).resolves.toMatchObject({ statusCode: 202 });
  ledger.now += 60_000;
  await expect(receive(event)).resolves.toMatchObject({ statusCode: 409 });
  // Another process knows the request too.
  const other = build(runtimeOf(ledger)) as typeof receive;
  await expect(other(event)).resolves.toMatchObject({ statusCode: 409 });
  expect(starts()).toHaveLength(1);
  await expect(receive(requestOf(plan))).resolves.toMatchObject({ statusCode: 202 });
});

it('reads the secret once a minute, and uses a changed one', async () => {
  await receive(requestOf(plan));
  await receive(requestOf({ ...plan, reason: 'again' }));
  expect(ssm.commandCalls(GetParameterCommand)).toHaveLength(1);
  const changed = `${secret}, changed`;
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: changed, Version: 2 } });
  ledger.now += 60_000;
  await expect(receive(requestOf(plan, { by: changed }))).resolves.toMatchObject({ statusCode: 202 });
});

it('fails where AWS does, so that the sender retries with another timestamp', async () => {
  ssm.on(GetParameterCommand).rejects(throttled());
  await expect(receive(requestOf(plan))).rejects.toBeInstanceOf(TransientFailure);
});

it('a signature is of one secret, one timestamp and one body', () => {
  const timestamp = seconds(NOW);
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.uint8Array({ maxLength: 60 }),
      fc.string(),
      (body, other, key) => {
        const headers = {
          'x-rollback-timestamp': timestamp,
          'x-rollback-signature': signatureOf(secret, timestamp, body),
        };
        expect(objectionToSignature({ headers, body }, secret, NOW)).toBeUndefined();
        const isSame = Buffer.compare(Buffer.from(body), Buffer.from(other)) === 0;
        expect(objectionToSignature({ headers, body: other }, secret, NOW) === undefined).toBe(isSame);
        expect(objectionToSignature({ headers, body }, key, NOW) === undefined).toBe(key === secret);
      },
    ),
  );
});
