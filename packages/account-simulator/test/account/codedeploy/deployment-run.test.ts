import fc from 'fast-check';
import type { HookCall } from '../../../account/codedeploy/codedeploy-ports.ts';
import { PREDEFINED_CONFIGS, timetable } from '../../../account/codedeploy/deployment-config.ts';
import { DeploymentAccount } from './deployment-account.ts';

describe('a deployment', () => {
  let account: DeploymentAccount;
  afterEach(() => account.clock.uninstall());

  it.each(PREDEFINED_CONFIGS.map((config) => [config.name, config] as const))(
    '%s shifts the alias by its timetable',
    async (name, { routing }) => {
      account = new DeploymentAccount();
      const id = account.deploy('1', '2', { deploymentConfigName: name });
      await account.until(id, 'Succeeded');
      const history = account.lambda.shareHistory('orders', 'live').filter(({ shares }) => '2' in shares);
      const began = history[0]?.at as number;
      expect(history.map(({ at, shares }) => ({ afterMs: at - began, weight: shares['2'] }))).toEqual(
        timetable(routing),
      );
      expect(account.alias).toEqual({ version: '2', weights: {} });
      expect(account.states).toEqual([
        ['START', id],
        ['SUCCESS', id],
      ]);
    },
  );

  it('keeps the current version primary until the last step of a canary', async () => {
    account = new DeploymentAccount();
    account.deploy('1', '2');
    await account.pass(60_000);
    expect(account.alias).toEqual({ version: '1', weights: { '2': 0.1 } });
  });

  it('begins a few seconds after its creation', async () => {
    account = new DeploymentAccount();
    const id = account.deploy('1', '2');
    expect(account.info(id)).toMatchObject({ status: 'Created', deploymentOverview: { Pending: 1 } });
    await account.until(id, 'InProgress');
    const { createTime, startTime } = account.info(id);
    const delay = (startTime as Date).getTime() - (createTime as Date).getTime();
    expect(delay).toBeGreaterThanOrEqual(1000);
    expect(delay).toBeLessThanOrEqual(3500);
  });

  it('keeps shares that add up to 1, and a target share that never falls while it succeeds, for any configuration', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.integer({ min: 1, max: 99 }),
        fc.integer({ min: 1, max: 29 }),
        fc.integer(),
        async (linear, percentage, interval, seed) => {
          account = new DeploymentAccount({ seed });
          try {
            account.codeDeploy.operations.CreateDeploymentConfig({
              deploymentConfigName: 'mine',
              computePlatform: 'Lambda',
              trafficRoutingConfig: linear
                ? {
                    type: 'TimeBasedLinear',
                    timeBasedLinear: { linearPercentage: percentage, linearInterval: interval },
                  }
                : {
                    type: 'TimeBasedCanary',
                    timeBasedCanary: { canaryPercentage: percentage, canaryInterval: interval },
                  },
            });
            await account.until(account.deploy('1', '2', { deploymentConfigName: 'mine' }), 'Succeeded');
            let before = 0;
            for (const { shares } of account.lambda.shareHistory('orders', 'live')) {
              const sum = Object.values(shares).reduce((total, share) => total + share, 0);
              expect(sum).toBeCloseTo(1, 12);
              expect(shares['2'] ?? 0).toBeGreaterThanOrEqual(before);
              before = shares['2'] ?? 0;
            }
            expect(before).toBe(1);
          } finally {
            account.clock.uninstall();
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is the same to the last event for the same seed', async () => {
    const run = async (seed: number) => {
      account = new DeploymentAccount({ seed });
      account.deploy('1', '2');
      account.clock.after(100_000, () => account.alarms.set('errors', 'ALARM'));
      await account.settle();
      account.clock.uninstall();
      return JSON.stringify([account.events, account.lambda.shareHistory('orders', 'live')]);
    };
    const first = await run(7);
    expect(await run(7)).toBe(first);
    expect(await run(8)).not.toBe(first);
  });

  describe('with versions that do not match', () => {
    const mismatch = {
      status: 'Failed',
      errorInformation: {
        code: 'INVALID_LAMBDA_CONFIGURATION',
        message: expect.stringContaining(
          'The Lambda function alias version does not match the current version in AppSpec file',
        ),
      },
    };

    it('fails when the alias is on another version, leaves it there and rolls nothing back', async () => {
      account = new DeploymentAccount();
      const id = account.deploy('2', '3');
      await account.settle();
      expect(account.info(id)).toMatchObject(mismatch);
      expect(account.info(id).rollbackInfo).toBeUndefined();
      expect(account.alias).toEqual({ version: '1', weights: {} });
      expect(account.states).toEqual([
        ['START', id],
        ['FAILURE', id],
      ]);
    });

    it('fails when weights were left on the alias', async () => {
      account = new DeploymentAccount();
      account.lambda.pointAlias('orders', 'live', { version: '1', weights: { '2': 0.1 } });
      const id = account.deploy('1', '3');
      await account.settle();
      expect(account.info(id)).toMatchObject(mismatch);
    });

    it('fails during the shift when the alias is moved from outside, and rolls back', async () => {
      account = new DeploymentAccount();
      const id = account.deploy('1', '2');
      await account.pass(60_000);
      account.lambda.pointAlias('orders', 'live', { version: '3', weights: {} });
      await account.settle();
      expect(account.info(id)).toMatchObject(mismatch);
      expect(account.alias).toEqual({ version: '1', weights: {} });
    });

    it.each(['Canary10Percent5Minutes', 'Linear10PercentEvery1Minute'])(
      'fails under %s when current and target are the same',
      async (name) => {
        account = new DeploymentAccount();
        const id = account.deploy('1', '1', { deploymentConfigName: `CodeDeployDefault.Lambda${name}` });
        await account.settle();
        expect(account.info(id)).toMatchObject({
          status: 'Failed',
          errorInformation: { code: 'INVALID_LAMBDA_CONFIGURATION' },
        });
      },
    );

    it('succeeds all at once when current and target are the same', async () => {
      account = new DeploymentAccount();
      const id = account.deploy('1', '1', { deploymentConfigName: 'CodeDeployDefault.LambdaAllAtOnce' });
      await account.settle();
      expect(account.info(id).status).toBe('Succeeded');
    });

    it.each([
      ['function', 'orders', 'none', 'INVALID_LAMBDA_FUNCTION'],
      ['alias', 'live', 'none', 'INVALID_LAMBDA_CONFIGURATION'],
      ['target version', '"2"', '"9"', 'INVALID_LAMBDA_CONFIGURATION'],
    ])('fails when the %s does not exist', async (_, from, to, code) => {
      account = new DeploymentAccount();
      const input = account.input('1', '2');
      const content = input.revision?.appSpecContent?.content?.replaceAll(from, to);
      const id = account.deploy('1', '2', {
        revision: { revisionType: 'AppSpecContent', appSpecContent: { content } },
      });
      await account.settle();
      expect(account.info(id)).toMatchObject({ status: 'Failed', errorInformation: { code } });
    });

    it('fails a canary on an alias with provisioned concurrency, and rolls back', async () => {
      account = new DeploymentAccount();
      account.lambda.provision('orders', 'live', 2);
      const id = account.deploy('1', '2');
      await account.settle();
      expect(account.info(id)).toMatchObject({
        status: 'Failed',
        errorInformation: { message: expect.stringContaining('Provisioned Concurrency') },
      });
      expect(account.alias).toEqual({ version: '1', weights: {} });
    });
  });

  describe('with hooks', () => {
    const withHook = (account: DeploymentAccount, event: string) =>
      account.deploy('1', '2', {
        revision: {
          revisionType: 'AppSpecContent',
          appSpecContent: {
            content: account
              .input('1', '2')
              .revision?.appSpecContent?.content?.replace(
                /}$/,
                `,"Hooks":[{"${event}":"CodeDeployHook_check"}]}`,
              ),
          },
        },
      });

    const lifecycle = (id: string) =>
      account.codeDeploy.operations
        .BatchGetDeploymentTargets({ deploymentId: id, targetIds: ['orders:live'] })
        .deploymentTargets[0]?.lambdaTarget?.lifecycleEvents?.map(({ lifecycleEventName, status }) => [
          lifecycleEventName,
          status,
        ]);

    it('waits for the hook before it shifts', async () => {
      account = new DeploymentAccount({ hook: () => ({ result: 'Succeeded', afterMs: 90_000 }) });
      const id = withHook(account, 'BeforeAllowTraffic');
      await account.pass(80_000);
      expect(account.alias).toEqual({ version: '1', weights: {} });
      await account.until(id, 'Succeeded');
      expect(lifecycle(id)).toEqual([
        ['BeforeAllowTraffic', 'Succeeded'],
        ['AllowTraffic', 'Succeeded'],
        ['AfterAllowTraffic', 'Succeeded'],
      ]);
    });

    it('fails when the hook before fails, with no traffic shifted', async () => {
      account = new DeploymentAccount({ hook: () => ({ result: 'Failed', afterMs: 5_000 }) });
      const id = withHook(account, 'BeforeAllowTraffic');
      await account.settle();
      expect(account.info(id)).toMatchObject({
        status: 'Failed',
        errorInformation: { code: 'HOOK_EXECUTION_FAILURE' },
      });
      expect(lifecycle(id)).toEqual([
        ['BeforeAllowTraffic', 'Failed'],
        ['AllowTraffic', 'Skipped'],
        ['AfterAllowTraffic', 'Skipped'],
      ]);
      expect(account.lambda.shareHistory('orders', 'live').every(({ shares }) => shares['1'] === 1)).toBe(
        true,
      );
    });

    it('flips back when the hook after fails', async () => {
      account = new DeploymentAccount({ hook: () => ({ result: 'Failed', afterMs: 5_000 }) });
      const id = withHook(account, 'AfterAllowTraffic');
      await account.until(id, 'Failed');
      expect(account.alias?.version).toBe('2');
      await account.settle();
      expect(account.alias).toEqual({ version: '1', weights: {} });
      const rollback = account.info(account.info(id).rollbackInfo?.rollbackDeploymentId as string);
      expect(rollback).toMatchObject({ creator: 'codeDeployRollback', status: 'Succeeded' });
    });

    it('fails after an hour without a report', async () => {
      account = new DeploymentAccount({ hook: () => ({ result: 'TimedOut', afterMs: 0 }) });
      const id = withHook(account, 'BeforeAllowTraffic');
      await account.until(id, 'Failed');
      const { startTime, completeTime } = account.info(id);
      expect((completeTime as Date).getTime() - (startTime as Date).getTime()).toBe(3_600_000);
    });

    it('takes the report from PutLifecycleEventHookExecutionStatus', async () => {
      const calls: HookCall[] = [];
      account = new DeploymentAccount({
        hook: (_, call) => {
          calls.push(call);
          return undefined;
        },
      });
      const id = withHook(account, 'BeforeAllowTraffic');
      await account.pass(60_000);
      const report = (lifecycleEventHookExecutionId: string | undefined, status: 'Succeeded' | 'Skipped') =>
        account.codeDeploy.operations.PutLifecycleEventHookExecutionStatus({
          deploymentId: id,
          lifecycleEventHookExecutionId,
          status,
        });
      const executionId = calls[0]?.lifecycleEventHookExecutionId;
      expect(() => report('other', 'Succeeded')).toThrow(
        expect.objectContaining({ name: 'InvalidLifecycleEventHookExecutionIdException' }),
      );
      expect(() => report(executionId, 'Skipped')).toThrow(
        expect.objectContaining({ name: 'InvalidLifecycleEventHookExecutionStatusException' }),
      );
      expect(report(executionId, 'Succeeded')).toEqual({ lifecycleEventHookExecutionId: executionId });
      await account.until(id, 'Succeeded');
      expect(() => report(executionId, 'Succeeded')).toThrow(
        expect.objectContaining({ name: 'LifecycleEventAlreadyCompletedException' }),
      );
    });

    it('stops only when the hook has answered, and returns Pending', async () => {
      account = new DeploymentAccount({ hook: () => ({ result: 'Succeeded', afterMs: 90_000 }) });
      const id = withHook(account, 'BeforeAllowTraffic');
      await account.pass(30_000);
      expect(account.codeDeploy.operations.StopDeployment({ deploymentId: id })).toMatchObject({
        status: 'Pending',
      });
      expect(account.info(id).status).toBe('InProgress');
      await account.settle();
      expect(account.info(id)).toMatchObject({
        status: 'Stopped',
        errorInformation: { code: 'MANUAL_STOP' },
      });
    });

    it('stops in the middle of the hook, where the account plays that', async () => {
      account = new DeploymentAccount({
        hook: () => ({ result: 'Succeeded', afterMs: 90_000 }),
        stopDuringHook: 'at-once',
      });
      const id = withHook(account, 'BeforeAllowTraffic');
      await account.pass(30_000);
      expect(account.codeDeploy.operations.StopDeployment({ deploymentId: id })).toMatchObject({
        status: 'Succeeded',
      });
      expect(account.info(id)).toMatchObject({
        status: 'Stopped',
        errorInformation: { code: 'MANUAL_STOP' },
      });
      await account.settle();
      expect(account.info(id).status).toBe('Stopped');
      expect(account.alias).toEqual({ version: '1', weights: {} });
    });
  });
});
