import {
  CloudFormationClient,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  type ResourceStatus,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  BatchGetDeploymentTargetsCommand,
  CodeDeployClient,
  type DeploymentInfo,
  type ErrorCode,
  GetDeploymentCommand,
  ListDeploymentTargetsCommand,
  PutLifecycleEventHookExecutionStatusCommand,
} from '@aws-sdk/client-codedeploy';
import {
  GetAliasCommand,
  InvokeCommand,
  LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { Uint8ArrayBlobAdapter } from '@smithy/core/serde';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/watch/observe-deployment/handler.ts';
import { InvalidInput, LedgerCorrupt, TransientFailure } from '../../../shared/errors.ts';
import { sumHours } from '../../../shared/judge/sequential/baseline.ts';
import { leaseMs } from '../../../shared/ledger/lock-ledger.ts';
import {
  alias,
  allowTraffic,
  deploymentInfo,
  lambdaTarget,
  metricData,
  STACK_ID,
  stackOf,
} from '../fixtures/aws-answers.ts';
import { catalogObject, ordersEntry } from '../fixtures/catalog.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import {
  DEPLOYMENT,
  FUNCTION,
  goodRelease,
  RELEASE,
  releaseRecord,
  servicePlan,
  watchedDeployment,
} from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled } from '../fixtures/sdk-errors.ts';
import { iso, NOW, RELEASED_AT } from '../fixtures/times.ts';

const codeDeploy = mockClient(CodeDeployClient);
const sns = mockClient(SNSClient);
const mails = () => sns.commandCalls(PublishCommand).map(({ args }) => args[0].input.Subject);
const lambda = mockClient(LambdaClient);
const cloudFormation = mockClient(CloudFormationClient);
const cloudWatch = mockClient(CloudWatchClient);
let ledger: LedgerDouble;

beforeEach(async () => {
  for (const mock of [codeDeploy, lambda, cloudFormation, cloudWatch, sns]) mock.reset();
  sns.on(PublishCommand).resolves({ MessageId: 'm-1' });
  ledger = new LedgerDouble();
  mockBucket(catalogObject());
  await ledger.releases.open(releaseRecord());
  codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo());
  codeDeploy.on(ListDeploymentTargetsCommand).resolves({ targetIds: [`${FUNCTION}:live`] });
  shifted('2026-01-05T09:00:03.000Z');
  lambda.on(GetAliasCommand).resolves(alias('4', { '5': 0.1 }));
  alarm({ StateValue: 'OK' });
  cloudWatch.on(DescribeAlarmHistoryCommand).resolves({});
  traffic([40, 40, 40], [0, 0, 0]);
  stackIs({});
  cloudFormation.on(ListStackResourcesCommand).resolves({ StackResourceSummaries: [] });
});

const stackIs = (changes: Partial<Stack>) =>
  cloudFormation.on(DescribeStacksCommand).resolves(stackOf(changes));

const observe = (seen?: object | null, executionArn?: string) =>
  build(runtimeOf(ledger))({
    deploymentId: DEPLOYMENT,
    releaseId: RELEASE,
    ...(seen !== undefined && { seen }),
    ...(executionArn !== undefined && { executionArn }),
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

/** The new version beside its control, which has nine times as many requests and no errors. */
function splitTraffic(requests: number[], errors: number[]) {
  const from = RELEASED_AT;
  cloudWatch.on(GetMetricDataCommand).resolves(
    metricData({
      requests: { from, values: requests },
      errors: { from, values: errors },
      controlRequests: { from, values: requests.map((count) => 9 * count) },
    }),
  );
}

function alarm(state: object) {
  cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [{ AlarmName: 'orders-errors', ...state }] });
}

