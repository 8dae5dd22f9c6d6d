import {
  CancelUpdateStackCommand,
  CloudFormationClient,
  ContinueUpdateRollbackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  RollbackStackCommand,
  type StackResourceSummary,
  TokenAlreadyExistsException,
} from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { Stacks } from '../../../../shared/aws/stacks.ts';
import { STACK_ID, stackEvent, stackEvents, stackOf } from '../../fixtures/aws-answers.ts';
import { validationError } from '../../fixtures/sdk-errors.ts';
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

it('leaves out resources that are gone, or not there yet', async () => {
  const summary = (LogicalResourceId: string, changes: Partial<StackResourceSummary>) =>
    ({ LogicalResourceId, ResourceType: 'AWS::Lambda::Alias', ...changes }) as StackResourceSummary;
  cloudFormation.on(ListStackResourcesCommand).resolves({
    StackResourceSummaries: [
      summary('Gone', { PhysicalResourceId: 'gone', ResourceStatus: 'DELETE_COMPLETE' }),
      summary('Begun', { ResourceStatus: 'CREATE_IN_PROGRESS' }),
      summary('There', { PhysicalResourceId: 'there', ResourceStatus: 'UPDATE_COMPLETE' }),
    ],
  });
  await expect(stacks.resources('shop-orders')).resolves.toEqual([
    { logicalId: 'There', physicalId: 'there', type: 'AWS::Lambda::Alias' },
  ]);
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

describe('the history of the latest update', () => {
  const minute = (n: number) => new Date(Date.parse(RELEASED_AT) + n * 60_000).toISOString();
  const table = { LogicalResourceId: 'Table', PhysicalResourceId: 'shop-orders-table' };
  const failed = (at: number, ResourceStatusReason: string, changes: object = {}) =>
    stackEvent('UPDATE_FAILED', { ...table, ResourceStatusReason, at: minute(at), ...changes });

  it.each(['deploy-17', undefined])('knows its token: %s', async (token) => {
    cloudFormation.on(DescribeStackEventsCommand).resolves(stackEvents(token));
    await expect(stacks.history('shop-orders')).resolves.toMatchObject({
      token,
      beganAt: Date.parse(RELEASED_AT),
      status: 'UPDATE_IN_PROGRESS',
    });
  });

  it('is empty for a stack without events', async () => {
    cloudFormation.on(DescribeStackEventsCommand).resolves({});
    await expect(stacks.history('shop-orders')).resolves.toEqual({
      token: undefined,
      beganAt: undefined,
      status: undefined,
      tokens: new Set(),
      failures: [],
      notPutBack: [],
    });
  });

  it('knows over all pages what failed, what was not put back, and who asked for what', async () => {
    const nested = { LogicalResourceId: 'Nested', PhysicalResourceId: 'arn:nested' };
    cloudFormation
      .on(DescribeStackEventsCommand, { StackName: 'shop-orders' })
      .resolves({
        StackEvents: [
          stackEvent('UPDATE_ROLLBACK_FAILED', { ClientRequestToken: 'again', at: minute(9) }),
          failed(8, 'in use still'),
          stackEvent('UPDATE_ROLLBACK_IN_PROGRESS', { ClientRequestToken: 'again', at: minute(7) }),
          stackEvent('UPDATE_ROLLBACK_FAILED', { ClientRequestToken: 'first', at: minute(6) }),
        ],
        NextToken: 'older',
      })
      .on(DescribeStackEventsCommand, { StackName: 'shop-orders', NextToken: 'older' })
      .resolves({
        StackEvents: [
          failed(5, 'in use'),
          failed(5, 'it is gone', { LogicalResourceId: 'Queue' }),
          stackEvent('UPDATE_ROLLBACK_IN_PROGRESS', { ClientRequestToken: 'first', at: minute(4) }),
          failed(3, 'Resource update cancelled', { LogicalResourceId: 'Topic' }),
          failed(3, 'too hot'),
          stackEvent('UPDATE_IN_PROGRESS', { ...nested, at: minute(2) }),
          stackEvent('UPDATE_IN_PROGRESS', { ClientRequestToken: 'first', at: minute(1) }),
          stackEvent('UPDATE_COMPLETE', { ClientRequestToken: 'before' }),
        ],
      });
    await expect(stacks.history('shop-orders')).resolves.toEqual({
      token: 'first',
      beganAt: Date.parse(minute(1)),
      status: 'UPDATE_ROLLBACK_FAILED',
      tokens: new Set(['first', 'again']),
      failures: [{ resource: 'Table', reason: 'too hot' }],
      notPutBack: [{ resource: 'Table', reason: 'in use still' }],
    });
  });
});

describe.each([
  ['cancelUpdate', CancelUpdateStackCommand, () => stacks.cancelUpdate('shop-orders', 'token-1')],
  ['rollBack', RollbackStackCommand, () => stacks.rollBack('shop-orders', 'token-1')],
  [
    'continueRollback',
    ContinueUpdateRollbackCommand,
    () => stacks.continueRollback('shop-orders', [], 'token-1'),
  ],
] as const)('%s', (_, Command, call) => {
  it('asks with its token', async () => {
    cloudFormation.on(Command as never).resolves({});
    await expect(call()).resolves.toBe('started');
    expect(cloudFormation.calls()[0]?.args[0].input).toEqual({
      StackName: 'shop-orders',
      ClientRequestToken: 'token-1',
    });
  });

  it('takes a token that was used for asked already', async () => {
    cloudFormation
      .on(Command as never)
      .rejects(new TokenAlreadyExistsException({ message: 'Token exists', $metadata: {} }));
    await expect(call()).resolves.toBe('started');
  });

  it('is too late where the stack has moved on', async () => {
    cloudFormation
      .on(Command as never)
      .rejects(
        validationError('Stack [shop-orders] is in UPDATE_COMPLETE state and can not be rolled back.'),
      );
    await expect(call()).resolves.toBe('too-late');
  });

  it('passes on every other refusal', async () => {
    cloudFormation.on(Command as never).rejects(validationError('Stack [shop-orders] does not exist'));
    await expect(call()).rejects.toThrow('does not exist');
  });
});

describe('what a stack was doing at a time', () => {
  const minute = (n: number) => new Date(Date.parse(RELEASED_AT) + n * 60_000).toISOString();
  const table = { LogicalResourceId: 'Table', PhysicalResourceId: 'shop-orders-table' };
  const token = (ClientRequestToken: string, at: number) => ({ ClientRequestToken, at: minute(at) });

  beforeEach(() => {
    cloudFormation
      .on(DescribeStackEventsCommand, { StackName: 'shop-orders' })
      .resolves({
        StackEvents: [
          stackEvent('UPDATE_IN_PROGRESS', { ...table, at: minute(31) }),
          stackEvent('UPDATE_IN_PROGRESS', token('next', 30)),
        ],
        NextToken: 'older',
      })
      .on(DescribeStackEventsCommand, { StackName: 'shop-orders', NextToken: 'older' })
      .resolves({
        StackEvents: [
          stackEvent('UPDATE_COMPLETE', token('ours', 12)),
          stackEvent('UPDATE_COMPLETE', { ...table, at: minute(11) }),
          stackEvent('UPDATE_IN_PROGRESS', token('ours', 10)),
          stackEvent('CREATE_COMPLETE', { at: minute(0) }),
        ],
      });
  });

  it.each([
    [31, { status: 'UPDATE_IN_PROGRESS', token: 'next' }],
    [29, { status: 'UPDATE_COMPLETE', token: 'ours' }],
    [11, { status: 'UPDATE_IN_PROGRESS', token: 'ours' }],
    [5, { status: 'CREATE_COMPLETE', token: undefined }],
    [-1, undefined],
  ])('is its own latest status by then (minute %d)', async (n, activity) => {
    await expect(stacks.activityAt('shop-orders', Date.parse(minute(n)))).resolves.toEqual(activity);
  });
});
