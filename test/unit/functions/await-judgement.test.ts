import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import {
  BatchGetDeploymentTargetsCommand,
  CodeDeployClient,
  GetDeploymentCommand,
  ListDeploymentTargetsCommand,
  PutLifecycleEventHookExecutionStatusCommand,
} from '@aws-sdk/client-codedeploy';
import { LambdaClient, ListTagsCommand } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/lifecycle/await-judgement/handler.ts';
import { deploymentInfo, lambdaTarget, stackEvents, stackOf, tagsOf } from '../fixtures/aws-answers.ts';
import { catalogObject, ordersEntry } from '../fixtures/catalog.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { DEPLOYMENT, FUNCTION, RELEASE, releaseRecord } from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { iso, NOW } from '../fixtures/times.ts';

const codeDeploy = mockClient(CodeDeployClient);
const cloudFormation = mockClient(CloudFormationClient);
const lambda = mockClient(LambdaClient);
let ledger: LedgerDouble;

beforeEach(() => {
  for (const mock of [codeDeploy, cloudFormation, lambda]) mock.reset();
  ledger = new LedgerDouble();
  mockBucket(catalogObject());
  codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo());
  codeDeploy.on(ListDeploymentTargetsCommand).resolves({ targetIds: [`${FUNCTION}:live`] });
  codeDeploy.on(BatchGetDeploymentTargetsCommand).resolves({ deploymentTargets: [lambdaTarget()] });
  codeDeploy.on(PutLifecycleEventHookExecutionStatusCommand).resolves({});
  cloudFormation.on(DescribeStackEventsCommand).resolves(stackEvents('deploy-17'));
  cloudFormation.on(DescribeStacksCommand).resolves(stackOf());
  lambda.on(ListTagsCommand).resolves(tagsOf());
});

const ask = () =>
  build(runtimeOf(ledger))({ DeploymentId: DEPLOYMENT, LifecycleEventHookExecutionId: 'hook-1' });
const answers = () =>
  codeDeploy
    .commandCalls(PutLifecycleEventHookExecutionStatusCommand)
    .map(({ args }) => args[0].input.status);
const asked = () => ledger.lifecycleHooks.find(DEPLOYMENT, 'AfterAllowTraffic');
const releaseIs = async (changes: object) => {
  await ledger.releases.open(releaseRecord(changes));
  await ledger.releases.recordDeployment({
    deploymentId: DEPLOYMENT,
    service: 'orders',
    kind: 'release',
    releaseId: RELEASE,
    seenAt: iso(NOW),
  });
};

it.each([
  ['with', true],
  ['without', false],
])('waits, %s a release that the watch has opened', async (_, isOpen) => {
  if (isOpen) await releaseIs({});
  await expect(ask()).resolves.toMatchObject({ answer: 'wait' });
  expect(answers()).toEqual([]);
  await expect(asked()).resolves.toEqual({
    deploymentId: DEPLOYMENT,
    event: 'AfterAllowTraffic',
    executionId: 'hook-1',
    service: 'orders',
    askedAt: NOW,
  });
});

it.each([
  ['is bad', { verdict: 'bad', incidentId: RELEASE }, 'judged'],
  ['is taken back by another incident', { undoneBy: 'cart-20260105T090000Z' }, 'undone'],
])('fails the deployment at once whose release %s: its watch is over', async (_, changes, cause) => {
  await releaseIs(changes);
  await expect(ask()).resolves.toMatchObject({ answer: 'Failed' });
  expect(answers()).toEqual(['Failed']);
  await expect(asked()).resolves.toMatchObject({ answer: { cause } });
});

it('lets every deployment continue of a service that cannot go back', async () => {
  await releaseIs({ verdict: 'bad', incidentId: RELEASE });
  mockBucket(catalogObject(ordersEntry({ policy: { irreversible: 'the accounts were migrated' } })));
  await expect(ask()).resolves.toMatchObject({
    answer: 'Succeeded',
    reason: 'its service is declared irreversible: the accounts were migrated',
  });
});

it('lets a rollback continue', async () => {
  codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo({ creator: 'codeDeployRollback' }));
  await expect(ask()).resolves.toMatchObject({ answer: 'Succeeded' });
  await expect(asked()).resolves.toBeUndefined();
});

it('lets a deployment continue that could not be answered later, because the ledger is lost', async () => {
  ledger.refuseNext('PutItem', 'InternalServerError', 500);
  await expect(ask()).resolves.toMatchObject({ answer: 'Succeeded' });
});
