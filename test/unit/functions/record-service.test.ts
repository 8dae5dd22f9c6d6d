import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  GetProvisionedConcurrencyConfigCommand,
  LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/record/record-service/handler.ts';
import { InvalidInput, TransientFailure } from '../../../shared/errors.ts';
import { restoredReleaseId } from '../../../shared/ledger/records.ts';
import type { AliasSnapshot } from '../../../shared/targets/alias/shapes.ts';
import { stackToken } from '../../../shared/targets/rollback-marker.ts';
import { alias, notProvisioned, STACK_ID, stackEvents, stackOf } from '../fixtures/aws-answers.ts';
import { catalogObject, ordersEntry } from '../fixtures/catalog.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import {
  GOOD_RELEASE,
  goodRelease,
  goodSnapshot,
  RELEASE,
  releaseRecord,
  servicePlan,
  watchedDeployment,
} from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled, validationError } from '../fixtures/sdk-errors.ts';
import { iso, RELEASED_AT } from '../fixtures/times.ts';

const cloudFormation = mockClient(CloudFormationClient);
const lambda = mockClient(LambdaClient);
let ledger: LedgerDouble;

beforeEach(() => {
  for (const mock of [cloudFormation, lambda]) mock.reset();
  lambda.on(GetAliasCommand).resolves(alias('5'));
  lambda.on(GetProvisionedConcurrencyConfigCommand).rejects(notProvisioned());
  lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256: 'sha-of-5', State: 'Active' });
  stackIs({});
  tokenIs('deploy-7');
  cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: 'Resources: {}' });
  cloudFormation.on(ListStackResourcesCommand).resolves({ StackResourceSummaries: [] });
  ledger = new LedgerDouble();
  mockBucket(catalogObject());
});

const stackIs = (changes: object) => cloudFormation.on(DescribeStacksCommand).resolves(stackOf(changes));
const tokenIs = (token: string) => cloudFormation.on(DescribeStackEventsCommand).resolves(stackEvents(token));
/** Records with the current time as the given moment. */
const record = (input: object = {}) =>
  build(runtimeOf(ledger))({ service: 'orders', moment: ledger.now, ...input });
const byEvent = () => record({ stackId: STACK_ID });
const statedGood = { verdict: 'good', reason: 'ran for a month', requestedBy: 'ana' };
const releases = () => ledger.releases.list('orders');
/**
 * The release with which a rollback restored the service five minutes after the stack's latest update, without touching the
 * stack.
 */
async function restored(verdict: 'good' | 'served-well', snapshot: typeof goodSnapshot) {
  const startedAt = iso(Date.parse(RELEASED_AT) + 300_000);
  const release = goodRelease({
    releaseId: restoredReleaseId('orders', startedAt),
    startedAt,
    verdict,
    snapshot,
    restores: GOOD_RELEASE,
    restoredBy: RELEASE,
  });
  await ledger.releases.open(release);
  return release;
}

it('records the release of a stack update, as a candidate to be watched', async () => {
  await expect(byEvent()).resolves.toMatchObject({ outcome: 'recorded', releaseId: RELEASE, next: 'watch' });
  expect(await ledger.releases.get(RELEASE)).toMatchObject({
    startedAt: RELEASED_AT,
    verdict: 'candidate',
    deployments: {},
    stack: 'shop-orders',
    recordedAt: iso(ledger.now),
    snapshot: [{ target: 'CreateOrder:live', version: '5', codeSha256: 'sha-of-5' }, { target: 'stack' }],
  });
});

it('does nothing more when it runs again', async () => {
  await byEvent();
  const first = await releases();
  await expect(byEvent()).resolves.toMatchObject({ outcome: 'found', releaseId: RELEASE, next: 'watch' });
  expect(await releases()).toEqual(first);
});

it('records an update that completed after one whose watch broke off', async () => {
  const before = { releaseId: 'orders-20260104T090000Z', startedAt: '2026-01-04T09:00:00.000Z' };
  await ledger.releases.open(
    releaseRecord({ ...before, deployments: { d: watchedDeployment({ toVersion: '4' }) } }),
  );
  await expect(byEvent()).resolves.toMatchObject({ outcome: 'recorded', releaseId: RELEASE });
});

it('begins with the creation of a stack that was never updated', async () => {
  stackIs({ StackStatus: 'CREATE_COMPLETE', LastUpdatedTime: undefined });
  await record();
  expect((await releases()).map(({ startedAt }) => startedAt)).toEqual(['2025-06-01T00:00:00.000Z']);
});

