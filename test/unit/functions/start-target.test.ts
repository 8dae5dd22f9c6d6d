import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CodeDeployClient,
  GetDeploymentCommand,
  ListDeploymentsCommand,
  StopDeploymentCommand,
} from '@aws-sdk/client-codedeploy';
import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/roll-back/start-target/handler.ts';
import { InvalidInput, LedgerCorrupt, LockLost, TransientFailure } from '../../../shared/errors.ts';
import { leaseMs } from '../../../shared/ledger/lock-ledger.ts';
import { alias, deploymentInfo, stackOf } from '../fixtures/aws-answers.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import {
  DEPLOYMENT,
  FUNCTION,
  hookPlan,
  PLAN_KEY,
  planObject,
  RELEASE,
  servicePlan,
  stackPlan,
} from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled, underWay, validationError } from '../fixtures/sdk-errors.ts';
import { iso, NOW } from '../fixtures/times.ts';

const input = {
  incidentId: RELEASE,
  attempt: 1,
  service: 'orders',
  target: 'CreateOrder:live',
  planKey: PLAN_KEY,
  moment: null,
};
const codeDeploy = mockClient(CodeDeployClient);
let ledger: LedgerDouble;

beforeEach(async () => {
  codeDeploy.reset();
  codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo());
  codeDeploy.on(StopDeploymentCommand).resolves({ status: 'Pending' });
  ledger = new LedgerDouble();
  mockBucket(planObject());
  await ledger.locks.acquire('orders', `${RELEASE}#1`);
});

const start = (changes = {}) => build(runtimeOf(ledger))({ ...input, ...changes });

it('stops a running deployment, with rollback by CodeDeploy, and says so', async () => {
  await expect(start()).resolves.toEqual({
    standing: 'moving',
    action: `deployment ${DEPLOYMENT} stopped, with rollback by CodeDeploy`,
    hook: null,
    moment: NOW,
    waitSeconds: 0,
  });
  expect(codeDeploy.commandCalls(StopDeploymentCommand)[0]?.args[0].input).toEqual({
    deploymentId: DEPLOYMENT,
    autoRollbackEnabled: true,
  });
});

describe('where many begin at once', () => {
  beforeEach(async () => {
    for (let others = 0; others < 400; others += 1) {
      await ledger.paces.take({ of: 'aliases', perSecond: 1, burst: 10 });
    }
  });

  it('is given its own moment, reads nothing before, and keeps its lock', async () => {
    const paced = { standing: 'paced', hook: null, moment: NOW + 391_000 };
    await expect(start()).resolves.toMatchObject({ ...paced, waitSeconds: 300 });
    ledger.now += 300_000;
    await expect(start({ moment: paced.moment })).resolves.toMatchObject({ ...paced, waitSeconds: 91 });
    expect(codeDeploy.calls()).toEqual([]);
    expect((await ledger.locks.find('orders'))?.leaseUntil).toBe(ledger.now + leaseMs);
    ledger.now += 91_000;
    await expect(start({ moment: paced.moment })).resolves.toMatchObject({
      standing: 'moving',
      waitSeconds: 0,
    });
  });

  it('does not wait for targets of another kind', async () => {
    mockBucket(planObject(servicePlan({ targets: [hookPlan()] })));
    await expect(start({ target: 'RollbackHook_orders before' })).resolves.toMatchObject({
      moment: null,
      waitSeconds: 0,
    });
  });
});

it('records that it pointed an alias itself, which no deployment shows', async () => {
  const lambda = mockClient(LambdaClient);
  lambda.on(GetAliasCommand).resolves(alias('4', { '5': 0.1 }));
  lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256: 'sha-of-4', State: 'Active' });
  lambda.on(UpdateAliasCommand).resolves({});
  const completeTime = new Date(NOW - 120_000);
  codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo({ status: 'Stopped', completeTime }));
  codeDeploy.on(ListDeploymentsCommand).resolves({ deployments: [] });
  await start();
  lambda.restore();
  await expect(ledger.checkpoints.observations('orders')).resolves.toEqual([
    {
      service: 'orders',
      target: 'CreateOrder:live',
      function: FUNCTION,
      alias: 'live',
      version: '4',
      seenAt: iso(NOW),
      pointed: true,
      incidentId: RELEASE,
    },
  ]);
});

