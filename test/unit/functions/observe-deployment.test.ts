import { CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  BatchGetDeploymentTargetsCommand,
  CodeDeployClient,
  GetDeploymentCommand,
  ListDeploymentTargetsCommand,
} from '@aws-sdk/client-codedeploy';
import {
  GetAliasCommand,
  InvokeCommand,
  LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { Uint8ArrayBlobAdapter } from '@smithy/core/serde';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/watch/observe-deployment/handler.ts';
import { InvalidInput, LedgerCorrupt, TransientFailure } from '../../../shared/errors.ts';
import { leaseMs } from '../../../shared/ledger/lock-ledger.ts';
import {
  alias,
  allowTraffic,
  deploymentInfo,
  lambdaTarget,
  metricData,
  stackOf,
} from '../fixtures/aws-answers.ts';
import { catalogObject, ordersEntry } from '../fixtures/catalog.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { DEPLOYMENT, FUNCTION, RELEASE, releaseRecord, servicePlan } from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled } from '../fixtures/sdk-errors.ts';
import { NOW, RELEASED_AT } from '../fixtures/times.ts';

const codeDeploy = mockClient(CodeDeployClient);
const lambda = mockClient(LambdaClient);
const cloudFormation = mockClient(CloudFormationClient);
const cloudWatch = mockClient(CloudWatchClient);
let ledger: LedgerDouble;

beforeEach(async () => {
  for (const mock of [codeDeploy, lambda, cloudFormation, cloudWatch]) mock.reset();
  ledger = new LedgerDouble();
  mockBucket(catalogObject());
  await ledger.releases.open(releaseRecord());
  codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo());
  codeDeploy.on(ListDeploymentTargetsCommand).resolves({ targetIds: [`${FUNCTION}:live`] });
  shifted('2026-01-05T09:00:03.000Z');
  lambda.on(GetAliasCommand).resolves(alias('4', { '5': 0.1 }));
  alarm({ StateValue: 'OK' });
  traffic([40, 40, 40], [0, 0, 0]);
  stackIs({});
});

const stackIs = (changes: Partial<Stack>) =>
  cloudFormation.on(DescribeStacksCommand).resolves(stackOf(changes));

const observe = (seen?: object | null) =>
  build(runtimeOf(ledger))({
    deploymentId: DEPLOYMENT,
    releaseId: RELEASE,
    ...(seen !== undefined && { seen }),
  });

function shifted(start?: string, end?: string) {
  codeDeploy
    .on(BatchGetDeploymentTargetsCommand)
    .resolves({ deploymentTargets: [lambdaTarget({}, allowTraffic(start, end))] });
}

function traffic(requests: number[], errors: number[], from: string | number = RELEASED_AT) {
  cloudWatch
    .on(GetMetricDataCommand)
    .resolves(metricData({ requests: { from, values: requests }, errors: { from, values: errors } }));
}

function alarm(state: object) {
  cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [{ AlarmName: 'orders-errors', ...state }] });
}

function completed(minutesAgo: number, changes = {}) {
  const completeTime = new Date(NOW - minutesAgo * 60_000);
  codeDeploy
    .on(GetDeploymentCommand)
    .resolves(deploymentInfo({ status: 'Succeeded', completeTime, ...changes }));
  lambda.on(GetAliasCommand).resolves(alias('5'));
}

describe('a service that is being rolled back', () => {
  const holder = { incidentId: 'platform-20260105T085500Z', attempt: 2 };
  const planned = (undoes: readonly string[]) => ({
    [`plans/${holder.incidentId}/2/services/orders.json`]: JSON.stringify(
      servicePlan({ undoes: [...undoes] }),
    ),
  });

  beforeEach(async () => {
    await ledger.locks.acquire('orders', `${holder.incidentId}#2`);
    mockBucket({ ...catalogObject(), ...planned(['orders-20260105T085600Z']) });
  });

  it('has room made for its incident, however well the deployment does', async () => {
    await expect(observe()).resolves.toMatchObject({ next: 'yield', holder });
    await expect(observe({ phase: 'shifting', verdict: 'healthy', shifting: true })).resolves.toMatchObject({
      next: 'yield',
    });
  });

  it('has a deployment that completed named at its first look, and watched on', async () => {
    completed(1);
    await expect(observe()).resolves.toMatchObject({ next: 'yield', holder });
    await expect(observe({ phase: 'baking', verdict: 'healthy', shifting: false })).resolves.toMatchObject({
      next: 'look-again',
      holder: null,
    });
  });

  it('has its own turn to come: what the incident undoes makes no room', async () => {
    mockBucket({ ...catalogObject(), ...planned([RELEASE]) });
    await expect(observe()).resolves.toMatchObject({ next: 'look-again', holder: null });
  });

  it('is free once the lease has run out', async () => {
    ledger.now += leaseMs;
    await expect(observe()).resolves.toMatchObject({ holder: null });
  });

  it('is free where the incident has no plan for it', async () => {
    mockBucket(catalogObject());
    await expect(observe()).resolves.toMatchObject({ next: 'look-again', holder: null });
  });
});

