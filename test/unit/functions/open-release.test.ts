import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  ListAlarmMuteRulesCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CodeDeployClient,
  DeploymentGroupDoesNotExistException,
  GetDeploymentCommand,
  GetDeploymentGroupCommand,
} from '@aws-sdk/client-codedeploy';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/watch/open-release/handler.ts';
import { InvalidInput, TransientFailure } from '../../../shared/errors.ts';
import { restoredReleaseId } from '../../../shared/ledger/records.ts';
import { deploymentInfo, metricData, stackEvent, stackOf } from '../fixtures/aws-answers.ts';
import { catalogObject, ordersEntry } from '../fixtures/catalog.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import {
  DEPLOYMENT,
  FUNCTION,
  GOOD_RELEASE,
  goodSnapshot,
  RELEASE,
  releaseRecord,
  watchedDeployment,
} from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { denied, throttled } from '../fixtures/sdk-errors.ts';
import { iso, RELEASED_AT } from '../fixtures/times.ts';

const input = {
  kind: 'release',
  deploymentId: DEPLOYMENT,
  service: 'orders',
  target: 'CreateOrder:live',
  function: FUNCTION,
  alias: 'live',
  fromVersion: '4',
  toVersion: '5',
};
/** The deployment begins half a minute after its stack update. */
const deployedAt = '2026-01-05T09:00:30.000Z';

const codeDeploy = mockClient(CodeDeployClient);
const lambda = mockClient(LambdaClient);
const cloudFormation = mockClient(CloudFormationClient);
const cloudWatch = mockClient(CloudWatchClient);
let ledger: LedgerDouble;

beforeEach(() => {
  for (const mock of [codeDeploy, lambda, cloudFormation, cloudWatch]) mock.reset();
  // No version is known.
  lambda.on(GetFunctionConfigurationCommand).resolves({});
  ledger = new LedgerDouble();
  mockBucket(catalogObject());
  codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo({ createTime: new Date(deployedAt) }));
  groupWatches([]);
  stackIs({ StackStatus: 'UPDATE_IN_PROGRESS' });
  alarm({ StateValue: 'OK' });
  cloudWatch.on(DescribeAlarmHistoryCommand).resolves({});
  cloudWatch.on(ListAlarmMuteRulesCommand).resolves({});
  cloudWatch.on(GetMetricDataCommand).resolves(
    metricData({
      requests: { from: '2026-01-05T06:00:00Z', values: [100, 80] },
      errors: { from: '2026-01-05T06:00:00Z', values: [1] },
    }),
  );
});

const open = (changes = {}) => build(runtimeOf(ledger))({ ...input, ...changes });
const stackIs = (changes: object) => cloudFormation.on(DescribeStacksCommand).resolves(stackOf(changes));
const groupWatches = (names: readonly string[], enabled = true) =>
  codeDeploy.on(GetDeploymentGroupCommand).resolves({
    deploymentGroupInfo: { alarmConfiguration: { enabled, alarms: names.map((name) => ({ name })) } },
  });
const alarm = (state: object) =>
  cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [{ AlarmName: 'orders-errors', ...state }] });

it('opens a candidate release that began with the stack update', async () => {
  await expect(open()).resolves.toEqual({ releaseId: RELEASE, service: 'orders', deploymentId: DEPLOYMENT });
  await expect(ledger.releases.get(RELEASE)).resolves.toEqual(
    releaseRecord({
      startedAt: RELEASED_AT,
      deployments: {
        [DEPLOYMENT]: watchedDeployment({
          createdAt: deployedAt,
          config: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
          preflight: { conditions: [] },
          baseline: { requests: 180, errors: 1, minutes: 2 },
        }),
      },
    }),
  );
});

it('records the deployment, so that a second event finds its release', async () => {
  await open();
  codeDeploy.reset();
  await expect(open()).resolves.toMatchObject({ releaseId: RELEASE });
  await expect(ledger.releases.deployment(DEPLOYMENT)).resolves.toMatchObject({
    kind: 'release',
    releaseId: RELEASE,
    seenAt: iso(ledger.now),
  });
});

