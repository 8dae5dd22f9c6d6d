import {
  AlreadyExistsException,
  CancelUpdateStackCommand,
  type Change,
  ChangeSetNotFoundException,
  CloudFormationClient,
  ContinueUpdateRollbackCommand,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetStackPolicyCommand,
  GetTemplateCommand,
  InvalidChangeSetStatusException,
  ListExportsCommand,
  ListImportsCommand,
  ListStackResourcesCommand,
  type ResourceChange,
  RollbackStackCommand,
  type StackResourceSummary,
  TokenAlreadyExistsException,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { Stacks } from '../../../../shared/aws/stacks.ts';
import { STACK_ID, stackEvent, stackEvents, stackOf } from '../../fixtures/aws-answers.ts';
import { denied, validationError } from '../../fixtures/sdk-errors.ts';
import { RELEASED_AT } from '../../fixtures/times.ts';

const cloudFormation = mockClient(CloudFormationClient);
const stacks = new Stacks(new CloudFormationClient({ region: 'eu-west-1' }));
beforeEach(() => cloudFormation.reset());

it('reads a stack', async () => {
  const role = 'arn:aws:iam::111122223333:role/deploy';
  cloudFormation.on(DescribeStacksCommand).resolves(
    stackOf({
      RoleARN: role,
      StackStatusReason: 'why',
      NotificationARNs: ['arn:topic'],
      RollbackConfiguration: {
        RollbackTriggers: [{ Arn: 'arn:alarm', Type: 'AWS::CloudWatch::Alarm' }],
        MonitoringTimeInMinutes: 5,
      },
    }),
  );
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
    triggers: { alarms: [{ arn: 'arn:alarm', type: 'AWS::CloudWatch::Alarm' }], minutes: 5 },
  });
});

it.each([
  [undefined, undefined],
  [{ RollbackTriggers: [], MonitoringTimeInMinutes: 0 }, undefined],
  // CloudFormation waits at the end of every update of such a stack.
  [{ MonitoringTimeInMinutes: 30 }, { alarms: [], minutes: 30 }],
])('reads the rollback triggers of a stack: %j', async (RollbackConfiguration, triggers) => {
  cloudFormation.on(DescribeStacksCommand).resolves(stackOf({ RollbackConfiguration }));
  expect((await stacks.describe('shop-orders')).triggers).toEqual(triggers);
});

it('leaves out resources that are deleted, or not created yet', async () => {
  const summary = (LogicalResourceId: string, changes: Partial<StackResourceSummary>) =>
    ({ LogicalResourceId, ResourceType: 'AWS::Lambda::Alias', ...changes }) as StackResourceSummary;
  cloudFormation.on(ListStackResourcesCommand).resolves({
    StackResourceSummaries: [
      summary('Gone', { PhysicalResourceId: 'gone', ResourceStatus: 'DELETE_COMPLETE' }),
      summary('Begun', { ResourceStatus: 'CREATE_IN_PROGRESS' }),
      summary('There', {
        PhysicalResourceId: 'there',
        ResourceStatus: 'UPDATE_COMPLETE',
        LastUpdatedTimestamp: new Date(7),
      }),
    ],
  });
  await expect(stacks.resources('shop-orders')).resolves.toEqual([
    {
      logicalId: 'There',
      physicalId: 'there',
      type: 'AWS::Lambda::Alias',
      status: 'UPDATE_COMPLETE',
      updatedAt: 7,
    },
  ]);
});

it('collects physical ids over all pages', async () => {
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
      created: [],
      notPutBack: [],
    });
  });

  it('contains over all pages the failures, the resources that were not restored, and the tokens', async () => {
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
          stackEvent('UPDATE_IN_PROGRESS', {
            LogicalResourceId: 'Inbox',
            ResourceType: 'AWS::SQS::Queue',
            PhysicalResourceId: 'inbox-1',
            ResourceStatusReason:
              'Requested update requires the creation of a new physical resource; hence creating one.',
            at: minute(2),
          }),
          stackEvent('CREATE_COMPLETE', {
            LogicalResourceId: 'Baskets',
            ResourceType: 'AWS::DynamoDB::Table',
            PhysicalResourceId: 'baskets',
            at: minute(2),
          }),
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
      created: [
        { resource: 'Baskets', type: 'AWS::DynamoDB::Table' },
        { resource: 'Inbox', type: 'AWS::SQS::Queue' },
      ],
      notPutBack: [{ resource: 'Table', reason: 'in use still' }],
    });
  });
});

