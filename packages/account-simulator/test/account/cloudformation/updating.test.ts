import { AwsError } from '../../../account/service.ts';
import { CAPABILITIES, FUNCTIONS, release, StackAccount } from './stack-account.ts';

const ALL = (version: string) => FUNCTIONS.map(() => ({ version, weights: {} }));

describe('updating a stack', () => {
  let account: StackAccount;
  afterEach(() => account.clock.uninstall());

  const aliases = () => FUNCTIONS.map((name) => account.alias(name));

  function start(options?: ConstructorParameters<typeof StackAccount>[0]): void {
    account = new StackAccount(options);
    account.cloudFormation.createStackNow('orders', release('one'));
  }

  it('shifts all functions at once through CodeDeploy and stays in progress meanwhile', async () => {
    start();
    const { StackId } = await account.update(release('two'), { ClientRequestToken: 'deploy-2' });
    await account.shifting();
    expect(account.status).toBe('UPDATE_IN_PROGRESS');
    const { deployments } = account.codeDeploy;
    expect(deployments.map(({ group, status }) => [group.name.split('-')[1], status])).toEqual(
      expect.arrayContaining(FUNCTIONS.map((name) => [`${name}DeploymentGroup`, 'InProgress'])),
    );
    for (const { id } of deployments) {
      const { deploymentInfo } = account.codeDeploy.operations.GetDeployment({ deploymentId: id });
      expect(deploymentInfo).toMatchObject({ creator: 'CloudFormation', externalId: StackId });
    }
    const begun = account.clock.now();
    await account.until('UPDATE_COMPLETE');
    const tookMinutes = (account.clock.now() - begun) / 60_000;
    expect(tookMinutes).toBeGreaterThan(5);
    expect(tookMinutes).toBeLessThan(7);
    expect(aliases()).toEqual(ALL('2'));
    expect(account.parameters.get('/orders/url')?.value).toBe('https://prod/two');
    expect(account.statuses).toEqual([
      'UPDATE_IN_PROGRESS',
      'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'UPDATE_COMPLETE',
    ]);
    expect(account.events[0]?.event).toMatchObject({
      source: 'aws.cloudformation',
      detailType: 'CloudFormation Stack Status Change',
      resources: [StackId],
      detail: { 'stack-id': StackId, 'client-request-token': 'deploy-2' },
    });
  });

  it('keeps old versions when their resources leave the stack', async () => {
    start();
    await account.update(release('two'));
    await account.until('UPDATE_COMPLETE');
    const { StackEvents } = account.cloudFormation.operations.DescribeStackEvents({ StackName: 'orders' });
    const skipped = StackEvents.filter(({ ResourceStatus }) => ResourceStatus === 'DELETE_SKIPPED');
    expect(skipped.map(({ ResourceType }) => ResourceType)).toEqual(
      FUNCTIONS.map(() => 'AWS::Lambda::Version'),
    );
    expect(account.lambda.version(account.name('Create'), '1')?.code).toBe('s3://code/Create-one');
  });

  it('deploys only the functions that changed', async () => {
    start();
    const template = JSON.parse(release('one'));
    template.Resources.Get.Properties.CodeUri = 's3://code/Get-two';
    await account.update(JSON.stringify(template));
    await account.until('UPDATE_COMPLETE');
    expect(account.codeDeploy.deployments).toHaveLength(1);
    expect(account.alias('Get')?.version).toBe('2');
    expect(account.alias('Create')?.version).toBe('1');
  });

  it.each([
    ['the environment', 'Environment', { Variables: { A: 'b' } }, '2'],
    ['the memory', 'MemorySize', 512, '2'],
    ['the time-out', 'Timeout', 20, '1'],
  ])('after a change of %s the alias is on the right version', async (_, property, value, version) => {
    start();
    const template = JSON.parse(release('one'));
    template.Resources.Get.Properties[property] = value;
    await account.update(JSON.stringify(template));
    await account.until('UPDATE_COMPLETE');
    expect(account.alias('Get')?.version).toBe(version);
  });

  it("publishes when a parameter changes a function's properties", async () => {
    start();
    await account.cloudFormation.operations.UpdateStack({
      StackName: 'orders',
      UsePreviousTemplate: true,
      Capabilities: CAPABILITIES,
      Parameters: [
        { ParameterKey: 'Stage', ParameterValue: 'beta' },
        { ParameterKey: 'Secret', UsePreviousValue: true },
      ],
    });
    await account.until('UPDATE_COMPLETE');
    expect(aliases()).toEqual(ALL('2'));
  });

  it('moves an alias at once without a deployment preference', async () => {
    account = new StackAccount();
    account.cloudFormation.createStackNow('orders', release('one', { preference: null }));
    const begun = account.clock.now();
    await account.update(release('two', { preference: null }));
    await account.until('UPDATE_COMPLETE');
    expect(account.clock.now() - begun).toBeLessThan(120_000);
    expect(account.codeDeploy.deployments).toHaveLength(0);
    expect(aliases()).toEqual(ALL('2'));
  });

  it('goes back to an older template under a new version number with the old code', async () => {
    start();
    await account.update(release('two'));
    await account.until('UPDATE_COMPLETE');
    await account.update(release('one'));
    await account.until('UPDATE_COMPLETE');
    expect(aliases()).toEqual(ALL('3'));
    const name = account.name('Create');
    expect(account.lambda.version(name, '3')?.codeSha256).toBe(account.lambda.version(name, '1')?.codeSha256);
  });

  it('fails to go back where publishing older code is a conflict', async () => {
    start({ republish: 'refused-if-any-retained' });
    await account.update(release('two'));
    await account.until('UPDATE_COMPLETE');
    await account.update(release('one'));
    await account.until('UPDATE_ROLLBACK_COMPLETE');
    expect(aliases()).toEqual(ALL('2'));
    const { StackEvents } = account.cloudFormation.operations.DescribeStackEvents({ StackName: 'orders' });
    expect(StackEvents.map(({ ResourceStatusReason }) => ResourceStatusReason)).toContain(
      'A version for this Lambda function exists ( 1 ). Modify the function to create a new version.',
    );
  });

  it('fails with 409 when a rolled back update is tried again with the same code', async () => {
    start();
    account.cloudFormation.failUpdateOf('orders', 'CreateAliaslive');
    await account.update(release('two'));
    await account.until('UPDATE_ROLLBACK_COMPLETE');
    await account.update(release('two'));
    await account.until('UPDATE_ROLLBACK_COMPLETE');
    expect(aliases()).toEqual(ALL('1'));
    const { StackEvents } = account.cloudFormation.operations.DescribeStackEvents({ StackName: 'orders' });
    expect(StackEvents.map(({ ResourceStatusReason }) => ResourceStatusReason)).toContain(
      'A version for this Lambda function exists ( 2 ). Modify the function to create a new version.',
    );
  });

  it('publishes even the last published code again, where that is always a new version', async () => {
    start({ republish: 'new-version' });
    account.cloudFormation.failUpdateOf('orders', 'CreateAliaslive');
    await account.update(release('two'));
    await account.until('UPDATE_ROLLBACK_COMPLETE');
    await account.update(release('two'));
    await account.until('UPDATE_COMPLETE');
    expect(aliases()).toEqual(ALL('3'));
  });

  it.each([
    ['applies', 4],
    ['next-time', 0],
  ] as const)(
    'applies an UpdatePolicy that is new in an update (newUpdatePolicy: %s) to %d aliases',
    async (newUpdatePolicy, count) => {
      account = new StackAccount({ newUpdatePolicy });
      account.cloudFormation.createStackNow('orders', release('one', { preference: null }));
      await account.update(release('two'));
      await account.until('UPDATE_COMPLETE');
      expect(account.codeDeploy.deployments).toHaveLength(count);
      await account.update(release('three'));
      await account.until('UPDATE_COMPLETE');
      expect(account.codeDeploy.deployments).toHaveLength(count + 4);
    },
  );

  it('gives an alias the weights of its RoutingConfig, and removes them again', async () => {
    const alias = (RoutingConfig?: object) =>
      release('one', {
        functions: ['Get'],
        extra: {
          Beta: {
            Type: 'AWS::Lambda::Alias',
            Properties: { Name: 'beta', FunctionName: { Ref: 'Get' }, FunctionVersion: '1', RoutingConfig },
          },
        },
      });
    account = new StackAccount();
    account.cloudFormation.createStackNow('orders', release('zero', { functions: ['Get'] }));
    await account.update(alias());
    await account.until('UPDATE_COMPLETE');
    const target = () => account.lambda.aliasTarget(account.name('Get'), 'beta');
    const AdditionalVersionWeights = [{ FunctionVersion: '2', FunctionWeight: 0.25 }];
    await account.update(alias({ AdditionalVersionWeights }));
    await account.until('UPDATE_COMPLETE');
    expect(target()).toEqual({ version: '1', weights: { 2: 0.25 } });
    await account.update(alias());
    await account.until('UPDATE_COMPLETE');
    expect(target()).toEqual({ version: '1', weights: {} });
  });

  it('runs the hooks that the preference names, under their physical names', async () => {
    const hooks: string[] = [];
    account = new StackAccount({
      hook: (name) => {
        hooks.push(name);
        return { result: 'Failed', afterMs: 1000 };
      },
    });
    const preference = { Type: 'AllAtOnce', Hooks: { PreTraffic: { Ref: 'Check' } } };
    const extra = {
      Check: {
        Type: 'AWS::Serverless::Function',
        Properties: {
          FunctionName: 'CodeDeployHook_check',
          CodeUri: 's3://code/check',
          AutoPublishAlias: 'hook',
        },
      },
    };
    const template = (label: string) => release(label, { preference, extra, functions: ['Create'] });
    account.cloudFormation.createStackNow('orders', template('one'));
    await account.update(template('two'));
    await account.until('UPDATE_ROLLBACK_COMPLETE');
    expect(hooks).toEqual(['CodeDeployHook_check']);
    expect(account.alias('Create')).toEqual({ version: '1', weights: {} });
  });

  it('uses a deployment preference from the update that introduces it', async () => {
    account = new StackAccount();
    account.cloudFormation.createStackNow('orders', release('one', { preference: null }));
    await account.update(release('two'));
    await account.shifting();
    account.alarm('Get-errors', 'ALARM');
    await account.until('UPDATE_ROLLBACK_COMPLETE');
    expect(aliases()).toEqual(ALL('1'));
    expect(account.codeDeploy.operations.ListApplications({})).toEqual({ applications: [] });
  });

  it('gives an alias the provisioned concurrency of the template', async () => {
    account = new StackAccount();
    const template = (executions: number) => {
      const parsed = JSON.parse(release('one', { functions: ['Create'] }));
      parsed.Resources.Create.Properties.ProvisionedConcurrencyConfig = {
        ProvisionedConcurrentExecutions: executions,
      };
      return JSON.stringify(parsed);
    };
    account.cloudFormation.createStackNow('orders', template(2));
    await account.update(template(7));
    await account.until('UPDATE_COMPLETE');
    const config = { FunctionName: account.name('Create'), Qualifier: 'live' };
    expect(account.lambda.operations.GetProvisionedConcurrencyConfig(config)).toMatchObject({
      RequestedProvisionedConcurrentExecutions: 7,
    });
    expect(account.alias('Create')?.version).toBe('1');
  });

  describe('after an alias was moved outside CloudFormation', () => {
    async function drift(options?: ConstructorParameters<typeof StackAccount>[0]): Promise<void> {
      start(options);
      await account.update(release('two'));
      await account.until('UPDATE_COMPLETE');
      for (const name of FUNCTIONS) {
        account.lambda.pointAlias(account.name(name), 'live', { version: '1', weights: {} });
      }
    }

    it('converges on the old template when CurrentVersion comes from the alias', async () => {
      await drift();
      await account.update(release('one'));
      await account.until('UPDATE_COMPLETE');
      expect(aliases()).toEqual(ALL('3'));
      expect(FUNCTIONS.map((name) => account.code(name))).toEqual(FUNCTIONS.map((n) => `s3://code/${n}-one`));
    });

    it('fails with INVALID_LAMBDA_CONFIGURATION when it comes from the template', async () => {
      await drift({ currentVersionFrom: 'template' });
      await account.update(release('one'));
      await account.until('UPDATE_ROLLBACK_COMPLETE');
      expect(account.codeDeploy.deployments.slice(4).map(({ error }) => error?.code)).toContain(
        'INVALID_LAMBDA_CONFIGURATION',
      );
      // The template still names version 2, and a rollback follows the template.
      expect(aliases().some((alias) => alias?.version === '2')).toBe(true);
    });

    it('is not repaired by an update to the template it already has', async () => {
      await drift();
      await expect(account.update(release('two'))).rejects.toThrow('No updates are to be performed.');
      expect(aliases()).toEqual(ALL('1'));
    });
  });

  it('creates a new stack, its first versions without CodeDeploy', async () => {
    account = new StackAccount();
    await account.cloudFormation.operations.CreateStack({
      StackName: 'orders',
      TemplateBody: release('one'),
      Capabilities: CAPABILITIES,
    });
    await account.until('CREATE_COMPLETE');
    expect(account.codeDeploy.deployments).toHaveLength(0);
    expect(aliases()).toEqual(ALL('1'));
    expect(account.statuses).toEqual(['CREATE_IN_PROGRESS', 'CREATE_COMPLETE']);
    expect(account.name('Create')).toMatch(/^orders-Create-[A-Z0-9]{12}$/);
    expect(account.name('ServerlessDeploymentApplication')).toMatch(
      /^orders-ServerlessDeploymentApplication-[A-Z0-9]{12}$/,
    );
    expect(account.name('CreateDeploymentGroup')).toMatch(/^orders-CreateDeploymentGroup-[A-Z0-9]{12}$/);
    expect(account.lambda.owner(account.name('Create'))).toEqual({
      stack: 'orders',
      stackId: account.describe().StackId,
      logicalId: 'Create',
    });
  });

  it('removes a new stack again when it cannot be created', async () => {
    account = new StackAccount({
      parameters: {
        put: () => {
          throw new AwsError('TooManyUpdates', 'busy');
        },
        delete: () => {},
      },
    });
    await account.cloudFormation.operations.CreateStack({
      StackName: 'orders',
      TemplateBody: release('one'),
      Capabilities: CAPABILITIES,
    });
    await account.until('ROLLBACK_COMPLETE');
    expect(account.events[1]?.event.detail).toMatchObject({
      'status-details': { status: 'ROLLBACK_IN_PROGRESS', 'status-reason': expect.stringContaining('[Url]') },
    });
    await expect(account.update(release('two'))).rejects.toThrow(
      /is in ROLLBACK_COMPLETE state and can not be updated\.$/,
    );
  });

  it('is the same to the last event for the same seed', async () => {
    const run = async (seed: number) => {
      start({ seed });
      await account.update(release('two'));
      await account.shifting();
      account.alarm('Get-errors', 'ALARM');
      await account.until('UPDATE_ROLLBACK_COMPLETE');
      const { StackEvents } = account.cloudFormation.operations.DescribeStackEvents({ StackName: 'orders' });
      account.clock.uninstall();
      return JSON.stringify([account.events, StackEvents]);
    };
    const first = await run(3);
    expect(await run(3)).toBe(first);
    expect(await run(4)).not.toBe(first);
  });
});