it('lets its alarms wake the watch', async () => {
  await open();
  await expect(ledger.watches.deploymentsOf('orders-errors')).resolves.toEqual([DEPLOYMENT]);
  await expect(ledger.watches.deploymentsOf('payment-errors')).resolves.toEqual([]);
});

it("records the deployment's progress, and the state before it", async () => {
  await open();
  const [checkpoint, ...more] = await ledger.checkpoints.list('orders');
  expect(more).toEqual([]);
  expect(checkpoint).toMatchObject({
    phase: 'provisioning',
    kind: 'release',
    deploymentId: DEPLOYMENT,
    releaseId: RELEASE,
    target: 'CreateOrder:live',
    fromVersion: '4',
    toVersion: '5',
    status: 'InProgress',
    at: deployedAt,
    createdAt: deployedAt,
    seenAt: iso(ledger.now),
  });
  expect(checkpoint?.evidence.map(({ detail }) => detail)).toEqual([
    '1 of 180 requests to version 4 failed in the 2 minutes before',
    'alarm orders-errors was OK',
  ]);
});

it('records the deployer, by the tags of the stack', async () => {
  const Tags = [
    { Key: 'commit', Value: '3f2c91a' },
    { Key: 'team', Value: 'shop' },
  ];
  stackIs({ StackStatus: 'UPDATE_IN_PROGRESS', Tags });
  await open();
  await expect(ledger.releases.get(RELEASE)).resolves.toMatchObject({
    origin: [{ name: 'commit', value: '3f2c91a' }],
  });
});

it('joins the release a sibling of the same stack update opened', async () => {
  await open();
  await expect(open({ deploymentId: 'd-ORDERS006', target: 'ListOrders:live' })).resolves.toMatchObject({
    releaseId: RELEASE,
  });
  const { deployments } = await ledger.releases.get(RELEASE);
  expect(Object.keys(deployments).sort()).toEqual([DEPLOYMENT, 'd-ORDERS006']);
});

it('measures the previous version over the three hours before', async () => {
  await open();
  expect(cloudWatch.commandCalls(GetMetricDataCommand)[2]?.args[0].input).toMatchObject({
    StartTime: new Date('2026-01-05T06:00:00Z'),
    EndTime: new Date('2026-01-05T09:00:00Z'),
    MetricDataQueries: expect.arrayContaining([
      expect.objectContaining({
        MetricStat: expect.objectContaining({
          Metric: expect.objectContaining({
            Dimensions: expect.arrayContaining([{ Name: 'ExecutedVersion', Value: '4' }]),
          }),
        }),
      }),
    ]),
  });
});

