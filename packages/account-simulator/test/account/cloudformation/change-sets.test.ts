import type {
  CreateChangeSetCommandInput,
  DescribeChangeSetOutput,
  ResourceChangeDetail,
} from '@aws-sdk/client-cloudformation';
import { release, StackAccount } from './stack-account.ts';

type Input = Partial<CreateChangeSetCommandInput>;

/** A template without transform: a bucket with a name, a topic that refers to its attribute, a queue. */
function plain(resources: object = {}, rest: object = {}): string {
  return JSON.stringify({
    Parameters: {
      Days: { Type: 'String', Default: '3' },
      Secret: { Type: 'String', Default: 's', NoEcho: true },
    },
    Resources: {
      Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'one' } },
      Topic: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: { 'Fn::GetAtt': ['Bucket', 'Arn'] } } },
      Queue: { Type: 'AWS::SQS::Queue', Properties: { DelaySeconds: { Ref: 'Days' } } },
      ...resources,
    },
    ...rest,
  });
}

describe('change sets', () => {
  let account: StackAccount;
  beforeEach(() => {
    account = new StackAccount();
  });
  afterEach(() => account.clock.uninstall());

  const operations = () => account.cloudFormation.operations;
  const create = (input: Input) =>
    operations().CreateChangeSet({
      StackName: 'orders',
      ChangeSetName: 'next',
      Capabilities: ['CAPABILITY_IAM'],
      ...input,
    });
  const describeIt = (ChangeSetName = 'next') =>
    operations().DescribeChangeSet({ StackName: 'orders', ChangeSetName });

  async function created(input: Input) {
    await create(input);
    await account.clock.run(() => /COMPLETE|FAILED/.test(describeIt(input.ChangeSetName).Status ?? ''));
    return describeIt(input.ChangeSetName);
  }

  const changesOf = ({ Changes = [] }: DescribeChangeSetOutput) =>
    Changes.map(({ ResourceChange: change }) => [
      change?.Action,
      change?.LogicalResourceId,
      change?.Replacement,
      (change?.Details ?? []).map(briefly),
    ]);
  const briefly = ({ Target, Evaluation, ChangeSource, CausingEntity }: ResourceChangeDetail) =>
    [Target?.Name ?? Target?.Attribute, Evaluation, ChangeSource, CausingEntity]
      .filter((part) => part !== undefined)
      .join(' ');

  describe('of a SAM stack', () => {
    beforeEach(() => account.cloudFormation.createStackNow('orders', release('one', { functions: ['Get'] })));

    it('show the new version, the moving alias, and the resources that refer to the function', async () => {
      const next = await created({ TemplateBody: release('two', { functions: ['Get'] }) });

      expect(next).toMatchObject({ Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE' });
      const [function_, alias, ...rest] = changesOf(next);
      expect(function_).toEqual(['Modify', 'Get', 'False', ['Code Static DirectModification']]);
      expect(alias).toEqual([
        'Modify',
        'GetAliaslive',
        'False',
        ['FunctionVersion Dynamic DirectModification'],
      ]);
      expect(rest).toEqual([
        ['Add', expect.stringMatching(/^GetVersion/), undefined, []],
        ['Remove', expect.stringMatching(/^GetVersion/), undefined, []],
        ['Modify', 'Url', 'False', ['Value Dynamic DirectModification']],
      ]);
      expect(next.Changes?.[3]?.ResourceChange).toMatchObject({ PolicyAction: 'Retain' });
    });

    it('take a few seconds, and leave the stack and its events alone', async () => {
      const events = operations().DescribeStackEvents({ StackName: 'orders' }).StackEvents?.length;
      const began = account.clock.now();
      await create({ TemplateBody: release('two', { functions: ['Get'] }) });
      expect(describeIt()).toMatchObject({ Status: 'CREATE_PENDING', ExecutionStatus: 'UNAVAILABLE' });
      expect(() => operations().ExecuteChangeSet({ StackName: 'orders', ChangeSetName: 'next' })).toThrow(
        'cannot be executed in its current status of [CREATE_PENDING]',
      );
      await account.clock.run(() => describeIt().Status === 'CREATE_COMPLETE');

      expect(account.clock.now() - began).toBeGreaterThan(2000);
      expect(account.status).toBe('CREATE_COMPLETE');
      expect(operations().DescribeStackEvents({ StackName: 'orders' }).StackEvents).toHaveLength(events ?? 0);
      expect(account.events).toEqual([]);
    });

    it('need no CAPABILITY_AUTO_EXPAND, but the IAM capabilities', async () => {
      const next = await created({
        TemplateBody: release('two', { functions: ['Get'] }),
        Capabilities: [],
      });

      expect(next).toMatchObject({
        Status: 'FAILED',
        StatusReason: 'Requires capabilities : [CAPABILITY_IAM]',
        ExecutionStatus: 'UNAVAILABLE',
      });
    });

    it('fail where nothing changes, in the words of SAM', async () => {
      expect(await created({ TemplateBody: release('one', { functions: ['Get'] }) })).toMatchObject({
        Status: 'FAILED',
        StatusReason: 'No updates are to be performed.',
      });
    });

    it('update the stack under the token of ExecuteChangeSet, and are gone', async () => {
      const { ChangeSetId: id } = await created({
        TemplateBody: release('two', { functions: ['Get'] }),
        ClientToken: 'made',
      });
      await created({ TemplateBody: release('three', { functions: ['Get'] }), ChangeSetName: 'other' });
      operations().ExecuteChangeSet({ ChangeSetName: id, ClientRequestToken: 'done' });

      expect(() => describeIt()).toThrow('ChangeSet [next] does not exist');
      expect(describeIt('other').ExecutionStatus).toBe('OBSOLETE');
      expect(() => operations().ExecuteChangeSet({ ChangeSetName: id, ClientRequestToken: 'done' })).toThrow(
        'A client request token already exists: done',
      );
      await account.until('UPDATE_COMPLETE');
      expect(account.code('Get')).toBe('s3://code/Get-two');
      expect(account.describe().Capabilities).toEqual(['CAPABILITY_IAM']);
      const [last] = operations().DescribeStackEvents({ StackName: 'orders' }).StackEvents ?? [];
      expect(last?.ClientRequestToken).toBe('done');
      expect(() => operations().ExecuteChangeSet({ StackName: 'orders', ChangeSetName: 'other' })).toThrow(
        'cannot be executed in its current execution status of [OBSOLETE]',
      );
    });

    it('are listed, deleted, and refused under a used name', async () => {
      await create({ TemplateBody: release('two', { functions: ['Get'] }), ClientToken: 'a' });
      await expect(create({ TemplateBody: release('two', { functions: ['Get'] }) })).rejects.toMatchObject({
        name: 'AlreadyExistsException',
      });
      await expect(
        create({ TemplateBody: release('two', { functions: ['Get'] }), ClientToken: 'a' }),
      ).resolves.toEqual({ Id: describeIt().ChangeSetId, StackId: account.describe().StackId });
      expect(operations().ListChangeSets({ StackName: 'orders' }).Summaries).toHaveLength(1);
      operations().DeleteChangeSet({ StackName: 'orders', ChangeSetName: 'next' });
      operations().DeleteChangeSet({ StackName: 'orders', ChangeSetName: 'next' });
      expect(operations().ListChangeSets({ StackName: 'orders' }).Summaries).toEqual([]);
    });

    it('are refused for a stack that is being updated', async () => {
      await account.update(release('two', { functions: ['Get'] }));

      await expect(create({ TemplateBody: release('three', { functions: ['Get'] }) })).rejects.toThrow(
        'is in UPDATE_IN_PROGRESS state and can not be updated.',
      );
    });

    it('show their template before the stack has it', async () => {
      await created({ TemplateBody: release('two', { functions: ['Get'] }) });
      const { TemplateBody = '' } = operations().GetTemplate({ StackName: 'orders', ChangeSetName: 'next' });

      expect(JSON.parse(TemplateBody).Resources.Get.Properties.Code.S3Key).toBe('Get-two');
    });
  });

  describe('that send the processed template back', () => {
    const live = () =>
      JSON.parse(operations().GetTemplate({ StackName: 'orders', TemplateStage: 'Processed' }).TemplateBody);
    const usePrevious = ['Stage', 'Secret'].map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true }));

    it('change nothing when it is unchanged, under other values of the parameters too', async () => {
      account.cloudFormation.createStackNow('orders', release('one'), { Stage: 'dev', Secret: 'x' });
      const same = await created({ TemplateBody: JSON.stringify(live()), Parameters: usePrevious });

      expect(same.StatusReason).toBe(
        "The submitted information didn't contain changes. Submit different information to create a change set.",
      );
    });

    it('keep references to parameters and conditions, and no transform', () => {
      account.cloudFormation.createStackNow('orders', release('one'), { Stage: 'dev', Secret: 'x' });

      expect(live()).toMatchObject({
        Parameters: { Stage: { Type: 'String' }, Secret: { NoEcho: true } },
        Resources: { Get: { Properties: { Environment: { Variables: { STAGE: { Ref: 'Stage' } } } } } },
        Outputs: { Function: { Value: { Ref: 'Create' } } },
      });
      expect(live()).not.toHaveProperty('Transform');
      expect(live()).not.toHaveProperty('Globals');
    });

    it('return a question mark for every character outside ASCII, which then is a change', async () => {
      const extra = { Note: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: 'größer → 😀' } } };
      account.cloudFormation.createStackNow('orders', release('one', { extra }));
      expect(live().Resources.Note.Properties.DisplayName).toBe('gr??er ? ?');

      expect(changesOf(await created({ TemplateBody: JSON.stringify(live()) }))).toEqual([
        ['Modify', 'Note', 'False', ['DisplayName Static DirectModification']],
      ]);
    });

    it('pin an alias to a number: shown alone, nothing moves, and later rollbacks end there', async () => {
      account = account.restart();
      account.cloudFormation.createStackNow('orders', release('one', { functions: ['Get'] }));
      await account.update(release('two', { functions: ['Get'] }));
      await account.until('UPDATE_COMPLETE');
      account.lambda.pointAlias(account.name('Get'), 'live', { version: '1', weights: {} });
      const history = account.lambda.shareHistory(account.name('Get'), 'live').length;
      const template = live();
      template.Resources.GetAliaslive.Properties.FunctionVersion = '1';
      delete template.Resources.GetAliaslive.UpdatePolicy;
      const pin = await created({ TemplateBody: JSON.stringify(template), Parameters: usePrevious });

      expect(changesOf(pin)).toEqual([
        [
          'Modify',
          'GetAliaslive',
          'False',
          ['FunctionVersion Static DirectModification', 'UpdatePolicy Static DirectModification'],
        ],
      ]);
      expect(pin.Changes?.[0]?.ResourceChange?.Scope).toEqual(['Properties', 'UpdatePolicy']);
      operations().ExecuteChangeSet({ StackName: 'orders', ChangeSetName: 'next' });
      await account.until('UPDATE_COMPLETE');
      expect(account.lambda.shareHistory(account.name('Get'), 'live')).toHaveLength(history);
      const deployments = account.codeDeploy.deployments.length;

      account.cloudFormation.failUpdateOf('orders', 'Url', 'refused');
      await account.update(release('three', { functions: ['Get'] }));
      await account.until('UPDATE_ROLLBACK_COMPLETE');
      expect(account.alias('Get')).toEqual({ version: '1', weights: {} });
      expect(account.codeDeploy.deployments.length - deployments).toBeLessThanOrEqual(2);
    });
  });

  describe('of a template without transform', () => {
    beforeEach(() => account.cloudFormation.createStackNow('orders', plain()));

    it.each<[string, string, unknown[]]>([
      [
        'a new physical name, and what refers to its attribute',
        plain({ Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'two' } } }),
        [
          ['Modify', 'Bucket', 'True', ['BucketName Static DirectModification']],
          ['Modify', 'Topic', 'False', ['DisplayName Dynamic ResourceAttribute Bucket.Arn']],
        ],
      ],
      [
        'a change in place of what others refer to',
        plain({
          Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'one', AccessControl: 'Private' } },
        }),
        [
          ['Modify', 'Bucket', 'False', ['AccessControl Static DirectModification']],
          ['Modify', 'Topic', 'False', ['DisplayName Dynamic ResourceAttribute Bucket.Arn']],
        ],
      ],
      [
        'what is added and removed',
        plain({ Queue: undefined, Fifo: { Type: 'AWS::SQS::Queue' } }),
        [
          ['Add', 'Fifo', undefined, []],
          ['Remove', 'Queue', undefined, []],
        ],
      ],
      [
        'policies and metadata alone',
        plain({
          Bucket: {
            Type: 'AWS::S3::Bucket',
            DeletionPolicy: 'Retain',
            Metadata: { a: 1 },
            Properties: { BucketName: 'one' },
          },
        }),
        [
          [
            'Modify',
            'Bucket',
            'False',
            ['Metadata Static DirectModification', 'DeletionPolicy Static DirectModification'],
          ],
          ['Modify', 'Topic', 'False', ['DisplayName Dynamic ResourceAttribute Bucket.Arn']],
        ],
      ],
    ])('show %s', async (_, template, expected) => {
      expect(changesOf(await created({ TemplateBody: template }))).toEqual(expected);
    });

    it('show the parameter that causes a change', async () => {
      const Parameters = [{ ParameterKey: 'Days', ParameterValue: '5' }];

      expect(changesOf(await created({ UsePreviousTemplate: true, Parameters }))).toEqual([
        [
          'Modify',
          'Queue',
          'False',
          ['DelaySeconds Static ParameterReference Days', 'DelaySeconds Dynamic DirectModification'],
        ],
      ]);
    });

    it('show a replacement that depends on a value as conditional', async () => {
      const other = (name: string) =>
        plain({
          Table: {
            Type: 'AWS::DynamoDB::Table',
            Properties: { TableName: { 'Fn::GetAtt': ['Bucket', 'Name'] } },
          },
          Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: name } },
        });
      account = account.restart();
      account.cloudFormation.createStackNow('orders', other('one'));

      expect(changesOf(await created({ TemplateBody: other('two') }))).toContainEqual([
        'Modify',
        'Table',
        'Conditional',
        ['TableName Dynamic ResourceAttribute Bucket.Name'],
      ]);
    });

    it('show the tags of the stack at every resource that gets them', async () => {
      const Tags = [{ Key: 'team', Value: 'shop' }];

      expect(changesOf(await created({ UsePreviousTemplate: true, Tags }))).toContainEqual([
        'Modify',
        'Bucket',
        'False',
        ['Tags Static DirectModification'],
      ]);
    });

    it('always show a nested stack as modified', async () => {
      const nested = { Nested: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: 'u' } } };
      account = account.restart();
      account.cloudFormation.createStackNow('orders', plain(nested));

      expect(changesOf(await created({ UsePreviousTemplate: true }))).toEqual([
        ['Modify', 'Nested', 'False', ['Properties Dynamic Automatic']],
      ]);
    });

    it('are complete without a change of resources where an output is new', async () => {
      const next = await created({ TemplateBody: plain({}, { Outputs: { A: { Value: 'b' } } }) });

      expect(next).toMatchObject({ Status: 'CREATE_COMPLETE', Changes: [] });
    });

    it('come in pages, and mask NoEcho parameters', async () => {
      const many = Object.fromEntries(
        Array.from({ length: 120 }, (_, at) => [`More${at}`, { Type: 'AWS::SNS::Topic' }]),
      );
      const first = await created({ TemplateBody: plain(many) });

      expect(first.Changes).toHaveLength(100);
      const second = operations().DescribeChangeSet({
        StackName: 'orders',
        ChangeSetName: 'next',
        NextToken: first.NextToken,
      });
      expect(second.Changes).toHaveLength(20);
      expect(second.NextToken).toBeUndefined();
      expect(first.Parameters).toContainEqual({ ParameterKey: 'Secret', ParameterValue: '****' });
    });

    it('keep a RollbackConfiguration for the stack', async () => {
      const RollbackConfiguration = { RollbackTriggers: [], MonitoringTimeInMinutes: 0 };
      await created({ TemplateBody: plain({ More: { Type: 'AWS::SNS::Topic' } }), RollbackConfiguration });
      operations().ExecuteChangeSet({ StackName: 'orders', ChangeSetName: 'next' });
      await account.until('UPDATE_COMPLETE');

      expect(account.describe().RollbackConfiguration).toEqual(RollbackConfiguration);
    });
  });
});
