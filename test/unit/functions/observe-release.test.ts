import { CloudFormationClient, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
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
import {
  FUNCTION,
  GOOD_RELEASE,
  goodRelease,
  goodSnapshot,
  RELEASE,
  releaseRecord,
  watchedDeployment,
} from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { RELEASED_AT } from '../fixtures/times.ts';

const cloudWatch = mockClient(CloudWatchClient);
const lambda = mockClient(LambdaClient);
const cloudFormation = mockClient(CloudFormationClient);
let ledger: LedgerDouble;

const bake = { minMinutes: 10, minRequests: 100, maxMinutes: 60 };
const withoutGroups = ordersEntry({
  targets: [{ kind: 'lambda-alias', function: 'CreateOrder' }, { kind: 'cloudformation' }],
  policy: { alarms: ['orders-errors'], bake },
});
const later = { releaseId: 'orders-20260105T091000Z', startedAt: '2026-01-05T09:10:00.000Z' };
const recorded = (changes: Partial<ReleaseRecord> = {}) =>
  releaseRecord({ deployments: {}, snapshot: goodSnapshot, recordedAt: RELEASED_AT, ...changes });

beforeEach(() => {
  for (const mock of [cloudWatch, lambda, cloudFormation]) mock.reset();
  cloudFormation.on(ListStackResourcesCommand).resolves({ StackResourceSummaries: [] });
  mockBucket(catalogObject(withoutGroups));
  lambda.on(GetAliasCommand).resolves(alias('4'));
  traffic([100, 100, 100, 100], [0, 0, 0, 1]);
  alarmIs('OK');
  cloudWatch.on(DescribeAlarmHistoryCommand).resolves({});
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

it('settles a release whose functions passed the bake of the policy', async () => {
  await expect(observe()).resolves.toMatchObject({
    judgement: { verdict: 'healthy' },
    requests: 400,
    errors: 1,
    next: 'settle',
  });
});

it('finds a release with the code and the configuration of a bad one bad at once', async () => {
  await expect(observe({ ...recorded(), knownBad: 'orders-20260103T090000Z' })).resolves.toMatchObject({
    judgement: {
      verdict: 'unhealthy',
      reason:
        'what is live of orders has the code and the configuration of release orders-20260103T090000Z, which is bad',
    },
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

it('counts the requests of the recorded version since it was recorded', async () => {
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

it('counts a declared alarm that rang since, and none from before', async () => {
  alarmIs('ALARM');
  await expect(observe()).resolves.toMatchObject({ judgement: { verdict: 'unhealthy' } });
  alarmIs('ALARM', '2026-01-05T08:00:00Z');
  await expect(observe()).resolves.toMatchObject({ judgement: { verdict: 'healthy' } });
});

it('counts no alarm that rang while the live state had not been recorded for hours', async () => {
  alarmIs('ALARM', '2026-01-05T08:00:00Z');
  const release = recorded({ startedAt: '2026-01-05T07:00:00.000Z' });
  await expect(observe(release)).resolves.toMatchObject({ judgement: { verdict: 'healthy' } });
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

describe('a bad state', () => {
  const onVersion = (version: string, digest?: string) =>
    goodSnapshot.map((one) =>
      one.kind === 'codedeploy'
        ? { ...one, version, ...(digest && { codeSha256: digest, configurationSha256: digest }) }
        : one,
    );
  /** The previous version failed `before` of 100 requests a minute, the new one 25. */
  const fails = (version: string, before: number) =>
    cloudWatch.on(GetMetricDataCommand).callsFake(({ EndTime, MetricDataQueries }) => {
      const asked = JSON.stringify(MetricDataQueries);
      const isBefore = EndTime <= new Date(RELEASED_AT);
      if (!isBefore && !asked.includes(`"${version}"`)) return metricData({});
      const errors = isBefore ? before : 25;
      const from = isBefore ? '2026-01-05T08:30:00Z' : RELEASED_AT;
      return metricData({
        requests: { from, values: [100, 100, 100] },
        errors: { from, values: [errors, errors, errors] },
      });
    });
  /** A release that moved the alias from version 4, some time after a good release. */
  const bad = async (changes: Partial<ReleaseRecord> = {}, version = '5') => {
    lambda.on(GetAliasCommand).resolves(alias(version));
    const [digest, before] = version === '4' ? [] : ['new', 'old'];
    await ledger.releases.open(goodRelease({ snapshot: onVersion('4', before) }));
    return observe(recorded({ snapshot: onVersion(version, digest), ...changes }));
  };

  it('goes back automatically where the release moved it, with the judgement in the ledger', async () => {
    fails('5', 0);
    await expect(bad()).resolves.toMatchObject({
      service: 'orders',
      next: 'roll-back',
      waitSeconds: 0,
      judgement: { verdict: 'unhealthy', reason: expect.stringContaining('normal is up to 5 %') },
    });
    await expect(ledger.releases.get(RELEASE)).resolves.toMatchObject({
      foundBad: { at: new Date(ledger.now).toISOString(), reason: expect.stringContaining('25 %') },
      moved: {
        'CreateOrder:live': {
          fromVersion: '4',
          toVersion: '5',
          movedAt: RELEASED_AT,
          digests: { from: { code: 'old' }, to: { code: 'new' } },
        },
      },
    });
  });

  it.each<[string, Partial<ReleaseRecord>, string]>([
    ['a rollback put it back', { restoredBy: GOOD_RELEASE }, '5'],
    ['somebody put an older version back by hand', { stack: undefined }, '3'],
  ])('is left to a person where %s', async (_, changes, version) => {
    fails(version, 0);
    await expect(bad(changes as Partial<ReleaseRecord>, version)).resolves.toMatchObject({
      next: 'settle',
      judgement: { verdict: 'unhealthy' },
    });
    await expect(ledger.releases.get(RELEASE)).resolves.not.toHaveProperty('foundBad');
  });

  it('goes back automatically where it was moved to a newer version beside the stack', async () => {
    fails('5', 0);
    await expect(bad({ stack: undefined } as never)).resolves.toMatchObject({ next: 'roll-back' });
  });

  it('is left to a person where the policy has it observed', async () => {
    mockBucket(catalogObject({ ...withoutGroups, policy: { ...withoutGroups.policy, autonomy: 'observe' } }));
    fails('5', 0);
    await expect(bad()).resolves.toMatchObject({ next: 'settle', judgement: { verdict: 'unhealthy' } });
  });

  it('is left to a person where nothing was live before', async () => {
    fails('4', 0);
    await expect(observe()).resolves.toMatchObject({ next: 'settle', judgement: { verdict: 'unhealthy' } });
  });

  it.each([
    ['not so before', 1, 'roll-back'],
    ['so before', 25, 'settle'],
  ])('on a version that the release did not move goes back only where it was %s', async (_, before, next) => {
    fails('4', before);
    await ledger.releases.open(goodRelease({ recordedAt: '2026-01-04T09:00:00.000Z' }));
    await expect(observe()).resolves.toMatchObject({ next, judgement: { verdict: 'unhealthy' } });
  });

  it('goes nowhere where the alias has another version by now', async () => {
    fails('5', 0);
    await ledger.releases.open(goodRelease());
    lambda.on(GetAliasCommand).resolves(alias('6'));
    await expect(observe(recorded({ snapshot: onVersion('5') }))).resolves.toMatchObject({ next: 'end' });
  });
});

describe('reads the aliases', () => {
  it('only before it is settled', async () => {
    ledger.now = Date.parse('2026-01-05T09:05:20Z');
    await expect(observe()).resolves.toMatchObject({ next: 'look-again' });
    expect(lambda.commandCalls(GetAliasCommand)).toEqual([]);
  });

  it('in turn with other checks', async () => {
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

it('is settled once a newer release came, by its traffic until then', async () => {
  await ledger.releases.open(releaseRecord(later));
  await expect(observe()).resolves.toMatchObject({ next: 'settle', judgement: { verdict: 'healthy' } });
  expect(cloudWatch.commandCalls(GetMetricDataCommand)[0]?.args[0].input.EndTime).toEqual(
    new Date(later.startedAt),
  );
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

  it('once it was replaced by hand, at an unknown time', async () => {
    const { stack: _, ...byHand } = releaseRecord(later);
    await ledger.releases.open({ ...byHand, deployments: {} });
    await expect(observe()).resolves.toMatchObject({ next: 'end' });
  });

  it('once a newer release came and it was found unhealthy or doubted until then', async () => {
    await ledger.releases.open(releaseRecord(later));
    await ledger.releases.open(recorded());
    await expect(
      build(runtimeOf(ledger))({ releaseId: RELEASE, failedLooks: { HealthCheck_orders: 1 } }),
    ).resolves.toMatchObject({ next: 'end' });
    traffic([100, 100, 100, 100], [0, 20, 20, 30]);
    await expect(observe()).resolves.toMatchObject({ next: 'end' });
  });

  it.each([[alias('5')], [alias('4', { '5': 0.1 })]])(
    'once its alias has another version',
    async (answer) => {
      lambda.on(GetAliasCommand).resolves(answer);
      await expect(observe()).resolves.toMatchObject({ next: 'end' });
    },
  );
});

it('refuses an input that is no release', async () => {
  await expect(build(runtimeOf(ledger))({})).rejects.toBeInstanceOf(InvalidInput);
  await expect(build(runtimeOf(ledger))({ releaseId: RELEASE })).rejects.toBeInstanceOf(LedgerCorrupt);
});