describe('the normal rates', () => {
  const rate = (requests: number) => ({ from: '2026-01-05T05:00:00Z', values: new Array(3).fill(requests) });
  const normal = async () => {
    await open();
    return (await ledger.releases.get(RELEASE)).deployments[DEPLOYMENT]?.normal;
  };
  const answers = (...series: Record<string, ReturnType<typeof rate>>[]) =>
    cloudWatch.on(GetMetricDataCommand).resolves(metricData(Object.assign({}, ...series)));

  it('are read once, from 63 days of five minutes of the alias', async () => {
    await open();
    const { input } = cloudWatch.commandCalls(GetMetricDataCommand)[1]?.args[0] ?? {};
    expect(input?.EndTime).toEqual(new Date('2026-01-05T09:00:00Z'));
    const days = (Number(input?.EndTime) - Number(input?.StartTime)) / 86_400_000;
    expect(days).toBeGreaterThan(62.9);
    expect(days).toBeLessThan(63);
    expect(input?.MetricDataQueries?.map(({ MetricStat: stat }) => [stat?.Period, stat?.Stat])).toEqual([
      [300, 'SampleCount'],
      [300, 'Sum'],
      [300, 'Sum'],
      [300, 'Sum'],
    ]);
    expect(JSON.stringify(input)).not.toContain('ExecutedVersion');
    await open();
    expect(cloudWatch.commandCalls(GetMetricDataCommand)).toHaveLength(3);
  });

  it('are kept with the release in about thirty numbers', async () => {
    answers({ aliasRequests: rate(500), aliasErrors: rate(2) });
    const { errors, throttles, ...rest } = (await normal()) ?? { errors: undefined };
    expect(rest).toEqual({});
    expect(throttles).toMatchObject({ hours: 1, bad: 0 });
    expect(errors).toMatchObject({ hours: 1, bad: 6, clustering: 1, backtestFactor: 1 });
    expect(errors?.hourFactors).toHaveLength(24);
    expect(JSON.stringify(errors).length).toBeLessThan(500);
  });

  it('are kept for slow requests too, with the boundary they are counted by', async () => {
    mockBucket(catalogObject(ordersEntry({ policy: { limits: { slow: { overMs: 800 } } } })));
    answers({ aliasRequests: rate(500), aliasTimed: rate(499), aliasSlow: rate(9) });
    expect((await normal())?.slow).toMatchObject({ overMs: 800, counts: { hours: 1, bad: 27 } });
  });

  it('are kept for the requests over each percentile of the week before', async () => {
    answers(
      { aliasRequests: rate(500), aliasTimed: rate(499) },
      { p75: rate(101), p95: rate(202), p99: rate(303) },
      { aliasOver0: rate(120), aliasOver1: rate(25), aliasOver2: rate(5) },
    );
    expect((await normal())?.latency).toMatchObject([
      { overMs: 101, counts: { hours: 1, bad: 360 } },
      { overMs: 202, counts: { hours: 1, bad: 75 } },
      { overMs: 303, counts: { hours: 1, bad: 15 } },
    ]);
    const inputs = cloudWatch.commandCalls(GetMetricDataCommand).map(({ args }) => args[0].input);
    const stats = (call: number) =>
      inputs[call]?.MetricDataQueries?.map(({ MetricStat: stat }) => stat?.Stat);
    expect(stats(0)).toEqual(['p75', 'p95', 'p99']);
    expect(inputs[0]).toMatchObject({ StartTime: new Date('2025-12-29T09:00:00Z') });
    expect(stats(1)?.slice(-4)).toEqual(['SampleCount', 'TC(101:)', 'TC(202:)', 'TC(303:)']);
  });

  it('leave out the hours in which a bad release was live', async () => {
    const bad = releaseRecord({
      releaseId: 'orders-20260105T050500Z',
      startedAt: '2026-01-05T05:05:00.000Z',
      deployments: {},
      verdict: 'bad',
    });
    const next = { ...bad, releaseId: 'orders-20260105T051000Z', startedAt: '2026-01-05T05:10:00.000Z' };
    await ledger.releases.open(bad);
    await ledger.releases.open({ ...next, verdict: 'good' });
    answers({ aliasRequests: rate(500), aliasErrors: rate(2) });
    expect((await normal())?.errors).toMatchObject({ bad: 2 });
  });

  it('are unknown for an alias without requests', async () => {
    answers({});
    await expect(normal()).resolves.toBeUndefined();
  });
});

it('measures slow requests before the release where the policy names a boundary', async () => {
  mockBucket(catalogObject(ordersEntry({ policy: { limits: { slow: { overMs: 800 } } } })));
  cloudWatch.on(GetMetricDataCommand).resolves(
    metricData({
      requests: { from: '2026-01-05T06:00:00Z', values: [100] },
      slow: { from: '2026-01-05T06:00:00Z', values: [7] },
    }),
  );
  await open();
  const { deployments } = await ledger.releases.get(RELEASE);
  expect(deployments[DEPLOYMENT]?.baseline).toEqual({ requests: 100, errors: 0, slow: 7, minutes: 1 });
});

