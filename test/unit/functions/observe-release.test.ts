import { CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { GetAliasCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { Uint8ArrayBlobAdapter } from '@smithy/core/serde';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/record/observe-release/handler.ts';
import { InvalidInput, LedgerCorrupt } from '../../../shared/errors.ts';
import type { ReleaseRecord } from '../../../shared/ledger/records.ts';
import { alias, metricData } from '../fixtures/aws-answers.ts';
import { catalogObject, ordersEntry } from '../fixtures/catalog.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { FUNCTION, goodSnapshot, RELEASE, releaseRecord, watchedDeployment } from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { RELEASED_AT } from '../fixtures/times.ts';

const cloudWatch = mockClient(CloudWatchClient);
const lambda = mockClient(LambdaClient);
let ledger: LedgerDouble;

const bake = { minMinutes: 10, minRequests: 100, maxMinutes: 60 };
const withoutGroups = ordersEntry({
  targets: [{ kind: 'lambda-alias', function: 'CreateOrder' }, { kind: 'cloudformation' }],
  policy: { alarms: ['orders-errors'], bake },
});
const recorded = (changes: Partial<ReleaseRecord> = {}) =>
  releaseRecord({ deployments: {}, snapshot: goodSnapshot, recordedAt: RELEASED_AT, ...changes });

beforeEach(() => {
  for (const mock of [cloudWatch, lambda]) mock.reset();
  mockBucket(catalogObject(withoutGroups));
  lambda.on(GetAliasCommand).resolves(alias('4'));
  traffic([100, 100, 100, 100], [0, 0, 0, 1]);
  alarmIs('OK');
  ledger = new LedgerDouble();
  ledger.now = Date.parse('2026-01-05T09:12:20Z');
});

const traffic = (requests: number[], errors: number[]) =>
  cloudWatch.on(GetMetricDataCommand).resolves(
    metricData({
      requests: { from: RELEASED_AT, values: requests },
      errors: { from: RELEASED_AT, values: errors },
    }),
  );
const alarmIs = (StateValue: 'OK' | 'ALARM', at = '2026-01-05T09:05:00Z') =>
  cloudWatch.on(DescribeAlarmsCommand).resolves({
    MetricAlarms: [{ AlarmName: 'orders-errors', StateValue, StateTransitionedTimestamp: new Date(at) }],
  });
const observe = async (release: ReleaseRecord = recorded()) => {
  await ledger.releases.open(release);
  return build(runtimeOf(ledger))({ releaseId: RELEASE });
};

it('settles a release whose functions came through the bake of the policy', async () => {
  await expect(observe()).resolves.toMatchObject({
    judgement: { verdict: 'healthy' },
    requests: 400,
    errors: 1,
    next: 'settle',
  });
});

it('judges by the metrics of the alias where there are none by version', async () => {
  cloudWatch.on(GetMetricDataCommand).resolves(
    metricData({
      aliasRequests: { from: RELEASED_AT, values: [100, 100, 100] },
      aliasErrors: { from: RELEASED_AT, values: [0, 40, 40] },
    }),
  );
  await expect(observe()).resolves.toMatchObject({ requests: 300, judgement: { verdict: 'unhealthy' } });
});

describe('health checks', () => {
  const healthChecks = [{ function: 'HealthCheck_orders', failures: 2 }];
  const says = (answer: object) =>
    lambda.on(InvokeCommand).resolves({ Payload: Uint8ArrayBlobAdapter.fromString(JSON.stringify(answer)) });

  beforeEach(() =>
    mockBucket(catalogObject({ ...withoutGroups, policy: { ...withoutGroups.policy, healthChecks } })),
  );

  it('are asked about every alias of the release', async () => {
    says({ healthy: true });
    await expect(observe()).resolves.toMatchObject({ judgement: { verdict: 'healthy' }, failedLooks: {} });
    const payload = lambda.commandCalls(InvokeCommand)[0]?.args[0].input.Payload as Uint8Array;
    expect(JSON.parse(Buffer.from(payload).toString())).toEqual({
      service: 'orders',
      releaseId: RELEASE,
      targets: [{ function: FUNCTION, alias: 'live', version: '4' }],
    });
  });

  it('leave the verdict open at a first unhealthy look, and condemn at the last', async () => {
    says({ healthy: false, reason: 'empty cart' });
    const { failedLooks, ...first } = await observe();
    expect(first).toMatchObject({ judgement: { verdict: 'insufficient' }, next: 'look-again' });
    await expect(build(runtimeOf(ledger))({ releaseId: RELEASE, failedLooks })).resolves.toMatchObject({
      judgement: { verdict: 'unhealthy', reason: expect.stringContaining('empty cart') },
      next: 'settle',
    });
  });
});

it('counts what the recorded version served since it was recorded', async () => {
  await observe();
  expect(cloudWatch.commandCalls(GetMetricDataCommand)[0]?.args[0].input).toMatchObject({
    StartTime: new Date(RELEASED_AT),
    MetricDataQueries: expect.arrayContaining([
      expect.objectContaining({
        MetricStat: expect.objectContaining({
          Metric: expect.objectContaining({
            Dimensions: expect.arrayContaining([
              { Name: 'FunctionName', Value: FUNCTION },
              { Name: 'ExecutedVersion', Value: '4' },
            ]),
          }),
        }),
      }),
    ]),
  });
});

it('looks again while the bake lasts', async () => {
  ledger.now = Date.parse('2026-01-05T09:05:20Z');
  await expect(observe()).resolves.toMatchObject({ judgement: { verdict: 'healthy' }, next: 'look-again' });
});

it('finds a release unhealthy as soon as it is', async () => {
  ledger.now = Date.parse('2026-01-05T09:05:20Z');
  traffic([100, 100, 100, 100], [0, 0, 20, 30]);
  await expect(observe()).resolves.toMatchObject({ judgement: { verdict: 'unhealthy' }, next: 'settle' });
});

it('hears a declared alarm that rang since, and none from before', async () => {
  alarmIs('ALARM');
  await expect(observe()).resolves.toMatchObject({ judgement: { verdict: 'unhealthy' } });
  alarmIs('ALARM', '2026-01-05T08:00:00Z');
  await expect(observe()).resolves.toMatchObject({ judgement: { verdict: 'healthy' } });
});

it('proves nothing without requests, and settles that at the end', async () => {
  traffic([], []);
  await expect(observe()).resolves.toMatchObject({ next: 'look-again' });
  ledger.now = Date.parse('2026-01-05T10:00:20Z');
  await expect(observe()).resolves.toMatchObject({ judgement: { verdict: 'insufficient' }, next: 'settle' });
});

it('proves nothing of a service without functions', async () => {
  ledger.now = Date.parse('2026-01-05T10:00:20Z');
  const stackOnly = recorded({ snapshot: goodSnapshot.filter(({ kind }) => kind === 'cloudformation') });
  await expect(observe(stackOnly)).resolves.toMatchObject({
    judgement: { verdict: 'insufficient', reason: 'it has no function whose requests could be judged' },
  });
});

it('gives the sweep time to find a deployment whose events were lost', async () => {
  mockBucket(catalogObject(ordersEntry({ policy: { bake } })));
  await expect(observe()).resolves.toMatchObject({ next: 'look-again' });
  ledger.now = Date.parse('2026-01-05T09:15:20Z');
  await expect(observe()).resolves.toMatchObject({ next: 'settle' });
});

describe('asks where the aliases point', () => {
  it('only before it is settled', async () => {
    ledger.now = Date.parse('2026-01-05T09:05:20Z');
    await expect(observe()).resolves.toMatchObject({ next: 'look-again' });
    expect(lambda.commandCalls(GetAliasCommand)).toEqual([]);
  });

  it('in a row with what others ask', async () => {
    await ledger.paces.take({ of: 'recorded-functions', perSecond: 5, burst: 1 }, 50);
    const moment = ledger.now + 10_000;
    await expect(observe()).resolves.toMatchObject({ next: 'look-again', waitSeconds: 10, moment });
    expect(lambda.commandCalls(GetAliasCommand)).toEqual([]);
    ledger.now = moment;
    const again = build(runtimeOf(ledger))({ releaseId: RELEASE, moment });
    await expect(again).resolves.toMatchObject({ next: 'settle', moment: null });
  });
});

it('looks at different releases in different seconds', async () => {
  ledger.now = Date.parse('2026-01-05T09:05:20Z');
  const waits = new Set<number>();
  for (const minute of ['00', '01', '02', '03', '04']) {
    const releaseId = `orders-20260105T09${minute}00Z`;
    await ledger.releases.open(recorded({ releaseId, startedAt: `2026-01-05T09:${minute}:00.000Z` }));
    const { waitSeconds } = await build(runtimeOf(ledger))({ releaseId });
    waits.add(waitSeconds);
  }
  expect(waits.size).toBeGreaterThan(2);
});

describe('is over', () => {
  it.each<[string, Partial<ReleaseRecord>]>([
    ['a deployment of it was seen', { deployments: { d: watchedDeployment() } }],
    ['it was settled', { settled: { verdict: 'healthy', at: RELEASED_AT, requests: 1, errors: 0 } }],
    ['an incident named it bad', { verdict: 'bad' }],
    ['a person called it good', { verdict: 'good' }],
  ])('once %s', async (_, changes) => {
    await expect(observe(recorded(changes))).resolves.toMatchObject({ next: 'end' });
  });

  it('once a newer release came', async () => {
    await ledger.releases.open(
      recorded({ releaseId: 'orders-20260105T091000Z', startedAt: '2026-01-05T09:10:00.000Z' }),
    );
    await expect(observe()).resolves.toMatchObject({ next: 'end' });
  });

  it.each([[alias('5')], [alias('4', { '5': 0.1 })]])(
    'once its alias is on something else',
    async (answer) => {
      lambda.on(GetAliasCommand).resolves(answer);
      await expect(observe()).resolves.toMatchObject({ next: 'end' });
    },
  );
});

it('refuses what is no release', async () => {
  await expect(build(runtimeOf(ledger))({})).rejects.toBeInstanceOf(InvalidInput);
  await expect(build(runtimeOf(ledger))({ releaseId: RELEASE })).rejects.toBeInstanceOf(LedgerCorrupt);
});