describe('a refusal because another change is in progress', () => {
  it.each([
    'ResourceConflictException',
    'DeploymentLimitExceededException',
    'OperationInProgressException',
    'LimitExceededException',
    'ConflictException',
  ])('is waited for: %s', async (name) => {
    codeDeploy.on(StopDeploymentCommand).rejects(underWay(name, 'd-1 is active'));
    await expect(start()).resolves.toEqual({
      standing: 'moving',
      action: 'it waits for another change to end: d-1 is active',
      hook: null,
      moment: NOW,
      waitSeconds: 0,
    });
  });

  it('is waited for where only the message of CloudFormation shows it', async () => {
    const onItsWay =
      'Stack:arn:aws:cloudformation:stack is in UPDATE_IN_PROGRESS state and can not be updated.';
    codeDeploy.on(StopDeploymentCommand).rejects(validationError(onItsWay));
    await expect(start()).resolves.toMatchObject({ standing: 'moving' });
    codeDeploy.on(StopDeploymentCommand).rejects(validationError('Template format error'));
    await expect(start()).rejects.toMatchObject({ name: 'ValidationError' });
  });

  it('leaves the deployment to be stopped by the next try', async () => {
    codeDeploy.on(StopDeploymentCommand).rejectsOnce(underWay('LimitExceededException')).resolves({});
    await start();
    await expect(start()).resolves.toMatchObject({
      action: expect.stringContaining('stopped, with rollback'),
    });
  });
});

it('records that it pointed an alias back that the stack had moved', async () => {
  const cloudFormation = mockClient(CloudFormationClient);
  cloudFormation.on(DescribeStacksCommand).resolves(stackOf());
  const lambda = mockClient(LambdaClient);
  lambda.on(GetAliasCommand).resolves(alias('5'));
  lambda.on(UpdateAliasCommand).resolves({});
  mockBucket(planObject(servicePlan({ targets: [stackPlan()] })));
  await expect(start({ target: 'stack' })).resolves.toMatchObject({
    standing: 'moving',
    action: `${FUNCTION}:live was moved onto version 5 and is pointed back to 4`,
  });
  lambda.restore();
  await expect(ledger.checkpoints.observations('orders')).resolves.toMatchObject([
    { target: 'CreateOrder:live', function: FUNCTION, alias: 'live', version: '4', pointed: true },
  ]);
});

it('prolongs the lease before it acts', async () => {
  ledger.now += 60_000;
  codeDeploy.on(StopDeploymentCommand).callsFake(async () => {
    expect((await ledger.locks.find('orders'))?.leaseUntil).toBe(ledger.now + leaseMs);
    return {};
  });
  await start();
  expect(codeDeploy.commandCalls(StopDeploymentCommand)).toHaveLength(1);
});

it("changes nothing when the service is no longer this incident's", async () => {
  ledger.now += leaseMs;
  await ledger.locks.acquire('orders', 'orders-20260105T090300Z#1');
  await expect(start()).rejects.toBeInstanceOf(LockLost);
  expect(codeDeploy.calls()).toHaveLength(0);
});

it('throws LedgerCorrupt for a target the plan does not hold', async () => {
  const attempt = start({ target: 'ListOrders:live' });
  await expect(attempt).rejects.toBeInstanceOf(LedgerCorrupt);
  await expect(attempt).rejects.toThrow('has no target ListOrders:live of orders');
});

it.each([
  [{ target: 7 }, 'target: '],
  [{ attempt: 1.5 }, 'attempt: '],
  [{ since: 'yesterday' }, 'since: is not a known field'],
])('refuses %j', async (changes, reason) => {
  const attempt = start(changes);
  await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
  await expect(attempt).rejects.toThrow(reason);
});

it('throws TransientFailure when CodeDeploy throttles', async () => {
  codeDeploy.on(StopDeploymentCommand).rejects(throttled());
  await expect(start()).rejects.toBeInstanceOf(TransientFailure);
});

it('leaves it to the machine to invoke a hook', async () => {
  mockBucket(planObject(servicePlan({ targets: [hookPlan({ form: 'callback' })] })));
  await expect(start({ target: 'RollbackHook_orders before' })).resolves.toEqual({
    standing: 'stranded',
    action: 'RollbackHook_orders asked',
    hook: { form: 'callback', timeoutSeconds: 600, heartbeatSeconds: 300 },
    moment: null,
    waitSeconds: 0,
  });
});
