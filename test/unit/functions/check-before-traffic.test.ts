import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import {
  BatchGetDeploymentTargetsCommand,
  CodeDeployClient,
  GetDeploymentCommand,
  LifecycleEventAlreadyCompletedException,
  ListDeploymentTargetsCommand,
  PutLifecycleEventHookExecutionStatusCommand,
} from '@aws-sdk/client-codedeploy';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListTagsCommand,
} from '@aws-sdk/client-lambda';
import { Uint8ArrayBlobAdapter } from '@smithy/core/serde';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/lifecycle/check-before-traffic/handler.ts';
import { configurationDigest } from '../../../shared/aws/configuration-digest.ts';
import { InvalidInput, TransientFailure } from '../../../shared/errors.ts';
import { lockOwner } from '../../../shared/incident/lock-owner.ts';
import { deploymentInfo, lambdaTarget, stackEvents, stackOf, tagsOf } from '../fixtures/aws-answers.ts';
import { catalogObject, ordersEntry } from '../fixtures/catalog.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import {
  DEPLOYMENT,
  FUNCTION,
  goodRelease,
  incidentRecord,
  RELEASE,
  releaseRecord,
  watchedDeployment,
} from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { denied, throttled } from '../fixtures/sdk-errors.ts';
import { iso, NOW } from '../fixtures/times.ts';

const codeDeploy = mockClient(CodeDeployClient);
const cloudFormation = mockClient(CloudFormationClient);
const lambda = mockClient(LambdaClient);
const executionId = 'eyJlbmNyeXB0ZWREYXRhIjoi';
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
  lambda
    .on(GetFunctionConfigurationCommand)
    .callsFake(({ Qualifier }: { Qualifier: string }) => versionOf(Qualifier));
});

const versionOf = (version: string) => ({ CodeSha256: `sha-of-${version}`, State: 'Active' as const });
const ask = (event: object = { DeploymentId: DEPLOYMENT, LifecycleEventHookExecutionId: executionId }) =>
  build(runtimeOf(ledger))(event);
const next = { DeploymentId: 'd-NEXT', LifecycleEventHookExecutionId: 'next' };
const answers = () =>
  codeDeploy
    .commandCalls(PutLifecycleEventHookExecutionStatusCommand)
    .map(({ args }) => args[0].input.status);
const asked = () => ledger.lifecycleHooks.find(DEPLOYMENT, 'BeforeAllowTraffic');
const checks = (...says: readonly (readonly [version: string, healthy: boolean])[]) => {
  lambda.on(InvokeCommand).callsFake(({ Payload }: { Payload: Uint8Array }) => {
    const { targets } = JSON.parse(Buffer.from(Payload).toString()) as { targets: [{ version: string }] };
    const healthy = says.find(([version]) => version === targets[0].version)?.[1] ?? true;
    const answer = JSON.stringify({ healthy, ...(!healthy && { reason: 'no basket' }) });
    return { Payload: Uint8ArrayBlobAdapter.fromString(answer) };
  });
};
const withCheck = (failures = 3) =>
  mockBucket(
    catalogObject(ordersEntry({ policy: { healthChecks: [{ function: 'HealthCheck_orders', failures }] } })),
  );

it('lets a release without objections continue, and records that', async () => {
  await expect(ask()).resolves.toMatchObject({ answer: 'Succeeded', reason: 'nothing speaks against it' });
  expect(codeDeploy.commandCalls(PutLifecycleEventHookExecutionStatusCommand)[0]?.args[0].input).toEqual({
    deploymentId: DEPLOYMENT,
    lifecycleEventHookExecutionId: executionId,
    status: 'Succeeded',
  });
  await expect(asked()).resolves.toMatchObject({
    service: 'orders',
    askedAt: NOW,
    answer: { word: 'Succeeded', cause: 'no-objection' },
    deliveredAt: NOW,
  });
});

