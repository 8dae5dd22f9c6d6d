import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  GetProvisionedConcurrencyConfigCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { LabelParameterVersionCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/watch/settle-release/handler.ts';
import { InvalidInput, LedgerCorrupt, TransientFailure } from '../../../shared/errors.ts';
import type { AliasSnapshot } from '../../../shared/targets/alias/shapes.ts';
import { alias, notProvisioned, stackOf } from '../fixtures/aws-answers.ts';
import { catalogObject, ordersEntry } from '../fixtures/catalog.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import {
  DEPLOYMENT,
  GOOD_RELEASE,
  goodRelease,
  goodSnapshot,
  RELEASE,
  releaseRecord,
  watchedDeployment,
} from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { denied, throttled } from '../fixtures/sdk-errors.ts';
import { iso, RELEASED_AT } from '../fixtures/times.ts';

const input = {
  deploymentId: DEPLOYMENT,
  releaseId: RELEASE,
  verdict: 'healthy',
  requests: 900,
  errors: 1,
  reason: '1 of 900 requests failed',
  executionArn: 'arn:aws:states:eu-west-1:111122223333:execution:rollback-monitor-deployment:d-ORDERS005',
};
const sibling = { ...input, deploymentId: 'd-ORDERS006' };

const cloudFormation = mockClient(CloudFormationClient);
const lambda = mockClient(LambdaClient);
const sns = mockClient(SNSClient);
const ssm = mockClient(SSMClient);
let ledger: LedgerDouble;
let stored: Map<string, string>;

beforeEach(async () => {
  ssm.reset();
  for (const mock of [cloudFormation, lambda, sns]) mock.reset();
  lambda.on(GetAliasCommand).resolves(alias('5'));
  lambda.on(GetProvisionedConcurrencyConfigCommand).rejects(notProvisioned());
  lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256: 'sha-of-5', State: 'Active' });
  cloudFormation.on(DescribeStacksCommand).resolves(stackOf());
  cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: 'Resources: {}' });
  cloudFormation.on(ListStackResourcesCommand).resolves({ StackResourceSummaries: [] });
  sns.on(PublishCommand).resolves({ MessageId: 'm-1' });
  ledger = new LedgerDouble();
  stored = mockBucket(catalogObject()).stored;
  await ledger.releases.open(releaseRecord());
});

const settle = (changes: object = input) => build(runtimeOf(ledger))(changes);
const mails = () => sns.commandCalls(PublishCommand).map(({ args }) => args[0].input);

it('confirms a release good with a snapshot of what is live', async () => {
  await expect(settle()).resolves.toEqual({ settlement: 'good' });
  const release = await ledger.releases.get(RELEASE);
  expect(release.verdict).toBe('good');
  expect(release.snapshot).toMatchObject([
    // The stack does not say what its function is called, so the logical id stands.
    { target: 'CreateOrder:live', function: 'CreateOrder', version: '5', codeSha256: 'sha-of-5' },
    { target: 'stack', stack: 'shop-orders' },
  ]);
  expect(release.deployments[DEPLOYMENT]?.settled).toEqual({
    verdict: 'healthy',
    at: iso(ledger.now),
    requests: 900,
    errors: 1,
    reason: '1 of 900 requests failed',
  });
});

it('records that the watch of the deployment is over, once, by when it was settled', async () => {
  await settle();
  const settledAt = iso(ledger.now);
  ledger.now += 60_000;
  await settle();
  const checkpoints = await ledger.checkpoints.list('orders');
  expect(checkpoints).toHaveLength(1);
  expect(checkpoints[0]).toMatchObject({
    phase: 'ended',
    verdict: 'healthy',
    at: settledAt,
    seenAt: settledAt,
  });
});

it('leaves out the template of an update that somebody has begun since', async () => {
  cloudFormation
    .on(DescribeStacksCommand)
    .resolves(stackOf({ LastUpdatedTime: new Date(ledger.now), StackStatus: 'UPDATE_IN_PROGRESS' }));
  await expect(settle()).resolves.toEqual({ settlement: 'good' });
  expect((await ledger.releases.get(RELEASE)).snapshot?.map(({ target }) => target)).toEqual([
    'CreateOrder:live',
  ]);
});

it('records the version the release brought in, whatever the alias has moved on to', async () => {
  lambda.on(GetAliasCommand).resolves(alias('6'));
  await settle();
  expect((await ledger.releases.get(RELEASE)).snapshot).toMatchObject([
    { version: '5' },
    { target: 'stack' },
  ]);
});

it('keeps the first snapshot when it is asked again', async () => {
  await settle();
  const { snapshot } = await ledger.releases.get(RELEASE);
  cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: 'Resources: { Later: {} }' });
  await expect(settle()).resolves.toEqual({ settlement: 'good' });
  expect((await ledger.releases.get(RELEASE)).snapshot).toEqual(snapshot);
});

it('saves the original template, since CloudFormation keeps no earlier ones', async () => {
  await settle();
  expect(cloudFormation.commandCalls(GetTemplateCommand)[0]?.args[0].input).toEqual({
    StackName: 'shop-orders',
    TemplateStage: 'Original',
  });
  const key = [...stored.keys()].find((one) => one.startsWith('templates/orders/')) ?? '';
  expect(stored.get(key)).toBe('Resources: {}');
});