it.each([
  ['template', 'Original', () => stacks.template('shop-orders')],
  ['processedTemplate', 'Processed', () => stacks.processedTemplate('shop-orders')],
] as const)('%s reads the template of the stage %s', async (_, TemplateStage, call) => {
  cloudFormation
    .on(GetTemplateCommand, { StackName: 'shop-orders', TemplateStage })
    .resolves({ TemplateBody: 'Resources: {}' });
  await expect(call()).resolves.toBe('Resources: {}');
});

it.each([
  ['{"Statement":[]}', '{"Statement":[]}'],
  ['', undefined],
  [undefined, undefined],
])('reads the stack policy %j as %j', async (StackPolicyBody, policy) => {
  cloudFormation
    .on(GetStackPolicyCommand, { StackName: 'shop-orders' })
    .resolves(StackPolicyBody === undefined ? {} : { StackPolicyBody });
  await expect(stacks.policy('shop-orders')).resolves.toBe(policy);
});

const goal = {
  stack: 'shop-orders',
  templateUrl: 'https://bucket/template',
  parameters: [{ key: 'Stage', value: 'prod' }, { key: 'ApiKey' }, { key: 'Empty', value: '' }],
};
/** The members sent for every goal: no tags, no topics, no service role, no capability but for IAM. */
const sent = {
  StackName: 'shop-orders',
  TemplateURL: 'https://bucket/template',
  Parameters: [
    { ParameterKey: 'Stage', ParameterValue: 'prod' },
    { ParameterKey: 'ApiKey', UsePreviousValue: true },
    { ParameterKey: 'Empty', ParameterValue: '' },
  ],
  Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
};

