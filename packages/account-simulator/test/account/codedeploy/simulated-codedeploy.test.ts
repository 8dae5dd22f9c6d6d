import { DeploymentAccount } from './deployment-account.ts';

describe('SimulatedCodeDeploy', () => {
  let account: DeploymentAccount;
  beforeEach(() => {
    account = new DeploymentAccount();
  });
  afterEach(() => account.clock.uninstall());

  describe('CreateDeployment', () => {
    it('refuses a second one while a group has an active one, and names it', async () => {
      const id = account.deploy('1', '2');
      expect(() => account.deploy('1', '3')).toThrow(
        expect.objectContaining({
          name: 'DeploymentLimitExceededException',
          message: `The Deployment Group 'group' already has an active Deployment '${id}'`,
        }),
      );
      await account.until(id, 'Succeeded');
      expect(account.deploy('2', '3')).toMatch(/^d-[A-Z0-9]{9}$/);
    });

    it('counts an automatic rollback as the active one from the moment of the stop', async () => {
      const id = account.deploy('1', '2');
      await account.pass(60_000);
      account.codeDeploy.operations.StopDeployment({ deploymentId: id, autoRollbackEnabled: true });
      expect(() => account.deploy('1', '3')).toThrow(
        expect.objectContaining({ name: 'DeploymentLimitExceededException' }),
      );
    });

    it.each([
      ['no application', { applicationName: undefined }, 'ApplicationNameRequiredException'],
      ['an unknown application', { applicationName: 'x' }, 'ApplicationDoesNotExistException'],
      ['no group', { deploymentGroupName: undefined }, 'DeploymentGroupNameRequiredException'],
      ['an unknown group', { deploymentGroupName: 'x' }, 'DeploymentGroupDoesNotExistException'],
      ['an unknown configuration', { deploymentConfigName: 'x' }, 'DeploymentConfigDoesNotExistException'],
      ['no revision', { revision: undefined }, 'RevisionRequiredException'],
      ['a description of 257 characters', { description: 'x'.repeat(257) }, 'DescriptionTooLongException'],
      [
        'a rollback without events',
        { autoRollbackConfiguration: { enabled: true } },
        'InvalidAutoRollbackConfigException',
      ],
      [
        'alarms without names',
        { overrideAlarmConfiguration: { enabled: true } },
        'InvalidAlarmConfigException',
      ],
    ])('refuses %s', (_, rest, name) => {
      expect(() =>
        account.codeDeploy.operations.CreateDeployment({ ...account.input('1', '2'), ...rest } as never),
      ).toThrow(expect.objectContaining({ name }));
      expect(account.codeDeploy.deployments).toHaveLength(0);
    });

    it('takes a description of 256 characters', () => {
      const description = 'x'.repeat(256);
      expect(account.info(account.deploy('1', '2', { description })).description).toBe(description);
    });
  });

  describe('revisions', () => {
    it('hides the content in GetDeployment and shows it in GetApplicationRevision', () => {
      const id = account.deploy('1', '2');
      const { revision } = account.info(id);
      expect(revision?.appSpecContent?.content).toBeUndefined();
      const found = account.codeDeploy.operations.GetApplicationRevision({
        applicationName: 'app',
        revision: {
          revisionType: 'AppSpecContent',
          appSpecContent: { sha256: revision?.appSpecContent?.sha256 },
        },
      });
      expect(found.revision.appSpecContent?.content).toContain('"TargetVersion":"2"');
      expect(found.revisionInfo.deploymentGroups).toEqual(['group']);
    });

    it('does not find an unused revision', () => {
      expect(() =>
        account.codeDeploy.operations.GetApplicationRevision({
          applicationName: 'app',
          revision: { revisionType: 'AppSpecContent', appSpecContent: { sha256: 'x' } },
        }),
      ).toThrow(expect.objectContaining({ name: 'RevisionDoesNotExistException' }));
    });

    it('shows the last good revision as previousRevision', async () => {
      const first = account.deploy('1', '2');
      await account.until(first, 'Succeeded');
      const second = account.deploy('2', '3');
      expect(account.info(second).previousRevision).toEqual(account.info(first).revision);
    });
  });

  describe('targets', () => {
    it('do not exist before the deployment began', () => {
      const deploymentId = account.deploy('1', '2');
      const name = 'DeploymentNotStartedException';
      expect(() => account.codeDeploy.operations.ListDeploymentTargets({ deploymentId })).toThrow(
        expect.objectContaining({ name }),
      );
      expect(() =>
        account.codeDeploy.operations.BatchGetDeploymentTargets({ deploymentId, targetIds: ['orders:live'] }),
      ).toThrow(expect.objectContaining({ name }));
    });

    it('show versions, weight and lifecycle', async () => {
      const deploymentId = account.deploy('1', '2');
      await account.pass(60_000);
      const { targetIds } = account.codeDeploy.operations.ListDeploymentTargets({ deploymentId });
      const { deploymentTargets } = account.codeDeploy.operations.BatchGetDeploymentTargets({
        deploymentId,
        targetIds,
      });
      expect(deploymentTargets).toMatchObject([
        {
          deploymentTargetType: 'LambdaTarget',
          lambdaTarget: {
            status: 'InProgress',
            lambdaFunctionInfo: {
              functionName: 'orders',
              functionAlias: 'live',
              currentVersion: '1',
              targetVersion: '2',
              targetVersionWeight: 10,
            },
            lifecycleEvents: [
              { lifecycleEventName: 'BeforeAllowTraffic', status: 'Succeeded' },
              { lifecycleEventName: 'AllowTraffic', status: 'InProgress' },
              { lifecycleEventName: 'AfterAllowTraffic', status: 'Pending' },
            ],
          },
        },
      ]);
    });

    it('are refused by a wrong id', async () => {
      const deploymentId = account.deploy('1', '2');
      await account.pass(10_000);
      expect(() =>
        account.codeDeploy.operations.BatchGetDeploymentTargets({ deploymentId, targetIds: ['orders'] }),
      ).toThrow(expect.objectContaining({ name: 'DeploymentTargetDoesNotExistException' }));
    });
  });

  describe('ListDeployments', () => {
    const group = { applicationName: 'app', deploymentGroupName: 'group' };

    it('lists newest first, filtered by status and time', async () => {
      const good = account.deploy('1', '2');
      await account.until(good, 'Succeeded');
      const between = new Date(account.clock.now());
      await account.pass(1000);
      const bad = account.deploy('1', '2');
      await account.settle();
      const list = (rest: object) => account.codeDeploy.operations.ListDeployments({ ...group, ...rest });
      expect(list({})).toEqual({ deployments: [bad, good] });
      expect(list({ includeOnlyStatuses: ['Failed'] }).deployments).toEqual([bad]);
      expect(list({ createTimeRange: { end: between } }).deployments).toEqual([good]);
      expect(list({ createTimeRange: { start: between } }).deployments).toEqual([bad]);
      expect(list({ externalId: 'stack' }).deployments).toEqual([]);
    });

    it('pages without losing or repeating any while new ones are created', async () => {
      const ids: string[] = [];
      for (let i = 0; i < 150; i += 1) {
        const deploymentId = account.deploy('1', '2');
        account.codeDeploy.operations.StopDeployment({ deploymentId, autoRollbackEnabled: false });
        ids.unshift(deploymentId);
      }
      const first = account.codeDeploy.operations.ListDeployments({});
      account.deploy('1', '2');
      const second = account.codeDeploy.operations.ListDeployments({ nextToken: first.nextToken });
      expect([...first.deployments, ...second.deployments]).toEqual(ids);
      expect(second.nextToken).toBeUndefined();
    });

    it.each([
      [{ applicationName: 'app' }, 'DeploymentGroupNameRequiredException'],
      [{ deploymentGroupName: 'group' }, 'ApplicationNameRequiredException'],
      [{ nextToken: 'x' }, 'InvalidNextTokenException'],
      [{ createTimeRange: { start: new Date(2), end: new Date(1) } }, 'InvalidTimeRangeException'],
    ])('refuses %j', (input, name) => {
      expect(() => account.codeDeploy.operations.ListDeployments(input)).toThrow(
        expect.objectContaining({ name }),
      );
    });
  });

  it('gets deployments by the batch, unknown ones left out, 25 at most', () => {
    const id = account.deploy('1', '2');
    const get = (deploymentIds: string[]) =>
      account.codeDeploy.operations.BatchGetDeployments({ deploymentIds }).deploymentsInfo;
    expect(get([id, 'd-AAAAAAAAA']).map(({ deploymentId }) => deploymentId)).toEqual([id]);
    expect(() => get(Array.from({ length: 26 }, () => id))).toThrow(
      expect.objectContaining({ name: 'BatchLimitExceededException' }),
    );
  });

  it('describes a group with its settings and its last deployments', async () => {
    const good = account.deploy('1', '2');
    await account.until(good, 'Succeeded');
    const bad = account.deploy('1', '2');
    await account.settle();
    const { deploymentGroupInfo } = account.codeDeploy.operations.GetDeploymentGroup({
      applicationName: 'app',
      deploymentGroupName: 'group',
    });
    expect(deploymentGroupInfo).toMatchObject({
      deploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
      alarmConfiguration: { enabled: true, alarms: [{ name: 'errors' }] },
      lastSuccessfulDeployment: { deploymentId: good },
      lastAttemptedDeployment: { deploymentId: bad, status: 'Failed' },
      computePlatform: 'Lambda',
    });
    const { operations } = account.codeDeploy;
    expect(operations.ListApplications({})).toEqual({ applications: ['app'] });
    expect(operations.ListDeploymentGroups({ applicationName: 'app' })).toEqual({
      applicationName: 'app',
      deploymentGroups: ['group'],
    });
    expect(
      operations.BatchGetDeploymentGroups({ applicationName: 'app', deploymentGroupNames: ['group', 'x'] }),
    ).toMatchObject({
      deploymentGroupsInfo: [{ deploymentGroupName: 'group' }],
      errorMessage: 'No Deployment Group found for name: x',
    });
  });

  it('creates configurations once, for Lambda only, and never under an AWS name', () => {
    const create = (rest: object = {}) =>
      account.codeDeploy.operations.CreateDeploymentConfig({
        deploymentConfigName: 'mine',
        computePlatform: 'Lambda',
        trafficRoutingConfig: {
          type: 'TimeBasedCanary',
          timeBasedCanary: { canaryPercentage: 5, canaryInterval: 60 },
        },
        ...rest,
      });
    create();
    expect(
      account.codeDeploy.operations.GetDeploymentConfig({ deploymentConfigName: 'mine' })
        .deploymentConfigInfo,
    ).toMatchObject({ trafficRoutingConfig: { timeBasedCanary: { canaryPercentage: 5 } } });
    expect(create).toThrow(expect.objectContaining({ name: 'DeploymentConfigAlreadyExistsException' }));
    expect(() => create({ deploymentConfigName: 'CodeDeployDefault.Mine' })).toThrow(
      expect.objectContaining({ name: 'InvalidDeploymentConfigNameException' }),
    );
    expect(() => create({ deploymentConfigName: 'b', computePlatform: 'Server' })).toThrow(
      expect.objectContaining({ name: 'InvalidComputePlatformException' }),
    );
  });

  it('sends the documented event', async () => {
    const id = account.deploy('1', '2');
    await account.until(id, 'InProgress');
    expect(account.events[0]?.event).toEqual({
      source: 'aws.codedeploy',
      detailType: 'CodeDeploy Deployment State-change Notification',
      resources: [
        'arn:aws:codedeploy:us-east-1:123456789012:application:app',
        'arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:app/group',
      ],
      detail: {
        region: 'us-east-1',
        application: 'app',
        deploymentGroup: 'group',
        deploymentId: id,
        instanceGroupId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        state: 'START',
      },
    });
  });
});
