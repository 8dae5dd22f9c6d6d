import { CodeDeployClient, GetDeploymentCommand, StopDeploymentCommand } from '@aws-sdk/client-codedeploy';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/coordinate/freeze-service/handler.ts';
import { InvalidInput, LockLost } from '../../../shared/errors.ts';
import { deploymentInfo } from '../fixtures/aws-answers.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { DEPLOYMENT, incidentRecord, RELEASE, releaseRecord } from '../fixtures/records.ts';
import { EXECUTION_ARN, runtimeOf } from '../fixtures/runtime-of.ts';
import { iso } from '../fixtures/times.ts';

const codeDeploy = mockClient(CodeDeployClient);
const input = { incidentId: RELEASE, attempt: 1, service: 'orders' };
let ledger: LedgerDouble;

beforeEach(async () => {
  codeDeploy.reset();
  codeDeploy.on(StopDeploymentCommand).resolves({});
  ledger = new LedgerDouble();
  await ledger.releases.open(releaseRecord());
  await ledger.incidents.open(incidentRecord());
});

const freeze = () => build(runtimeOf(ledger))(input);
const stops = () =>
  codeDeploy.commandCalls(StopDeploymentCommand).map(({ args: [{ input: asked }] }) => asked);

it('stops the running deployments of the bad release, and requests no rollback', async () => {
  codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo({ status: 'InProgress' }));
  await expect(freeze()).resolves.toMatchObject({
    status: 'frozen',
    detail: expect.stringContaining(`Stopped, so that traffic is shifted no further: ${DEPLOYMENT}`),
  });
  expect(stops()).toEqual([{ deploymentId: DEPLOYMENT, autoRollbackEnabled: false }]);
  expect((await ledger.locks.find('orders'))?.owner).toBe(`${RELEASE}#1`);
});

it('stops a deployment in a lifecycle hook once, however often it runs before the hook has answered', async () => {
  codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo({ status: 'InProgress' }));
  await freeze();
  await freeze();
  expect(stops()).toHaveLength(1);
});

it('leaves a deployment that has ended as it is', async () => {
  codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo({ status: 'Succeeded' }));
  await expect(freeze()).resolves.toMatchObject({ detail: expect.stringContaining('nothing was stopped') });
  expect(stops()).toEqual([]);
});

it('takes over the lock of the attempt before it', async () => {
  codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo({ status: 'InProgress' }));
  await ledger.locks.acquire('orders', `${RELEASE}#1`);
  await ledger.incidents.nextAttempt(input, EXECUTION_ARN);
  await build(runtimeOf(ledger))({ ...input, attempt: 2 });
  expect(stops()).toHaveLength(1);
});

it('stops nothing where the incident was ended meanwhile', async () => {
  await ledger.incidents.close(RELEASE, EXECUTION_ARN, 'needs-person', iso(ledger.now));
  await expect(freeze()).rejects.toBeInstanceOf(LockLost);
  expect(codeDeploy.calls()).toEqual([]);
});

it('touches nothing while another incident has the service', async () => {
  await ledger.locks.acquire('orders', 'payment-20260105T080000Z#1');
  await expect(freeze()).resolves.toMatchObject({
    detail: 'Nothing was stopped: another incident is changing orders.',
  });
  expect(codeDeploy.calls()).toEqual([]);
});

it('refuses an input without a service, naming the field', async () => {
  await expect(build(runtimeOf(ledger))({ ...input, service: undefined })).rejects.toBeInstanceOf(
    InvalidInput,
  );
});
