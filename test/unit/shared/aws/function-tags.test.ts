import { LambdaClient, ListTagsCommand, ResourceNotFoundException } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { FunctionTags } from '../../../../shared/aws/function-tags.ts';
import { STACK_ID, tagsOf } from '../../fixtures/aws-answers.ts';
import { FUNCTION } from '../../fixtures/records.ts';
import { throttled } from '../../fixtures/sdk-errors.ts';

const lambda = mockClient(LambdaClient);
const prefix = 'arn:aws:lambda:eu-west-1:111122223333:function:';
const tags = new FunctionTags(new LambdaClient({ region: 'eu-west-1' }), prefix);
beforeEach(() => lambda.reset());

describe('the stack that made a function', () => {
  it('is named by the tags that CloudFormation gives', async () => {
    lambda.on(ListTagsCommand, { Resource: `${prefix}${FUNCTION}` }).resolves(tagsOf());
    await expect(tags.originOf(FUNCTION)).resolves.toEqual({
      stackName: 'shop-orders',
      stackId: STACK_ID,
      logicalId: 'CreateOrder',
    });
  });

  it.each([[{}], [{ Tags: {} }], [{ Tags: { stack: 'shop-orders' } }]])(
    'is absent with %j',
    async (answer) => {
      lambda.on(ListTagsCommand).resolves(answer);
      await expect(tags.originOf(FUNCTION)).resolves.toBeUndefined();
    },
  );

  it('is absent when the function is deleted', async () => {
    lambda.on(ListTagsCommand).rejects(new ResourceNotFoundException({ message: 'gone', $metadata: {} }));
    await expect(tags.originOf(FUNCTION)).resolves.toBeUndefined();
  });

  it('is read again when Lambda throttles', async () => {
    lambda.on(ListTagsCommand).rejects(throttled());
    await expect(tags.originOf(FUNCTION)).rejects.toThrow();
  });
});
