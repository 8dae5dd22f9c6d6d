import {
  CodeDeployClient,
  DeploymentAlreadyCompletedException,
  type DeploymentStatus,
  GetDeploymentCommand,
  StopDeploymentCommand,
} from '@aws-sdk/client-codedeploy';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/watch/yield-to-incident/handler.ts';
import { InvalidInput } from '../../../shared/errors.ts';
import { leaseMs } from '../../../shared/ledger/lock-ledger.ts';
import { deploymentInfo } from '../fixtures/aws-answers.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { DEPLOYMENT, planObject, RELEASE, releaseRecord, serviceResult } from '../fixtures/records.ts';
import { EXECUTION_ARN, runtimeOf } from '../fixtures/runtime-of.ts';

const NEW = 'orders-20260105T090700Z';
const input = {
  deploymentId: DEPLOYMENT,
  releaseId: NEW,
  service: 'orders',
  incidentId: RELEASE,
  attempt: 1,
  executionArn: EXECUTION_ARN,
};
const codeDeploy = mockClient(CodeDeployClient);
const sns = mockClient(SNSClient);
let ledger: LedgerDouble;
let status: DeploymentStatus;

beforeEach(async () => {
  codeDeploy.reset();
  sns.reset();
  sns.on(PublishCommand).resolves({ MessageId: 'm-1' });
  status = 'InProgress';
  codeDeploy.on(GetDeploymentCommand).callsFake(() => deploymentInfo({ status }));
  codeDeploy.on(StopDeploymentCommand).callsFake(() => {
    status = 'Stopped';
    return {};
  });
  mockBucket(planObject());
  ledger = new LedgerDouble();
  await ledger.locks.acquire('orders', `${RELEASE}#1`);
  await ledger.releases.open(releaseRecord({ releaseId: NEW, startedAt: '2026-01-05T09:07:00.000Z' }));
});

const makeRoom = (changes = {}) => build(runtimeOf(ledger))({ ...input, ...changes });
const stops = () => codeDeploy.commandCalls(StopDeploymentCommand).map(({ args }) => args[0].input);
const mails = () => sns.commandCalls(PublishCommand).map(({ args }) => args[0].input);

it('stops the deployment, has it rolled back, and mails it', async () => {
  await expect(makeRoom()).resolves.toEqual({ yielded: true });
  expect(stops()).toEqual([{ deploymentId: DEPLOYMENT, autoRollbackEnabled: true }]);
  await expect(ledger.releases.get(NEW)).resolves.toMatchObject({ verdict: 'candidate', undoneBy: RELEASE });
  await expect(ledger.incidents.concurrentReleases(RELEASE)).resolves.toMatchObject([
    { deploymentId: DEPLOYMENT, releaseId: NEW, service: 'orders', result: 'stopped' },
  ]);
  expect(mails()).toMatchObject([
    {
      Subject: expect.stringContaining(`orders: deployment ${DEPLOYMENT} stopped during a rollback`),
      Message: expect.stringContaining(`Wait for the outcome of incident ${RELEASE}, then deploy again.`),
    },
  ]);
});

it('does so once when it runs twice, even if the incident has ended meanwhile', async () => {
  await makeRoom();
  await ledger.locks.unlock('orders', `${RELEASE}#1`);
  await expect(makeRoom()).resolves.toEqual({ yielded: true });
  expect(stops()).toHaveLength(1);
  expect(mails()).toHaveLength(1);
  await expect(ledger.incidents.concurrentReleases(RELEASE)).resolves.toHaveLength(1);
});

it('stops a deployment in a lifecycle hook once, however often it runs before the hook has answered', async () => {
  codeDeploy.on(StopDeploymentCommand).resolves({ status: 'Pending' });
  await makeRoom();
  await expect(makeRoom()).resolves.toEqual({ yielded: true });
  expect(stops()).toHaveLength(1);
});

it('lets a deployment that completed just before be watched on, and mails it', async () => {
  codeDeploy.on(StopDeploymentCommand).callsFake(() => {
    status = 'Succeeded';
    throw new DeploymentAlreadyCompletedException({ message: 'completed', $metadata: {} });
  });
  await expect(makeRoom()).resolves.toEqual({ yielded: false });
  await expect(ledger.releases.get(NEW)).resolves.not.toHaveProperty('undoneBy');
  await expect(ledger.incidents.concurrentReleases(RELEASE)).resolves.toMatchObject([
    { result: 'completed' },
  ]);
  expect(mails()[0]?.Subject).toContain(`orders: deployment ${DEPLOYMENT} completed during a rollback`);
});