describe('health checks', () => {
  const says = (answer: object) =>
    lambda.on(InvokeCommand).resolves({ Payload: Uint8ArrayBlobAdapter.fromString(JSON.stringify(answer)) });
  const unhealthy = { healthy: false, reason: 'checkout answers 500' };
  const seen = (looks: number) => ({
    phase: 'shifting',
    verdict: 'insufficient',
    shifting: true,
    failedLooks: { HealthCheck_orders: looks },
  });

  beforeEach(() =>
    mockBucket(
      catalogObject(ordersEntry({ policy: { healthChecks: [{ function: 'HealthCheck_orders' }] } })),
    ),
  );

  it('are asked about the new version, and have to vouch for it', async () => {
    says({ healthy: true });
    await expect(observe()).resolves.toMatchObject({
      judgement: {
        verdict: 'healthy',
        evidence: expect.arrayContaining([expect.objectContaining({ rule: 'health-check' })]),
      },
      seen: { failedLooks: {} },
    });
    const payload = lambda.commandCalls(InvokeCommand)[0]?.args[0].input.Payload as Uint8Array;
    expect(JSON.parse(Buffer.from(payload).toString())).toEqual({
      service: 'orders',
      releaseId: RELEASE,
      targets: [{ function: FUNCTION, alias: 'live', version: '5' }],
    });
  });

  it('condemn a release by looks in a row, counted from look to look', async () => {
    says(unhealthy);
    await expect(observe(seen(1))).resolves.toMatchObject({
      judgement: { verdict: 'insufficient' },
      next: 'look-again',
      seen: { failedLooks: { HealthCheck_orders: 2 } },
    });
    await expect(observe(seen(2))).resolves.toMatchObject({
      judgement: { verdict: 'unhealthy', reason: expect.stringContaining('checkout answers 500') },
      next: 'roll-back',
    });
  });

  it('that are broken leave the verdict open', async () => {
    lambda.on(InvokeCommand).rejects(throttled());
    await expect(observe()).resolves.toMatchObject({
      judgement: { verdict: 'insufficient', reason: expect.stringContaining('Rate exceeded') },
      next: 'look-again',
    });
  });

  it('that say unhealthy late in the bake are asked again at the next minute', async () => {
    completed(40);
    says({ healthy: true });
    await expect(observe()).resolves.toMatchObject({ waitSeconds: 240 });
    says(unhealthy);
    await expect(observe()).resolves.toMatchObject({ waitSeconds: 60 });
  });

  it('are not asked before the first traffic, nor after the deployment failed', async () => {
    lambda.on(GetAliasCommand).resolves(alias('4'));
    await observe();
    codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo({ status: 'Failed' }));
    await observe();
    expect(lambda.commandCalls(InvokeCommand)).toHaveLength(0);
  });
});

