import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/coordinate/close-incident/handler.ts';
import { InvalidInput, LedgerCorrupt, TransientFailure } from '../../../shared/errors.ts';
import { restoredReleaseId } from '../../../shared/ledger/records.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import {
  goodSnapshot,
  incidentRecord,
  planObject,
  RELEASE,
  releaseRecord,
  servicePlan,
  serviceResult,
} from '../fixtures/records.ts';
import { EXECUTION_ARN, runtimeOf } from '../fixtures/runtime-of.ts';
import { denied, throttled } from '../fixtures/sdk-errors.ts';
import { iso } from '../fixtures/times.ts';

const input = {
  incidentId: RELEASE,
  executionArn: EXECUTION_ARN,
  recovery: { status: 'recovered', detail: 'recovered; 0 of 120 requests failed', waitSeconds: 60 } as {
    status: string;
    detail: string;
    waitSeconds?: number;
  } | null,
  failure: null as { Error: string; Cause?: string } | null,
};
const sns = mockClient(SNSClient);
let ledger: LedgerDouble;

beforeEach(async () => {
  sns.reset();
  sns.on(PublishCommand).resolves({ MessageId: 'm-1' });
  ledger = new LedgerDouble();
  mockBucket(planObject());
  await ledger.incidents.open(incidentRecord());
  await ledger.locks.acquire('orders', `${RELEASE}#1`);
});

const mail = () => sns.commandCalls(PublishCommand)[0]?.args[0].input;

it('closes an incident whose services are back and recovered as rolled back', async () => {
  await ledger.incidents.putServiceResult(serviceResult());
  ledger.now += 255_000;
  await expect(build(runtimeOf(ledger))(input)).resolves.toEqual({
    incidentId: RELEASE,
    outcome: 'rolled-back',
  });
  expect(await ledger.incidents.get(RELEASE)).toMatchObject({
    status: 'closed',
    outcome: 'rolled-back',
    closedAt: iso(ledger.now),
  });
  expect(mail()?.Subject).toContain('orders: rolled back');
  expect(mail()?.Message).toContain('rolled back, 4 min 15 s after it was detected');
});

it('leaves an incident alone that belongs to another attempt', async () => {
  await ledger.incidents.close(RELEASE, EXECUTION_ARN, 'needs-person', iso(ledger.now));
  await ledger.incidents.reopen(incidentRecord({ executionArn: 'arn:later' }));
  await build(runtimeOf(ledger))(input);
  expect((await ledger.incidents.get(RELEASE)).status).toBe('open');
  await expect(ledger.incidents.openIncidents()).resolves.toEqual([RELEASE]);
  expect(mail()).toBeUndefined();
});

it('closes an incident whose users are back and whose stack is not, with that outcome', async () => {
  const left = { target: 'stack', status: 'left' as const, action: 'Table would be removed' };
  await ledger.incidents.putServiceResult(serviceResult({ status: 'traffic-restored', targets: [left] }));
  await expect(build(runtimeOf(ledger))(input)).resolves.toMatchObject({ outcome: 'traffic-restored' });
  await expect(ledger.incidents.get(RELEASE)).resolves.toMatchObject({
    status: 'closed',
    outcome: 'traffic-restored',
  });
  expect(mail()?.Subject).toContain('orders: users are back, a stack needs a person');
  expect(mail()?.Message).toContain('LEFT AS IT IS: Table would be removed');
});

it.each(['rolled-back', 'traffic-restored'] as const)(
  'makes a restored release good once the service has recovered on it: %s',
  async (status) => {
    const { startedAt } = serviceResult();
    const restored = releaseRecord({
      releaseId: restoredReleaseId('orders', startedAt),
      startedAt,
      verdict: 'candidate',
      snapshot: goodSnapshot,
    });
    await ledger.releases.open(restored);
    await ledger.incidents.putServiceResult(serviceResult({ status }));
    await build(runtimeOf(ledger))({ ...input, recovery: { status: 'unproven', detail: 'no traffic' } });
    expect((await ledger.releases.get(restored.releaseId)).verdict).toBe('candidate');
    await build(runtimeOf(ledger))(input);
    expect((await ledger.releases.get(restored.releaseId)).verdict).toBe('good');
  },
);

it('frees the locks of the incident', async () => {
  await ledger.incidents.putServiceResult(serviceResult());
  await build(runtimeOf(ledger))(input);
  expect(await ledger.locks.find('orders')).toMatchObject({ owner: 'nobody', leaseUntil: 0 });
});

it("leaves another incident's lock alone", async () => {
  await ledger.locks.unlock('orders', `${RELEASE}#1`);
  await ledger.locks.acquire('orders', 'orders-20260105T090100Z#1');
  await build(runtimeOf(ledger))(input);
  expect((await ledger.locks.find('orders'))?.owner).toBe('orders-20260105T090100Z#1');
});

it('calls a person when a service is back and still bad', async () => {
  await ledger.incidents.putServiceResult(serviceResult());
  const recovery = { status: 'not-recovered', detail: 'NOT recovered: 9 of 60 requests failed' };
  await expect(build(runtimeOf(ledger))({ ...input, recovery })).resolves.toMatchObject({
    outcome: 'needs-person',
  });
  expect(mail()?.Message).toContain('NOT recovered');
});

it('calls a person, with the reason, when there was no way back', async () => {
  const failure = {
    Error: 'NoWayBack',
    Cause: JSON.stringify({ errorType: 'NoWayBack', errorMessage: 'The ledger holds no release', trace: [] }),
  };
  const ended = build(runtimeOf(ledger))({ ...input, recovery: null, failure });
  await expect(ended).resolves.toMatchObject({ outcome: 'needs-person' });
  expect(mail()?.Message).toContain('The ledger holds no release (NoWayBack)');
});