describe('the baseline of an alias without weights', () => {
  const baseline = async () => (await ledger.releases.get(RELEASE)).deployments[DEPLOYMENT]?.baseline;

  it('is that of the alias since the previous version is known to be alone', async () => {
    cloudWatch
      .on(GetMetricDataCommand)
      .resolves(metricData({ aliasRequests: { from: '2026-01-05T08:00:00Z', values: Array(60).fill(10) } }));
    await ledger.releases.open(
      releaseRecord({
        releaseId: GOOD_RELEASE,
        startedAt: '2026-01-04T09:00:00.000Z',
        recordedAt: '2026-01-05T08:30:00.000Z',
        deployments: {},
        snapshot: goodSnapshot,
      }),
    );
    await open();
    expect(await baseline()).toEqual({ requests: 300, errors: 0, minutes: 30 });
  });

  it('is absent where nothing is known of the previous version', async () => {
    cloudWatch
      .on(GetMetricDataCommand)
      .resolves(metricData({ aliasRequests: { from: '2026-01-05T08:00:00Z', values: [10] } }));
    await open();
    expect(await baseline()).toEqual({ requests: 0, errors: 0, minutes: 0 });
  });
});

describe('the state of the alarms before', () => {
  const alarmsBefore = async () => (await ledger.releases.get(RELEASE)).deployments[DEPLOYMENT]?.alarmsBefore;

  it('is ALARM for an alarm that rang already', async () => {
    alarm({ StateValue: 'ALARM', StateTransitionedTimestamp: new Date('2026-01-05T08:59:00Z') });
    await open();
    expect(await alarmsBefore()).toEqual({ 'orders-errors': 'ALARM' });
  });

  it('is OK for an alarm that turned ALARM since, seen by an event that comes late', async () => {
    alarm({ StateValue: 'ALARM', StateTransitionedTimestamp: new Date('2026-01-05T09:02:00Z') });
    await open();
    expect(await alarmsBefore()).toEqual({ 'orders-errors': 'OK' });
  });

  it('is missing for an alarm that does not exist', async () => {
    cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [] });
    await open();
    expect(await alarmsBefore()).toEqual({ 'orders-errors': 'missing' });
  });
});

describe('the alarms of the deployment group', () => {
  const watched = async () => {
    await open();
    const { alarmsBefore, groupAlarms } = (await ledger.releases.get(RELEASE)).deployments[DEPLOYMENT] ?? {};
    return { alarmsBefore, groupAlarms };
  };

  it('are recorded beside the declared ones, each with its state before', async () => {
    groupWatches(['orders-errors', 'orders-canary']);
    cloudWatch.on(DescribeAlarmsCommand).resolves({
      MetricAlarms: [{ AlarmName: 'orders-errors', StateValue: 'OK' }],
      LogAlarms: [{ AlarmName: 'orders-canary', StateValue: 'ALARM' }],
    });
    await expect(watched()).resolves.toEqual({
      alarmsBefore: { 'orders-errors': 'OK', 'orders-canary': 'ALARM' },
      groupAlarms: ['orders-errors', 'orders-canary'],
    });
    const [call] = codeDeploy.commandCalls(GetDeploymentGroupCommand);
    const { applicationName, deploymentGroupName } = deploymentInfo().deploymentInfo;
    expect(call?.args[0].input).toEqual({ applicationName, deploymentGroupName });
  });

  it('are none where the group does not stop for them, or is gone', async () => {
    groupWatches(['orders-canary'], false);
    await expect(watched()).resolves.toMatchObject({ groupAlarms: undefined });
    ledger = new LedgerDouble();
    codeDeploy
      .on(GetDeploymentGroupCommand)
      .rejects(new DeploymentGroupDoesNotExistException({ message: 'gone', $metadata: {} }));
    await expect(watched()).resolves.toMatchObject({ groupAlarms: undefined });
  });

  it('are those that the deployment itself names instead', async () => {
    groupWatches(['orders-canary']);
    const overrideAlarmConfiguration = { enabled: false, alarms: [{ name: 'orders-canary' }] };
    const createTime = new Date(deployedAt);
    codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo({ createTime, overrideAlarmConfiguration }));
    await expect(watched()).resolves.toMatchObject({ groupAlarms: undefined });
  });
});

