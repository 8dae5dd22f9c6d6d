import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetAliasCommand, GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/roll-back/verify-target/handler.ts';
import { InvalidInput, TargetNotRestored, TransientFailure } from '../../../shared/errors.ts';
import { alias, stackOf } from '../fixtures/aws-answers.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { FUNCTION, PLAN_KEY, planObject, RELEASE } from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled } from '../fixtures/sdk-errors.ts';

const input = {
  incidentId: RELEASE,
  attempt: 1,
  service: 'orders',
  target: 'CreateOrder:live',
  planKey: PLAN_KEY,
};
const cloudFormation = mockClient(CloudFormationClient);
const lambda = mockClient(LambdaClient);

beforeEach(() => {
  cloudFormation.reset();
  lambda.reset();
  mockBucket(planObject());
});

const verify = (changes = {}) => build(runtimeOf())({ ...input, ...changes });

it('finds an alias on the planned version alone', async () => {
  lambda.on(GetAliasCommand).resolves(alias('4'));
  await expect(verify()).resolves.toEqual({ found: `${FUNCTION}:live on version 4` });
});

it('finds an alias on the planned code under a newer number', async () => {
  lambda.on(GetAliasCommand).resolves(alias('6'));
  lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256: 'sha-of-4', State: 'Active' });
  await expect(verify()).resolves.toEqual({ found: `${FUNCTION}:live on version 6` });
});

it('throws TargetNotRestored for an alias elsewhere', async () => {
  lambda.on(GetAliasCommand).resolves(alias('4', { '5': 0.1 }));
  const attempt = verify();
  await expect(attempt).rejects.toBeInstanceOf(TargetNotRestored);
  await expect(attempt).rejects.toThrow(
    `${FUNCTION}:live on version 4, 10 % to 5, expected version 4 alone.`,
  );
});

it.each(['stack', 'stack pin'])('finds a stack at rest: %s', async (target) => {
  cloudFormation.on(DescribeStacksCommand).resolves(stackOf({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' }));
  await expect(verify({ target })).resolves.toEqual({
    found: 'stack shop-orders is UPDATE_ROLLBACK_COMPLETE',
  });
});

it.each(['stack', 'stack pin'])('throws TargetNotRestored for a stack that is stuck: %s', async (target) => {
  cloudFormation
    .on(DescribeStacksCommand)
    .resolves(stackOf({ StackStatus: 'UPDATE_ROLLBACK_FAILED', StackStatusReason: 'Table is in use' }));
  await expect(verify({ target })).rejects.toThrow(
    'Stack shop-orders is UPDATE_ROLLBACK_FAILED: Table is in use; it needs a person',
  );
});

it('refuses an input without a target, naming the field', async () => {
  const attempt = verify({ target: undefined });
  await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
  await expect(attempt).rejects.toThrow('target: ');
});

it('throws TransientFailure when Lambda throttles', async () => {
  lambda.on(GetAliasCommand).rejects(throttled());
  await expect(verify()).rejects.toBeInstanceOf(TransientFailure);
});
