import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CodeDeployClient, GetDeploymentCommand } from '@aws-sdk/client-codedeploy';
import { GetAliasCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/roll-back/poll-target/handler.ts';
import { InvalidInput, LockLost, TargetTimedOut, TransientFailure } from '../../../shared/errors.ts';
import { leaseMs } from '../../../shared/ledger/lock-ledger.ts';
import { alias, deploymentInfo, stackOf } from '../fixtures/aws-answers.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { DEPLOYMENT, PLAN_KEY, planObject, RELEASE, servicePlan, stackPlan } from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled } from '../fixtures/sdk-errors.ts';
import { iso, NOW } from '../fixtures/times.ts';

const input = {
  incidentId: RELEASE,
  attempt: 1,
  service: 'orders',
  target: 'CreateOrder:live',
  planKey: PLAN_KEY,
  since: iso(NOW),
};
const codeDeploy = mockClient(CodeDeployClient);
const cloudFormation = mockClient(CloudFormationClient);
const lambda = mockClient(LambdaClient);
let ledger: LedgerDouble;

beforeEach(async () => {
  for (const mock of [codeDeploy, cloudFormation, lambda]) mock.reset();
  codeDeploy
    .on(GetDeploymentCommand, { deploymentId: DEPLOYMENT })
    .resolves(deploymentInfo({ status: 'Stopped', rollbackInfo: { rollbackDeploymentId: 'd-BACK' } }));
  codeDeploy.on(GetDeploymentCommand, { deploymentId: 'd-BACK' }).resolves(deploymentInfo());
  ledger = new LedgerDouble();
  mockBucket(planObject());
  await ledger.locks.acquire('orders', `${RELEASE}#1`);
});

/** Polls `seconds` after the target was started, with the lease renewed meanwhile. */
async function pollAfter(seconds: number, changes = {}) {
  ledger.now = NOW + seconds * 1000;
  return build(runtimeOf(ledger))({ ...input, ...changes });
}

it('reports the state of the target', async () => {
  await expect(pollAfter(20)).resolves.toEqual({
    standing: 'moving',
    detail: `CodeDeploy rolls ${DEPLOYMENT} back by deployment d-BACK`,
    waitSeconds: 5,
  });
});

it.each([
  [0, 3],
  [12, 3],
  [40, 10],
  [239, 60],
  [3600, 60],
])(
  '%i s after the start, waits %i s: a quarter of the time taken, from 3 s to a minute',
  async (seconds, wait) => {
    await expect(pollAfter(seconds)).resolves.toMatchObject({ waitSeconds: wait });
  },
);

it('prolongs the lease', async () => {
  await pollAfter(60);
  expect((await ledger.locks.find('orders'))?.leaseUntil).toBe(ledger.now + leaseMs);
});

it('throws TargetTimedOut after 75 minutes for traffic, with the state of the target', async () => {
  await expect(pollAfter(75 * 60)).resolves.toMatchObject({ standing: 'moving' });
  const attempt = pollAfter(75 * 60 + 1);
  await expect(attempt).rejects.toBeInstanceOf(TargetTimedOut);
  await expect(attempt).rejects.toThrow('CreateOrder:live did not come back within 75 min: CodeDeploy rolls');
});

it.each(['stack', 'stack pin'])('gives a stack three hours: %s', async (target) => {
  lambda.on(GetAliasCommand).resolves(alias('4'));
  cloudFormation
    .on(DescribeStacksCommand)
    .resolves(stackOf({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS' }));
  await expect(pollAfter(3 * 3600, { target })).resolves.toMatchObject({ standing: 'moving' });
  const attempt = pollAfter(3 * 3600 + 1, { target });
  await expect(attempt).rejects.toThrow(
    `${target} did not come back within 180 min: stack shop-orders is UPDATE`,
  );
});

it("adds the minutes in which a stack's rollback triggers are monitored", async () => {
  const alarms = [
    { arn: 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:errors', type: 'AWS::CloudWatch::Alarm' },
  ];
  const stack = stackPlan({ triggers: { alarms, minutes: 60 } });
  mockBucket(planObject(servicePlan({ targets: [stack] })));
  lambda.on(GetAliasCommand).resolves(alias('4'));
  cloudFormation.on(DescribeStacksCommand).resolves(stackOf({ StackStatus: 'UPDATE_IN_PROGRESS' }));
  await expect(pollAfter(4 * 3600, { target: 'stack' })).resolves.toMatchObject({ standing: 'moving' });
  await expect(pollAfter(4 * 3600 + 1, { target: 'stack' })).rejects.toThrow('within 240 min');
});

it('does not call a restored target late', async () => {
  codeDeploy
    .on(GetDeploymentCommand, { deploymentId: 'd-BACK' })
    .resolves(deploymentInfo({ deploymentId: 'd-BACK', status: 'Succeeded' }));
  lambda.on(GetAliasCommand).resolves(alias('4'));
  await expect(pollAfter(5 * 3600)).resolves.toMatchObject({ standing: 'restored' });
});

it("throws LockLost when the service is no longer this incident's", async () => {
  await expect(pollAfter(1, { attempt: 2 })).rejects.toBeInstanceOf(LockLost);
});

it('refuses an input without the time of its start, naming the field', async () => {
  const attempt = pollAfter(1, { since: 'just now' });
  await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
  await expect(attempt).rejects.toThrow('since: ');
});

it('throws TransientFailure when CodeDeploy throttles', async () => {
  codeDeploy.on(GetDeploymentCommand, { deploymentId: DEPLOYMENT }).rejects(throttled());
  await expect(pollAfter(1)).rejects.toBeInstanceOf(TransientFailure);
});
