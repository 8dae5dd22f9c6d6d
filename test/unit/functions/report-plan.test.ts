import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/coordinate/report-plan/handler.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { PLAN_KEY, RELEASE, rollbackPlan, servicePlan } from '../fixtures/records.ts';
import { EXECUTION_ARN, runtimeOf } from '../fixtures/runtime-of.ts';

const sns = mockClient(SNSClient);
const input = {
  incidentId: RELEASE,
  executionArn: EXECUTION_ARN,
  planKey: PLAN_KEY,
  failure: null,
  supersededBy: null,
};
let ledger: LedgerDouble;

beforeEach(() => {
  sns.reset();
  sns.on(PublishCommand).resolves({ MessageId: 'm-1' });
  ledger = new LedgerDouble();
  const plan = rollbackPlan(
    servicePlan({ service: 'shop', reason: 'it was released on top', notifies: ['orders'] }),
    servicePlan({ waitsFor: ['shop'], risks: ['stack shop-orders is UPDATE_ROLLBACK_FAILED'] }),
  );
  const stays = [
    { service: 'users', why: 'unchanged' as const, reason: 'unchanged since Monday' },
    { service: 'platform', why: 'provider' as const, reason: 'it is a provider of orders' },
  ];
  mockBucket({ [PLAN_KEY]: { ...plan, stays } });
});

const report = (changes = {}) => build(runtimeOf(ledger))({ ...input, ...changes });
const mails = () => sns.commandCalls(PublishCommand).map(({ args: [{ input: mail }] }) => mail);

it('returns the plan in short, with the digest by which it is executed', async () => {
  await expect(report()).resolves.toMatchObject({
    outcome: 'planned',
    releaseId: RELEASE,
    planDigest: '0123456789abcdef',
    services: [{ service: 'shop', why: 'it was released on top' }, { service: 'orders' }],
    servicesInAll: 2,
    stays: 2,
  });
});

it('mails the order, the reasons, the neighbours that stay and why, the risks and the command to execute it', async () => {
  await report();
  expect(mails()).toHaveLength(1);
  const body = mails()[0]?.Message ?? '';
  expect(mails()[0]?.Subject).toContain('orders: plan for a rollback of 2 services');
  expect(body).toMatch(/1\. shop +it was released on top\n/);
  expect(body).toMatch(/2\. orders +to the release of yesterday; after shop/);
  expect(body).toMatch(/users +unchanged since Monday/);
  expect(body).toContain('platform: providers, which go on serving their older consumers');
  expect(body).toContain('orders: stack shop-orders is UPDATE_ROLLBACK_FAILED');
  expect(body).toContain('{"service": "orders", "planDigest": "0123456789abcdef"}');
});

it('mails once when it runs twice', async () => {
  await report();
  await report();
  expect(mails()).toHaveLength(1);
});

it.each([
  [{ supersededBy: 'orders-2' }, 'not-needed', 'release orders-2 took its place and was verified good'],
  [
    { planKey: null, failure: { Error: 'Irreversible', Cause: '{"errorMessage":"shop cannot"}' } },
    'not-possible',
    'shop cannot (Irreversible)',
  ],
])('gives the reason why there is nothing to do: %j', async (changes, outcome, reason) => {
  await expect(report(changes)).resolves.toEqual({ outcome, releaseId: RELEASE, reason });
  expect(mails()[0]?.Subject).toContain('orders: there is no way to roll back now');
  expect(mails()[0]?.Message).toContain(reason);
});
