import { FUNCTIONS, release, StackAccount } from './stack-account.ts';

const ALL = (version: string) => FUNCTIONS.map(() => ({ version, weights: {} }));

const ROLLED_BACK = [
  'UPDATE_IN_PROGRESS',
  'UPDATE_ROLLBACK_IN_PROGRESS',
  'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
  'UPDATE_ROLLBACK_COMPLETE',
];

describe('rolling a stack back', () => {
  let account: StackAccount;
  afterEach(() => account.clock.uninstall());

  const aliases = () => FUNCTIONS.map((name) => account.alias(name));
  const operations = () => account.cloudFormation.operations;
  const eventsOf = (logicalId: string) =>
    operations()
      .DescribeStackEvents({ StackName: 'orders' })
      .StackEvents.filter(({ LogicalResourceId }) => LogicalResourceId === logicalId)
      .map(({ ResourceStatus, ResourceStatusReason }) => [ResourceStatus, ResourceStatusReason]);

  async function shifting(options?: ConstructorParameters<typeof StackAccount>[0]): Promise<void> {
    account = new StackAccount(options);
    account.cloudFormation.createStackNow('orders', release('one'));
    await account.update(release('two'), { ClientRequestToken: 'deploy-2' });
    await account.shifting();
  }

  describe('when one function of four goes bad', () => {
    it('stops the other deployments and restores everything', async () => {
      await shifting();
      account.alarm('Get-errors', 'ALARM');
      await account.until('UPDATE_ROLLBACK_COMPLETE');
      expect(account.statuses).toEqual(ROLLED_BACK);
      expect(aliases()).toEqual(ALL('1'));
      expect(account.parameters.get('/orders/url')?.value).toBe('https://prod/one');
      const codes = account.codeDeploy.deployments
        .filter(({ rollsBack }) => !rollsBack)
        .map((d) => d.error?.code);
      expect(codes.toSorted()).toEqual(['ALARM_ACTIVE', 'MANUAL_STOP', 'MANUAL_STOP', 'MANUAL_STOP']);
      const reason = account.events[1]?.event.detail['status-details'];
      expect(reason).toMatchObject({
        'status-reason': 'The following resource(s) failed to update: [GetAliaslive]. ',
      });
      expect(eventsOf('CreateAliaslive')).toContainEqual(['UPDATE_FAILED', 'Resource update cancelled']);
      expect(eventsOf('GetAliaslive')).toContainEqual([
        'UPDATE_FAILED',
        expect.stringContaining('ALARM_ACTIVE'),
      ]);
    });

    it('restores the aliases of functions that were complete', async () => {
      account = new StackAccount();
      const slow = { Type: 'Linear10PercentEvery10Minutes', Alarms: ['slow-errors'] };
      const templates = ['one', 'two'].map((label) => {
        const template = JSON.parse(release(label));
        template.Resources.Events.Properties.DeploymentPreference = slow;
        return JSON.stringify(template);
      });
      account.cloudFormation.createStackNow('orders', templates[0] as string);
      await account.update(templates[1] as string);
      await account.shifting();
      await account.pass(20 * 60_000);
      expect(account.alias('Create')).toEqual({ version: '2', weights: {} });
      expect(account.status).toBe('UPDATE_IN_PROGRESS');
      account.alarm('slow-errors', 'ALARM');
      await account.until('UPDATE_ROLLBACK_COMPLETE');
      expect(aliases()).toEqual(ALL('1'));
    });

    it('keeps the versions published, and $LATEST is the old code again', async () => {
      await shifting();
      account.alarm('Get-errors', 'ALARM');
      await account.until('UPDATE_ROLLBACK_COMPLETE');
      const name = account.name('Get');
      expect(account.lambda.version(name, '2')?.code).toBe('s3://code/Get-two');
      expect(account.lambda.find(name).latest.code).toBe('s3://code/Get-one');
    });

    it('gives the next release the next numbers', async () => {
      await shifting();
      account.alarm('Get-errors', 'ALARM');
      await account.until('UPDATE_ROLLBACK_COMPLETE');
      account.alarm('Get-errors', 'OK');
      await account.update(release('three'));
      await account.until('UPDATE_COMPLETE');
      expect(aliases()).toEqual(ALL('3'));
    });
  });

  it('rolls back an update whose deployment was stopped by hand', async () => {
    await shifting();
    const [first] = account.codeDeploy.deployments;
    account.codeDeploy.operations.StopDeployment({ deploymentId: first?.id, autoRollbackEnabled: true });
    await account.until('UPDATE_ROLLBACK_COMPLETE');
    expect(aliases()).toEqual(ALL('1'));
  });

  it.each([
    [true, ALL('1')],
    [false, expect.arrayContaining([{ version: '1', weights: { '2': 0.1 } }])],
  ])('clears weights left by a stop without rollback: %s', async (rollbackClearsWeights, expected) => {
    await shifting({ rollbackClearsWeights });
    const [first] = account.codeDeploy.deployments;
    account.codeDeploy.operations.StopDeployment({ deploymentId: first?.id, autoRollbackEnabled: false });
    await account.until('UPDATE_ROLLBACK_COMPLETE');
    expect(aliases()).toEqual(expected);
  });

  it('fails within seconds when an alarm was in ALARM before', async () => {
    account = new StackAccount();
    account.cloudFormation.createStackNow('orders', release('one'));
    account.alarm('Get-errors', 'ALARM');
    await account.update(release('two'));
    await account.until('UPDATE_ROLLBACK_COMPLETE');
    expect(aliases()).toEqual(ALL('1'));
  });

  describe('by the UpdatePolicy before (rollbackPolicy: before)', () => {
    const extra = { Last: { Type: 'AWS::SQS::Queue', DependsOn: FUNCTIONS.map((f) => `${f}Aliaslive`) } };

    async function failing(): Promise<void> {
      account = new StackAccount({ rollbackPolicy: 'before' });
      account.cloudFormation.createStackNow('orders', release('one'));
      account.cloudFormation.failUpdateOf('orders', 'Last', 'no queue today');
      await account.update(release('two', { extra }));
    }

    it('moves complete aliases by deployments of their own, as slowly as their groups do', async () => {
      await failing();
      await account.until('UPDATE_ROLLBACK_IN_PROGRESS');
      const began = account.clock.now();
      await account.until('UPDATE_ROLLBACK_COMPLETE');

      expect(account.clock.now() - began).toBeGreaterThan(5 * 60_000);
      expect(aliases()).toEqual(ALL('1'));
      expect(account.codeDeploy.deployments.slice(4).map(({ creator, status }) => [creator, status])).toEqual(
        FUNCTIONS.map(() => ['CloudFormationRollback', 'Succeeded']),
      );
      expect(eventsOf('Last')[0]?.[0]).toBe('DELETE_COMPLETE');
    });

    it('fails where an alarm stops such a deployment, and the alias stays on the new version', async () => {
      await failing();
      await account.until('UPDATE_ROLLBACK_IN_PROGRESS');
      account.alarm('Get-errors', 'ALARM');
      await account.until('UPDATE_ROLLBACK_FAILED');

      expect(account.alias('Get')).toEqual({ version: '2', weights: {} });
      expect(account.alias('Create')).toEqual({ version: '1', weights: {} });
    });
  });

  describe('CancelUpdateStack', () => {
    it('stops all deployments and rolls back', async () => {
      await shifting();
      operations().CancelUpdateStack({ StackName: 'orders', ClientRequestToken: 'cancel-2' });
      expect(account.status).toBe('UPDATE_ROLLBACK_IN_PROGRESS');
      await account.until('UPDATE_ROLLBACK_COMPLETE');
      expect(aliases()).toEqual(ALL('1'));
      expect(account.events.at(-1)?.event.detail).toMatchObject({ 'client-request-token': 'cancel-2' });
    });

    it('works before anything has begun', async () => {
      account = new StackAccount();
      account.cloudFormation.createStackNow('orders', release('one'));
      await account.update(release('two'));
      operations().CancelUpdateStack({ StackName: 'orders' });
      await account.until('UPDATE_ROLLBACK_COMPLETE');
      await account.clock.run(() => false);
      expect(account.codeDeploy.deployments).toHaveLength(0);
      expect(account.statuses).toEqual(ROLLED_BACK);
    });

    it('is refused when no update is running', () => {
      account = new StackAccount();
      account.cloudFormation.createStackNow('orders', release('one'));
      expect(() => operations().CancelUpdateStack({ StackName: 'orders' })).toThrow(
        'CancelUpdateStack cannot be called from current stack status',
      );
    });
  });

  describe('that fails itself', () => {
    async function failed(times?: number): Promise<void> {
      await shifting();
      account.cloudFormation.failRollbackOf('orders', 'Url', 'Parameter Store is busy', times);
      account.alarm('Get-errors', 'ALARM');
      await account.until('UPDATE_ROLLBACK_FAILED');
    }

    const proceed = (rest: object = {}) =>
      operations().ContinueUpdateRollback({ StackName: 'orders', ...rest });

    it('ends in UPDATE_ROLLBACK_FAILED with the others restored, and accepts no update', async () => {
      await failed();
      expect(aliases()).toEqual(ALL('1'));
      expect(account.parameters.get('/orders/url')?.value).toBe('https://prod/two');
      expect(account.describe().StackStatusReason).toBe(
        'The following resource(s) failed to update: [Url]. ',
      );
      await expect(account.update(release('three'))).rejects.toThrow(
        /is in UPDATE_ROLLBACK_FAILED state and can not be updated\.$/,
      );
    });

    it('succeeds when continued after a repair', async () => {
      await failed();
      proceed();
      await account.until('UPDATE_ROLLBACK_COMPLETE');
      expect(account.parameters.get('/orders/url')?.value).toBe('https://prod/one');
    });

    it('fails again while the fault stays, until it is mended', async () => {
      await failed(Number.POSITIVE_INFINITY);
      proceed();
      await account.until('UPDATE_ROLLBACK_IN_PROGRESS');
      await account.until('UPDATE_ROLLBACK_FAILED');
      account.cloudFormation.mend('orders', 'Url');
      proceed();
      await account.until('UPDATE_ROLLBACK_COMPLETE');
    });

    it('can skip the resource, which stays unchanged', async () => {
      await failed(Number.POSITIVE_INFINITY);
      proceed({ ResourcesToSkip: ['Url'] });
      await account.until('UPDATE_ROLLBACK_COMPLETE');
      expect(account.parameters.get('/orders/url')?.value).toBe('https://prod/two');
    });

    it('refuses to skip a resource that did not fail', async () => {
      await failed();
      expect(() => proceed({ ResourcesToSkip: ['GetAliaslive'] })).toThrow(
        'is not in the UPDATE_FAILED state',
      );
      expect(() => proceed({ ResourcesToSkip: ['Nothing'] })).toThrow('does not exist in the stack');
      expect(account.status).toBe('UPDATE_ROLLBACK_FAILED');
    });
  });

  it('refuses to continue a rollback that has not failed', () => {
    account = new StackAccount();
    account.cloudFormation.createStackNow('orders', release('one'));
    expect(() => operations().ContinueUpdateRollback({ StackName: 'orders' })).toThrow(
      expect.objectContaining({ name: 'ValidationError' }),
    );
  });

  it('cannot restore an alias to a deleted version', async () => {
    account = new StackAccount();
    account.cloudFormation.createStackNow('orders', release('one'));
    const extra = { Last: { Type: 'AWS::SQS::Queue', DependsOn: FUNCTIONS.map((f) => `${f}Aliaslive`) } };
    account.cloudFormation.failUpdateOf('orders', 'Last');
    await account.update(release('two', { extra }));
    await account.clock.run(() => aliases().every((alias) => alias?.version === '2'));
    account.lambda.deleteVersion(account.name('Get'), '1');
    await account.until('UPDATE_ROLLBACK_FAILED');
    expect(eventsOf('GetAliaslive')[0]).toEqual([
      'UPDATE_FAILED',
      expect.stringContaining('Function not found'),
    ]);
    expect(account.alias('Create')?.version).toBe('1');
  });

  describe('RollbackStack', () => {
    it('rolls back an update that was left in UPDATE_FAILED', async () => {
      account = new StackAccount();
      account.cloudFormation.createStackNow('orders', release('one'));
      account.cloudFormation.failUpdateOf('orders', 'Url', 'busy');
      await account.update(release('two'), { DisableRollback: true });
      await account.until('UPDATE_FAILED');
      expect(account.describe()).toMatchObject({ DisableRollback: true });
      await expect(account.update(release('three'))).rejects.toThrow('is in UPDATE_FAILED state');
      const answer = operations().RollbackStack({ StackName: 'orders' });
      expect(answer).toEqual({ StackId: expect.any(String), OperationId: expect.any(String) });
      await account.until('UPDATE_ROLLBACK_COMPLETE');
      expect(aliases()).toEqual(ALL('1'));
      expect(account.parameters.get('/orders/url')?.value).toBe('https://prod/one');
    });

    it('lets a failed update continue from UPDATE_FAILED with DisableRollback', async () => {
      account = new StackAccount();
      account.cloudFormation.createStackNow('orders', release('one'));
      account.cloudFormation.failUpdateOf('orders', 'Url', 'busy');
      await account.update(release('two'), { DisableRollback: true });
      await account.until('UPDATE_FAILED');
      await account.update(release('two'), { DisableRollback: true });
      await account.until('UPDATE_COMPLETE');
      expect(aliases()).toEqual(ALL('2'));
    });

    it('is refused in any other state', () => {
      account = new StackAccount();
      account.cloudFormation.createStackNow('orders', release('one'));
      expect(() => operations().RollbackStack({ StackName: 'orders' })).toThrow(
        'is in CREATE_COMPLETE state and can not be rolled back',
      );
    });
  });
});