it('joins a release whose deployments are watched, and leaves its verdict to them', async () => {
  await ledger.releases.open(releaseRecord());
  await expect(byEvent()).resolves.toMatchObject({ outcome: 'found', releaseId: RELEASE, next: 'end' });
  const [release, ...more] = await releases();
  expect(more).toEqual([]);
  expect(release).toMatchObject({ verdict: 'candidate', recordedAt: iso(ledger.now) });
  expect(release?.snapshot).toHaveLength(2);
});

it('does not watch a release again that was watched to its end', async () => {
  await byEvent();
  await ledger.releases.settle(RELEASE, { verdict: 'insufficient', at: RELEASED_AT, requests: 0, errors: 0 });
  await expect(record()).resolves.toMatchObject({ outcome: 'found', next: 'end' });
});

it('finds the live state before a release that failed', async () => {
  await byEvent();
  await ledger.releases.confirm(RELEASE);
  const later = { releaseId: 'orders-20260105T091000Z', startedAt: '2026-01-05T09:10:00.000Z' };
  await ledger.releases.open(
    releaseRecord({
      ...later,
      verdict: 'failed',
      failed: { at: iso(ledger.now), reason: 'throttled' },
      deployments: { d: watchedDeployment({ fromVersion: '5', toVersion: '6' }) },
    }),
  );
  stackIs({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
  await expect(record()).resolves.toMatchObject({ outcome: 'found', releaseId: RELEASE, next: 'end' });
  expect(await releases()).toHaveLength(2);
});

it('names the bad release whose code and configuration are live again', async () => {
  await byEvent();
  const [alias] = ((await ledger.releases.get(RELEASE)).snapshot ?? []) as AliasSnapshot[];
  const to = { code: 'sha-of-5', configuration: alias?.configurationSha256 ?? '' };
  const bad = { releaseId: 'orders-20260103T090000Z', startedAt: '2026-01-03T09:00:00.000Z' };
  const digests = { from: { ...to, code: 'sha-of-4' }, to };
  ledger = new LedgerDouble();
  const deployments = { d: watchedDeployment({ deploymentId: 'd', toVersion: '3', digests }) };
  await ledger.releases.open(releaseRecord({ ...bad, verdict: 'bad', badBy: 'd', deployments }));
  await byEvent();
  await expect(ledger.releases.get(RELEASE)).resolves.toMatchObject({ knownBad: bad.releaseId });
  await expect(record(statedGood)).rejects.toThrow(
    `what is live has the code and the configuration of ${bad.releaseId}, marked bad`,
  );
});

describe('nothing is recorded', () => {
  it('of a stack that is being updated', async () => {
    stackIs({ StackStatus: 'UPDATE_IN_PROGRESS' });
    await expect(byEvent()).resolves.toMatchObject({ outcome: 'nothing', next: 'end' });
  });

  it('of a stack that rolled itself back', async () => {
    await ledger.releases.open(goodRelease());
    stackIs({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
    await expect(byEvent()).resolves.toMatchObject({ outcome: 'nothing' });
  });

  it('of an update of our own, even if its event does not show that', async () => {
    await ledger.releases.open(goodRelease());
    tokenIs(stackToken('orders-20260105T080000Z', 1, 'rest'));
    await expect(byEvent()).resolves.toMatchObject({ outcome: 'nothing' });
  });

  it('of a stack that we pinned: its template is not the released one', async () => {
    const snapshot = goodSnapshot.map((one) =>
      one.kind === 'codedeploy'
        ? { ...one, function: 'CreateOrder', version: '5', codeSha256: 'sha-of-5' }
        : one,
    );
    await ledger.releases.open(goodRelease({ snapshot }));
    tokenIs(stackToken(RELEASE, 1, 'pin'));
    await expect(record()).resolves.toMatchObject({
      outcome: 'found',
      detail: `${GOOD_RELEASE} is live and good already`,
    });
  });

  it.each([
    ['good', 'is live and good already'],
    ['served-well', 'is live: incident orders-20260105T090000Z put it back'],
  ] as const)(
    'of a restored release (%s) where the rollback left the stack as it was',
    async (verdict, detail) => {
      const snapshot = goodSnapshot.map((one) =>
        one.kind === 'codedeploy'
          ? { ...one, function: 'CreateOrder', version: '5', codeSha256: 'sha-of-5' }
          : one,
      );
      const { releaseId } = await restored(verdict, snapshot);
      await expect(record()).resolves.toMatchObject({
        outcome: 'found',
        next: 'end',
        detail: `${releaseId} ${detail}`,
      });
      await expect(byEvent()).resolves.toMatchObject({ outcome: 'found', next: 'end' });
      stackIs({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
      await expect(record()).resolves.toMatchObject({ outcome: 'found', next: 'end' });
    },
  );

  it('of a service that is not deployed', async () => {
    cloudFormation.on(ListStackResourcesCommand).rejects(validationError('Stack shop-orders does not exist'));
    await expect(record()).resolves.toMatchObject({
      outcome: 'nothing',
      detail: expect.stringContaining('exist'),
    });
    cloudFormation.on(ListStackResourcesCommand).resolves({ StackResourceSummaries: [] });
    const gone = { message: 'Function not found', $metadata: {}, Type: 'User' };
    lambda.on(GetAliasCommand).rejects(new ResourceNotFoundException(gone));
    await expect(record()).resolves.toMatchObject({ outcome: 'nothing', detail: 'Function not found' });
  });

  it('while a deployment is running', async () => {
    await ledger.releases.open(releaseRecord({ deployments: { d: watchedDeployment({ toVersion: '6' }) } }));
    await expect(record()).resolves.toMatchObject({
      outcome: 'nothing',
      detail: `${RELEASE} is being deployed`,
    });
  });

  it('of a bad release that is still live', async () => {
    await ledger.releases.open(releaseRecord({ verdict: 'bad', incidentId: RELEASE }));
    await expect(record()).resolves.toMatchObject({ outcome: 'nothing' });
  });

  afterEach(async () => expect((await releases()).length).toBeLessThan(2));
});

it('records the update of a stack that a rollback had left as it was', async () => {
  await restored('good', goodSnapshot);
  const LastUpdatedTime = new Date(Date.parse(RELEASED_AT) + 600_000);
  stackIs({ LastUpdatedTime });
  await expect(record()).resolves.toMatchObject({ outcome: 'recorded', next: 'watch' });
  expect((await releases())[0]).toMatchObject({
    stack: 'shop-orders',
    startedAt: LastUpdatedTime.toISOString(),
  });
});

it('records a manual change by hand, from now on and without a stack', async () => {
  await ledger.releases.open(goodRelease({ startedAt: RELEASED_AT, releaseId: RELEASE }));
  await expect(record()).resolves.toMatchObject({ outcome: 'recorded', next: 'watch' });
  const [newest] = await releases();
  expect(newest).toMatchObject({ startedAt: iso(ledger.now), verdict: 'candidate' });
  expect(newest).not.toHaveProperty('stack');
});

it('opens a release whose service is being rolled back, and reads the live state later', async () => {
  await ledger.locks.acquire('orders', 'somebody#1');
  await expect(byEvent()).resolves.toMatchObject({ outcome: 'recorded', next: 'look-again' });
  expect(await ledger.releases.get(RELEASE)).not.toHaveProperty('snapshot');
  await expect(byEvent()).resolves.toMatchObject({ outcome: 'found', next: 'look-again' });
  await ledger.locks.unlock('orders', 'somebody#1');
  await expect(byEvent()).resolves.toMatchObject({ outcome: 'found', next: 'watch' });
  expect((await ledger.releases.get(RELEASE)).snapshot).toHaveLength(2);
});

describe('of a service that is being rolled back', () => {
  const INCIDENT = 'platform-20260105T085900Z';
  const planUndoing = (...undoes: string[]) => {
    const plan = JSON.stringify(servicePlan({ undoes }));
    mockBucket({ ...catalogObject(), [`plans/${INCIDENT}/1/services/orders.json`]: plan });
  };
  beforeEach(() => ledger.locks.acquire('orders', `${INCIDENT}#1`));

  it('has a release of its stack added to the incident', async () => {
    planUndoing('orders-20260105T080000Z');
    const holder = { incidentId: INCIDENT, attempt: 1 };
    await expect(byEvent()).resolves.toMatchObject({ outcome: 'recorded', next: 'yield', holder });
    await expect(byEvent()).resolves.toMatchObject({ outcome: 'found', next: 'yield', holder });
  });

  it.each<[string, () => unknown]>([
    ['what it undoes', () => planUndoing(RELEASE)],
    [
      'what a deployment brought in, whose watch tells it',
      () =>
        ledger.releases.open(releaseRecord({ deployments: { d: watchedDeployment({ toVersion: '5' }) } })),
    ],
    ['what it put back itself', () => ledger.releases.open(releaseRecord({ restoredBy: INCIDENT }))],
  ])('does not add %s', async (_, given) => {
    planUndoing('orders-20260105T080000Z');
    await given();
    const recording = await byEvent();
    expect(recording.next).not.toBe('yield');
    expect(recording).not.toHaveProperty('holder');
  });
});

describe('a person', () => {
  it('declares the live state good, and is recorded for it', async () => {
    await expect(record(statedGood)).resolves.toMatchObject({ outcome: 'recorded', next: 'end' });
    expect(await ledger.releases.get(RELEASE)).toMatchObject({
      verdict: 'good',
      statedGood: { by: 'ana', reason: 'ran for a month', at: iso(ledger.now) },
    });
  });

  it('declares a candidate good', async () => {
    await byEvent();
    await expect(record(statedGood)).resolves.toMatchObject({ outcome: 'found', next: 'end' });
    expect(await ledger.releases.get(RELEASE)).toMatchObject({ verdict: 'good', statedGood: { by: 'ana' } });
  });

  it('adds nothing to a release that is good already', async () => {
    await record(statedGood);
    await record({ ...statedGood, requestedBy: 'ben' });
    expect((await ledger.releases.get(RELEASE)).statedGood?.by).toBe('ana');
  });

  it.each<[string, () => Promise<unknown> | undefined, string]>([
    [
      'a bad release',
      () => ledger.releases.open(releaseRecord({ verdict: 'bad' })),
      'named bad by an incident',
    ],
    [
      'a service on its way',
      async () => void stackIs({ StackStatus: 'UPDATE_IN_PROGRESS' }),
      'UPDATE_IN_PROGRESS',
    ],
    ['a service being rolled back', () => ledger.locks.acquire('orders', 'a#1'), 'is being rolled back'],
    [
      'split traffic',
      async () => void lambda.on(GetAliasCommand).resolves(alias('5', { '6': 0.1 })),
      'CreateOrder:live splits its traffic',
    ],
    [
      'a version that a bad release brought in',
      () =>
        ledger.releases.open(
          goodRelease({
            verdict: 'bad',
            snapshot: undefined,
            deployments: { d: watchedDeployment(), e: watchedDeployment({ target: 'Gone:live' }) },
          }),
        ),
      `CreateOrder:live is on version 5, which came with ${GOOD_RELEASE}, marked bad`,
    ],
  ])('cannot call good %s', async (_, arrange, reason) => {
    await arrange();
    const before = await releases();
    const attempt = record(statedGood);
    await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
    await expect(attempt).rejects.toThrow(reason);
    expect(await releases()).toEqual(before);
  });
});

it('refuses a service that has left the catalog', async () => {
  mockBucket(catalogObject(ordersEntry({ service: 'billing' })));
  await expect(record()).rejects.toBeInstanceOf(InvalidInput);
});

it('throws TransientFailure when CloudFormation throttles, and records nothing', async () => {
  cloudFormation.on(GetTemplateCommand).rejects(throttled());
  await expect(record()).rejects.toBeInstanceOf(TransientFailure);
  expect(await releases()).toEqual([]);
});

describe('the pace', () => {
  const api = { protocol: 'rest', api: 'shop', stage: 'live' };
  const targets = [
    ...['A', 'B', 'C', 'D'].map((name) => ({ kind: 'lambda-alias', function: name })),
    { kind: 'api-stage', ...api },
  ];
  const recordAnew = (moment: number | null = null) =>
    build(runtimeOf(ledger))({ service: 'orders', moment });

  beforeEach(() => {
    mockBucket(catalogObject(ordersEntry({ stack: undefined, targets })));
    lambda.on(GetAliasCommand).rejects(absent);
  });
  const absent = new ResourceNotFoundException({ message: 'gone', $metadata: {}, Type: 'User' });

  it('lets one recording start at once after a rest', async () => {
    await expect(recordAnew()).resolves.toMatchObject({ next: 'end', detail: 'gone' });
  });

  it('gives the next recording its own moment, by the requests of the one before', async () => {
    await recordAnew();
    lambda.reset();
    const moment = ledger.now + 2400;
    const waiting = await recordAnew();
    expect(waiting).toMatchObject({ outcome: 'nothing', next: 'wait', moment, waitSeconds: 3 });
    expect(lambda.calls()).toEqual([]);
  });

  it('keeps a given moment', async () => {
    await recordAnew();
    const { moment = 0 } = await recordAnew();
    ledger.now = moment;
    await expect(recordAnew(moment)).resolves.toMatchObject({ next: 'end' });
    await expect(recordAnew()).resolves.toMatchObject({ next: 'wait', moment: moment + 2400 });
  });

  it('does not delay a service without limited reads', async () => {
    await recordAnew();
    mockBucket(catalogObject(ordersEntry({ targets: [{ kind: 'cloudformation' }] })));
    await expect(recordAnew()).resolves.toMatchObject({ outcome: 'recorded' });
  });
});