describe('while traffic shifts', () => {
  it('looks again at a healthy release, at the next minute of metrics', async () => {
    await expect(observe()).resolves.toMatchObject({
      phase: 'shifting',
      share: 0.1,
      judgement: { verdict: 'healthy' },
      requests: 120,
      errors: 0,
      next: 'look-again',
      waitSeconds: 60,
    });
  });

  it('reads the minutes of the new version since the deployment began', async () => {
    await observe();
    const { input } = cloudWatch.commandCalls(GetMetricDataCommand)[0]?.args[0] ?? {};
    expect(input).toMatchObject({
      StartTime: new Date(RELEASED_AT),
      EndTime: new Date('2026-01-05T09:04:00Z'),
    });
    expect(input?.MetricDataQueries?.map(({ MetricStat }) => MetricStat)).toEqual(
      ['Invocations', 'Errors'].map((MetricName) => ({
        Metric: {
          Namespace: 'AWS/Lambda',
          MetricName,
          Dimensions: [
            { Name: 'FunctionName', Value: FUNCTION },
            { Name: 'Resource', Value: `${FUNCTION}:live` },
            { Name: 'ExecutedVersion', Value: '5' },
          ],
        },
        Period: 60,
        Stat: 'Sum',
      })),
    );
  });

  it('rolls back a release whose error rate breaks its limit, with the numbers', async () => {
    traffic([40, 40, 40], [0, 10, 12]);
    await expect(observe()).resolves.toMatchObject({
      next: 'roll-back',
      judgement: {
        verdict: 'unhealthy',
        reason: expect.stringMatching(/27\.5 % of 80 requests to .*:5 failed \(22 of 80\); limit 5\.0 %/),
      },
    });
  });

  it('rolls back when a declared alarm turned ALARM after the deployment began', async () => {
    alarm({ StateValue: 'ALARM', StateTransitionedTimestamp: new Date('2026-01-05T09:02:00Z') });
    await expect(observe()).resolves.toMatchObject({
      next: 'roll-back',
      judgement: { reason: 'alarm orders-errors turned ALARM after the deployment began' },
    });
  });

  it('does not hold an alarm against it that rang before', async () => {
    alarm({ StateValue: 'ALARM', StateTransitionedTimestamp: new Date('2026-01-05T08:59:00Z') });
    await expect(observe()).resolves.toMatchObject({ next: 'look-again', judgement: { verdict: 'healthy' } });
  });

  it('gives no verdict on too little traffic', async () => {
    traffic([10, 10], [5, 5]);
    await expect(observe()).resolves.toMatchObject({
      next: 'look-again',
      judgement: { verdict: 'insufficient', reason: expect.stringContaining('20 requests') },
    });
  });

  it('counts slow requests where the policy names a boundary', async () => {
    mockBucket(catalogObject(ordersEntry({ policy: { limits: { slow: { overMs: 800, share: 0.1 } } } })));
    cloudWatch.on(GetMetricDataCommand).resolves(
      metricData({
        requests: { from: RELEASED_AT, values: [60, 60] },
        errors: { from: RELEASED_AT, values: [] },
        slow: { from: RELEASED_AT, values: [30, 30] },
      }),
    );
    await expect(observe()).resolves.toMatchObject({
      next: 'roll-back',
      judgement: { reason: expect.stringContaining('50.0 % of 120 requests') },
    });
    const queries = cloudWatch.commandCalls(GetMetricDataCommand)[0]?.args[0].input.MetricDataQueries;
    expect(queries?.[2]?.MetricStat).toMatchObject({ Metric: { MetricName: 'Duration' }, Stat: 'TC(800:)' });
  });
});

describe('an alias that has the new version alone', () => {
  const second = { phase: 'baking', verdict: 'healthy', shifting: true };
  const aloneSince = (since: string, until = since) => ({ ...second, alone: { since, until } });
  const byAlias = (values: number[], errors: number[] = []) =>
    cloudWatch.on(GetMetricDataCommand).resolves(
      metricData({
        requests: { from: RELEASED_AT, values: [] },
        aliasRequests: { from: RELEASED_AT, values },
        aliasErrors: { from: RELEASED_AT, values: errors },
      }),
    );
  const asked = () => codeDeploy.commandCalls(BatchGetDeploymentTargetsCommand).length;

  it('is judged by the metrics of the alias since the end of the shift, by CodeDeploy’s clock', async () => {
    completed(0);
    shifted('2026-01-05T09:00:03.000Z', '2026-01-05T09:01:30.000Z');
    byAlias([40, 40, 40, 40], [9, 9, 0, 0]);
    await expect(observe()).resolves.toMatchObject({
      requests: 80,
      errors: 0,
      judgement: { verdict: 'healthy' },
      seen: { alone: { since: '2026-01-05T09:01:30.000Z', until: new Date(NOW).toISOString() } },
    });
    // Asked once, for this and for the checkpoint of the bake.
    expect(asked()).toBe(1);
  });

  it('is rolled back for what the metrics of the alias show', async () => {
    completed(2);
    byAlias([40, 40, 40, 40], [0, 0, 20, 20]);
    await expect(observe(aloneSince(RELEASED_AT))).resolves.toMatchObject({ next: 'roll-back' });
    expect(asked()).toBe(0);
  });

  it('is known of from look to look', async () => {
    completed(2);
    byAlias([40, 40, 40, 40]);
    const since = '2026-01-05T09:02:00.000Z';
    await expect(observe(aloneSince(since))).resolves.toMatchObject({
      requests: 80,
      seen: { alone: { since, until: new Date(NOW).toISOString() } },
    });
  });

  it('counts from the end of the deployment where CodeDeploy does not tell that of the shift', async () => {
    completed(2);
    shifted();
    await expect(observe()).resolves.toMatchObject({
      seen: { alone: { since: new Date(NOW - 120_000).toISOString() } },
    });
  });

  it('is so too while a hook runs after the shift', async () => {
    lambda.on(GetAliasCommand).resolves(alias('5'));
    shifted('2026-01-05T09:00:03.000Z', '2026-01-05T09:01:00.000Z');
    byAlias([40, 40, 40, 40]);
    await expect(observe()).resolves.toMatchObject({ phase: 'shifting', share: 1, requests: 120 });
  });

  it.each([
    ['another version', alias('6')],
    ['weights', alias('5', { '6': 0.5 })],
  ])('counts until the look that last found it so: it has %s now', async (_, state) => {
    completed(2);
    lambda.on(GetAliasCommand).resolves(state);
    byAlias([40, 40, 40, 40]);
    const until = '2026-01-05T09:02:00.000Z';
    const left = await observe(aloneSince(RELEASED_AT, until));
    expect(left).toMatchObject({ requests: 80, seen: { alone: { since: RELEASED_AT, until, left: true } } });

    lambda.on(GetAliasCommand).resolves(alias('5'));
    const now = new Date(NOW).toISOString();
    await expect(observe(left.seen)).resolves.toMatchObject({ seen: { alone: { since: now, until: now } } });
  });

  it('is none that is gone, once the deployment has completed', async () => {
    completed(2);
    const gone = new ResourceNotFoundException({ message: 'gone', $metadata: {} });
    lambda.on(GetAliasCommand).rejects(gone);
    byAlias([40, 40, 40, 40]);
    const seen = await observe();
    expect(seen).toMatchObject({ requests: 0 });
    expect(seen.seen).not.toHaveProperty('alone');
    codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo());
    await expect(observe()).rejects.toThrow('gone');
  });
});

