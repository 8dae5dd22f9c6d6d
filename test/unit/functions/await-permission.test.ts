import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/coordinate/await-permission/handler.ts';
import { checkpointSubjectOf } from '../../../shared/ledger/checkpoint-subject.ts';
import type { IncidentRecord } from '../../../shared/ledger/records.ts';
import { metricData } from '../fixtures/aws-answers.ts';
import { catalogObject, ordersEntry } from '../fixtures/catalog.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import {
  goodRelease,
  incidentRecord,
  PLAN_KEY,
  planObject,
  RELEASE,
  releaseRecord,
  watchedDeployment,
} from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { iso, NOW, RELEASED_AT } from '../fixtures/times.ts';

const stepFunctions = mockClient(SFNClient);
const sns = mockClient(SNSClient);
const cloudWatch = mockClient(CloudWatchClient);
const attempt = { incidentId: RELEASE, attempt: 1 };
let ledger: LedgerDouble;

beforeEach(() => {
  for (const mock of [stepFunctions, sns, cloudWatch]) mock.reset();
  stepFunctions.on(SendTaskSuccessCommand).resolves({});
  sns.on(PublishCommand).resolves({ MessageId: 'm-1' });
  ledger = new LedgerDouble();
});

async function given(policy: object, incident: Partial<IncidentRecord> = {}) {
  mockBucket({ ...catalogObject(ordersEntry({ policy })), ...planObject() });
  await ledger.incidents.open(incidentRecord(incident));
  await ledger.releases.open(releaseRecord());
}

let tokens = 0;
async function look(changes = {}, env = {}) {
  tokens += 1;
  const taskToken = `token-${tokens}`;
  const input = { ...attempt, planKey: PLAN_KEY, taskToken, ...changes };
  const { waiting } = await build(runtimeOf(ledger, env))(input);
  const calls = stepFunctions.commandCalls(SendTaskSuccessCommand);
  const sent = calls.map(({ args }) => args[0].input).find((one) => one.taskToken === taskToken);
  expect(waiting).toBe(sent === undefined);
  return sent ? (JSON.parse(sent.output ?? '') as object) : 'waits';
}
const mails = () => sns.commandCalls(PublishCommand).map(({ args }) => args[0].input);

it('lets a service that may act be taken back, without a mail', async () => {
  await given({});
  await expect(look()).resolves.toEqual({ answer: 'act' });
  expect(mails()).toEqual([]);
});

it('reports what may only be recommended', async () => {
  await given({ autonomy: 'recommend' });
  await expect(look()).resolves.toEqual({
    answer: 'report',
    reason: 'Its policy gives orders the autonomy "recommend".',
  });
});

it('does what a person started, whatever the policy, the holds and the budget say', async () => {
  await given({ autonomy: 'observe', budget: { rollbacks: 0 } }, { requestedBy: 'Ada' });
  await ledger.holds.set({ service: '*', held: true, by: 'Bob', at: iso(NOW) });
  await expect(look()).resolves.toEqual({ answer: 'act' });
});

it('reports a service that has left the catalog', async () => {
  await given({});
  mockBucket({ ...catalogObject(), ...planObject() });
  mockBucket({ ...catalogObject(ordersEntry({ service: 'other' })), ...planObject() });
  await expect(look()).resolves.toMatchObject({ answer: 'report' });
});

describe('a budget', () => {
  it('of the service that is used up opens the breaker', async () => {
    await given({ budget: { rollbacks: 1, hours: 2 } });
    await ledger.budgets.take({ of: 'orders', rollbacks: 1, hours: 2 }, 'orders-20260101T000000Z#1');
    await expect(look()).resolves.toMatchObject({
      answer: 'report',
      reason: expect.stringContaining(
        'The budget of orders is used up: 1 rollbacks without a person in 2 hours',
      ),
    });
  });

  it('of all services together does so too', async () => {
    await given({});
    await expect(look({}, { ACCOUNT_ROLLBACKS: '0' })).resolves.toMatchObject({
      answer: 'report',
      reason: expect.stringContaining('The budget of all services together is used up'),
    });
  });

  it('is taken once by an incident that asks again', async () => {
    await given({ budget: { rollbacks: 1 } });
    await expect(look()).resolves.toEqual({ answer: 'act' });
    await expect(look()).resolves.toEqual({ answer: 'act' });
  });

  it('is not needed to stop the deployments of what is irreversible', async () => {
    await given({ budget: { rollbacks: 0 } });
    await expect(look({ planKey: null })).resolves.toEqual({ answer: 'act' });
  });
});

