import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { Stacks } from '../../../../shared/aws/stacks.ts';
import { STACK_ID, stackEvents, stackOf } from '../../fixtures/aws-answers.ts';
import { RELEASED_AT } from '../../fixtures/times.ts';

const cloudFormation = mockClient(CloudFormationClient);
const stacks = new Stacks(new CloudFormationClient({ region: 'eu-west-1' }));
beforeEach(() => cloudFormation.reset());

it('reads a stack', async () => {
  const role = 'arn:aws:iam::111122223333:role/deploy';
  cloudFormation
    .on(DescribeStacksCommand)
    .resolves(stackOf({ RoleARN: role, StackStatusReason: 'why', NotificationARNs: ['arn:topic'] }));
  await expect(stacks.describe('shop-orders')).resolves.toEqual({
    stackId: STACK_ID,
    name: 'shop-orders',
    status: 'UPDATE_COMPLETE',
    statusReason: 'why',
    lastUpdatedAt: Date.parse(RELEASED_AT),
    createdAt: Date.parse('2025-06-01T00:00:00Z'),
    parameters: [
      { key: 'Stage', value: 'prod' },
      { key: 'ApiKey', value: '****' },
    ],
    capabilities: ['CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND'],
    tags: [{ key: 'team', value: 'shop' }],
    roleArn: role,
    notificationArns: ['arn:topic'],
  });
});

it('gathers physical ids over all pages', async () => {
  const summary = (LogicalResourceId: string, PhysicalResourceId?: string) =>
    ({ LogicalResourceId, PhysicalResourceId }) as StackResourceSummary;
  cloudFormation
    .on(ListStackResourcesCommand)
    .resolvesOnce({ StackResourceSummaries: [summary('A', 'a-1'), summary('B')], NextToken: 'p2' })
    .resolvesOnce({ StackResourceSummaries: [summary('C', 'c-1')] });
  const ids = await stacks.physicalIds('shop-orders');
  expect([...ids]).toEqual([
    ['A', 'a-1'],
    ['C', 'c-1'],
  ]);
});

it.each(['deploy-17', undefined])('knows the token of the latest operation: %s', async (token) => {
  cloudFormation.on(DescribeStackEventsCommand).resolves(stackEvents(token));
  await expect(stacks.latestToken('shop-orders')).resolves.toBe(token);
});

it('knows no token of a stack without events', async () => {
  cloudFormation.on(DescribeStackEventsCommand).resolves({});
  await expect(stacks.latestToken('shop-orders')).resolves.toBeUndefined();
});

describe('the token of the operation a stack was in at a time', () => {
  const at = (minute: number) => new Date(Date.parse(RELEASED_AT) + minute * 60_000);
  const event = (minute: number, ClientRequestToken?: string) => ({
    StackId: STACK_ID,
    EventId: `e-${minute}`,
    StackName: 'shop-orders',
    Timestamp: at(minute),
    ...(ClientRequestToken && { ClientRequestToken }),
  });

  beforeEach(() => {
    cloudFormation
      .on(DescribeStackEventsCommand, { StackName: 'shop-orders' })
      .resolves({ StackEvents: [event(30, 'next'), event(29, 'next')], NextToken: 'older' })
      .on(DescribeStackEventsCommand, { StackName: 'shop-orders', NextToken: 'older' })
      .resolves({ StackEvents: [event(12, 'ours'), event(10, 'ours'), event(0)] });
  });

  it.each([
    [31, 'next'],
    [11, 'ours'],
    [5, undefined],
    [-1, undefined],
  ])('is that of the newest event of minute %d or before', async (minute, token) => {
    await expect(stacks.tokenAt('shop-orders', at(minute).getTime())).resolves.toBe(token);
  });
});