describe('while it bakes', () => {
  it('settles a healthy release after its bake', async () => {
    completed(16);
    await expect(observe()).resolves.toMatchObject({ phase: 'baking', share: 1, next: 'settle' });
  });

  describe('and its stack is still being updated', () => {
    beforeEach(() => completed(16));

    it.each(['UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS'] as const)(
      'is not settled good: %s',
      async (status) => {
        stackIs({ StackStatus: status });
        await expect(observe()).resolves.toMatchObject({ next: 'look-again' });
      },
    );

    it.each<[string, Partial<Stack>]>([
      ['cleaning up', { StackStatus: 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS' }],
      ['of a later release', { StackStatus: 'UPDATE_IN_PROGRESS', LastUpdatedTime: new Date(NOW) }],
    ])('is settled where the update is %s', async (_, stack) => {
      stackIs(stack);
      await expect(observe()).resolves.toMatchObject({ next: 'settle' });
    });

    it('is settled without a verdict all the same', async () => {
      completed(121);
      traffic([10], [0]);
      stackIs({ StackStatus: 'UPDATE_IN_PROGRESS' });
      await expect(observe()).resolves.toMatchObject({ next: 'settle' });
    });
  });

  it('looks again before its shortest bake is over', async () => {
    completed(14);
    await expect(observe()).resolves.toMatchObject({ phase: 'baking', next: 'look-again' });
  });

  it('settles without a verdict when the longest bake is over', async () => {
    completed(121);
    traffic([10], [0]);
    await expect(observe()).resolves.toMatchObject({
      next: 'settle',
      judgement: { verdict: 'insufficient' },
    });
  });

  it('rolls back when it turns bad', async () => {
    completed(5);
    traffic([40, 40, 40], [0, 20, 20]);
    await expect(observe()).resolves.toMatchObject({ phase: 'baking', next: 'roll-back' });
  });

  it('ends when a newer release took its place', async () => {
    completed(5);
    await ledger.releases.open(
      releaseRecord({ releaseId: 'orders-20260105T090300Z', startedAt: '2026-01-05T09:03:00.000Z' }),
    );
    await expect(observe()).resolves.toMatchObject({ next: 'end' });
  });
});

it('rolls back a deployment that failed, whatever its numbers say', async () => {
  codeDeploy.on(GetDeploymentCommand).resolves(
    deploymentInfo({
      status: 'Stopped',
      errorInformation: { code: 'ALARM_ACTIVE', message: 'One or more alarms have been activated' },
    }),
  );
  lambda.on(GetAliasCommand).resolves(alias('4'));
  const { judgement, ...observation } = await observe();
  expect(observation).toMatchObject({ phase: 'failed', share: 0, next: 'roll-back' });
  expect(judgement).toMatchObject({
    verdict: 'unhealthy',
    reason: `deployment ${DEPLOYMENT} ended Stopped (ALARM_ACTIVE: One or more alarms have been activated)`,
  });
  expect(judgement.evidence.map(({ rule }) => rule)).toEqual([
    'deployment-ended',
    'error-rate-limit',
    'declared-alarm',
  ]);
});

it('ends when an incident has the release already', async () => {
  await ledger.releases.markBad(RELEASE, RELEASE);
  traffic([40, 40, 40], [0, 20, 20]);
  await expect(observe()).resolves.toMatchObject({ next: 'end' });
});

describe('what a look leaves in the ledger', () => {
  const checkpoints = () => ledger.checkpoints.list('orders', { ascending: true });
  const targetReads = () => codeDeploy.commandCalls(BatchGetDeploymentTargetsCommand).length;

  it('is when traffic began to move, by CodeDeploy, and what the judge said first', async () => {
    await observe(null);
    const [shifting, judged, ...more] = await checkpoints();
    expect(more).toEqual([]);
    expect(shifting).toMatchObject({
      phase: 'traffic-shifting',
      deploymentId: DEPLOYMENT,
      releaseId: RELEASE,
      status: 'InProgress',
      at: '2026-01-05T09:00:03.000Z',
      shiftingSince: '2026-01-05T09:00:03.000Z',
      seenAt: new Date(NOW).toISOString(),
      share: 0.1,
    });
    expect(judged).toMatchObject({ phase: 'health-validation', verdict: 'healthy' });
    expect(judged?.evidence.map(({ rule }) => rule)).toEqual(['error-rate-limit', 'declared-alarm']);
  });

  it('is nothing where the look before found the same', async () => {
    const { seen } = await observe();
    const before = ledger.calls.length;
    expect(seen).toEqual({ phase: 'shifting', verdict: 'healthy', shifting: true, failedLooks: {} });
    await expect(observe(seen)).resolves.toMatchObject({ seen });
    expect(ledger.calls.slice(before)).not.toContain('PutItem');
    expect(targetReads()).toBe(1);
  });

  it('is not doubled by a look that is tried again', async () => {
    await observe();
    const first = await checkpoints();
    ledger.now += 60_000;
    await observe();
    expect(await checkpoints()).toEqual(first);
  });

  it('is asked for again while CodeDeploy does not show the traffic yet', async () => {
    shifted();
    const { seen } = await observe();
    expect(seen.shifting).toBe(false);
    shifted('2026-01-05T09:00:03.000Z');
    await observe(seen);
    expect((await checkpoints()).map(({ phase }) => phase)).toContain('traffic-shifting');
  });

  it('is another verdict, with its evidence', async () => {
    const { seen } = await observe();
    traffic([40, 40, 40], [0, 10, 12]);
    await observe(seen);
    const unhealthy = (await checkpoints()).find(({ verdict }) => verdict === 'unhealthy');
    expect(unhealthy?.evidence[0]).toMatchObject({ finding: 'breach', observed: 0.275 });
  });

  it('is the bake, with when all traffic had moved', async () => {
    const { seen } = await observe();
    completed(1);
    shifted('2026-01-05T09:00:03.000Z', '2026-01-05T09:03:10.000Z');
    await observe(seen);
    expect((await checkpoints()).find(({ phase }) => phase === 'bake')).toMatchObject({
      status: 'Succeeded',
      at: new Date(NOW - 60_000).toISOString(),
      shiftingSince: '2026-01-05T09:00:03.000Z',
      shiftedAt: '2026-01-05T09:03:10.000Z',
    });
  });
});

describe('refusals', () => {
  it('refuses an input without its fields, naming each', async () => {
    const attempt = build(runtimeOf(ledger))({});
    await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
    await expect(attempt).rejects.toThrow(/deploymentId: .*; releaseId: /);
  });

  it('throws LedgerCorrupt for a deployment its release does not know', async () => {
    const attempt = build(runtimeOf(ledger))({ deploymentId: 'd-OTHER', releaseId: RELEASE });
    await expect(attempt).rejects.toBeInstanceOf(LedgerCorrupt);
  });

  it('throws TransientFailure when CloudWatch answers with part of the data', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves({
      MetricDataResults: [{ Id: 'requests', StatusCode: 'PartialData', Timestamps: [], Values: [] }],
    });
    const attempt = observe();
    await expect(attempt).rejects.toBeInstanceOf(TransientFailure);
    await expect(attempt).rejects.toThrow('CloudWatch answered PartialData for requests');
  });

  it('throws TransientFailure when Lambda throttles', async () => {
    lambda.on(GetAliasCommand).rejects(throttled());
    await expect(observe()).rejects.toBeInstanceOf(TransientFailure);
  });
});