function history(...changes: [at: string, from: string, to: string][]) {
  const items = changes.map(([at, from, to]) => ({
    Timestamp: new Date(at),
    HistorySummary: `Alarm updated from ${from} to ${to}`,
  }));
  cloudWatch.on(DescribeAlarmHistoryCommand).resolves({ AlarmHistoryItems: items.reverse() });
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

  it('is yielded to its incident, however well the deployment does', async () => {
    await expect(observe()).resolves.toMatchObject({ next: 'yield', holder });
    await expect(observe({ phase: 'shifting', verdict: 'healthy', shifting: true })).resolves.toMatchObject({
      next: 'yield',
    });
  });

  it('has a completed deployment named at its first look, and watched on', async () => {
    completed(1);
    await expect(observe()).resolves.toMatchObject({ next: 'yield', holder });
    await expect(observe({ phase: 'baking', verdict: 'healthy', shifting: false })).resolves.toMatchObject({
      next: 'look-again',
      holder: null,
    });
  });

  it('waits for its own turn: an undone deployment is not stopped early', async () => {
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

  it('are asked about the new version, and must find it healthy', async () => {
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
    await expect(observe()).resolves.toMatchObject({ waitSeconds: 120 });
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

  it('reads the minutes of the new version and its control since the deployment began', async () => {
    await observe();
    const { input } = cloudWatch.commandCalls(GetMetricDataCommand)[0]?.args[0] ?? {};
    expect(input).toMatchObject({
      StartTime: new Date(RELEASED_AT),
      EndTime: new Date('2026-01-05T09:04:00Z'),
    });
    const statistics = [
      ['Errors', 'SampleCount'],
      ['Errors', 'Sum'],
      ['Invocations', 'Sum'],
      ['Throttles', 'Sum'],
    ];
    expect(input?.MetricDataQueries?.map(({ MetricStat }) => MetricStat)).toEqual(
      ['5', '4'].flatMap((version) =>
        statistics.map(([MetricName, Stat]) => ({
          Metric: {
            Namespace: 'AWS/Lambda',
            MetricName,
            Dimensions: [
              { Name: 'FunctionName', Value: FUNCTION },
              { Name: 'Resource', Value: `${FUNCTION}:live` },
              { Name: 'ExecutedVersion', Value: version },
            ],
          },
          Period: 60,
          Stat,
        })),
      ),
    );
  });

  it('rolls back a release that is worse than its control, with the numbers', async () => {
    splitTraffic([40, 40, 40, 40], [0, 0, 10, 12]);
    const { judgement, ...observed } = await observe();
    expect(observed).toMatchObject({ next: 'roll-back', errors: 22, requests: 160 });
    expect(judgement).toMatchObject({
      verdict: 'unhealthy',
      reason: expect.stringMatching(
        /^28 % of 80 requests to .*:5 failed since 09:02 UTC, against 0 % of 720 of the version before in the same minutes; by chance: less than 1 in /,
      ),
    });
    expect(judgement.evidence[0]).toMatchObject({
      rule: 'compared-with-control',
      finding: 'breach',
      observed: 0.275,
      baseline: 0,
      samples: 80,
      since: '2026-01-05T09:02:00.000Z',
      control: { requests: 720, bad: 0 },
    });
    expect(judgement.evidence[0]?.chance).toBeLessThan(1 / 4000);
  });

  it('does not blame a release for a fault that its control shares', async () => {
    await historyFailed(0.001);
    const from = RELEASED_AT;
    cloudWatch.on(GetMetricDataCommand).resolves(
      metricData({
        requests: { from, values: [40, 40, 40, 40] },
        errors: { from, values: [0, 0, 10, 12] },
        controlRequests: { from, values: [360, 360, 360, 360] },
        controlErrors: { from, values: [0, 0, 90, 108] },
      }),
    );
    const executionArn = 'arn:aws:states:eu-west-1:111122223333:execution:rollback-monitor-deployment:d-1';
    const { next, judgement, waitSeconds } = await observe(null, executionArn);
    expect({ next, verdict: judgement.verdict, waitSeconds }).toEqual({
      next: 'look-again',
      verdict: 'insufficient',
      waitSeconds: 60,
    });
    expect(judgement.evidence.map(({ rule }) => rule)).toContain('shared-cause');
    await observe(null, executionArn);
    expect(mails()).toEqual([
      expect.stringContaining('CRITICAL orders: old and new version fail alike, needs a person'),
    ]);
  });

  /** The release, with a history in which a part of the requests failed. */
  const historyFailed = async (part: number) => {
    const hours = Array.from({ length: 72 }, () => ({ requests: 36_000, bad: 36_000 * part }));
    const normal = { errors: { ...sumHours(hours), clustering: 1, backtestFactor: 1, bursts: [] } };
    ledger = new LedgerDouble();
    await ledger.releases.open(
      releaseRecord({ deployments: { [DEPLOYMENT]: watchedDeployment({ normal }) } }),
    );
  };

  it('does not blame a release for errors that its history shows', async () => {
    await historyFailed(0.2);
    completed(10);
    shifted(RELEASED_AT, RELEASED_AT);
    traffic([600, 600, 600, 600], [110, 120, 115, 110]);
    await expect(observe()).resolves.toMatchObject({ judgement: { verdict: 'healthy' } });
  });

  it('rolls back when a declared alarm went into ALARM after the first traffic', async () => {
    alarm({ StateValue: 'ALARM', StateTransitionedTimestamp: new Date('2026-01-05T09:02:00Z') });
    await expect(observe()).resolves.toMatchObject({
      next: 'roll-back',
      judgement: {
        reason: 'alarm orders-errors went into ALARM after the first traffic of the release, at 09:02:00 UTC',
      },
    });
  });

  it('rolls back for an alarm that rang between two looks', async () => {
    alarm({ StateValue: 'OK', StateTransitionedTimestamp: new Date('2026-01-05T09:02:40Z') });
    history(['2026-01-05T09:02:10Z', 'OK', 'ALARM'], ['2026-01-05T09:02:40Z', 'ALARM', 'OK']);
    await expect(observe()).resolves.toMatchObject({
      next: 'roll-back',
      judgement: {
        reason: expect.stringMatching(/orders-errors went into ALARM .* 09:02:10 UTC, and is OK now/),
      },
    });
  });

  it('reads no history of an alarm that has not changed since the first traffic', async () => {
    alarm({ StateValue: 'OK', StateTransitionedTimestamp: new Date('2026-01-05T09:00:02Z') });
    await observe();
    expect(cloudWatch.commandCalls(DescribeAlarmHistoryCommand)).toHaveLength(0);
  });

  it('does not count an alarm that rang before its first traffic, while a hook ran', async () => {
    shifted('2026-01-05T09:02:30.000Z');
    alarm({ StateValue: 'ALARM', StateTransitionedTimestamp: new Date('2026-01-05T09:02:00Z') });
    await expect(observe()).resolves.toMatchObject({ next: 'look-again', judgement: { verdict: 'healthy' } });
  });

  it('counts no alarm against a version that has no traffic', async () => {
    shifted();
    lambda.on(GetAliasCommand).resolves(alias('4'));
    alarm({ StateValue: 'ALARM', StateTransitionedTimestamp: new Date('2026-01-05T09:02:00Z') });
    const { judgement, seen } = await observe();
    expect(judgement.evidence.at(-1)).toMatchObject({
      finding: 'note',
      detail: 'alarm orders-errors is in ALARM, and the release has no traffic yet: ruled out',
    });
    expect(seen).not.toHaveProperty('firstTrafficAt');
  });

  it('counts from the beginning of a completed deployment whose details CodeDeploy no longer shows', async () => {
    completed(2);
    shifted();
    alarm({ StateValue: 'ALARM', StateTransitionedTimestamp: new Date('2026-01-05T09:02:00Z') });
    await expect(observe()).resolves.toMatchObject({ next: 'roll-back' });
  });

  it('asks CodeDeploy once for the first traffic', async () => {
    const { seen } = await observe();
    expect(seen.firstTrafficAt).toBe('2026-01-05T09:00:03.000Z');
    codeDeploy.resetHistory();
    await observe(seen);
    expect(codeDeploy.commandCalls(BatchGetDeploymentTargetsCommand)).toHaveLength(0);
  });

  it('rolls back for an alarm of the deployment group, though the catalog declares none', async () => {
    mockBucket(catalogObject(ordersEntry({ policy: { alarms: [] } })));
    ledger = new LedgerDouble();
    const deployments = { [DEPLOYMENT]: watchedDeployment({ groupAlarms: ['orders-errors'] }) };
    await ledger.releases.open(releaseRecord({ deployments }));
    alarm({ StateValue: 'ALARM', StateTransitionedTimestamp: new Date('2026-01-05T09:02:00Z') });
    const { judgement, next } = await observe();
    expect(next).toBe('roll-back');
    expect(judgement.evidence).toContainEqual(
      expect.objectContaining({ rule: 'group-alarm', finding: 'breach' }),
    );
  });

  it('does not count an alarm that rang before', async () => {
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
        requests: { from: RELEASED_AT, values: [60, 60, 60, 60] },
        errors: { from: RELEASED_AT, values: [] },
        timed: { from: RELEASED_AT, values: [60, 60, 60, 60] },
        slow: { from: RELEASED_AT, values: [0, 0, 30, 30] },
        controlRequests: { from: RELEASED_AT, values: [540, 540, 540, 540] },
        controlTimed: { from: RELEASED_AT, values: [540, 540, 540, 540] },
      }),
    );
    await expect(observe()).resolves.toMatchObject({
      next: 'roll-back',
      judgement: {
        reason: expect.stringMatching(/^50 % of 120 requests to .* took over 800 ms since 09:02/),
      },
    });
    const queries = cloudWatch.commandCalls(GetMetricDataCommand)[0]?.args[0].input.MetricDataQueries;
    expect(queries?.[5]?.MetricStat).toMatchObject({ Metric: { MetricName: 'Duration' }, Stat: 'TC(800:)' });
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
    byAlias([60, 60, 60, 60], [9, 9, 0, 0]);
    await expect(observe()).resolves.toMatchObject({
      requests: 120,
      errors: 0,
      judgement: { verdict: 'healthy' },
      seen: { alone: { since: '2026-01-05T09:01:30.000Z', until: new Date(NOW).toISOString() } },
    });
    // Read once, for this look and for the checkpoint of the bake.
    expect(asked()).toBe(1);
  });

  it('is rolled back by the metrics of the alias', async () => {
    completed(2);
    byAlias([40, 40, 40, 40], [0, 0, 20, 20]);
    const seen = { ...aloneSince(RELEASED_AT), firstTrafficAt: RELEASED_AT };
    await expect(observe(seen)).resolves.toMatchObject({ next: 'roll-back' });
    expect(asked()).toBe(0);
  });

  it('is known from look to look', async () => {
    completed(2);
    byAlias([40, 40, 40, 40]);
    const since = '2026-01-05T09:02:00.000Z';
    await expect(observe(aloneSince(since))).resolves.toMatchObject({
      requests: 80,
      seen: { alone: { since, until: new Date(NOW).toISOString() } },
    });
  });

  it('counts from the end of the deployment where CodeDeploy does not show the end of the shift', async () => {
    completed(2);
    shifted();
    await expect(observe()).resolves.toMatchObject({
      seen: { alone: { since: new Date(NOW - 120_000).toISOString() } },
    });
  });

  it('is also alone while a hook runs after the shift', async () => {
    lambda.on(GetAliasCommand).resolves(alias('5'));
    shifted('2026-01-05T09:00:03.000Z', '2026-01-05T09:01:00.000Z');
    byAlias([40, 40, 40, 40]);
    await expect(observe()).resolves.toMatchObject({ phase: 'shifting', share: 1, requests: 120 });
  });

  it.each([
    ['another version', alias('6')],
    ['weights', alias('5', { '6': 0.5 })],
  ])('counts until the last look that found it so: it has %s now', async (_, state) => {
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

  it('is not assumed for a deleted alias, once the deployment has completed', async () => {
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

describe('the wait for the next look', () => {
  /** No evidence either way: the bake continues. */
  const thin = (minutes: number) => {
    completed(minutes);
    traffic([10], [0]);
  };

  it('may be ended by an event while traffic shifts', async () => {
    await expect(observe()).resolves.toMatchObject({ waitSeconds: 60, isWakeable: true });
  });

  it('is five minutes late in the bake, where an alarm that can ring may end it', async () => {
    thin(90);
    alarm({ StateValue: 'OK' });
    await expect(observe()).resolves.toMatchObject({ waitSeconds: 300, isWakeable: true });
  });

  it('is two minutes where the alarm is blind, or was not there when the deployment opened', async () => {
    thin(90);
    alarm({ StateValue: 'INSUFFICIENT_DATA' });
    await expect(observe()).resolves.toMatchObject({ waitSeconds: 120, isWakeable: false });
    alarm({ StateValue: 'OK' });
    ledger = new LedgerDouble();
    const deployments = { [DEPLOYMENT]: watchedDeployment({ alarmsBefore: {} }) };
    await ledger.releases.open(releaseRecord({ deployments }));
    await expect(observe()).resolves.toMatchObject({ waitSeconds: 120, isWakeable: false });
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

  describe('where a newer release replaced it', () => {
    const replace = () =>
      ledger.releases.open(
        releaseRecord({ releaseId: 'orders-20260105T090300Z', startedAt: '2026-01-05T09:03:00.000Z' }),
      );
    beforeEach(async () => {
      completed(5);
      await replace();
    });

    it('is settled by the observations until then', async () => {
      traffic([40, 40, 40], [0, 0, 0]);
      await expect(observe()).resolves.toMatchObject({ next: 'settle', judgement: { verdict: 'healthy' } });
    });

    it('ends where a limit was breached: nothing has to be undone any more', async () => {
      traffic([40, 40, 40], [0, 20, 20]);
      await expect(observe()).resolves.toMatchObject({ next: 'end' });
    });

    it('ends where it was doubted before', async () => {
      await ledger.releases.recordStanding(RELEASE, DEPLOYMENT, 'doubtedSince', RELEASED_AT);
      await expect(observe()).resolves.toMatchObject({ next: 'end' });
    });
  });

  describe('records when it was first seen to serve well, and when that was doubted', () => {
    const standing = async () => {
      const { servesWellSince, doubtedSince } =
        (await ledger.releases.get(RELEASE)).deployments[DEPLOYMENT] ?? {};
      return { servesWellSince, doubtedSince };
    };

    it('once it has the requests that its policy asks for', async () => {
      completed(2);
      traffic([30, 30, 30], [0, 0, 0]);
      await observe();
      expect(await standing()).toEqual({});
      traffic([40, 40, 40], [0, 0, 0]);
      await observe();
      const servesWellSince = new Date(ledger.now).toISOString();
      ledger.now += 60_000;
      await observe();
      expect(await standing()).toEqual({ servesWellSince });
    });

    it('until it is no longer healthy', async () => {
      await ledger.releases.recordStanding(RELEASE, DEPLOYMENT, 'servesWellSince', RELEASED_AT);
      completed(2);
      traffic([40, 40, 40], [0, 20, 20]);
      await observe();
      expect(await standing()).toEqual({
        servesWellSince: RELEASED_AT,
        doubtedSince: new Date(ledger.now).toISOString(),
      });
    });

    it('but not while traffic shifts', async () => {
      await observe();
      expect(await standing()).toEqual({});
    });
  });
});

describe('a deployment that ended without success', () => {
  const endedAt = NOW - 30_000;
  const watchesGroupAlarm = (before: string) =>
    ledger.releases.open(
      releaseRecord({
        releaseId: RELEASE,
        deployments: {
          [DEPLOYMENT]: watchedDeployment({
            groupAlarms: ['orders-queue'],
            alarmsBefore: { 'orders-errors': 'OK', 'orders-queue': before },
          }),
        },
      }),
    );
  const ended = (code: ErrorCode | undefined, changes: Partial<DeploymentInfo> = {}) => {
    codeDeploy.on(GetDeploymentCommand).resolves(
      deploymentInfo({
        status: 'Stopped',
        completeTime: new Date(endedAt),
        ...(code && { errorInformation: { code, message: 'in its words' } }),
        ...changes,
      }),
    );
    lambda.on(GetAliasCommand).resolves(alias('4'));
  };
  const groupAlarm = (state: object) =>
    cloudWatch.on(DescribeAlarmsCommand).resolves({
      MetricAlarms: [
        { AlarmName: 'orders-errors', StateValue: 'OK' },
        { AlarmName: 'orders-queue', ...state },
      ],
    });

  it('is bad where an alarm of its group went into ALARM while it served', async () => {
    ledger = new LedgerDouble();
    await watchesGroupAlarm('OK');
    ended('ALARM_ACTIVE');
    groupAlarm({ StateValue: 'ALARM', StateTransitionedTimestamp: new Date(endedAt - 20_000) });
    const { judgement, ...observation } = await observe();
    expect(observation).toMatchObject({ phase: 'failed', share: 0, next: 'roll-back', blocked: null });
    expect(judgement).toMatchObject({
      verdict: 'unhealthy',
      reason: expect.stringContaining(
        `deployment ${DEPLOYMENT} ended Stopped (ALARM_ACTIVE: in its words): alarm orders-queue went into ALARM after`,
      ),
    });
    expect(judgement.evidence.map(({ rule, finding }) => [rule, finding])).toEqual([
      ['deployment-ended', 'breach'],
      ['compared-with-control', 'clear'],
      ['above-normal-while-split', 'clear'],
      ['proved-healthy', 'clear'],
      ['declared-alarm', 'clear'],
      ['group-alarm', 'breach'],
    ]);
  });

  it('failed where that alarm rang before, and is settled as failed', async () => {
    ledger = new LedgerDouble();
    await watchesGroupAlarm('ALARM');
    ended('ALARM_ACTIVE');
    groupAlarm({
      StateValue: 'ALARM',
      StateTransitionedTimestamp: new Date(Date.parse(RELEASED_AT) - 60_000),
    });
    await expect(observe()).resolves.toMatchObject({
      next: 'settle',
      judgement: { verdict: 'insufficient' },
      blocked: { by: 'alarm', code: 'ALARM_ACTIVE' },
    });
  });

  it('failed where a person stopped it, and is looked at until no user meets it', async () => {
    ended('MANUAL_STOP');
    lambda.on(GetAliasCommand).resolves(alias('4', { '5': 0.1 }));
    await expect(observe()).resolves.toMatchObject({ next: 'look-again', blocked: { by: 'request' } });
    lambda.on(GetAliasCommand).resolves(alias('4'));
    await expect(observe()).resolves.toMatchObject({ next: 'settle', blocked: { by: 'request' } });
  });

  it.each([
    ['UPDATE_COMPLETE', 14, 'look-again'],
    ['UPDATE_COMPLETE', 16, 'settle'],
    ['UPDATE_ROLLBACK_IN_PROGRESS', 16, 'look-again'],
  ] as const)(
    'that users still meet, with its stack %s, after %d min: %s',
    async (StackStatus, minutes, next) => {
      ended('MANUAL_STOP', { completeTime: new Date(NOW - minutes * 60_000) });
      lambda.on(GetAliasCommand).resolves(alias('4', { '5': 0.1 }));
      stackIs({ StackStatus });
      await expect(observe()).resolves.toMatchObject({ next, share: 0.1, blocked: { by: 'request' } });
    },
  );

  it('is bad where its numbers are, whoever stopped it', async () => {
    ended('MANUAL_STOP');
    splitTraffic([40, 40, 40, 40], [0, 0, 20, 20]);
    await expect(observe()).resolves.toMatchObject({
      next: 'roll-back',
      judgement: { verdict: 'unhealthy' },
    });
  });

  it('is bad where its check failed, though no user met it', async () => {
    ended('HEALTH_CONSTRAINTS', { status: 'Failed' });
    codeDeploy.on(BatchGetDeploymentTargetsCommand).resolves({
      deploymentTargets: [
        lambdaTarget({}, [
          { lifecycleEventName: 'BeforeAllowTraffic', status: 'Failed' as never },
          { lifecycleEventName: 'AllowTraffic', status: 'Skipped' as never },
        ]),
      ],
    });
    await expect(observe()).resolves.toMatchObject({
      next: 'roll-back',
      judgement: { verdict: 'unhealthy', reason: expect.stringContaining('BeforeAllowTraffic') },
    });
  });

  it('waits for late metrics before it concludes that no user met it', async () => {
    ended('THROTTLED', { status: 'Failed' });
    traffic([], []);
    await expect(observe()).resolves.toMatchObject({ next: 'look-again', blocked: null });
    ended('THROTTLED', { status: 'Failed', completeTime: new Date(NOW - 4 * 60_000) });
    await expect(observe()).resolves.toMatchObject({ next: 'settle', blocked: { by: 'lambda' } });
  });

  it('that moved no traffic is not condemned by an alarm of these minutes', async () => {
    ended('INTERNAL_ERROR', { status: 'Failed' });
    shifted();
    alarm({ StateValue: 'ALARM', StateTransitionedTimestamp: new Date(NOW - 60_000) });
    const { judgement, next } = await observe();
    expect(next).toBe('settle');
    expect(judgement.evidence.filter(({ finding }) => finding === 'breach')).toEqual([]);
  });
});

describe('code that a bad release had', () => {
  const bad = 'orders-20260103T090000Z';
  beforeEach(async () => {
    ledger = new LedgerDouble();
    const deployments = { [DEPLOYMENT]: watchedDeployment({ knownBad: bad }) };
    await ledger.releases.open(releaseRecord({ deployments }));
  });

  it('is bad at once, however well it does, and before it has traffic', async () => {
    const { judgement, next } = await observe();
    expect(next).toBe('roll-back');
    expect(judgement.verdict).toBe('unhealthy');
    expect(judgement.reason).toContain(`has the code and the configuration of release ${bad}, which is bad`);
    expect(judgement.evidence[0]).toMatchObject({ rule: 'known-bad-code', finding: 'breach' });
    lambda.on(GetAliasCommand).resolves(alias('4'));
    shifted();
    traffic([], []);
    await expect(observe()).resolves.toMatchObject({ share: 0, next: 'roll-back' });
  });

  it('is bad also where a person stopped it', async () => {
    codeDeploy.on(GetDeploymentCommand).resolves(
      deploymentInfo({
        status: 'Stopped',
        completeTime: new Date(NOW),
        errorInformation: { code: 'MANUAL_STOP' },
      }),
    );
    await expect(observe()).resolves.toMatchObject({ next: 'roll-back', blocked: null });
  });
});

it('watches the live version on after a newer release failed', async () => {
  completed(5);
  await ledger.releases.open(
    releaseRecord({
      releaseId: 'orders-20260105T090300Z',
      startedAt: '2026-01-05T09:03:00.000Z',
      verdict: 'failed',
      failed: { at: '2026-01-05T09:03:30.000Z', reason: 'throttled' },
    }),
  );
  await expect(observe()).resolves.toMatchObject({ next: 'look-again' });
});

it('ends when the release has an incident already', async () => {
  await ledger.releases.markBad(RELEASE, RELEASE);
  traffic([40, 40, 40], [0, 20, 20]);
  await expect(observe()).resolves.toMatchObject({ next: 'end' });
});

describe("a look's record in the ledger", () => {
  const checkpoints = () => ledger.checkpoints.list('orders', { ascending: true });
  const targetReads = () => codeDeploy.commandCalls(BatchGetDeploymentTargetsCommand).length;

  it("has the time of the first traffic, by CodeDeploy, and the judge's first verdict", async () => {
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
    const { deployments } = await ledger.releases.get(RELEASE);
    expect(deployments[DEPLOYMENT]?.servedFrom).toBe('2026-01-05T09:00:03.000Z');
    expect(judged).toMatchObject({ phase: 'health-validation', verdict: 'healthy' });
    expect(judged?.evidence.map(({ rule }) => rule)).toEqual([
      'compared-with-control',
      'above-normal-while-split',
      'proved-healthy',
      'declared-alarm',
    ]);
  });

  it('is absent where the previous look found the same', async () => {
    const { seen } = await observe();
    const before = ledger.calls.length;
    expect(seen).toEqual({
      phase: 'shifting',
      verdict: 'healthy',
      shifting: true,
      failedLooks: {},
      firstTrafficAt: '2026-01-05T09:00:03.000Z',
      shifts: [{ at: '2026-01-05T09:00:03.000Z', share: 0.1 }],
    });
    await expect(observe(seen)).resolves.toMatchObject({ seen });
    expect(ledger.calls.slice(before)).not.toContain('PutItem');
    expect(targetReads()).toBe(1);
  });

  it('is not duplicated by a look that is retried', async () => {
    await observe();
    const first = await checkpoints();
    ledger.now += 60_000;
    await observe();
    expect(await checkpoints()).toEqual(first);
  });

  it('is completed later while CodeDeploy does not show the traffic yet', async () => {
    shifted();
    const { seen } = await observe();
    expect(seen.shifting).toBe(false);
    shifted('2026-01-05T09:00:03.000Z');
    await observe(seen);
    expect((await checkpoints()).map(({ phase }) => phase)).toContain('traffic-shifting');
  });

  it('has another verdict, with its evidence', async () => {
    const { seen } = await observe();
    splitTraffic([40, 40, 40, 40], [0, 0, 10, 12]);
    await observe(seen);
    const unhealthy = (await checkpoints()).find(({ verdict }) => verdict === 'unhealthy');
    expect(unhealthy?.evidence[0]).toMatchObject({ finding: 'breach', observed: 0.275 });
  });

  it('has the bake, with the time when all traffic had moved', async () => {
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

describe('an alias that the stack of the release moved without a deployment', () => {
  const worker = 'shop-orders-Worker-CD34';
  const resource = (type: string, id: string, at: string, status: ResourceStatus = 'UPDATE_COMPLETE') => ({
    LogicalResourceId: type.endsWith('Alias') ? 'WorkerAliaslive' : 'Worker',
    PhysicalResourceId: id,
    ResourceType: type,
    ResourceStatus: status,
    LastUpdatedTimestamp: new Date(at),
  });
  const stackHas = (at: string, status?: ResourceStatus) =>
    cloudFormation.on(ListStackResourcesCommand, { StackName: 'shop-orders' }).resolves({
      StackResourceSummaries: [
        resource('AWS::Lambda::Function', worker, at),
        resource(
          'AWS::Lambda::Alias',
          `arn:aws:lambda:eu-west-1:111122223333:function:${worker}:live`,
          at,
          status,
        ),
      ],
    });
  const workerOn = (version: string, weights = {}) =>
    lambda.on(GetAliasCommand, { FunctionName: worker }).resolves(alias(version, weights));
  const workerTraffic = (requests: number[], errors: number[]) =>
    cloudWatch.on(GetMetricDataCommand).callsFake(({ MetricDataQueries: queries }) => {
      const isWorker = queries[0].MetricStat.Metric.Dimensions[0].Value === worker;
      const [served, failed] = isWorker
        ? [requests, errors]
        : [
            [40, 40, 40],
            [0, 0, 0],
          ];
      return metricData({
        requests: { from: RELEASED_AT, values: served },
        errors: { from: RELEASED_AT, values: failed },
      });
    });
  const recordedOn = (version: string) =>
    ledger.releases.open(
      goodRelease({
        snapshot: [
          {
            kind: 'lambda-alias',
            target: 'Worker:live',
            function: worker,
            alias: 'live',
            version,
            codeSha256: 'sha',
          },
        ],
      }),
    );
  const stackReads = () => cloudFormation.commandCalls(ListStackResourcesCommand).length;

  beforeEach(async () => {
    await recordedOn('6');
    stackHas('2026-01-05T09:00:05.000Z');
    workerOn('7');
    workerTraffic([40, 40, 40], [20, 20, 20]);
  });

  it('condemns the release by its own numbers, and is written down with it', async () => {
    const { next, judgement } = await observe();
    expect(next).toBe('roll-back');
    expect(judgement.verdict).toBe('unhealthy');
    expect(judgement.reason).toContain(`${worker}:7`);
    const { moved } = await ledger.releases.get(RELEASE);
    expect(moved).toEqual({
      'Worker:live': {
        target: 'Worker:live',
        function: worker,
        alias: 'live',
        fromVersion: '6',
        toVersion: '7',
        movedAt: '2026-01-05T09:00:05.000Z',
        baseline: { requests: 0, errors: 0, minutes: 0 },
      },
    });
  });

  it('has its judgement in the ledger, from which the incident is opened', async () => {
    await observe();
    const [found] = await ledger.checkpoints.list('orders', { limit: 1 });
    expect(found).toMatchObject({
      phase: 'health-validation',
      verdict: 'unhealthy',
      deploymentId: DEPLOYMENT,
    });
  });

  it('only shows where its service is only observed', async () => {
    mockBucket(catalogObject(ordersEntry({ policy: { autonomy: 'observe' } })));
    await expect(observe()).resolves.toMatchObject({ next: 'settle', judgement: { verdict: 'unhealthy' } });
  });

  it.each([
    ['is on the version that it was on before', () => recordedOnSame()],
    ['was last changed before the release', () => stackHas('2026-01-05T08:59:00.000Z')],
    ['is being moved still', () => stackHas('2026-01-05T09:00:05.000Z', 'UPDATE_IN_PROGRESS')],
    ['splits its traffic, which is for CodeDeploy', () => workerOn('6', { '7': 0.1 })],
  ])('is none that %s', async (_, arrange) => {
    arrange();
    await expect(observe()).resolves.toMatchObject({ next: 'look-again', judgement: { verdict: 'healthy' } });
    expect((await ledger.releases.get(RELEASE)).moved).toBeUndefined();
  });
  const recordedOnSame = () => workerOn('6');

  it('is looked at only by the watch of the first deployment', async () => {
    const second = watchedDeployment({
      deploymentId: 'd-SECOND',
      target: 'ListOrders:live',
      createdAt: iso(NOW),
    });
    await ledger.releases.addDeployment(RELEASE, second);
    const other = await build(runtimeOf(ledger))({ deploymentId: 'd-SECOND', releaseId: RELEASE });
    expect(other.next).toBe('look-again');
    await expect(observe()).resolves.toMatchObject({ next: 'roll-back' });
  });

  it('is watched in a nested stack as well', async () => {
    const nested = `${STACK_ID}-nested`;
    const inNested = resource(
      'AWS::Lambda::Alias',
      `arn:aws:lambda:eu-west-1:111122223333:function:${worker}:live`,
      RELEASED_AT,
    );
    cloudFormation
      .on(ListStackResourcesCommand, { StackName: 'shop-orders' })
      .resolves({ StackResourceSummaries: [resource('AWS::CloudFormation::Stack', nested, RELEASED_AT)] })
      .on(ListStackResourcesCommand, { StackName: nested })
      .resolves({ StackResourceSummaries: [inNested] });
    await expect(observe()).resolves.toMatchObject({ next: 'roll-back' });
  });

  it('that is new has no previous version, and is watched all the same', async () => {
    cloudFormation.on(ListStackResourcesCommand).resolves({
      StackResourceSummaries: [
        resource(
          'AWS::Lambda::Alias',
          `arn:aws:lambda:eu-west-1:111122223333:function:${worker}:beta`,
          RELEASED_AT,
          'CREATE_COMPLETE',
        ),
      ],
    });
    await expect(observe()).resolves.toMatchObject({ next: 'roll-back' });
    const { moved = {} } = await ledger.releases.get(RELEASE);
    expect(Object.values(moved)).toMatchObject([{ alias: 'beta', toVersion: '7' }]);
    expect(Object.values(moved)[0]).not.toHaveProperty('fromVersion');
  });

  it('has a bake of its own, which the last deployment waits for', async () => {
    completed(20);
    workerTraffic([400, 400, 400], [0, 0, 0]);
    traffic([400, 400, 400], [0, 0, 0], NOW - 20 * 60_000);
    await expect(observe()).resolves.toMatchObject({ next: 'look-again' });
    ledger.now = NOW + 12 * 60_000;
    await expect(observe()).resolves.toMatchObject({ next: 'settle', judgement: { verdict: 'healthy' } });
    const { moved } = await ledger.releases.get(RELEASE);
    expect(moved?.['Worker:live']?.settled).toMatchObject({ verdict: 'healthy', requests: 1200 });
  });

  it('that was moved on by others says nothing more', async () => {
    await observe();
    workerOn('8');
    await expect(observe()).resolves.toMatchObject({ judgement: { verdict: 'healthy' } });
  });

  it('is not looked for any more once the update of the stack is recorded', async () => {
    await ledger.releases.addSnapshot(RELEASE, [], iso(NOW));
    await observe();
    const reads = stackReads();
    expect((await ledger.releases.get(RELEASE)).comparedAt).toBe(iso(NOW));
    await expect(observe()).resolves.toMatchObject({ next: 'roll-back' });
    expect(stackReads()).toBe(reads);
  });
});

describe('the coordinator’s own lifecycle hooks', () => {
  const question = {
    deploymentId: DEPLOYMENT,
    event: 'AfterAllowTraffic',
    executionId: 'hook-1',
    service: 'orders',
    askedAt: NOW - 60_000,
  } as const;
  const answers = () =>
    codeDeploy
      .commandCalls(PutLifecycleEventHookExecutionStatusCommand)
      .map(({ args }) => args[0].input.status);
  const shiftedMinutesAgo = (minutes: number) => {
    const end = iso(NOW - minutes * 60_000);
    codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo({ createTime: new Date(NOW - 3_600_000) }));
    shifted(iso(NOW - 3_000_000), end);
    lambda.on(GetAliasCommand).resolves(alias('5'));
    return ledger.lifecycleHooks.ask({ ...question, askedAt: Date.parse(end) });
  };

  beforeEach(() => codeDeploy.on(PutLifecycleEventHookExecutionStatusCommand).resolves({}));

  it('waits for the whole bake, counted from the end of the shift', async () => {
    await shiftedMinutesAgo(14);
    await observe();
    expect(answers()).toEqual([]);
    await shiftedMinutesAgo(15);
    await observe();
    expect(answers()).toEqual(['Succeeded']);
  });

  it('leaves no bake to wait for after the deployment: the time in the hook is a part of it', async () => {
    completed(1);
    const alone = { since: iso(NOW - 16 * 60_000), until: iso(NOW - 60_000) };
    const look = (before: object) =>
      observe({ phase: 'shifting', verdict: 'healthy', shifting: true, alone: before });
    await expect(look(alone)).resolves.toMatchObject({ next: 'settle' });
    await expect(look({ ...alone, left: true })).resolves.toMatchObject({ next: 'look-again' });
  });

  it('is answered once', async () => {
    await shiftedMinutesAgo(15);
    await observe();
    await observe();
    expect(answers()).toEqual(['Succeeded']);
  });

  it('fails the deployment as soon as the judge finds it unhealthy', async () => {
    await shiftedMinutesAgo(2);
    traffic([40, 40, 40, 40], [20, 20, 20, 20]);
    await expect(observe()).resolves.toMatchObject({ next: 'roll-back' });
    expect(answers()).toEqual(['Failed']);
  });

  it('fails the deployment as soon as an incident takes its release back', async () => {
    await shiftedMinutesAgo(2);
    await ledger.releases.markUndone(RELEASE, 'platform-20260105T085500Z');
    await expect(observe()).resolves.toMatchObject({ next: 'end' });
    expect(answers()).toEqual(['Failed']);
  });

  it('lets the deployment go on at the deadline where the judge cannot tell', async () => {
    await shiftedMinutesAgo(41);
    traffic([1], [0], NOW - 240_000);
    await expect(observe()).resolves.toMatchObject({ judgement: { verdict: 'insufficient' } });
    expect(answers()).toEqual(['Succeeded']);
  });

  it('is not looked for while traffic is shifted', async () => {
    await observe();
    expect(ledger.calls.filter((call) => call === 'GetItem').length).toBeLessThan(4);
    expect(answers()).toEqual([]);
  });

  it.each([
    ['on-hold', 'insufficient', { by: 'coordinator', code: 'HOOK_EXECUTION_FAILURE' }],
    ['unhealthy', 'unhealthy', null],
  ] as const)('a deployment that it refused because of %s is found %s', async (cause, verdict, blocked) => {
    const hook = await ledger.lifecycleHooks.ask({ ...question, event: 'BeforeAllowTraffic' });
    await ledger.lifecycleHooks.answer(hook, { word: 'Failed', cause, reason: 'the reason' });
    codeDeploy.on(GetDeploymentCommand).resolves(
      deploymentInfo({
        status: 'Failed',
        completeTime: new Date(NOW),
        errorInformation: { code: 'HOOK_EXECUTION_FAILURE', message: 'one failed' },
      }),
    );
    codeDeploy.on(BatchGetDeploymentTargetsCommand).resolves({
      deploymentTargets: [lambdaTarget({}, [{ lifecycleEventName: 'BeforeAllowTraffic', status: 'Failed' }])],
    });
    lambda.on(GetAliasCommand).resolves(alias('4'));
    await expect(observe()).resolves.toMatchObject({
      judgement: { verdict, reason: expect.stringContaining('the reason') },
      blocked,
    });
  });
});
