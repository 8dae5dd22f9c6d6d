import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import { GetAliasCommand, GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/settle-release/handler.ts';
import { InvalidInput, LedgerCorrupt, TransientFailure } from '../../../shared/errors.ts';
import { alias, stackOf } from '../fixtures/aws-answers.ts';
import { catalogObject } from '../fixtures/catalog.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { DEPLOYMENT, RELEASE, releaseRecord, watchedDeployment } from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { denied, throttled } from '../fixtures/sdk-errors.ts';
import { iso } from '../fixtures/times.ts';

const input = { deploymentId: DEPLOYMENT, releaseId: RELEASE, verdict: 'healthy', requests: 900, errors: 1 };
const sibling = { ...input, deploymentId: 'd-ORDERS006' };

const cloudFormation = mockClient(CloudFormationClient);
const lambda = mockClient(LambdaClient);
const sns = mockClient(SNSClient);
let ledger: LedgerDouble;
let stored: Map<string, string>;

beforeEach(async () => {
  for (const mock of [cloudFormation, lambda, sns]) mock.reset();
  lambda.on(GetAliasCommand).resolves(alias('5'));
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
  expect(mails()[0]?.Subject).toBe('[prod] orders: release unproven, too little traffic');
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

it.each([
  [{}, 'deploymentId: '],
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
