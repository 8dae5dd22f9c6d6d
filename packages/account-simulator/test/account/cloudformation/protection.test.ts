import type { SetStackPolicyCommandInput } from '@aws-sdk/client-cloudformation';
import { deniedBy } from '../../../account/cloudformation/stack-policy.ts';
import { StackAccount } from './stack-account.ts';

type Resources = Readonly<Record<string, object>>;

const table = { Type: 'AWS::DynamoDB::Table', Properties: { KeySchema: ['id'] } };
const rekeyed = { ...table, Properties: { KeySchema: ['id', 'at'] } };
const topic = (DisplayName: string) => ({ Type: 'AWS::SNS::Topic', Properties: { DisplayName } });
const template = (resources: Resources) => JSON.stringify({ Resources: resources });

describe('a stack', () => {
  let account: StackAccount;
  beforeEach(() => {
    account = new StackAccount();
  });
  afterEach(() => account.clock.uninstall());

  const create = (resources: Resources) =>
    account.cloudFormation.createStackNow('orders', template({ Topic: topic('one'), ...resources }));
  const update = (resources: Resources, rest: object = {}) =>
    account.update(template({ Topic: topic('two'), ...resources }), rest);
  const statusesOf = (logicalId: string) =>
    (account.cloudFormation.operations.DescribeStackEvents({ StackName: 'orders' }).StackEvents ?? [])
      .filter((event) => event.LogicalResourceId === logicalId)
      .map(({ ResourceStatus, ResourceStatusReason: reason }) =>
        reason === undefined ? ResourceStatus : `${ResourceStatus}: ${reason}`,
      )
      .reverse();
  const holders = () =>
    account.cloudFormation.data.holders.map(({ logicalId, deletedAt }) => [
      logicalId,
      deletedAt !== undefined,
    ]);
  const write = (logicalId: string) =>
    account.cloudFormation.data.write(account.name(logicalId), account.clock.now());

  describe('with data', () => {
    it('loses it with a table that an update removes', async () => {
      create({ Orders: table });
      write('Orders');
      await update({});
      await account.until('UPDATE_COMPLETE');

      expect(holders()).toEqual([['Orders', true]]);
    });

    it('keeps a bucket that is not empty: CloudFormation cannot delete it', async () => {
      create({ Files: { Type: 'AWS::S3::Bucket' }, Empty: { Type: 'AWS::S3::Bucket' } });
      write('Files');
      await update({});
      await account.until('UPDATE_COMPLETE');

      expect(holders()).toEqual([
        ['Files', false],
        ['Empty', true],
      ]);
      expect(statusesOf('Files').at(-1)).toMatch(
        /^DELETE_FAILED: The bucket you tried to delete is not empty/,
      );
    });

    it('replaces a table whose key changes, and deletes the previous one at the end', async () => {
      create({ Orders: table });
      const before = account.name('Orders');
      await update({ Orders: rekeyed });
      await account.until('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
      expect(holders()).toEqual([
        ['Orders', false],
        ['Orders', false],
      ]);
      await account.until('UPDATE_COMPLETE');

      expect(account.name('Orders')).not.toBe(before);
      expect(holders()).toEqual([
        ['Orders', true],
        ['Orders', false],
      ]);
    });

    it('goes back to the previous table where such an update fails', async () => {
      create({ Orders: table });
      const before = account.name('Orders');
      const last = { Last: { ...topic('x'), DependsOn: 'Orders' } };
      account.cloudFormation.failUpdateOf('orders', 'Last', 'refused');
      await update({ Orders: rekeyed, ...last });
      await account.until('UPDATE_ROLLBACK_COMPLETE');

      expect(account.name('Orders')).toBe(before);
      expect(holders()).toEqual([
        ['Orders', false],
        ['Orders', true],
      ]);
    });

    it('does not replace a resource that keeps its custom name', async () => {
      const named = (KeySchema: string[]) => ({ ...table, Properties: { TableName: 'orders', KeySchema } });
      create({ Orders: named(['id']) });
      await update({ Orders: named(['at']) });
      await account.until('UPDATE_ROLLBACK_COMPLETE');

      expect(statusesOf('Orders')).toContainEqual(
        expect.stringContaining('cannot update a stack when a custom-named resource requires replacing'),
      );
    });

    it.each([
      ['Delete', true, true],
      ['Retain', false, false],
      ['RetainExceptOnCreate', false, true],
    ])(
      'applies DeletionPolicy %s to a table when it is removed, and when its creation is undone',
      async (DeletionPolicy, removed, undone) => {
        create({ Orders: { ...table, DeletionPolicy } });
        await update({});
        await account.until('UPDATE_COMPLETE');
        expect(holders()).toEqual([['Orders', removed]]);

        account.cloudFormation.failUpdateOf('orders', 'Topic', 'refused');
        const added = { New: { ...table, DeletionPolicy } };
        await account.update(template({ Topic: { ...topic('three'), DependsOn: 'New' }, ...added }));
        await account.until('UPDATE_ROLLBACK_COMPLETE');
        expect(holders()[1]).toEqual(['New', undone]);
      },
    );

    it('deletes resources that it created where a request says RetainExceptOnCreate', async () => {
      create({});
      account.cloudFormation.failUpdateOf('orders', 'Topic', 'refused');
      const added = { New: { ...table, DeletionPolicy: 'Retain' } };
      const next = template({ Topic: { ...topic('two'), DependsOn: 'New' }, ...added });
      await account.update(next, { RetainExceptOnCreate: true });
      await account.until('UPDATE_ROLLBACK_COMPLETE');

      expect(holders()).toEqual([['New', true]]);
    });

    it('retains a replaced resource where its UpdateReplacePolicy says so', async () => {
      create({ Orders: { ...table, UpdateReplacePolicy: 'Retain' } });
      await update({ Orders: { ...rekeyed, UpdateReplacePolicy: 'Retain' } });
      await account.until('UPDATE_COMPLETE');

      expect(holders()).toEqual([
        ['Orders', false],
        ['Orders', false],
      ]);
      expect(statusesOf('Orders')).toContain('DELETE_SKIPPED');
    });
  });

  describe('with a policy', () => {
    const policy = (...Statement: object[]) => JSON.stringify({ Statement });
    const allowAll = { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' };
    const denyLoss = {
      Effect: 'Deny',
      Action: ['Update:Delete', 'Update:Replace'],
      Principal: '*',
      Resource: '*',
      Condition: { StringEquals: { ResourceType: ['AWS::DynamoDB::Table'] } },
    };
    const set = (input: Partial<SetStackPolicyCommandInput>) =>
      account.cloudFormation.operations.SetStackPolicy({ StackName: 'orders', ...input });

    it('fails an update that would remove a protected resource, before anything changes', async () => {
      create({ Orders: table });
      await set({ StackPolicyBody: policy(allowAll, denyLoss) });
      await update({});
      await account.until('UPDATE_ROLLBACK_COMPLETE');

      expect(statusesOf('Orders')).toEqual([
        'UPDATE_FAILED: Action denied by stack policy: Statement [#2] does not allow [Update:Delete] for resource [LogicalResourceId/Orders]',
      ]);
      expect(statusesOf('Topic')).toEqual([]);
      expect(holders()).toEqual([['Orders', false]]);
    });

    it('fails an update that would replace a protected resource, and lets other changes pass', async () => {
      create({ Orders: table });
      await set({ StackPolicyBody: policy(allowAll, denyLoss) });
      await update({ Orders: rekeyed });
      await account.until('UPDATE_ROLLBACK_COMPLETE');
      expect(holders()).toEqual([['Orders', false]]);

      await update({ Orders: { ...table, Properties: { KeySchema: ['id'], Tags: [] } } });
      await account.until('UPDATE_COMPLETE');
    });

    it('is replaced for one update by StackPolicyDuringUpdateBody', async () => {
      create({ Orders: table });
      await set({ StackPolicyBody: policy(allowAll, denyLoss) });
      await update({}, { StackPolicyDuringUpdateBody: policy(allowAll) });
      await account.until('UPDATE_COMPLETE');

      expect(account.cloudFormation.operations.GetStackPolicy({ StackName: 'orders' })).toEqual({
        StackPolicyBody: policy(allowAll, denyLoss),
      });
    });

    it.each<[string, object[], string | undefined]>([
      ['nothing at all', [{ ...allowAll, Effect: 'Deny' }], 'Statement [#1] does not allow'],
      [
        'what no statement allows',
        [{ ...allowAll, Resource: 'LogicalResourceId/Other*' }],
        'no statement allows',
      ],
      ['what it names by a pattern', [{ ...allowAll, Resource: 'LogicalResourceId/Ord*' }], undefined],
      [
        'everything but what it names',
        [{ ...allowAll, Resource: undefined, NotResource: 'LogicalResourceId/Other' }],
        undefined,
      ],
      [
        'another action',
        [{ ...allowAll, Action: undefined, NotAction: 'Update:Modify' }],
        'no statement allows',
      ],
    ])('allows or denies %s', (_, statements, expected) => {
      const denied = deniedBy(policy(...statements), 'Update:Modify', { logicalId: 'Orders', type: 'T' });

      if (expected === undefined) expect(denied).toBeUndefined();
      else expect(denied).toContain(expected);
    });
  });

  describe('with rollback triggers', () => {
    const Arn = 'arn:aws:cloudwatch:us-east-1:1:alarm:orders-errors';
    const triggers = (minutes: number) => ({
      RollbackConfiguration: {
        RollbackTriggers: [{ Arn, Type: 'AWS::CloudWatch::Alarm' }],
        MonitoringTimeInMinutes: minutes,
      },
    });

    it('rolls back when the alarm rings while it is monitored, which takes its time', async () => {
      create({});
      account.alarm('orders-errors', 'OK');
      await update({}, triggers(30));
      await account.pass(20 * 60_000);
      expect(account.status).toBe('UPDATE_IN_PROGRESS');
      account.alarm('orders-errors', 'ALARM');
      await account.until('UPDATE_ROLLBACK_COMPLETE');

      expect(account.statuses).toContain('UPDATE_ROLLBACK_IN_PROGRESS');
    });

    it('keeps them for later updates, until an empty list removes them', async () => {
      create({});
      account.alarm('orders-errors', 'OK');
      await update({}, triggers(30));
      await account.until('UPDATE_COMPLETE');
      const began = account.clock.now();
      await account.update(template({ Topic: topic('three') }));
      await account.until('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
      expect(account.clock.now() - began).toBeGreaterThan(30 * 60_000);
      await account.until('UPDATE_COMPLETE');
      expect(account.describe().RollbackConfiguration).toEqual(triggers(30).RollbackConfiguration);

      const none = { RollbackConfiguration: { RollbackTriggers: [], MonitoringTimeInMinutes: 0 } };
      await account.update(template({ Topic: topic('four') }), none);
      account.alarm('orders-errors', 'ALARM');
      await account.until('UPDATE_COMPLETE');
    });

    it('fails where the alarm does not exist', async () => {
      create({});
      await update({}, triggers(0));
      await account.until('UPDATE_ROLLBACK_COMPLETE');

      expect(statusesOf('orders')[2]).toBe(
        `UPDATE_ROLLBACK_IN_PROGRESS: Rollback trigger ${Arn} does not exist.`,
      );
    });

    it.each([
      ['counts', 'UPDATE_ROLLBACK_COMPLETE'],
      ['ignored', 'UPDATE_COMPLETE'],
    ] as const)('that ring already (ringingTrigger: %s) end in %s', async (ringingTrigger, status) => {
      account = account.restart({ ringingTrigger });
      create({});
      account.alarm('orders-errors', 'ALARM');
      await update({}, triggers(0));
      await account.until(status);
    });

    it('leaves monitoring when the update is cancelled', async () => {
      create({});
      account.alarm('orders-errors', 'OK');
      await update({}, triggers(30));
      await account.pass(10 * 60_000);
      account.cloudFormation.operations.CancelUpdateStack({ StackName: 'orders' });
      await account.until('UPDATE_ROLLBACK_COMPLETE');
    });
  });

  describe('that exports a value', () => {
    const exporter = (value: string | undefined, name = 'orders-topic') =>
      JSON.stringify({
        Resources: { Topic: topic(`${value}`) },
        ...(value !== undefined && { Outputs: { Name: { Value: value, Export: { Name: name } } } }),
      });
    const importer = JSON.stringify({
      Parameters: { Stack: { Type: 'String', Default: 'orders' } },
      Resources: {
        Queue: {
          Type: 'AWS::SNS::Topic',
          Properties: {
            DisplayName: { 'Fn::ImportValue': { 'Fn::Join': ['-', [{ Ref: 'Stack' }, 'topic']] } },
          },
        },
      },
    });
    const operations = () => account.cloudFormation.operations;

    beforeEach(() => {
      account.cloudFormation.createStackNow('orders', exporter('one'));
    });

    it('shows it, and its importers', () => {
      const id = account.cloudFormation.createStackNow('web', importer);

      expect(operations().ListExports({}).Exports).toEqual([
        { ExportingStackId: account.describe().StackId, Name: 'orders-topic', Value: 'one' },
      ]);
      expect(operations().ListImports({ ExportName: 'orders-topic' }).Imports).toEqual(['web']);
      expect(() => operations().ListImports({ ExportName: 'other' })).toThrow(
        "Export 'other' is not imported by any stack.",
      );
      expect(id).toContain('stack/web/');
    });

    it.each([
      ['removed', undefined, 'deleted'],
      ['changed', 'two', 'updated'],
    ])('cannot have it %s while a stack imports it', async (_, value, word) => {
      account.cloudFormation.createStackNow('web', importer);
      await account.update(exporter(value));
      await account.until('UPDATE_ROLLBACK_COMPLETE');

      expect(statusesOf('orders')[2]).toBe(
        `UPDATE_ROLLBACK_IN_PROGRESS: Export orders-topic cannot be ${word} as it is in use by web`,
      );
      expect(operations().ListExports({}).Exports?.[0]?.Value).toBe('one');
    });

    it('may change it while no stack imports it', async () => {
      await account.update(exporter('two'));
      await account.until('UPDATE_COMPLETE');

      expect(operations().ListExports({}).Exports?.[0]?.Value).toBe('two');
    });

    it('refuses an import of a value that no stack exports', async () => {
      const unknown = importer.replace('"topic"', '"queue"');

      expect(() => account.cloudFormation.createStackNow('web', unknown)).toThrow(
        'No export named orders-queue found.',
      );
    });
  });

  describe('with a parameter of Parameter Store', () => {
    const stored = JSON.stringify({
      Parameters: { Size: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/size' } },
      Resources: { Topic: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: { Ref: 'Size' } } } },
    });
    const put = (value: string) => account.parameters.set('/size', { name: '/size', type: 'String', value });

    it.each([
      ['read-anew', 'large'],
      ['kept', 'small'],
    ] as const)(
      'under UsePreviousValue (ssmParameters: %s) has the value %s',
      async (ssmParameters, expected) => {
        account = account.restart({ ssmParameters });
        put('small');
        account.cloudFormation.createStackNow('orders', stored);
        put('large');
        await account.update(
          stored.replace('"Resources":{', '"Resources":{"Other":{"Type":"AWS::SNS::Topic"},'),
          {
            Parameters: [{ ParameterKey: 'Size', UsePreviousValue: true }],
          },
        );
        await account.until('UPDATE_COMPLETE');

        expect(account.describe().Parameters).toEqual([
          { ParameterKey: 'Size', ParameterValue: '/size', ResolvedValue: expected },
        ]);
      },
    );

    it('refuses a template that names a missing parameter', () => {
      expect(() => account.cloudFormation.createStackNow('orders', stored)).toThrow(
        'Unable to fetch parameters [/size] from parameter store for this account.',
      );
    });
  });
});
