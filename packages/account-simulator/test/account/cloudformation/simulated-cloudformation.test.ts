import type { StackStatus } from '@aws-sdk/client-cloudformation';
import { CAPABILITIES, FUNCTIONS, release, StackAccount } from './stack-account.ts';

describe('SimulatedCloudFormation', () => {
  let account: StackAccount;
  beforeEach(() => {
    account = new StackAccount();
    account.cloudFormation.createStackNow('orders', release('one'), { Secret: 'open sesame' });
  });
  afterEach(() => account.clock.uninstall());

  const operations = () => account.cloudFormation.operations;

  describe('createStackNow', () => {
    it('creates a stack that is complete, old, and without events', () => {
      expect(account.status).toBe('CREATE_COMPLETE');
      expect(account.events).toEqual([]);
      expect(account.deploymentEvents).toEqual([]);
      expect(FUNCTIONS.map((name) => account.alias(name)?.version)).toEqual(['1', '1', '1', '1']);
      expect(account.describe().CreationTime?.getTime()).toBeLessThan(account.clock.now());
      expect(account.parameters.get('/orders/url')?.value).toBe('https://prod/one');
    });

    it('refuses a name that is taken', () => {
      expect(() => account.cloudFormation.createStackNow('orders', release('one'))).toThrow(
        expect.objectContaining({ name: 'AlreadyExistsException' }),
      );
    });
  });

  describe('refusals of an update', () => {
    it('needs CAPABILITY_AUTO_EXPAND for SAM', async () => {
      await expect(
        account.update(release('two'), { Capabilities: ['CAPABILITY_IAM'] }),
      ).rejects.toMatchObject({
        name: 'InsufficientCapabilitiesException',
        message: 'Requires capabilities : [CAPABILITY_AUTO_EXPAND]',
      });
    });

    it('needs CAPABILITY_IAM for the roles SAM makes', async () => {
      await expect(
        account.update(release('two'), { Capabilities: ['CAPABILITY_AUTO_EXPAND'] }),
      ).rejects.toThrow('[CAPABILITY_IAM]');
    });

    it('reports an update without changes, and does not use up the token', async () => {
      const ClientRequestToken = 'again';
      const secret = { Parameters: [{ ParameterKey: 'Secret', UsePreviousValue: true }] };
      await expect(account.update(release('one'), { ClientRequestToken, ...secret })).rejects.toMatchObject({
        name: 'ValidationError',
        message: 'No updates are to be performed.',
      });
      await account.update(release('two'), { ClientRequestToken, ...secret });
      expect(account.status).toBe('UPDATE_IN_PROGRESS');
    });

    it('does not accept a token twice', async () => {
      await account.update(release('two'), { ClientRequestToken: 'once' });
      await expect(account.update(release('two'), { ClientRequestToken: 'once' })).rejects.toMatchObject({
        name: 'TokenAlreadyExistsException',
      });
      await account.until('UPDATE_COMPLETE');
      await expect(account.update(release('three'), { ClientRequestToken: 'once' })).rejects.toMatchObject({
        name: 'TokenAlreadyExistsException',
      });
    });

    it('refuses an invalid token', async () => {
      await expect(account.update(release('two'), { ClientRequestToken: '-a' })).rejects.toThrow(
        'clientRequestToken',
      );
    });

    it('refuses while an update is running', async () => {
      await account.update(release('two'));
      await expect(account.update(release('three'))).rejects.toThrow(
        /^Stack:arn:aws:cloudformation:.* is in UPDATE_IN_PROGRESS state and can not be updated\.$/,
      );
    });

    it('refuses a stack that does not exist', async () => {
      await expect(
        operations().UpdateStack({ StackName: 'none', TemplateBody: release('one') }),
      ).rejects.toThrow('Stack with id none does not exist');
    });

    it.each([
      ['no template', { TemplateBody: undefined }, 'Either Template URL or Template Body must be specified.'],
      ['two templates', { UsePreviousTemplate: true }, 'You cannot specify both usePreviousTemplate'],
      ['a body over 51,200 bytes', { TemplateBody: ' '.repeat(51_201) }, 'less than or equal to 51200'],
      ['a template that is none', { TemplateBody: '[]' }, 'Template format error'],
      [
        'a section that is none',
        { TemplateBody: '{"Hooks":{},"Resources":{}}' },
        'Invalid template property',
      ],
      [
        'six rollback triggers',
        { RollbackConfiguration: { RollbackTriggers: Array(6).fill({ Arn: 'a', Type: 'b' }) } },
        'at most 5 rollback triggers',
      ],
      [
        'four hours of monitoring',
        { RollbackConfiguration: { MonitoringTimeInMinutes: 240 } },
        'less than or equal to 180',
      ],
      ['a stack policy that is none', { StackPolicyBody: '{}' }, 'Invalid stack policy'],
      ['express mode', { DeploymentConfig: { Mode: 'EXPRESS' } }, 'DeploymentConfig'],
    ])('refuses %s', async (_, rest, message) => {
      await expect(account.update(release('two'), rest as object)).rejects.toMatchObject({
        name: 'ValidationError',
        message: expect.stringContaining(message),
      });
      expect(account.status).toBe('CREATE_COMPLETE');
    });

    it.each([
      ['a reference to nothing', { Ref: 'Nothing' }, 'Unresolved resource dependencies [Nothing]'],
      ['a function it does not know', { 'Fn::Cidr': 'x' }, 'does not support the function Fn::Cidr'],
      ['a dynamic reference', '{{resolve:ssm:x}}', 'does not support dynamic references'],
      ['a circle', { Ref: 'Queue' }, 'Circular dependency between resources: [Queue]'],
    ])('refuses %s', async (_, value, message) => {
      const extra = { Queue: { Type: 'AWS::SQS::Queue', Properties: { Value: value } } };
      await expect(account.update(release('one', { extra }))).rejects.toThrow(message);
    });

    it('refuses to change the type of a resource', async () => {
      const extra = { Url: { Type: 'AWS::SQS::Queue' } };
      await expect(account.update(release('one', { extra }))).rejects.toThrow('Update of resource type');
    });
  });

  describe('templates', () => {
    it('accepts a longer one from a URL', async () => {
      const long = release('two', {
        extra: { Q: { Type: 'AWS::SQS::Queue', Metadata: 'x'.repeat(60_000) } },
      });
      account.objects.set('https://bucket/template', long);
      await operations().UpdateStack({
        StackName: 'orders',
        TemplateURL: 'https://bucket/template',
        Capabilities: CAPABILITIES,
      });
      await account.until('UPDATE_COMPLETE');
      expect(operations().GetTemplate({ StackName: 'orders', TemplateStage: 'Original' }).TemplateBody).toBe(
        long,
      );
    });

    it('shows the processed one unless asked for the original', () => {
      const get = (TemplateStage?: 'Original') =>
        operations().GetTemplate({ StackName: 'orders', ...(TemplateStage && { TemplateStage }) });
      expect(get('Original').TemplateBody).toBe(release('one'));
      const { Resources } = JSON.parse(get().TemplateBody);
      expect(Object.keys(Resources)).toEqual(
        expect.arrayContaining([
          'CreateAliaslive',
          'CreateDeploymentGroup',
          'ServerlessDeploymentApplication',
        ]),
      );
      expect(Resources.CreateAliaslive.UpdatePolicy.CodeDeployLambdaAliasUpdate).toEqual({
        ApplicationName: { Ref: 'ServerlessDeploymentApplication' },
        DeploymentGroupName: { Ref: 'CreateDeploymentGroup' },
      });
    });
  });

  describe('parameters', () => {
    const given = (ParameterKey: string, rest: object) => ({ Parameters: [{ ParameterKey, ...rest }] });

    it('masks NoEcho, and keeps its value under UsePreviousValue', async () => {
      expect(account.describe().Parameters).toEqual([
        { ParameterKey: 'Stage', ParameterValue: 'prod' },
        { ParameterKey: 'Secret', ParameterValue: '****' },
      ]);
      const extra = {
        Copy: {
          Type: 'AWS::SSM::Parameter',
          Properties: { Name: '/copy', Type: 'String', Value: { Ref: 'Secret' } },
        },
      };
      await account.update(release('two', { extra }), given('Secret', { UsePreviousValue: true }));
      await account.until('UPDATE_COMPLETE');
      expect(account.parameters.get('/copy')?.value).toBe('open sesame');
      const { TemplateBody } = operations().GetTemplate({ StackName: 'orders' });
      const { StackEvents } = operations().DescribeStackEvents({ StackName: 'orders' });
      expect(TemplateBody).toContain('"/copy"');
      expect(TemplateBody + JSON.stringify(StackEvents)).not.toContain('open sesame');
    });

    it.each([
      [
        'one the template has not',
        given('Other', { ParameterValue: 'x' }),
        'Parameters: [Other] do not exist in the template',
      ],
      [
        'a previous value with a new one',
        given('Stage', { ParameterValue: 'x', UsePreviousValue: true }),
        'Cannot specify usePreviousValue as true and non empty value',
      ],
    ])('refuses %s', async (_, rest, message) => {
      await expect(account.update(release('two'), rest)).rejects.toThrow(message);
    });

    it('refuses a missing value, a previous value that never was, and one not allowed', async () => {
      const template = JSON.parse(release('two'));
      template.Parameters.Size = { Type: 'String', AllowedValues: ['s', 'm'] };
      const update = (rest: object) => account.update(JSON.stringify(template), rest);
      await expect(update({})).rejects.toThrow('Parameters: [Size] must have values');
      await expect(update(given('Size', { UsePreviousValue: true }))).rejects.toThrow(
        'for a parameter key not in the previous template',
      );
      await expect(update(given('Size', { ParameterValue: 'xl' }))).rejects.toThrow('AllowedValues: [s, m]');
    });
  });

  describe('describing', () => {
    it('describes a stack with everything that a rollback has to save', async () => {
      await account.update(release('two'), {
        Tags: [{ Key: 'team', Value: 'shop' }],
        RoleARN: 'arn:aws:iam::123456789012:role/deploy',
        ClientRequestToken: 'deploy-2',
      });
      await account.until('UPDATE_COMPLETE');
      const stack = account.describe();
      expect(stack).toMatchObject({
        StackName: 'orders',
        StackStatus: 'UPDATE_COMPLETE',
        Capabilities: CAPABILITIES,
        Tags: [{ Key: 'team', Value: 'shop' }],
        RoleARN: 'arn:aws:iam::123456789012:role/deploy',
        DisableRollback: false,
        Outputs: [{ OutputKey: 'Function', OutputValue: account.name('Create') }],
        LastOperations: [{ OperationType: 'UPDATE_STACK', OperationId: expect.any(String) }],
      });
      expect(stack.LastUpdatedTime).toBeInstanceOf(Date);
      expect(operations().DescribeStacks({ StackName: stack.StackId }).Stacks).toEqual([stack]);
      const listed = (status: StackStatus) => operations().ListStacks({ StackStatusFilter: [status] });
      expect(listed('UPDATE_COMPLETE').StackSummaries).toEqual([
        expect.objectContaining({ StackName: 'orders', StackStatus: 'UPDATE_COMPLETE' }),
      ]);
      expect(listed('DELETE_COMPLETE').StackSummaries).toEqual([]);
    });

    it('gives stack events newest first, page by page, with the token', async () => {
      await account.update(release('two'), { ClientRequestToken: 'deploy-2' });
      await account.until('UPDATE_COMPLETE');
      const events = [];
      let NextToken: string | undefined;
      do {
        const answer = operations().DescribeStackEvents({
          StackName: 'orders',
          ...(NextToken !== undefined && { NextToken }),
        });
        events.push(...answer.StackEvents);
        NextToken = answer.NextToken;
      } while (NextToken !== undefined);
      expect(events[0]).toMatchObject({ ResourceStatus: 'UPDATE_COMPLETE', ClientRequestToken: 'deploy-2' });
      expect(events.at(-1)).toMatchObject({ ResourceStatus: 'CREATE_COMPLETE' });
      const times = events.map(({ Timestamp }) => Timestamp?.getTime() ?? 0);
      expect(times).toEqual(times.toSorted((a, b) => b - a));
    });

    it('finds resources by stack, logical and physical id', () => {
      const PhysicalResourceId = account.name('Create');
      const { StackResourceDetail } = operations().DescribeStackResource({
        StackName: 'orders',
        LogicalResourceId: 'Create',
      });
      expect(StackResourceDetail).toMatchObject({
        PhysicalResourceId,
        ResourceType: 'AWS::Lambda::Function',
        ResourceStatus: 'CREATE_COMPLETE',
      });
      const all = operations().DescribeStackResources({ PhysicalResourceId }).StackResources;
      expect(all.map(({ LogicalResourceId }) => LogicalResourceId)).toContain('CreateAliaslive');
      const listed = operations().ListStackResources({ StackName: 'orders' }).StackResourceSummaries;
      expect(listed).toHaveLength(all.length);
      expect(() =>
        operations().DescribeStackResource({ StackName: 'orders', LogicalResourceId: 'None' }),
      ).toThrow('Resource None does not exist for stack orders');
    });

    it.each([
      ['DescribeStacks', 'Stack with id none does not exist'],
      ['DescribeStackEvents', 'Stack [none] does not exist'],
      ['DescribeStackResource', "Stack 'none' does not exist"],
      ['GetTemplate', 'Stack with id none does not exist'],
    ] as const)('%s reports a missing stack', (operation, message) => {
      expect(() => operations()[operation]({ StackName: 'none', LogicalResourceId: 'x' })).toThrow(message);
    });
  });

  it('refuses DeleteStack by name', () => {
    expect(() => operations().DeleteStack({ StackName: 'orders' })).toThrow('does not support DeleteStack');
  });

  it('refuses to create a stack whose name is taken', async () => {
    await expect(
      operations().CreateStack({
        StackName: 'orders',
        TemplateBody: release('one'),
        Capabilities: CAPABILITIES,
      }),
    ).rejects.toMatchObject({ name: 'AlreadyExistsException' });
  });
});