it('says which target is back and which is not when only a part is', async () => {
  await ledger.incidents.putServiceResult(
    serviceResult({
      status: 'failed',
      targets: [
        { target: 'CreateOrder:live', status: 'restored', action: 'alias pointed back' },
        { target: 'stack', status: 'failed', action: 'stack is UPDATE_ROLLBACK_FAILED' },
      ],
    }),
  );
  await expect(build(runtimeOf(ledger))({ ...input, recovery: null })).resolves.toMatchObject({
    outcome: 'partly-rolled-back',
  });
  expect(mail()?.Message).toMatch(/CreateOrder:live {2}alias pointed back\n {2}stack +FAILED: stack is/);
});

it('mails and closes once when it runs twice, with the outcome of the first time', async () => {
  await ledger.incidents.putServiceResult(serviceResult());
  await build(runtimeOf(ledger))(input);
  const again = build(runtimeOf(ledger))({ ...input, failure: { Error: 'States.Timeout' } });
  await expect(again).resolves.toMatchObject({ outcome: 'rolled-back' });
  expect(sns.commandCalls(PublishCommand)).toHaveLength(1);
});

it('frees the locks that the previous attempt left', async () => {
  mockBucket(planObject(servicePlan({ service: 'storefront' }), servicePlan()));
  await ledger.locks.acquire('storefront', `${RELEASE}#1`);
  await ledger.incidents.nextAttempt({ incidentId: RELEASE, attempt: 1 }, EXECUTION_ARN);
  await build(runtimeOf(ledger))({ ...input, recovery: null, failure: { Error: 'NoWayBack' } });
  expect((await ledger.incidents.get(RELEASE)).status).toBe('closed');
  for (const service of ['orders', 'storefront']) {
    expect((await ledger.locks.find(service))?.owner).toBe('nobody');
  }
});

it('has the mail in the outbox before it closes, at whatever point it dies', async () => {
  await ledger.incidents.putServiceResult(serviceResult());
  ledger.refuseNext('UpdateItem', 'InternalServerError', 500);
  const close = () => build(runtimeOf(ledger))({ ...input, recovery: null });
  await expect(close()).rejects.toBeInstanceOf(TransientFailure);
  expect((await ledger.incidents.get(RELEASE)).status).toBe('open');
  await expect(ledger.mails.outbox()).resolves.toHaveLength(1);
  expect(sns.commandCalls(PublishCommand)).toHaveLength(0);
  await close();
  expect(sns.commandCalls(PublishCommand)).toHaveLength(1);
});

it.each([
  ['refuses', denied()],
  ['throttles', throttled()],
])('has the same outcome where SNS %s the mail, which is left to the sweep', async (_, error) => {
  await ledger.incidents.putServiceResult(serviceResult());
  sns.on(PublishCommand).rejects(error);
  await expect(build(runtimeOf(ledger))(input)).resolves.toMatchObject({ outcome: 'rolled-back' });
  expect((await ledger.incidents.get(RELEASE)).status).toBe('closed');
  expect((await ledger.locks.find('orders'))?.owner).toBe('nobody');
  await expect(ledger.incidents.openIncidents()).resolves.toEqual([]);
  await expect(ledger.mails.outbox()).resolves.toMatchObject([
    { thread: RELEASE, step: 'outcome-1', mail: { subject: expect.stringContaining('orders: rolled back') } },
  ]);
});

it('refuses an input without its fields, naming each', async () => {
  const attempt = build(runtimeOf(ledger))({ incidentId: RELEASE });
  await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
  await expect(attempt).rejects.toThrow(/recovery: .*failure: /);
});

it('throws LedgerCorrupt for an incident the ledger does not hold', async () => {
  await expect(build(runtimeOf(ledger))({ ...input, incidentId: 'orders-x' })).rejects.toBeInstanceOf(
    LedgerCorrupt,
  );
});

describe('a rollback that was not permitted', () => {
  const close = (permission: object, changes = {}) =>
    build(runtimeOf(ledger))({ ...input, recovery: null, permission, ...changes });

  it('ends as needing a person, in a mail with reason, plan and the way to start exactly that plan', async () => {
    await expect(close({ answer: 'report', reason: 'It is on hold.' })).resolves.toMatchObject({
      outcome: 'needs-person',
    });
    expect(mail()?.Subject).toContain('orders: bad release, rollback recommended, needs a person');
    for (const text of [
      '21.4 % of 140 requests failed',
      'It is on hold.',
      'back from version 5 to version 4',
      '{"service": "orders", "planDigest": "0123456789abcdef"}',
    ])
      expect(mail()?.Message).toContain(text);
  });

  it('because a person refused ends as not needed', async () => {
    await expect(close({ answer: 'refused', reason: 'Refused by Ada' })).resolves.toMatchObject({
      outcome: 'not-needed',
    });
    expect(mail()?.Subject).toContain('orders: its rollback was refused');
    expect(mail()?.Message).toContain('Refused by Ada');
  });

  it('and is irreversible besides ends frozen', async () => {
    const failure = { Error: 'Irreversible', Cause: '{"errorMessage":"orders moved its data"}' };
    await expect(close({ answer: 'report', reason: 'On hold.' }, { failure })).resolves.toMatchObject({
      outcome: 'frozen',
    });
    expect(mail()?.Message).toContain('orders moved its data');
  });

  it('but superseded meanwhile is not needed', async () => {
    await expect(
      close({ answer: 'superseded', supersededBy: 'orders-x' }, { supersededBy: 'orders-x' }),
    ).resolves.toMatchObject({
      outcome: 'not-needed',
    });
  });
});