describe('the preflight of its alarms', () => {
  const preflight = async () => {
    await open();
    return (await ledger.releases.get(RELEASE)).deployments[DEPLOYMENT]?.preflight;
  };
  const rang = (...times: string[]) =>
    cloudWatch.on(DescribeAlarmHistoryCommand).resolves({
      AlarmHistoryItems: times.map((time) => ({
        Timestamp: new Date(time),
        HistorySummary: 'Alarm updated from OK to ALARM',
      })),
    });
  const days = (count: number) =>
    Array.from({ length: count }, (_, day) => `2025-12-${String(31 - day).padStart(2, '0')}T09:00:00Z`);

  it('finds nothing where they are as they should be', async () => {
    await expect(preflight()).resolves.toEqual({ conditions: [] });
  });

  it('finds an alarm for another version, a mute and a ring before', async () => {
    alarm({
      StateValue: 'ALARM',
      StateTransitionedTimestamp: new Date('2026-01-05T08:00:00Z'),
      ActionsEnabled: false,
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [
        { Name: 'FunctionName', Value: FUNCTION },
        { Name: 'ExecutedVersion', Value: '4' },
      ],
    });
    const found = await preflight();
    expect(found?.conditions.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'orders-errors misaimed',
      'orders-errors ringing',
      'orders-errors muted',
      `${FUNCTION}:live unwatched`,
    ]);
  });

  it('counts how often each rang in the 14 days before the deployment', async () => {
    rang(...days(8));
    await expect(preflight()).resolves.toEqual({
      conditions: [
        {
          name: 'orders-errors',
          kind: 'noisy',
          detail: 'went into ALARM 8 times in the 14 days before the release: it may ring for other reasons',
        },
      ],
      rings: { 'orders-errors': 8 },
    });
    expect(cloudWatch.commandCalls(DescribeAlarmHistoryCommand)[0]?.args[0].input).toMatchObject({
      AlarmName: 'orders-errors',
      StartDate: new Date('2025-12-22T09:00:30.000Z'),
      EndDate: new Date(deployedAt),
    });
  });

  it('reads no history of an alarm that has been in its state for longer, or does not exist', async () => {
    alarm({ StateValue: 'OK', StateTransitionedTimestamp: new Date('2025-12-22T09:00:29.999Z') });
    await preflight();
    ledger = new LedgerDouble();
    cloudWatch.on(DescribeAlarmsCommand).resolves({});
    await expect(preflight()).resolves.toMatchObject({ conditions: [{ kind: 'missing' }] });
    expect(cloudWatch.commandCalls(DescribeAlarmHistoryCommand)).toHaveLength(0);
  });

  it('reads four pages of a history at most', async () => {
    cloudWatch.on(DescribeAlarmHistoryCommand).resolves({ NextToken: 'more' });
    await preflight();
    expect(cloudWatch.commandCalls(DescribeAlarmHistoryCommand)).toHaveLength(4);
  });

  it('stops no release if its calls are refused', async () => {
    cloudWatch.on(DescribeAlarmHistoryCommand).rejects(denied());
    cloudWatch.on(ListAlarmMuteRulesCommand).rejects(denied());
    await expect(preflight()).resolves.toEqual({
      conditions: [],
      ringsUnknown: expect.stringContaining('AccessDenied'),
      mutesUnknown: expect.stringContaining('AccessDenied'),
    });
  });
});