it.each(['rolled-back', 'failed'] as const)(
  'records that a completed deployment replaced a service that is %s',
  async (before) => {
    const attempt = { incidentId: RELEASE, attempt: 1 };
    await ledger.incidents.putServiceResult(serviceResult({ status: before }));
    status = 'Succeeded';
    await makeRoom();
    await expect(ledger.incidents.overtaken(attempt)).resolves.toEqual(['orders']);
    await expect(ledger.incidents.overtaken({ ...attempt, attempt: 2 })).resolves.toEqual([]);
    await expect(ledger.incidents.serviceResult(attempt, 'orders')).resolves.toMatchObject({
      status: before === 'rolled-back' ? 'superseded' : before,
    });
  },
);

it('stops nothing where the incident ended just before', async () => {
  codeDeploy.on(GetDeploymentCommand).callsFake(async () => {
    await ledger.locks.unlock('orders', `${RELEASE}#1`);
    return deploymentInfo({ status });
  });
  await expect(makeRoom()).resolves.toEqual({ yielded: false });
  expect(stops()).toEqual([]);
  expect(mails()).toEqual([]);
});

it('records it for the attempt that holds the service by now', async () => {
  status = 'Succeeded';
  await ledger.locks.acquire('orders', `${RELEASE}#2`, `${RELEASE}#1`);
  const { [`plans/${RELEASE}/1/services/orders.json`]: plan = '' } = planObject() as Record<string, string>;
  mockBucket({ [`plans/${RELEASE}/2/services/orders.json`]: plan });
  await makeRoom();
  await expect(ledger.incidents.overtaken({ incidentId: RELEASE, attempt: 2 })).resolves.toEqual(['orders']);
});

it('reports a release without a deployment, and stops nothing', async () => {
  await expect(makeRoom({ deploymentId: undefined })).resolves.toEqual({ yielded: false });
  expect(codeDeploy.calls()).toEqual([]);
  await expect(ledger.incidents.concurrentReleases(RELEASE)).resolves.toMatchObject([
    { releaseId: NEW, result: 'completed' },
  ]);
  expect(mails()).toMatchObject([
    {
      Subject: expect.stringContaining('orders: released again during a rollback'),
      Message: expect.stringContaining(`orders: release ${NEW} came in while orders was being rolled\nback`),
    },
  ]);
});

describe('leaves the deployment alone', () => {
  it('once the incident has ended', () => ledger.locks.unlock('orders', `${RELEASE}#1`));

  it("once the incident's lease has run out", () => {
    ledger.now += leaseMs;
  });

  it('where another incident has the service by now', async () => {
    ledger.now += leaseMs;
    await ledger.locks.acquire('orders', 'payment-20260105T080000Z#1');
  });

  afterEach(async () => {
    await expect(makeRoom()).resolves.toEqual({ yielded: false });
    expect(stops()).toEqual([]);
    expect(mails()).toEqual([]);
  });
});

it('leaves the deployments alone that the incident itself stops in their turn', async () => {
  await ledger.releases.open(releaseRecord());
  const bad = { ...input, incidentId: 'platform-20260105T085900Z', releaseId: RELEASE };
  ledger.now += leaseMs;
  await ledger.locks.acquire('orders', `${bad.incidentId}#1`);
  const { [`plans/${RELEASE}/1/services/orders.json`]: plan = '' } = planObject() as Record<string, string>;
  mockBucket({ [`plans/${bad.incidentId}/1/services/orders.json`]: plan });
  await expect(makeRoom(bad)).resolves.toEqual({ yielded: false });
  expect(stops()).toEqual([]);
});

it('refuses an input without an incident, naming the field', async () => {
  const { incidentId: _, ...rest } = input;
  await expect(build(runtimeOf(ledger))(rest)).rejects.toThrow(InvalidInput);
  await expect(build(runtimeOf(ledger))(rest)).rejects.toThrow('incidentId');
});
