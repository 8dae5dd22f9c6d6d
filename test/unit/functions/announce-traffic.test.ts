import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/coordinate/announce-traffic/handler.ts';
import { InvalidInput, LedgerCorrupt } from '../../../shared/errors.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { incidentRecord, PLAN_KEY, planObject, RELEASE, serviceResult } from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled, unavailable } from '../fixtures/sdk-errors.ts';
import { iso } from '../fixtures/times.ts';

const input = { incidentId: RELEASE, planKey: PLAN_KEY };
const sns = mockClient(SNSClient);
let ledger: LedgerDouble;

beforeEach(async () => {
  sns.reset();
  sns.on(PublishCommand).resolves({ MessageId: 'm-1' });
  ledger = new LedgerDouble();
  mockBucket(planObject());
  await ledger.incidents.open(incidentRecord());
});

const announce = (changes = {}) => build(runtimeOf(ledger))({ ...input, ...changes });
const mails = () => sns.commandCalls(PublishCommand).map(({ args }) => args[0].input);
const cameTo = (changes = {}) =>
  ledger.incidents.putServiceResult(
    serviceResult({ status: 'traffic-restored', trafficBackAt: iso(ledger.now), ...changes }),
  );

it.each(['traffic-restored', 'rolled-back'])('mails that users are back: %s', async (status) => {
  await cameTo({ status });
  await expect(announce()).resolves.toEqual({ told: true });
  expect(mails()).toMatchObject([
    {
      TopicArn: 'arn:aws:sns:eu-west-1:111122223333:stakeholders',
      Subject: expect.stringContaining('orders: users are back on good code'),
      Message: expect.stringContaining('stack shop-orders pinned to the versions that users are on'),
    },
  ]);
});

it.each<[string, () => Promise<void>]>([
  ['has failed', () => cameTo({ status: 'failed' })],
  ['was skipped', () => cameTo({ status: 'skipped' })],
  ['was released over', () => cameTo({ status: 'superseded' })],
  ['was not heard of', async () => {}],
  ['was back in an earlier attempt alone', () => cameTo({ attempt: 7 })],
])('tells nothing where the one service %s', async (_, happened) => {
  await happened();
  await expect(announce()).resolves.toEqual({ told: false });
  expect(mails()).toEqual([]);
});

it('mails once when it runs twice', async () => {
  await cameTo();
  await announce();
  await expect(announce()).resolves.toEqual({ told: true });
  expect(mails()).toHaveLength(1);
});

it.each([
  ['throttled', throttled()],
  ['of no answer', unavailable()],
])('leaves the mail to the sweep where publishing was %s', async (_, error) => {
  await cameTo();
  sns.on(PublishCommand).rejectsOnce(error);
  await expect(announce()).resolves.toEqual({ told: true });
});

it('mails each attempt of an incident', async () => {
  await cameTo();
  await announce();
  const { executionArn } = incidentRecord();
  await ledger.incidents.close(RELEASE, executionArn, 'partly-rolled-back', iso(ledger.now));
  await ledger.incidents.reopen(incidentRecord());
  await cameTo({ attempt: 2 });
  await announce();
  expect(mails()).toHaveLength(2);
});

it('refuses an input of another form, naming the field', async () => {
  const attempt = announce({ planKey: 7, colour: 'red' });
  await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
  await expect(attempt).rejects.toThrow(/planKey: .*colour: is not a known field/);
});

it.each([
  ['an incident', { incidentId: 'users-20260105T090000Z' }],
  ['a plan', { planKey: 'plans/gone/1/plan.json' }],
])('throws LedgerCorrupt for %s that is not there', async (_, changes) => {
  await cameTo();
  await expect(announce(changes)).rejects.toBeInstanceOf(LedgerCorrupt);
  expect(mails()).toEqual([]);
});