describe('the release of a deployment that is not visible in its stack update', () => {
  const ownId = 'orders-20260105T090030Z-000-d-ORDERS005';

  it('begins with the deployment when the service has no stack', async () => {
    const application = 'shop-orders-ServerlessDeploymentApplication-XY34';
    const target = { kind: 'codedeploy', function: 'CreateOrder', application, deploymentGroup: 'orders-*' };
    mockBucket(catalogObject(ordersEntry({ stack: undefined, targets: [target] })));
    await expect(open()).resolves.toMatchObject({ releaseId: ownId });
    expect(await ledger.releases.get(ownId)).not.toHaveProperty('stack');
  });

  const withoutId = () =>
    codeDeploy
      .on(GetDeploymentCommand)
      .resolves(deploymentInfo({ createTime: new Date(deployedAt), externalId: undefined }));
  const eventsAre = (...StackEvents: StackEvent[]) =>
    cloudFormation.on(DescribeStackEventsCommand).resolves({ StackEvents });

  it('begins with the deployment when it came without a stack update', async () => {
    withoutId();
    stackIs({ StackStatus: 'CREATE_COMPLETE', LastUpdatedTime: undefined });
    eventsAre(stackEvent('CREATE_COMPLETE', { at: '2025-06-01T00:00:00Z' }));
    await expect(open()).resolves.toMatchObject({ releaseId: ownId });
    expect(await ledger.releases.get(ownId)).not.toHaveProperty('stack');
  });

  it('is not the restored release of a rollback that began in the same second', async () => {
    withoutId();
    stackIs({ StackStatus: 'UPDATE_COMPLETE' });
    eventsAre(stackEvent('UPDATE_COMPLETE', { at: '2026-01-04T09:00:00Z' }));
    const releaseId = restoredReleaseId('orders', deployedAt);
    const restored = releaseRecord({ releaseId, startedAt: deployedAt, deployments: {} });
    await ledger.releases.open({ ...restored, restoredBy: RELEASE });
    const { releaseId: opened } = await open();
    expect(opened).not.toBe(releaseId);
    expect((await ledger.releases.get(releaseId)).deployments).toEqual({});
    expect(Object.keys((await ledger.releases.get(opened)).deployments)).toEqual(['d-ORDERS005']);
  });

  it('begins with the deployment when a stack update began after it', async () => {
    withoutId();
    const at = '2026-01-05T09:04:00Z';
    stackIs({ StackStatus: 'UPDATE_IN_PROGRESS', LastUpdatedTime: new Date(at) });
    eventsAre(
      stackEvent('UPDATE_IN_PROGRESS', { at }),
      stackEvent('UPDATE_COMPLETE', { at: '2026-01-04T09:00:00Z' }),
    );
    await expect(open()).resolves.toMatchObject({ releaseId: ownId });
    expect(await ledger.releases.get(ownId)).not.toHaveProperty('stack');
  });

  it('begins with the stack update also when CodeDeploy does not name the stack and the update is over', async () => {
    withoutId();
    stackIs({ StackStatus: 'UPDATE_COMPLETE' });
    eventsAre(
      stackEvent('UPDATE_COMPLETE', { at: '2026-01-05T09:08:00Z' }),
      stackEvent('UPDATE_IN_PROGRESS', { at: RELEASED_AT }),
    );
    await expect(open()).resolves.toMatchObject({ releaseId: RELEASE });
    expect(await ledger.releases.get(RELEASE)).toMatchObject({ stack: 'shop-orders' });
  });

  it("is its sibling's when the update was rolled back meanwhile", async () => {
    await open();
    stackIs({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE', LastUpdatedTime: new Date('2026-01-05T09:03:00Z') });
    await expect(open({ deploymentId: 'd-ORDERS006', target: 'ListOrders:live' })).resolves.toMatchObject({
      releaseId: RELEASE,
    });
  });

  it('joins the recorded release of its update when that is complete', async () => {
    await ledger.releases.open(releaseRecord({ deployments: {}, recordedAt: '2026-01-05T09:08:00.000Z' }));
    stackIs({ StackStatus: 'UPDATE_IN_PROGRESS', LastUpdatedTime: new Date('2026-01-05T09:30:00Z') });
    await expect(open()).resolves.toMatchObject({ releaseId: RELEASE });
  });

  it('never joins a release recorded before it began: its failure is not that release’s', async () => {
    await ledger.releases.open(releaseRecord({ deployments: {}, recordedAt: '2026-01-05T09:00:10.000Z' }));
    stackIs({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE', LastUpdatedTime: new Date('2026-01-05T09:03:00Z') });
    await expect(open()).resolves.toMatchObject({ releaseId: 'orders-20260105T090030Z' });
  });

  it('is a new one of the stack when the newest release has the same target', async () => {
    await ledger.releases.open(releaseRecord());
    stackIs({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
    await expect(open({ deploymentId: 'd-ORDERS006' })).resolves.toMatchObject({
      releaseId: 'orders-20260105T090030Z',
    });
    expect(await ledger.releases.get('orders-20260105T090030Z')).toMatchObject({ stack: 'shop-orders' });
  });

  it('is a new one when a later update of the stack runs already', async () => {
    stackIs({ StackStatus: 'UPDATE_IN_PROGRESS', LastUpdatedTime: new Date('2026-01-05T09:04:00Z') });
    await expect(open()).resolves.toMatchObject({ releaseId: 'orders-20260105T090030Z' });
  });
});

describe('refusals', () => {
  it.each([
    [{ kind: 'rollback' }, 'kind: '],
    [{ toVersion: undefined }, 'toVersion: '],
    [{ colour: 'red' }, 'colour: is not a known field'],
  ])('refuses %j', async (changes, reason) => {
    const attempt = open(changes);
    await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
    await expect(attempt).rejects.toThrow(reason);
  });

  it('refuses a service that has left the catalog', async () => {
    mockBucket(catalogObject(ordersEntry({ service: 'billing' })));
    await expect(open()).rejects.toBeInstanceOf(InvalidInput);
  });

  it('throws TransientFailure when CloudFormation throttles', async () => {
    cloudFormation.on(DescribeStacksCommand).rejects(throttled());
    await expect(open()).rejects.toBeInstanceOf(TransientFailure);
    expect(ledger.records()).toEqual([]);
  });
});

describe('the digests of the versions', () => {
  const versions = (codes: Record<string, string>) => {
    for (const [Qualifier, CodeSha256] of Object.entries(codes))
      lambda
        .on(GetFunctionConfigurationCommand, { FunctionName: FUNCTION, Qualifier })
        .resolves({ CodeSha256, State: 'Active', MemorySize: 512 });
  };
  const brought = async () => (await ledger.releases.get(RELEASE)).deployments[DEPLOYMENT];
  /** An earlier release, by deployment d-OLD, that brought in the same digests as this release's version. */
  async function earlier(verdict: 'bad' | 'good') {
    versions({ '4': 'sha-of-4', '5': 'sha-of-5' });
    await open({ deploymentId: DEPLOYMENT });
    const digests = (await brought())?.digests;
    ledger = new LedgerDouble();
    await ledger.releases.open(
      releaseRecord({
        releaseId: 'orders-20260103T090000Z',
        startedAt: '2026-01-03T09:00:00.000Z',
        verdict,
        badBy: 'd-OLD',
        deployments: {
          'd-OLD': watchedDeployment({ deploymentId: 'd-OLD', toVersion: '3', ...(digests && { digests }) }),
        },
      }),
    );
  }

  it('are recorded for both', async () => {
    versions({ '4': 'sha-of-4', '5': 'sha-of-5' });
    await open();
    const digests = (await brought())?.digests;
    expect(digests).toMatchObject({ from: { code: 'sha-of-4' }, to: { code: 'sha-of-5' } });
    expect(digests?.from.configuration).toBe(digests?.to.configuration);
  });

  it.each([
    ['bad', 'orders-20260103T090000Z'],
    ['good', undefined],
  ] as const)('are known where the version came with a release that is %s', async (verdict, known) => {
    await earlier(verdict);
    await open();
    expect((await brought())?.knownBad).toBe(known);
  });

  it('are left out where a version cannot be read', async () => {
    versions({ '5': 'sha-of-5' });
    await open();
    expect(await brought()).not.toHaveProperty('digests');
  });
});