it('tells the stakeholders once', async () => {
  await settle();
  await settle();
  expect(mails()).toHaveLength(1);
  expect(mails()[0]?.Subject).toBe('[prod] orders: release confirmed good');
  expect(mails()[0]?.Message).toContain('version 4 -> 5: healthy, 900 requests, 1 failed (0.1 %)');
});

it('waits for the other deployments of the release', async () => {
  await ledger.releases.addDeployment(RELEASE, watchedDeployment({ deploymentId: 'd-ORDERS006' }));
  await expect(settle()).resolves.toEqual({ settlement: 'waiting' });
  expect((await ledger.releases.get(RELEASE)).verdict).toBe('candidate');
  expect(mails()).toHaveLength(0);
  await expect(settle({ ...sibling, verdict: 'insufficient' })).resolves.toEqual({ settlement: 'good' });
});

it('leaves a release unproven that no deployment proved', async () => {
  await expect(settle({ ...input, verdict: 'insufficient', requests: 0, errors: 0 })).resolves.toEqual({
    settlement: 'unproven',
  });
  expect((await ledger.releases.get(RELEASE)).verdict).toBe('candidate');
  expect(mails()[0]?.Subject).toBe('[prod] orders: release unproven, no verdict');
});

it('keeps what was recorded when the stack update completed', async () => {
  const snapshot = [{ ...(goodSnapshot[0] as AliasSnapshot), version: '5' }];
  await ledger.releases.addSnapshot(RELEASE, snapshot, iso(ledger.now));
  await expect(settle()).resolves.toEqual({ settlement: 'good' });
  expect((await ledger.releases.get(RELEASE)).snapshot).toEqual(snapshot);
  expect(cloudFormation.commandCalls(GetTemplateCommand)).toHaveLength(0);
});

describe('parameters of a good release', () => {
  const writtenAt = RELEASED_AT;
  const parameters = ['/orders/a', '/orders/b'].map((name) => {
    return { name, version: 7, writtenAt, type: 'String' as const, tier: 'Standard' as const };
  });
  const labelled = () =>
    ssm.commandCalls(LabelParameterVersionCommand).map(({ args }) => {
      const { Name, ParameterVersion, Labels } = args[0].input;
      return `${Name}:${ParameterVersion} ${Labels}`;
    });

  async function settleWith(labels: boolean, changes: object = input) {
    const targets = [
      { kind: 'codedeploy', function: 'CreateOrder' },
      { kind: 'parameter', path: '/orders', labels },
    ];
    mockBucket(catalogObject(ordersEntry({ targets })));
    const snapshot = [
      goodSnapshot[0] as AliasSnapshot,
      { kind: 'parameter' as const, target: '/orders/*', parameters },
    ];
    await ledger.releases.addSnapshot(RELEASE, snapshot, iso(ledger.now));
    return settle(changes);
  }

  it('are labelled where the target asks for it', async () => {
    await expect(settleWith(true)).resolves.toEqual({ settlement: 'good' });
    expect(labelled()).toEqual(['/orders/a:7 good', '/orders/b:7 good']);
  });

  it('are not labelled otherwise', async () => {
    await expect(settleWith(false)).resolves.toEqual({ settlement: 'good' });
    expect(labelled()).toEqual([]);
  });

  it('are not labelled while it is not good', async () => {
    await settleWith(true, { ...input, verdict: 'insufficient' });
    expect(labelled()).toEqual([]);
  });
});

it.each(['UPDATE_ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_FAILED', 'UPDATE_FAILED'] as const)(
  'is unproven where the stack update that brought it in ended %s',
  async (status) => {
    cloudFormation.on(DescribeStacksCommand).resolves(stackOf({ StackStatus: status }));
    await expect(settle()).resolves.toEqual({ settlement: 'unproven' });
    expect((await ledger.releases.get(RELEASE)).verdict).toBe('candidate');
    expect(mails()[0]?.Message).toContain(
      `the update of stack shop-orders that brought it in did not go through (${status})`,
    );
  },
);

it('is good although a later update of the stack was rolled back', async () => {
  cloudFormation
    .on(DescribeStacksCommand)
    .resolves(stackOf({ LastUpdatedTime: new Date(ledger.now), StackStatus: 'UPDATE_ROLLBACK_IN_PROGRESS' }));
  await expect(settle()).resolves.toEqual({ settlement: 'good' });
});

it('is unproven, and says why, beside a function that a bad release left behind', async () => {
  const snapshot = goodSnapshot.map((one) => ({ ...one, target: one.target.replace('Create', 'List') }));
  await ledger.releases.addSnapshot(RELEASE, snapshot, iso(ledger.now));
  const deployment = watchedDeployment({ target: 'ListOrder:live', toVersion: '4' });
  await ledger.releases.open(
    goodRelease({ verdict: 'bad', deployments: { d: deployment }, snapshot: undefined }),
  );
  await expect(settle()).resolves.toEqual({ settlement: 'unproven' });
  expect((await ledger.releases.get(RELEASE)).verdict).toBe('candidate');
  expect(mails()[0]?.Subject).toBe('[prod] orders: release unproven, although it did well');
  expect(mails()[0]?.Message).toContain(
    `ListOrder:live is on version 4, which came with ${GOOD_RELEASE}, marked bad`,
  );
});

