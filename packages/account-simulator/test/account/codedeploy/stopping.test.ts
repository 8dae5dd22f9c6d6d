import { DeploymentAccount, SAM_ROLLBACK } from './deployment-account.ts';

const NO_STOP_ON_REQUEST = { enabled: true, events: ['DEPLOYMENT_FAILURE' as const] };

describe('stopping a deployment', () => {
  let account: DeploymentAccount;
  afterEach(() => account.clock.uninstall());

  async function running(options?: ConstructorParameters<typeof DeploymentAccount>[0]): Promise<string> {
    account = new DeploymentAccount(options);
    const id = account.deploy('1', '2');
    await account.pass(60_000);
    expect(account.alias).toEqual({ version: '1', weights: { '2': 0.1 } });
    return id;
  }

  const stop = (deploymentId: string, autoRollbackEnabled?: boolean) =>
    account.codeDeploy.operations.StopDeployment({ deploymentId, autoRollbackEnabled });

  describe('by an external fault', () => {
    const error = { code: 'THROTTLED', message: 'too many requests' } as const;

    it('fails it with that code, and rolls it back', async () => {
      const id = await running();
      account.codeDeploy.fail(id, error);
      expect(account.info(id)).toMatchObject({ status: 'Failed', errorInformation: error });
      await account.settle();
      expect(account.alias).toEqual({ version: '1', weights: {} });
      // A deployment that is over stays as it is.
      account.codeDeploy.fail(id, { ...error, code: 'TIMEOUT' });
      expect(account.info(id).errorInformation).toEqual(error);
    });

    it('reports every deployment but its own rollbacks', async () => {
      account = new DeploymentAccount();
      const made: string[] = [];
      account.codeDeploy.onCreate((deployment) => made.push(deployment.id));
      const id = account.deploy('1', '2');
      await account.pass(60_000);
      account.codeDeploy.fail(id, error);
      await account.settle();
      expect(account.codeDeploy.deployments).toHaveLength(2);
      expect(made).toEqual([id]);
    });
  });

  describe('by hand', () => {
    it.each([
      ['asked for, in a group that would not by itself', true, NO_STOP_ON_REQUEST],
      ['left to a group that does', undefined, SAM_ROLLBACK],
    ])('rolls back by a new deployment when %s', async (_, asked, autoRollback) => {
      const id = await running({ autoRollback });
      expect(stop(id, asked)).toMatchObject({ status: 'Succeeded' });
      expect(account.info(id)).toMatchObject({
        status: 'Stopped',
        errorInformation: { code: 'MANUAL_STOP' },
      });
      const stoppedAt = account.clock.now();
      await account.settle();
      const rollbackId = account.info(id).rollbackInfo?.rollbackDeploymentId as string;
      expect(account.info(id).rollbackInfo).toEqual({
        rollbackDeploymentId: rollbackId,
        rollbackMessage: `Deployment ${id} terminated. Automatic rollback is triggered with a DeploymentId ${rollbackId}.`,
      });
      const rollback = account.info(rollbackId);
      expect(rollback).toMatchObject({
        status: 'Succeeded',
        creator: 'codeDeployRollback',
        deploymentConfigName: 'CodeDeployDefault.LambdaAllAtOnce',
        rollbackInfo: {
          rollbackTriggeringDeploymentId: id,
          rollbackMessage: `Deployment ${rollbackId} is triggered to roll back deployment ${id}.`,
        },
      });
      const took = (rollback.completeTime as Date).getTime() - stoppedAt;
      expect(took).toBeGreaterThanOrEqual(2000);
      expect(took).toBeLessThanOrEqual(6000);
      expect(account.alias).toEqual({ version: '1', weights: {} });
      expect(account.states).toEqual([
        ['START', id],
        ['STOP', id],
        ['START', rollbackId],
        ['SUCCESS', rollbackId],
      ]);
    });

    it.each([
      ['refused', false, SAM_ROLLBACK],
      ['left to a group that does not', undefined, NO_STOP_ON_REQUEST],
      [
        'left to a group without automatic rollback',
        undefined,
        { enabled: false, events: SAM_ROLLBACK.events ?? [] },
      ],
    ])('leaves the alias on two versions when a rollback is %s', async (_, asked, autoRollback) => {
      const id = await running({ autoRollback });
      stop(id, asked);
      await account.settle();
      expect(account.info(id).status).toBe('Stopped');
      expect(account.info(id).rollbackInfo).toBeUndefined();
      expect(account.alias).toEqual({ version: '1', weights: { '2': 0.1 } });
    });

    it('makes later deployments fail while the weights stay, and work when they are cleared', async () => {
      const id = await running();
      stop(id, false);
      const second = account.deploy('1', '3');
      await account.settle();
      expect(account.info(second).errorInformation?.code).toBe('INVALID_LAMBDA_CONFIGURATION');
      account.lambda.pointAlias('orders', 'live', { version: '1', weights: {} });
      const third = account.deploy('1', '3');
      await account.settle();
      expect(account.info(third).status).toBe('Succeeded');
    });

    it('stops a deployment that has not begun without rolling anything back', async () => {
      account = new DeploymentAccount();
      const id = account.deploy('1', '2');
      expect(stop(id, true)).toMatchObject({ status: 'Succeeded' });
      await account.settle();
      expect(account.states).toEqual([['STOP', id]]);
      expect(account.info(id).rollbackInfo).toBeUndefined();
    });

    it('refuses a deployment that is over', async () => {
      const id = await running();
      await account.until(id, 'Succeeded');
      expect(() => stop(id, true)).toThrow(
        expect.objectContaining({ name: 'DeploymentAlreadyCompletedException' }),
      );
    });

    it('refuses a missing deployment, and an invalid id', () => {
      account = new DeploymentAccount();
      expect(() => stop('d-AAAAAAAAA')).toThrow(
        expect.objectContaining({ name: 'DeploymentDoesNotExistException' }),
      );
      expect(() => stop('nonsense')).toThrow(
        expect.objectContaining({ name: 'InvalidDeploymentIdException' }),
      );
    });

    it('never rolls back a rollback', async () => {
      const id = await running();
      stop(id, true);
      await account.pass(3000);
      const rollbackId = account.states.find(([, other]) => other !== id)?.[1] as string;
      if (account.info(rollbackId).status === 'InProgress') stop(rollbackId, true);
      await account.settle();
      expect(account.info(rollbackId).rollbackInfo?.rollbackDeploymentId).toBeUndefined();
      expect(account.codeDeploy.deployments).toHaveLength(2);
    });
  });

  describe('by alarm', () => {
    it('takes 2 to 20 seconds, names the alarm and rolls back under it', async () => {
      for (let seed = 0; seed < 20; seed += 1) {
        const id = await running({ seed });
        const raisedAt = account.clock.now();
        account.alarms.set('errors', 'ALARM');
        await account.until(id, 'Stopped');
        const took = account.clock.now() - raisedAt;
        expect(took).toBeGreaterThanOrEqual(2000);
        expect(took).toBeLessThanOrEqual(20_000);
        expect(account.info(id).errorInformation).toEqual({
          code: 'ALARM_ACTIVE',
          message:
            'One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected deployments have been stopped. Activated alarms: <errors>',
        });
        await account.settle();
        expect(account.alias).toEqual({ version: '1', weights: {} });
        account.clock.uninstall();
      }
    });

    it('stops a deployment within a second when the alarm was in ALARM before', async () => {
      account = new DeploymentAccount();
      account.alarms.set('errors', 'ALARM');
      const id = account.deploy('1', '2');
      await account.until(id, 'Stopped');
      expect(account.clock.elapsed()).toBeLessThan(1000);
      await account.settle();
      expect(account.info(id)).toMatchObject({ errorInformation: { code: 'ALARM_ACTIVE' } });
      expect(account.states).toEqual([['STOP', id]]);
      expect(account.codeDeploy.deployments).toHaveLength(1);
    });

    it.each([
      ['another alarm', (a: DeploymentAccount) => a.alarms.set('latency', 'ALARM')],
      ['a lack of data', (a: DeploymentAccount) => a.alarms.set('errors', 'INSUFFICIENT_DATA')],
    ])('is not stopped by %s', async (_, happen) => {
      const id = await running();
      happen(account);
      await account.until(id, 'Succeeded');
    });

    it('continues under its alarm when the deployment overrides it', async () => {
      account = new DeploymentAccount();
      account.alarms.set('errors', 'ALARM');
      const id = account.deploy('1', '2', { overrideAlarmConfiguration: { enabled: false } });
      await account.until(id, 'Succeeded');
    });

    it('watches the alarms that the deployment names instead of its group', async () => {
      account = new DeploymentAccount();
      const id = account.deploy('1', '2', {
        overrideAlarmConfiguration: { enabled: true, alarms: [{ name: 'latency' }] },
      });
      await account.pass(30_000);
      account.alarms.set('latency', 'ALARM');
      await account.until(id, 'Stopped');
    });

    it('leaves the weights when the deployment turns its rollback off', async () => {
      account = new DeploymentAccount();
      const id = account.deploy('1', '2', { autoRollbackConfiguration: { enabled: false } });
      await account.pass(60_000);
      account.alarms.set('errors', 'ALARM');
      await account.settle();
      expect(account.info(id).status).toBe('Stopped');
      expect(account.alias).toEqual({ version: '1', weights: { '2': 0.1 } });
    });

    it('does nothing to a deployment that is over', async () => {
      const id = await running();
      await account.until(id, 'Succeeded');
      account.alarms.set('errors', 'ALARM');
      await account.settle();
      expect(account.info(id).status).toBe('Succeeded');
      expect(account.alias?.version).toBe('2');
    });
  });

  describe('the revision of an automatic rollback', () => {
    /** 1 → 2 succeeds, the alias is put back on 1 without the group, and 1 → 3 is stopped half way. */
    async function stoppedAfterUpdateAlias(groupRollback?: 'last-successful-revision' | 'alias-before') {
      account = new DeploymentAccount({ ...(groupRollback && { groupRollback }) });
      await account.until(account.deploy('1', '2'), 'Succeeded');
      account.lambda.operations.UpdateAlias({ FunctionName: 'orders', Name: 'live', FunctionVersion: '1' });
      const id = account.deploy('1', '3');
      await account.pass(60_000);
      stop(id, true);
      await account.settle();
    }

    it.each([undefined, 'alias-before' as const])(
      'is the version before the deployment (%s)',
      async (setting) => {
        await stoppedAfterUpdateAlias(setting);
        expect(account.alias).toEqual({ version: '1', weights: {} });
      },
    );

    it("is the group's last successful one, which a plain UpdateAlias does not change", async () => {
      await stoppedAfterUpdateAlias('last-successful-revision');
      expect(account.alias).toEqual({ version: '2', weights: {} });
    });

    it('is the version that a deployment of the group restored', async () => {
      account = new DeploymentAccount({ groupRollback: 'last-successful-revision' });
      await account.until(account.deploy('1', '2'), 'Succeeded');
      const back = account.deploy('2', '1', { deploymentConfigName: 'CodeDeployDefault.LambdaAllAtOnce' });
      await account.until(back, 'Succeeded');
      const id = account.deploy('1', '3');
      await account.pass(60_000);
      stop(id, true);
      await account.settle();
      expect(account.alias).toEqual({ version: '1', weights: {} });
    });

    it('is the version before the deployment in a group that never succeeded', async () => {
      const id = await running({ groupRollback: 'last-successful-revision' });
      stop(id, true);
      await account.settle();
      expect(account.alias).toEqual({ version: '1', weights: {} });
    });
  });

  it('shows rollbackInfo at most 3 s after the status', async () => {
    const delays: number[] = [];
    for (let seed = 0; seed < 10; seed += 1) {
      const id = await running({ seed });
      stop(id, true);
      const stoppedAt = account.clock.now();
      await account.clock.run(() => account.info(id).rollbackInfo !== undefined);
      delays.push(account.clock.now() - stoppedAt);
      account.clock.uninstall();
    }
    expect(Math.max(...delays)).toBeLessThanOrEqual(3000);
    expect(Math.max(...delays)).toBeGreaterThan(0);
  });
});