describe('a release is refused', () => {
  it('while an incident holds its service', async () => {
    await ledger.locks.acquire('orders', lockOwner({ incidentId: RELEASE, attempt: 1 }));
    await expect(ask()).resolves.toMatchObject({
      answer: 'Failed',
      reason: `incident ${RELEASE} is rolling it back`,
    });
    await expect(asked()).resolves.toMatchObject({ answer: { cause: 'locked' } });
  });

  it.each([
    ['orders', 'Ada put it on hold: the network is being repaired'],
    ['*', 'Ada put everything on hold: the network is being repaired'],
  ])('while %s is on hold', async (service, reason) => {
    const hold = { service, by: 'Ada', reason: 'the network is being repaired', at: iso(NOW) };
    await ledger.holds.set({ ...hold, held: true });
    await expect(ask()).resolves.toMatchObject({ answer: 'Failed', reason });
    await ledger.holds.set({ ...hold, held: false });
    await expect(ask(next)).resolves.toMatchObject({ answer: 'Succeeded' });
  });

  it('after an incident froze its service, until a person releases it', async () => {
    const bad = releaseRecord({ releaseId: 'orders-20260104T100000Z', verdict: 'bad', deployments: {} });
    const incidentId = bad.releaseId;
    await ledger.releases.open({ ...bad, incidentId });
    // Opened by a sibling: it says nothing about the state before.
    await ledger.releases.open(releaseRecord({ deployments: {} }));
    await ledger.incidents.open(incidentRecord({ incidentId, releaseId: incidentId }));
    const { executionArn } = incidentRecord();
    await ledger.incidents.close(incidentId, executionArn, 'frozen', iso(NOW - 60_000), []);
    await expect(ask()).resolves.toMatchObject({
      answer: 'Failed',
      reason: expect.stringContaining(`incident ${incidentId} froze it`),
    });
    await expect(asked()).resolves.toMatchObject({ answer: { cause: 'frozen' } });
    await ledger.holds.set({ service: 'orders', held: false, by: 'Ada', at: iso(NOW) });
    await expect(ask(next)).resolves.toMatchObject({ answer: 'Succeeded' });
  });

  it('whose code is known to be bad', async () => {
    const configuration = configurationDigest(versionOf('5')) as string;
    await ledger.releases.open(
      goodRelease({
        verdict: 'bad',
        incidentId: 'orders-20260104T090000Z',
        badBy: 'd-BEFORE',
        deployments: {
          'd-BEFORE': watchedDeployment({
            deploymentId: 'd-BEFORE',
            digests: {
              from: { code: 'sha-of-3', configuration },
              to: { code: 'sha-of-5', configuration },
            },
          }),
        },
      }),
    );
    await expect(ask()).resolves.toMatchObject({
      answer: 'Failed',
      reason: `${FUNCTION}:5 has the code and the configuration of release orders-20260104T090000Z, which is bad`,
    });
    await expect(asked()).resolves.toMatchObject({ answer: { cause: 'known-bad' } });
  });

  it('that its health check finds unhealthy as often as required, and the previous version healthy', async () => {
    withCheck(3);
    checks(['5', false], ['4', true]);
    await expect(ask()).resolves.toMatchObject({
      answer: 'Failed',
      reason: expect.stringMatching(
        /^health check HealthCheck_orders says unhealthy: no basket \(at 3 looks/,
      ),
    });
    expect(lambda.commandCalls(InvokeCommand)).toHaveLength(4);
    await expect(asked()).resolves.toMatchObject({ answer: { cause: 'unhealthy' } });
  });
});

describe('a health check', () => {
  it('that finds the previous version unhealthy says nothing about the new one, which may be the fix', async () => {
    withCheck(2);
    checks(['5', false], ['4', false]);
    await expect(ask()).resolves.toMatchObject({ answer: 'Succeeded' });
  });

  it('that is healthy at its next look refuses nothing', async () => {
    withCheck(3);
    let looks = 0;
    lambda.on(InvokeCommand).callsFake(() => {
      looks += 1;
      return { Payload: Uint8ArrayBlobAdapter.fromString(JSON.stringify({ healthy: looks > 2 })) };
    });
    await expect(ask()).resolves.toMatchObject({ answer: 'Succeeded' });
    expect(looks).toBe(3);
  });

  it('that is broken itself refuses nothing', async () => {
    withCheck(1);
    lambda.on(InvokeCommand).rejects(denied());
    await expect(ask()).resolves.toMatchObject({ answer: 'Succeeded' });
  });
});

describe('it lets continue', () => {
  it('a rollback, whatever holds its service', async () => {
    await ledger.locks.acquire('orders', lockOwner({ incidentId: RELEASE, attempt: 1 }));
    codeDeploy
      .on(GetDeploymentCommand)
      .resolves(deploymentInfo({ rollbackInfo: { rollbackTriggeringDeploymentId: 'd-BAD' } }));
    await expect(ask()).resolves.toMatchObject({
      answer: 'Succeeded',
      reason: 'it is a rollback by codedeploy',
    });
    await expect(asked()).resolves.toBeUndefined();
  });

  it('a deployment that belongs to no service of the catalog', async () => {
    mockBucket(catalogObject(ordersEntry({ service: 'cart', stack: 'shop-cart' })));
    await expect(ask()).resolves.toMatchObject({
      answer: 'Succeeded',
      reason: expect.stringMatching(/^it is not managed: no service of the catalog/),
    });
  });

  it('a deployment that cannot be checked because the ledger is lost, at once, since nothing could answer it later', async () => {
    ledger.refuseNext('PutItem', 'ProvisionedThroughputExceededException');
    await expect(ask()).resolves.toMatchObject({
      answer: 'Succeeded',
      reason: expect.stringContaining('could not be checked'),
    });
    expect(answers()).toEqual(['Succeeded']);
  });

  it('a deployment that cannot be checked in the three tries that Lambda makes', async () => {
    lambda.on(GetFunctionConfigurationCommand).rejects(throttled());
    await expect(ask()).rejects.toThrow(TransientFailure);
    ledger.now += 60_000;
    await expect(ask()).rejects.toThrow(TransientFailure);
    expect(answers()).toEqual([]);
    ledger.now += 121_000;
    await expect(ask()).resolves.toMatchObject({ answer: 'Succeeded' });
    await expect(asked()).resolves.toMatchObject({ askedAt: NOW, answer: { cause: 'unchecked' } });
  });
});

it('repeats the recorded answer where the first try was lost', async () => {
  await ledger.locks.acquire('orders', lockOwner({ incidentId: RELEASE, attempt: 1 }));
  codeDeploy.on(PutLifecycleEventHookExecutionStatusCommand).rejectsOnce(throttled()).resolves({});
  await expect(ask()).rejects.toThrow(TransientFailure);
  // The lock is gone by the second try; the decision stays.
  await ledger.locks.unlock('orders', lockOwner({ incidentId: RELEASE, attempt: 1 }));
  await expect(ask()).resolves.toMatchObject({ answer: 'Failed' });
  expect(answers()).toEqual(['Failed', 'Failed']);
});

it('succeeds where CodeDeploy no longer waits for an answer', async () => {
  codeDeploy
    .on(PutLifecycleEventHookExecutionStatusCommand)
    .rejects(new LifecycleEventAlreadyCompletedException({ message: 'over', $metadata: {} }));
  await expect(ask()).resolves.toMatchObject({ answer: 'Succeeded' });
  await expect(asked()).resolves.toMatchObject({ deliveredAt: NOW });
});

it.each([
  [{ DeploymentId: DEPLOYMENT }, 'LifecycleEventHookExecutionId: '],
  [{ DeploymentId: 'orders', LifecycleEventHookExecutionId: 'x' }, 'DeploymentId: must be the id'],
])('refuses %j', async (event, reason) => {
  await expect(ask(event)).rejects.toThrow(InvalidInput);
  await expect(ask(event)).rejects.toThrow(reason);
  expect(answers()).toEqual([]);
});
