import { SimulatedAccount } from '../../../account/account.ts';
import type { MissingRights } from '../../../account/cloudformation/simulated-cloudformation.ts';
import { enforcePermissions } from '../../../account/permissions/enforce-permissions.ts';
import { VirtualClock } from '../../../clock/virtual-clock.ts';
import type { StackSpec } from '../../../deploy/stack-spec.ts';
import { SeededRandom } from '../../../random/seeded-random.ts';

const principal = 'arn:aws:iam::111122223333:role/Act';
const caller = { principal, resource: 'Act' };

const parameter = (Value: string) =>
  JSON.stringify({
    Resources: {
      Url: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/orders/url', Type: 'String', Value } },
    },
  });

/** A function that may update any stack, but change none of its resources. */
const updater = {
  functions: [{ logicalId: 'Act', name: 'act', roleArn: principal }],
  roles: [
    {
      logicalId: 'Act',
      roleArn: principal,
      statements: [{ Effect: 'Allow', Action: ['cloudformation:UpdateStack'], Resource: ['*'] }],
    },
  ],
  machines: [],
  rules: [],
  queues: [],
  topics: [],
  alarms: [],
  resourcePolicies: [],
} as unknown as StackSpec;

describe('an update without a service role, by a caller who may not change a resource', () => {
  let clock: VirtualClock;
  let account: SimulatedAccount;
  beforeEach(() => {
    clock = VirtualClock.install('2026-01-01T00:00:00Z');
  });
  afterEach(() => clock.uninstall());

  /** Updates the stack as that function, and waits until it is stable. @returns the refusal, if there is one */
  async function update(missingRights: MissingRights): Promise<string | undefined> {
    account = new SimulatedAccount({ clock, random: new SeededRandom(1), stacks: { missingRights } });
    enforcePermissions(account, updater);
    account.cloudFormation.createStackNow('orders', parameter('one'));
    const input = { StackName: 'orders', TemplateBody: parameter('two') };
    let refusal: string | undefined;
    let answered = false;
    account.wire
      .call('cloudformation', 'UpdateStack', input, caller)
      .catch((error: Error) => {
        refusal = error.message;
      })
      .finally(() => {
        answered = true;
      });
    await clock.run(() => answered && !account.cloudFormation.status('orders').endsWith('IN_PROGRESS'));
    return refusal;
  }

  const value = () => account.parameterStore.version('/orders/url');
  const reasons = () =>
    account.cloudFormation.operations
      .DescribeStackEvents({ StackName: 'orders' })
      .StackEvents.flatMap(({ ResourceStatus, ResourceStatusReason }) =>
        ResourceStatus === 'UPDATE_FAILED' ? [ResourceStatusReason] : [],
      );
  const denied = expect.stringMatching(/^User: .*Act.* is not authorized to perform: ssm:PutParameter /);

  it('is refused, where CloudFormation checks at once', async () => {
    expect(await update('refused')).toEqual(denied);
    expect(account.cloudFormation.status('orders')).toBe('CREATE_COMPLETE');
    expect(value()).toMatchObject({ value: 'one', version: 1 });
  });

  it('is rolled back at the resource, where CloudFormation checks then', async () => {
    expect(await update('rolled-back')).toBeUndefined();
    expect(account.cloudFormation.status('orders')).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(reasons()).toEqual([denied]);
    expect(value()).toMatchObject({ value: 'one' });
  });

  it('ends in UPDATE_ROLLBACK_FAILED after the resource was restored, until another caller continues', async () => {
    expect(await update('rollback-fails')).toBeUndefined();
    expect(account.cloudFormation.status('orders')).toBe('UPDATE_ROLLBACK_FAILED');
    expect(reasons()).toEqual([denied, denied]);
    expect(value()).toMatchObject({ value: 'one' });

    account.cloudFormation.operations.ContinueUpdateRollback({ StackName: 'orders' });
    await clock.run(() => account.cloudFormation.status('orders') === 'UPDATE_ROLLBACK_COMPLETE');
    expect(account.cloudFormation.status('orders')).toBe('UPDATE_ROLLBACK_COMPLETE');
  });
});