describe('a release without deployments', () => {
  const watched = { ...input, deploymentId: undefined };
  beforeEach(async () => {
    ledger = new LedgerDouble();
    await ledger.releases.open(
      releaseRecord({ deployments: {}, snapshot: goodSnapshot, recordedAt: RELEASED_AT }),
    );
  });

  it.each([
    ['healthy', 'good', 'good', '[prod] orders: release confirmed good'],
    ['insufficient', 'unproven', 'candidate', '[prod] orders: release unproven, not a place to go back to'],
    ['unhealthy', 'suspect', 'candidate', '[prod] orders: release looks bad, needs a person'],
  ])('that is %s is %s', async (verdict, settlement, recorded, subject) => {
    await expect(settle({ ...watched, verdict })).resolves.toEqual({ settlement });
    const release = await ledger.releases.get(RELEASE);
    expect(release).toMatchObject({ verdict: recorded, settled: { verdict, requests: 900, errors: 1 } });
    expect(mails().map(({ Subject }) => Subject)).toEqual([subject]);
    expect(mails()[0]?.Message).toContain('1 of 900 requests failed');
  });

  it('is settled once, by the first that watched it', async () => {
    await settle(watched);
    const other = { ...watched, verdict: 'unhealthy', executionArn: `${watched.executionArn}-2` };
    await expect(settle(other)).resolves.toEqual({ settlement: 'good' });
    expect((await ledger.releases.get(RELEASE)).settled?.verdict).toBe('healthy');
    expect(mails()).toHaveLength(1);
  });
});

it('never makes a bad release good', async () => {
  await ledger.releases.markBad(RELEASE, RELEASE);
  await expect(settle()).resolves.toEqual({ settlement: 'bad' });
  expect((await ledger.releases.get(RELEASE)).verdict).toBe('bad');
  expect(mails()).toHaveLength(0);
});

it('never makes a release good that is marked bad while its snapshot is taken', async () => {
  cloudFormation.on(GetTemplateCommand).callsFake(async () => {
    await ledger.releases.markBad(RELEASE, RELEASE);
    return { TemplateBody: 'Resources: {}' };
  });
  await expect(settle()).resolves.toEqual({ settlement: 'bad' });
  expect((await ledger.releases.get(RELEASE)).verdict).toBe('bad');
  expect(mails()).toHaveLength(0);
});

describe('a deployment that is bad and only observed', () => {
  const bad = { ...input, verdict: 'unhealthy', reason: '40 of 100 requests failed' };

  it('makes its release suspect at once, whatever its siblings do, in one mail', async () => {
    await ledger.releases.addDeployment(RELEASE, watchedDeployment({ deploymentId: 'd-ORDERS006' }));
    await expect(settle(bad)).resolves.toEqual({ settlement: 'suspect' });
    await expect(settle(sibling)).resolves.toEqual({ settlement: 'suspect' });
    expect(mails().map(({ Subject }) => Subject)).toEqual([
      '[prod] orders: release looks bad, only observed, needs a person',
    ]);
    expect(mails()[0]?.Message).toContain('40 of 100 requests failed');
    await expect(ledger.releases.get(RELEASE)).resolves.toMatchObject({ verdict: 'candidate' });
  });

  it('stays bad, should a later look find it healthy', async () => {
    await settle(bad);
    await expect(settle()).resolves.toEqual({ settlement: 'suspect' });
    await expect(ledger.releases.get(RELEASE)).resolves.toMatchObject({ verdict: 'candidate' });
  });

  it('has its end recorded by who follows it, not here', async () => {
    await settle(bad);
    expect(ledger.records().filter(({ sk }) => String(sk).includes('ended'))).toEqual([]);
  });
});

it.each([
  [{}, 'releaseId: '],
  [{ ...input, verdict: 'fine' }, 'verdict: '],
  [{ ...input, requests: '900' }, 'requests: '],
])('refuses %j', async (changes, reason) => {
  const attempt = settle(changes);
  await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
  await expect(attempt).rejects.toThrow(reason);
});

it('throws LedgerCorrupt for a release the ledger does not hold', async () => {
  await expect(settle({ ...input, releaseId: 'orders-20250101T000000Z' })).rejects.toBeInstanceOf(
    LedgerCorrupt,
  );
});

it('throws TransientFailure when Lambda throttles, and leaves the release a candidate', async () => {
  lambda.on(GetFunctionConfigurationCommand).rejects(throttled());
  await expect(settle()).rejects.toBeInstanceOf(TransientFailure);
  expect((await ledger.releases.get(RELEASE)).verdict).toBe('candidate');
});

it('passes a refusal for want of permission on as it is', async () => {
  cloudFormation.on(GetTemplateCommand).rejects(denied());
  await expect(settle()).rejects.toMatchObject({ name: 'AccessDeniedException' });
});