describe('a change set', () => {
  const name = 'change-set-1';
  const complete = { Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE' } as const;
  const gone = () => new ChangeSetNotFoundException({ message: 'not found', $metadata: {} });

  it("is requested with the stack's target state, and nothing else", async () => {
    cloudFormation.on(CreateChangeSetCommand).resolves({});
    await stacks.createChangeSet(goal, name);
    expect(cloudFormation.calls()[0]?.args[0].input).toEqual({
      ...sent,
      ChangeSetName: name,
      ChangeSetType: 'UPDATE',
    });
  });

  it('may exist already: the answer to the first call was lost', async () => {
    cloudFormation
      .on(CreateChangeSetCommand)
      .rejects(new AlreadyExistsException({ message: 'exists', $metadata: {} }));
    await expect(stacks.createChangeSet(goal, name)).resolves.toBeUndefined();
  });

  it('passes on the reason why it cannot be created', async () => {
    cloudFormation.on(CreateChangeSetCommand).rejects(denied());
    await expect(stacks.createChangeSet(goal, name)).rejects.toThrow('not authorized');
  });

  it.each<[DescribeChangeSetCommandOutput['Status'], string, string, string, string]>([
    ['CREATE_PENDING', 'UNAVAILABLE', '', 'making', ''],
    ['CREATE_IN_PROGRESS', 'UNAVAILABLE', '', 'making', ''],
    ['CREATE_COMPLETE', 'AVAILABLE', '', 'ready', ''],
    ['CREATE_COMPLETE', 'EXECUTE_IN_PROGRESS', '', 'executing', ''],
    ['CREATE_COMPLETE', 'EXECUTE_COMPLETE', '', 'executing', ''],
    [
      'FAILED',
      'UNAVAILABLE',
      "The submitted information didn't contain changes. Submit different information.",
      'empty',
      "The submitted information didn't contain changes. Submit different information.",
    ],
    ['FAILED', 'UNAVAILABLE', 'No updates are to be performed.', 'empty', 'No updates are to be performed.'],
    ['FAILED', 'UNAVAILABLE', 'Template error', 'failed', 'Template error'],
    ['FAILED', 'UNAVAILABLE', '', 'failed', 'FAILED, UNAVAILABLE'],
    ['CREATE_COMPLETE', 'OBSOLETE', '', 'outdated', 'CREATE_COMPLETE, OBSOLETE'],
    ['CREATE_COMPLETE', 'EXECUTE_FAILED', '', 'outdated', 'CREATE_COMPLETE, EXECUTE_FAILED'],
    ['DELETE_FAILED', 'UNAVAILABLE', 'in use', 'failed', 'in use'],
  ])('in status %s, %s, "%s" is %s', async (Status, ExecutionStatus, StatusReason, is, reason) => {
    cloudFormation
      .on(DescribeChangeSetCommand, { StackName: 'shop-orders', ChangeSetName: name })
      .resolves({ Status, ExecutionStatus, StatusReason } as DescribeChangeSetCommandOutput);
    await expect(stacks.changeSet('shop-orders', name)).resolves.toEqual({ is, reason, changes: [] });
  });

  it('is read with its changes over all pages', async () => {
    const change = (ResourceChange: ResourceChange): Change => ({ Type: 'Resource', ResourceChange });
    cloudFormation
      .on(DescribeChangeSetCommand, { StackName: 'shop-orders', ChangeSetName: name })
      .resolves({
        ...complete,
        Changes: [
          change({
            Action: 'Modify',
            LogicalResourceId: 'Alias',
            ResourceType: 'AWS::Lambda::Alias',
            Replacement: 'False',
            Scope: ['Properties', 'UpdatePolicy'],
          }),
        ],
        NextToken: 'p2',
      })
      .on(DescribeChangeSetCommand, { StackName: 'shop-orders', ChangeSetName: name, NextToken: 'p2' })
      .resolves({
        ...complete,
        Changes: [
          change({ Action: 'Add', LogicalResourceId: 'Queue', ResourceType: 'AWS::SQS::Queue', Scope: [] }),
          change({
            Action: 'Modify',
            LogicalResourceId: 'Nested',
            ResourceType: 'AWS::CloudFormation::Stack',
            ChangeSetId: 'arn:of-its-own',
          }),
        ],
      });
    await expect(stacks.changeSet('shop-orders', name)).resolves.toEqual({
      is: 'ready',
      reason: '',
      changes: [
        {
          action: 'Modify',
          logicalId: 'Alias',
          type: 'AWS::Lambda::Alias',
          replacement: 'False',
          scope: ['Properties', 'UpdatePolicy'],
          nested: false,
        },
        {
          action: 'Add',
          logicalId: 'Queue',
          type: 'AWS::SQS::Queue',
          replacement: undefined,
          scope: [],
          nested: false,
        },
        {
          action: 'Modify',
          logicalId: 'Nested',
          type: 'AWS::CloudFormation::Stack',
          replacement: undefined,
          scope: [],
          nested: true,
        },
      ],
    });
  });

  it('is undefined where there is none of this name', async () => {
    cloudFormation.on(DescribeChangeSetCommand).rejects(gone());
    await expect(stacks.changeSet('shop-orders', name)).resolves.toBeUndefined();
  });

  it('passes on the reason why it cannot be read', async () => {
    cloudFormation.on(DescribeChangeSetCommand).rejects(denied());
    await expect(stacks.changeSet('shop-orders', name)).rejects.toThrow('not authorized');
  });

  it('is executed with the token of the update', async () => {
    cloudFormation.on(ExecuteChangeSetCommand).resolves({});
    await expect(stacks.executeChangeSet('shop-orders', name, 'token-1')).resolves.toBe('started');
    expect(cloudFormation.calls()[0]?.args[0].input).toEqual({
      StackName: 'shop-orders',
      ChangeSetName: name,
      ClientRequestToken: 'token-1',
    });
  });

  it.each([
    ['gone', gone()],
    ['out of date', new InvalidChangeSetStatusException({ message: 'ChangeSet is OBSOLETE', $metadata: {} })],
    [
      'too late for the stack',
      validationError('Stack is in UPDATE_IN_PROGRESS state and can not be updated'),
    ],
  ])('that is %s when it is to be executed changes nothing', async (_, error) => {
    cloudFormation.on(ExecuteChangeSetCommand).rejects(error);
    await expect(stacks.executeChangeSet('shop-orders', name, 'token-1')).resolves.toBe('too-late');
  });

  it('was executed already where its token was used', async () => {
    cloudFormation
      .on(ExecuteChangeSetCommand)
      .rejects(new TokenAlreadyExistsException({ message: 'Token exists', $metadata: {} }));
    await expect(stacks.executeChangeSet('shop-orders', name, 'token-1')).resolves.toBe('started');
  });

  it('is deleted by its name', async () => {
    cloudFormation.on(DeleteChangeSetCommand).resolves({});
    await stacks.deleteChangeSet('shop-orders', name);
    expect(cloudFormation.calls()[0]?.args[0].input).toEqual({
      StackName: 'shop-orders',
      ChangeSetName: name,
    });
  });
});

describe('an update', () => {
  const policy = '{"Statement":[]}';
  const update = () => stacks.update(goal, policy, 'token-1');

  it("is requested under its policy, with the stack's target state, and nothing else", async () => {
    cloudFormation.on(UpdateStackCommand).resolves({});
    await expect(update()).resolves.toBe('started');
    expect(cloudFormation.calls()[0]?.args[0].input).toEqual({
      ...sent,
      StackPolicyDuringUpdateBody: policy,
      ClientRequestToken: 'token-1',
    });
  });

  it.each<[string, Error, string]>([
    ['there already', validationError('No updates are to be performed.'), 'already-there'],
    [
      'under way already: the answer to the first call was lost',
      new TokenAlreadyExistsException({ message: 'Token exists', $metadata: {} }),
      'started',
    ],
    [
      'too late',
      validationError('Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated.'),
      'too-late',
    ],
  ])('is %s', async (_, error, answer) => {
    cloudFormation.on(UpdateStackCommand).rejects(error);
    await expect(update()).resolves.toBe(answer);
  });

  it.each([validationError('Parameters: [Stage] do not exist'), denied()])(
    'passes on every other refusal: %s',
    async (error) => {
      cloudFormation.on(UpdateStackCommand).rejects(error);
      await expect(update()).rejects.toBe(error);
    },
  );
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
  it('sends its token', async () => {
    cloudFormation.on(Command as never).resolves({});
    await expect(call()).resolves.toBe('started');
    expect(cloudFormation.calls()[0]?.args[0].input).toEqual({
      StackName: 'shop-orders',
      ClientRequestToken: 'token-1',
    });
  });

  it('accepts a used token as an earlier request', async () => {
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

describe('the state of a stack at a time', () => {
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

describe('exports', () => {
  it('are read page by page', async () => {
    const one = { Name: 'a', Value: '1', ExportingStackId: STACK_ID };
    cloudFormation
      .on(ListExportsCommand, {})
      .resolves({ Exports: [one], NextToken: 'more' })
      .on(ListExportsCommand, { NextToken: 'more' })
      .resolves({ Exports: [{ ...one, Name: 'b' }] });
    await expect(stacks.exports()).resolves.toEqual([
      { name: 'a', value: '1', stackId: STACK_ID },
      { name: 'b', value: '1', stackId: STACK_ID },
    ]);
  });

  it('have their importers, page by page', async () => {
    cloudFormation
      .on(ListImportsCommand, { ExportName: 'a' })
      .resolves({ Imports: ['web'], NextToken: 'more' })
      .on(ListImportsCommand, { ExportName: 'a', NextToken: 'more' })
      .resolves({ Imports: ['search'] });
    await expect(stacks.importersOf('a')).resolves.toEqual(['web', 'search']);
  });

  it('have no importers where CloudFormation says so with an error', async () => {
    cloudFormation
      .on(ListImportsCommand)
      .rejects(validationError("Export 'a' is not imported by any stack."));
    await expect(stacks.importersOf('a')).resolves.toEqual([]);
    cloudFormation.on(ListImportsCommand).rejects(validationError('Rate exceeded'));
    await expect(stacks.importersOf('a')).rejects.toThrow('Rate exceeded');
  });
});