describe('an approval', () => {
  it('is asked for once, by a mail with plan and way to answer, and without the token', async () => {
    await given({ autonomy: 'approve' });
    await expect(look()).resolves.toBe('waits');
    await expect(look()).resolves.toBe('waits');
    expect(mails()).toHaveLength(1);
    const [mail] = mails();
    expect(mail?.Subject).toBe('[prod] orders: bad release, needs a person to approve its rollback');
    expect(mail?.Message).toContain(`"incidentId": "${RELEASE}", "answer": "approve"`);
    expect(mail?.Message).toContain('back from version 5 to version 4');
    expect(mail?.Message).not.toContain('token-');
  });

  it('has the deadline of its first look', async () => {
    await given({ autonomy: 'approve', approval: { minutes: 10 } });
    await look();
    ledger.now += 10 * 60_000 - 1;
    await expect(look()).resolves.toBe('waits');
    ledger.now += 1;
    await expect(look()).resolves.toEqual({
      answer: 'report',
      reason: expect.stringContaining('Nobody answered'),
    });
    await expect(ledger.approvals.find(attempt)).resolves.toMatchObject({ answer: 'expired' });
  });

  it('that was given is found by the next look, should the token have missed it', async () => {
    await given({ autonomy: 'approve' });
    await look();
    await ledger.approvals.answer(attempt, { answer: 'approve', by: 'Ada', answeredAt: iso(NOW) });
    await expect(look()).resolves.toEqual({ answer: 'act' });
  });

  it('that was refused ends it', async () => {
    await given({ autonomy: 'approve' });
    await look();
    await ledger.approvals.answer(attempt, { answer: 'refuse', by: 'Ada', answeredAt: iso(NOW) });
    await expect(look()).resolves.toEqual({ answer: 'refused', reason: 'Refused by Ada' });
  });

  it('is not waited for any more once a newer release proved good', async () => {
    await given({ autonomy: 'approve' });
    await look();
    const newer = { releaseId: 'orders-20260106T090000Z', startedAt: '2026-01-06T09:00:00.000Z' };
    await ledger.releases.open(goodRelease(newer));
    await expect(look()).resolves.toEqual({ answer: 'superseded', supersededBy: newer.releaseId });
  });

  it('is not waited for any more once it is on hold', async () => {
    await given({ autonomy: 'approve' });
    await look();
    await ledger.holds.set({ service: 'orders', held: true, by: 'Bob', at: iso(NOW) });
    await expect(look()).resolves.toEqual({
      answer: 'report',
      reason: 'orders is on hold, put there by Bob',
    });
  });

  it('cannot be asked where a service is irreversible: there is no plan to show', async () => {
    await given({ autonomy: 'approve' });
    await expect(look({ planKey: null })).resolves.toMatchObject({ answer: 'report' });
    expect(mails()).toEqual([]);
  });
});

describe('a limit that breaks while a person is waited for', () => {
  const failing = () => {
    const times = [3, 2, 1].map((ago) => new Date(Math.floor(NOW / 60_000) * 60_000 - ago * 60_000));
    cloudWatch.on(GetMetricDataCommand).callsFake(async ({ MetricDataQueries = [] }) => ({
      MetricDataResults: MetricDataQueries.map(
        ({ Id, MetricStat }: { Id: string; MetricStat?: { Metric?: { MetricName?: string } } }) => ({
          Id,
          StatusCode: 'Complete',
          Timestamps: times,
          Values: times.map(() => (MetricStat?.Metric?.MetricName === 'Errors' ? 40 : 100)),
        }),
      ),
    }));
  };

  it('is acted on at once where the policy says so', async () => {
    await given({ autonomy: 'approve', approval: { unless: 'hard-breach' } });
    cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [] });
    await expect(look()).resolves.toBe('waits');
    failing();
    await expect(look()).resolves.toEqual({ answer: 'plan-again' });
    await expect(look()).resolves.toEqual({ answer: 'act' });
  });

  it('is seen by the metrics of the alias once all its traffic is on the release', async () => {
    await given({ autonomy: 'approve', approval: { unless: 'hard-breach' } });
    cloudWatch.on(GetMetricDataCommand).resolves(
      metricData({
        aliasRequests: { from: RELEASED_AT, values: [100, 100, 100, 100] },
        aliasErrors: { from: RELEASED_AT, values: [40, 40, 40, 40] },
      }),
    );
    await expect(look()).resolves.toBe('waits');
    await ledger.checkpoints.record({
      ...checkpointSubjectOf(releaseRecord(), watchedDeployment()),
      phase: 'bake',
      status: 'Succeeded',
      at: iso(NOW),
      seenAt: iso(NOW),
      shiftingSince: RELEASED_AT,
      shiftedAt: '2026-01-05T09:01:00.000Z',
      evidence: [],
    });
    await expect(look()).resolves.toEqual({ answer: 'plan-again' });
  });

  it('is not looked at where it does not', async () => {
    await given({ autonomy: 'approve' });
    failing();
    await expect(look()).resolves.toBe('waits');
    expect(cloudWatch.commandCalls(GetMetricDataCommand)).toEqual([]);
  });
});
