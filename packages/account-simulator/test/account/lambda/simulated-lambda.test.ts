import fc from 'fast-check';
import { codeSha256 } from '../../../account/lambda/function-settings.ts';
import type { AliasChange } from '../../../account/lambda/lambda-functions.ts';
import { SimulatedLambda } from '../../../account/lambda/simulated-lambda.ts';
import type { CallContext } from '../../../account/service.ts';
import { VirtualClock } from '../../../clock/virtual-clock.ts';
import { SeededRandom } from '../../../random/seeded-random.ts';

const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:orders';

describe('SimulatedLambda', () => {
  let clock: VirtualClock;
  let lambda: SimulatedLambda;
  const call = (): CallContext => ({ caller: { principal: 'test' }, now: clock.now() });

  beforeEach(() => {
    clock = VirtualClock.install('2026-10-01T00:00:00Z');
    lambda = new SimulatedLambda({ clock, random: new SeededRandom(1) });
    lambda.createFunction('orders', { code: 'one', properties: { MemorySize: 256 } });
  });

  afterEach(() => clock.uninstall());

  function publish(code: string): string {
    lambda.updateFunction('orders', { code, properties: { MemorySize: 256 } });
    return lambda.publishVersion('orders').version;
  }

  function withAlias(): void {
    publish('one');
    publish('two');
    lambda.createAlias('orders', 'live', { version: '1', weights: {} });
  }

  describe('versions', () => {
    it('numbers them from 1 and freezes code and configuration', () => {
      expect(publish('one')).toBe('1');
      expect(publish('two')).toBe('2');
      expect(lambda.version('orders', '1')).toMatchObject({ code: 'one', codeSha256: codeSha256('one') });
      expect(
        lambda.operations.GetFunctionConfiguration({ FunctionName: 'orders', Qualifier: '2' }),
      ).toMatchObject({
        Version: '2',
        CodeSha256: codeSha256('two'),
        MemorySize: 256,
        State: 'Active',
        LastUpdateStatus: 'Successful',
        FunctionArn: `${ARN}:2`,
      });
    });

    it('publishes nothing when nothing changed since the last version', () => {
      publish('one');
      const { Version } = lambda.operations.PublishVersion({ FunctionName: 'orders' });
      expect(Version).toBe('1');
      expect(lambda.operations.ListVersionsByFunction({ FunctionName: 'orders' }).Versions).toHaveLength(2);
    });

    it('publishes older code again under a new number', () => {
      publish('one');
      publish('two');
      expect(publish('one')).toBe('3');
      expect(lambda.version('orders', '3')?.codeSha256).toBe(lambda.version('orders', '1')?.codeSha256);
    });

    it('publishes when only the configuration changed', () => {
      publish('one');
      lambda.updateFunction('orders', { code: 'one', properties: { MemorySize: 512 } });
      expect(lambda.publishVersion('orders')).toEqual({ version: '2', created: true });
    });

    it('never reuses a number, even after the newest was deleted', () => {
      publish('one');
      publish('two');
      lambda.operations.DeleteFunction({ FunctionName: 'orders', Qualifier: '2' });
      expect(publish('three')).toBe('3');
      expect(() =>
        lambda.operations.GetFunctionConfiguration({ FunctionName: 'orders', Qualifier: '2' }),
      ).toThrow(expect.objectContaining({ name: 'ResourceNotFoundException', statusCode: 404 }));
    });

    it('refuses to delete a version that an alias refers to, as primary or by weight', () => {
      withAlias();
      lambda.pointAlias('orders', 'live', { version: '1', weights: { '2': 0.1 } });
      for (const version of ['1', '2']) {
        expect(() =>
          lambda.operations.DeleteFunction({ FunctionName: 'orders', Qualifier: version }),
        ).toThrow(expect.objectContaining({ name: 'ResourceConflictException', statusCode: 409 }));
      }
    });

    it('refuses to delete $LATEST and whole functions', () => {
      expect(() =>
        lambda.operations.DeleteFunction({ FunctionName: 'orders', Qualifier: '$LATEST' }),
      ).toThrow(expect.objectContaining({ name: 'InvalidParameterValueException' }));
      expect(() => lambda.operations.DeleteFunction({ FunctionName: 'orders' })).toThrow(
        'does not support DeleteFunction without Qualifier',
      );
    });

    it('refuses to publish on a stale RevisionId or another CodeSha256', () => {
      expect(() => lambda.operations.PublishVersion({ FunctionName: 'orders', RevisionId: 'old' })).toThrow(
        expect.objectContaining({ name: 'PreconditionFailedException', statusCode: 412 }),
      );
      expect(() => lambda.operations.PublishVersion({ FunctionName: 'orders', CodeSha256: 'other' })).toThrow(
        expect.objectContaining({ name: 'InvalidParameterValueException' }),
      );
    });

    it('lists at most 50 a page, $LATEST first', () => {
      for (let i = 0; i < 60; i += 1) publish(`code ${i}`);
      const first = lambda.operations.ListVersionsByFunction({ FunctionName: 'orders', MaxItems: 1000 });
      expect(first.Versions).toHaveLength(50);
      expect(first.Versions[0]?.Version).toBe('$LATEST');
      const second = lambda.operations.ListVersionsByFunction({
        FunctionName: 'orders',
        Marker: first.NextMarker,
      });
      expect(second.Versions.map(({ Version }) => Version)).toEqual(
        Array.from({ length: 11 }, (_, i) => String(50 + i)),
      );
      expect(second.NextMarker).toBeUndefined();
    });
  });

  describe('aliases', () => {
    beforeEach(withAlias);

    it('changes the RevisionId with every write and refuses a stale one', () => {
      const before = lambda.operations.GetAlias({ FunctionName: 'orders', Name: 'live' });
      const after = lambda.operations.UpdateAlias({
        FunctionName: 'orders',
        Name: 'live',
        FunctionVersion: '2',
        RevisionId: before.RevisionId,
      });
      expect(after).toMatchObject({ FunctionVersion: '2', AliasArn: `${ARN}:live` });
      expect(after.RevisionId).not.toBe(before.RevisionId);
      expect(() =>
        lambda.operations.UpdateAlias({
          FunctionName: 'orders',
          Name: 'live',
          FunctionVersion: '1',
          RevisionId: before.RevisionId,
        }),
      ).toThrow(expect.objectContaining({ name: 'PreconditionFailedException', statusCode: 412 }));
      expect(lambda.aliasTarget('orders', 'live')?.version).toBe('2');
    });

    it('keeps weights without RoutingConfig and clears them with an empty one', () => {
      const update = (rest: object) =>
        lambda.operations.UpdateAlias({ FunctionName: 'orders', Name: 'live', ...rest });
      update({ RoutingConfig: { AdditionalVersionWeights: { '2': 0.25 } } });
      expect(update({ Description: 'x' }).RoutingConfig).toEqual({ AdditionalVersionWeights: { '2': 0.25 } });
      expect(update({ RoutingConfig: { AdditionalVersionWeights: {} } }).RoutingConfig).toBeUndefined();
    });

    it('refuses to move onto the weighted version while its weight stays', () => {
      lambda.pointAlias('orders', 'live', { version: '1', weights: { '2': 0.1 } });
      expect(() =>
        lambda.operations.UpdateAlias({ FunctionName: 'orders', Name: 'live', FunctionVersion: '2' }),
      ).toThrow('already included in routing configuration');
    });

    it.each([
      ['two additional versions', { version: '1', weights: { '2': 0.1, '3': 0.1 } }],
      ['$LATEST beside another', { version: '$LATEST', weights: { '2': 0.1 } }],
      ['a weight above 1', { version: '1', weights: { '2': 1.5 } }],
    ])('refuses %s', (_, target) => {
      publish('three');
      expect(() => lambda.pointAlias('orders', 'live', target)).toThrow(
        expect.objectContaining({ name: 'InvalidParameterValueException' }),
      );
    });

    it('refuses a version that does not exist', () => {
      expect(() =>
        lambda.operations.UpdateAlias({ FunctionName: 'orders', Name: 'live', FunctionVersion: '9' }),
      ).toThrow(expect.objectContaining({ name: 'ResourceNotFoundException' }));
    });

    it('distinguishes a missing alias from a missing function', () => {
      expect(() => lambda.operations.GetAlias({ FunctionName: 'orders', Name: 'none' })).toThrow(
        `Cannot find alias arn: ${ARN}:none`,
      );
      expect(() => lambda.operations.GetAlias({ FunctionName: 'none', Name: 'live' })).toThrow(
        'Function not found',
      );
    });

    it('creates, lists by version, and refuses a name that is taken', () => {
      const create = () =>
        lambda.operations.CreateAlias({ FunctionName: 'orders', Name: 'next', FunctionVersion: '2' });
      create();
      expect(create).toThrow(expect.objectContaining({ name: 'ResourceConflictException' }));
      const names = (FunctionVersion?: string) =>
        lambda.operations
          .ListAliases({ FunctionName: 'orders', FunctionVersion })
          .Aliases.map(({ Name }) => Name);
      expect(names()).toEqual(['live', 'next']);
      expect(names('2')).toEqual(['next']);
    });

    it('keeps the history of shares and calls listeners', async () => {
      const changes: AliasChange[] = [];
      lambda.onAliasChange((change) => changes.push(change));
      const start = clock.now();
      clock.after(1000, () => lambda.pointAlias('orders', 'live', { version: '1', weights: { '2': 0.1 } }));
      clock.after(2000, () => lambda.pointAlias('orders', 'live', { version: '2', weights: {} }));
      clock.after(3000, () => lambda.pointAlias('orders', 'live', { version: '2', weights: {} }));
      await clock.run(() => false);
      expect(lambda.shareHistory('orders', 'live')).toEqual([
        { at: start, shares: { '1': 1 } },
        { at: start + 1000, shares: { '1': 0.9, '2': 0.1 } },
        { at: start + 2000, shares: { '2': 1 } },
      ]);
      expect(changes.map(({ at, alias, functionName }) => [at - start, functionName, alias])).toEqual([
        [1000, 'orders', 'live'],
        [2000, 'orders', 'live'],
      ]);
    });

    it('has shares that add up to 1, for any weights', () => {
      fc.assert(
        fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }), (weights) => {
          for (const weight of weights) {
            lambda.pointAlias('orders', 'live', { version: '1', weights: { '2': weight } });
          }
          for (const { shares } of lambda.shareHistory('orders', 'live')) {
            const sum = Object.values(shares).reduce((total, share) => total + share, 0);
            expect(sum).toBeCloseTo(1, 12);
          }
        }),
      );
    });
  });

  describe('provisioned concurrency', () => {
    beforeEach(withAlias);
    const config = { FunctionName: 'orders', Qualifier: 'live' };

    it('is allocated after a while, and again when the alias moves', async () => {
      expect(
        lambda.operations.PutProvisionedConcurrencyConfig({ ...config, ProvisionedConcurrentExecutions: 5 }),
      ).toMatchObject({ Status: 'IN_PROGRESS', RequestedProvisionedConcurrentExecutions: 5 });
      const status = () => lambda.operations.GetProvisionedConcurrencyConfig(config).Status;
      clock.after(121_000, () => {
        expect(status()).toBe('READY');
        lambda.pointAlias('orders', 'live', { version: '2', weights: {} });
        expect(status()).toBe('IN_PROGRESS');
      });
      expect(await clock.run(() => false)).toBe('idle');
      expect.assertions(3 + 1);
    });

    it('has UpdateAlias refused while it is allocated', async () => {
      lambda.operations.PutProvisionedConcurrencyConfig({ ...config, ProvisionedConcurrentExecutions: 5 });
      const update = () =>
        lambda.operations.UpdateAlias({ FunctionName: 'orders', Name: 'live', FunctionVersion: '2' });
      expect(update).toThrow(expect.objectContaining({ name: 'ResourceConflictException', statusCode: 409 }));
      clock.after(121_000, () => {
        expect(update()).toMatchObject({ FunctionVersion: '2' });
        expect(update).toThrow(expect.objectContaining({ name: 'ResourceConflictException' }));
      });
      expect(await clock.run(() => false)).toBe('idle');
      expect.assertions(3 + 1);
    });

    it('excludes weights, and weights exclude it', () => {
      lambda.operations.PutProvisionedConcurrencyConfig({ ...config, ProvisionedConcurrentExecutions: 5 });
      expect(() => lambda.pointAlias('orders', 'live', { version: '1', weights: { '2': 0.1 } })).toThrow(
        'Alias with weights can not be used with Provisioned Concurrency',
      );
      lambda.operations.DeleteProvisionedConcurrencyConfig(config);
      lambda.pointAlias('orders', 'live', { version: '1', weights: { '2': 0.1 } });
      expect(() =>
        lambda.operations.PutProvisionedConcurrencyConfig({ ...config, ProvisionedConcurrentExecutions: 5 }),
      ).toThrow(expect.objectContaining({ name: 'InvalidParameterValueException' }));
    });

    it('is not found where there is none, and refused for $LATEST', () => {
      expect(() => lambda.operations.GetProvisionedConcurrencyConfig(config)).toThrow(
        expect.objectContaining({ name: 'ProvisionedConcurrencyConfigNotFoundException', statusCode: 404 }),
      );
      expect(() =>
        lambda.operations.PutProvisionedConcurrencyConfig({
          FunctionName: 'orders',
          Qualifier: '$LATEST',
          ProvisionedConcurrentExecutions: 1,
        }),
      ).toThrow('unpublished function versions');
    });
  });

  describe('names', () => {
    it.each(['orders', ARN, '123456789012:function:orders', 'orders:$LATEST'])('takes %s', (FunctionName) => {
      expect(lambda.operations.GetFunction({ FunctionName }).Configuration?.FunctionName).toBe('orders');
    });

    it('refuses an invalid function name, and two different qualifiers', () => {
      expect(() => lambda.operations.GetFunction({ FunctionName: 'a b' })).toThrow(
        expect.objectContaining({ name: 'ValidationException' }),
      );
      expect(() => lambda.operations.GetFunction({ FunctionName: 'orders:1', Qualifier: '2' })).toThrow(
        expect.objectContaining({ name: 'InvalidParameterValueException' }),
      );
    });
  });

  describe('ListTags', () => {
    const orders = { Environment: {}, Tags: [{ Key: 'team', Value: 'shop' }] };

    it('returns the own tags of a function without a stack', () => {
      lambda.createFunction('billing', { code: 'one', properties: orders });
      const Resource = ARN.replace('orders', 'billing');
      expect(lambda.operations.ListTags({ Resource })).toEqual({ Tags: { team: 'shop' } });
      expect(lambda.operations.ListTags({ Resource: ARN })).toEqual({ Tags: {} });
    });

    it("adds CloudFormation's tags for the resources of a stack", () => {
      const owner = { stack: 'shop-billing', stackId: 'arn:shop-billing', logicalId: 'Api' };
      lambda.createFunction('billing', { code: 'one', properties: { Tags: { team: 'shop' } } }, owner);
      const Tags = {
        team: 'shop',
        'aws:cloudformation:stack-name': 'shop-billing',
        'aws:cloudformation:stack-id': 'arn:shop-billing',
        'aws:cloudformation:logical-id': 'Api',
      };
      expect(lambda.operations.ListTags({ Resource: ARN.replace('orders', 'billing') })).toEqual({ Tags });
      expect(lambda.operations.GetFunction({ FunctionName: 'billing' }).Tags).toEqual(Tags);
    });

    it.each([
      ['a name', 'orders', 'InvalidParameterValueException'],
      ['a version', `${ARN}:1`, 'InvalidParameterValueException'],
      ['a function that does not exist', `${ARN}2`, 'ResourceNotFoundException'],
    ])('refuses %s', (_, Resource, name) => {
      expect(() => lambda.operations.ListTags({ Resource })).toThrow(expect.objectContaining({ name }));
    });
  });

  describe('Invoke', () => {
    it('is refused without a hook', async () => {
      await expect(lambda.operations.Invoke({ FunctionName: 'orders' }, call())).rejects.toThrow(
        'does not support Invoke',
      );
    });

    it('passes the call to the hook, with the alias resolved to a version', async () => {
      const payload = new TextEncoder().encode('{}');
      const hooked = new SimulatedLambda({
        clock,
        random: new SeededRandom(1),
        onInvoke: (name, qualifier) => ({ payload: new TextEncoder().encode(`${name} ${qualifier}`) }),
      });
      hooked.createFunction('orders', { code: 'one', properties: {} });
      hooked.publishVersion('orders');
      hooked.createAlias('orders', 'live', { version: '1', weights: {} });
      const answer = await hooked.operations.Invoke(
        { FunctionName: 'orders:live', Payload: payload },
        call(),
      );
      expect(new TextDecoder().decode(answer.Payload)).toBe('orders live');
      expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '1' });
    });
  });
});
