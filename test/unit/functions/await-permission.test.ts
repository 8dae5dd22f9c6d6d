import { CloudWatchClient, GetMetricDataCommand, type MetricStat } from '@aws-sdk/client-cloudwatch';
import {
  BatchGetDeploymentsCommand,
  CodeDeployClient,
  StopDeploymentCommand,
} from '@aws-sdk/client-codedeploy';
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
  DEPLOYMENT,
  goodRelease,
  incidentRecord,
  PLAN_KEY,
  planObject,
  RELEASE,
  releaseRecord,
  servicePlan,
  watchedDeployment,
} from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { iso, NOW, RELEASED_AT } from '../fixtures/times.ts';

const stepFunctions = mockClient(SFNClient);
const sns = mockClient(SNSClient);
const cloudWatch = mockClient(CloudWatchClient);
const codeDeploy = mockClient(CodeDeployClient);
const attempt = { incidentId: RELEASE, attempt: 1 };
let ledger: LedgerDouble;

beforeEach(() => {
  for (const mock of [stepFunctions, sns, cloudWatch, codeDeploy]) mock.reset();
  codeDeploy.on(StopDeploymentCommand).resolves({});
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

it('lets a service with autonomy act be rolled back, without a mail', async () => {
  await given({});
  await expect(look()).resolves.toEqual({ answer: 'act' });
  expect(mails()).toEqual([]);
});

it('reports a rollback that may only be recommended', async () => {
  await given({ autonomy: 'recommend' });
  await expect(look()).resolves.toEqual({
    answer: 'report',
    reason: 'Its policy gives orders the autonomy "recommend".',
  });
});

it('does what a person started, whatever the policy, the holds and the budget', async () => {
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

  it('is used once by an incident that asks again', async () => {
    await given({ budget: { rollbacks: 1 } });
    await expect(look()).resolves.toEqual({ answer: 'act' });
    await expect(look()).resolves.toEqual({ answer: 'act' });
  });

  it('is not needed to stop the deployments of an irreversible service', async () => {
    await given({ budget: { rollbacks: 0 } });
    await expect(look({ planKey: null })).resolves.toEqual({ answer: 'act' });
  });
});

describe('the shift of the release, while an approval is pending,', () => {
  const policy = { autonomy: 'approve', approval: { meanwhile: 'stop', minutes: 120 } };
  const status = (is: string) =>
    codeDeploy
      .on(BatchGetDeploymentsCommand)
      .resolves({ deploymentsInfo: [{ deploymentId: DEPLOYMENT, status: is as 'InProgress' }] });
  const stops = () => codeDeploy.commandCalls(StopDeploymentCommand).map(({ args }) => args[0].input);

  it('continues unless the policy says otherwise', async () => {
    await given({ autonomy: 'approve' });
    await look();
    expect(stops()).toEqual([]);
    expect(mails()[0]?.Message).toContain('Nothing\nwas changed.');
  });

  it('is stopped once, with its rollback, before the mail, which says so', async () => {
    await given(policy);
    status('InProgress');
    await expect(look()).resolves.toBe('waits');
    await expect(look()).resolves.toBe('waits');
    expect(stops()).toEqual([{ deploymentId: DEPLOYMENT, autoRollbackEnabled: true }]);
    expect(mails()).toHaveLength(1);
    expect(mails()[0]?.Message).toContain('shift was stopped, and nothing else was done.');
    expect(mails()[0]?.Message).toContain(`CodeDeploy was asked to stop\n      ${DEPLOYMENT}`);
    expect((await ledger.locks.find('orders'))?.owner).toBe('nobody');
  });

  it('is stopped once more where it still runs after a lifecycle hook had its hour', async () => {
    await given(policy);
    status('InProgress');
    await look();
    ledger.now += 66 * 60_000;
    await look();
    expect(stops()).toHaveLength(2);
  });

  it('is over where the deployment is', async () => {
    await given(policy);
    status('Succeeded');
    await look();
    expect(stops()).toEqual([]);
    expect(mails()[0]?.Message).not.toContain('Until you answer');
  });

  it('is not stopped while another incident changes the service, and then is', async () => {
    await given(policy);
    status('InProgress');
    await ledger.locks.acquire('orders', 'cart-20260105T090100Z#1');
    await look();
    expect(stops()).toEqual([]);
    expect(mails()[0]?.Message).toContain('The shift is stopped as soon as another incident is done');
    await ledger.locks.unlock('orders', 'cart-20260105T090100Z#1');
    await look();
    expect(stops()).toHaveLength(1);
  });

  it('is stopped under a lock that the incident has kept, which it keeps', async () => {
    await given(policy, { attempt: 2 });
    status('InProgress');
    await ledger.locks.acquire('orders', `${RELEASE}#1`);
    await look({ attempt: 2 });
    expect(stops()).toHaveLength(1);
    expect((await ledger.locks.find('orders'))?.owner).toBe(`${RELEASE}#2`);
  });

  it('is not stopped before consumers that go back first', async () => {
    await given(policy);
    mockBucket({
      ...catalogObject(ordersEntry({ policy }), ordersEntry({ service: 'cart', stack: 'shop-cart' })),
      ...planObject(servicePlan({ service: 'cart' }), servicePlan({ waitsFor: ['cart'] })),
    });
    status('InProgress');
    await expect(look()).resolves.toBe('waits');
    expect(stops()).toEqual([]);
    expect(mails()[0]?.Message).toContain('Traffic keeps shifting until you answer.');
  });

  it('is not stopped where no approval is requested', async () => {
    await given(policy);
    await ledger.holds.set({ service: 'orders', held: true, by: 'Bob', at: iso(NOW) });
    status('InProgress');
    await expect(look()).resolves.toMatchObject({ answer: 'report' });
    expect(stops()).toEqual([]);
  });
});

describe('an approval', () => {
  it('is requested once, by a mail with the plan and the way to answer, and without the token', async () => {
    await given({ autonomy: 'approve' });
    await expect(look()).resolves.toBe('waits');
    await expect(look()).resolves.toBe('waits');
    expect(mails()).toHaveLength(1);
    const [mail] = mails();
    expect(mail?.Subject).toContain('orders: approve its rollback');
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

  it('that was given is found by the next look, if the token missed it', async () => {
    await given({ autonomy: 'approve' });
    await look();
    await ledger.approvals.answer(attempt, { answer: 'approve', by: 'Ada', answeredAt: iso(NOW) });
    await expect(look()).resolves.toEqual({ answer: 'act' });
  });

  it('that was refused ends the wait', async () => {
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

  it('cannot be requested where a service is irreversible: there is no plan to show', async () => {
    await given({ autonomy: 'approve' });
    await expect(look({ planKey: null })).resolves.toMatchObject({ answer: 'report' });
    expect(mails()).toEqual([]);
  });
});

describe('a limit that breaks while an approval is pending', () => {
  /** The new version fails 40 of 100 requests, its control none. */
  const counted = ({ Metric, Stat }: MetricStat) => {
    if (Stat !== 'Sum' || Metric?.MetricName !== 'Errors') return 100;
    return Metric.Dimensions?.some(({ Value }) => Value === '5') ? 40 : 0;
  };
  const failing = () => {
    const times = [4, 3, 2, 1].map((ago) => new Date(Math.floor(NOW / 60_000) * 60_000 - ago * 60_000));
    cloudWatch.on(GetMetricDataCommand).callsFake(async ({ MetricDataQueries = [] }) => ({
      MetricDataResults: MetricDataQueries.map(
        ({ Id, MetricStat }: { Id: string; MetricStat: MetricStat }) => ({
          Id,
          StatusCode: 'Complete',
          Timestamps: times,
          Values: times.map(() => counted(MetricStat)),
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

  it('is not checked where the policy does not say so', async () => {
    await given({ autonomy: 'approve' });
    failing();
    await expect(look()).resolves.toBe('waits');
    expect(cloudWatch.commandCalls(GetMetricDataCommand)).toEqual([]);
  });
});
