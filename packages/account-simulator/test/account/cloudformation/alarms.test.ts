import { SimulatedAccount } from '../../../account/account.ts';
import { VirtualClock } from '../../../clock/virtual-clock.ts';
import { SeededRandom } from '../../../random/seeded-random.ts';

let clock: VirtualClock;

beforeEach(() => {
  clock = VirtualClock.install('2026-01-01T00:00:00Z');
});
afterEach(() => clock.uninstall());

interface Choices {
  readonly code?: string;
  readonly threshold?: string;
  readonly alarms?: boolean;
  readonly extra?: string;
}

/** A function behind a canary, with an alarm on its errors and a composite alarm that stops its deployments. */
function template({ code = 'one', threshold = '10', alarms = true, extra = '' }: Choices = {}): string {
  return `
Transform: AWS::Serverless-2016-10-31
Parameters:
  Periods: { Type: Number, Default: 1 }
Resources:
  Handle:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      CodeUri: s3://code/${code}
      AutoPublishAlias: live
      DeploymentPreference: { Type: Canary10Percent30Minutes${alarms ? ', Alarms: [!Ref Bad]' : ''} }
${
  alarms
    ? `  Errors:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions: [{ Name: FunctionName, Value: !Ref Handle }]
      Statistic: Sum
      Period: "60"
      EvaluationPeriods: !Ref Periods
      Threshold: "${threshold}"
      ComparisonOperator: GreaterThanThreshold
      TreatMissingData: notBreaching
      ActionsEnabled: "false"
${extra}  Bad:
    Type: AWS::CloudWatch::CompositeAlarm
    Properties:
      AlarmName: shop-bad
      AlarmRule: !Sub ALARM("\${Errors}")
`
    : ''
}Outputs:
  Arn: { Value: ${alarms ? '!GetAtt Errors.Arn' : 'none'} }`;
}

function accountWithShop(first: Choices = {}) {
  const account: SimulatedAccount = new SimulatedAccount({
    clock,
    random: new SeededRandom(3),
    traffic: {
      sources: [{ functionName: 'shop-Handle', alias: 'live', rate: 60 }],
      behaviour: () => ({ errorRate: 0, latencyMs: 40, latencySpread: 0.3 }),
    },
  });
  account.cloudFormation.createStackNow('shop', template(first));
  account.start();
  return {
    account,
    alarmsOf: () =>
      (account.cloudWatch.operations.DescribeAlarms?.(
        { AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] } as never,
        { caller: { principal: 'a test' }, now: clock.now() },
      ) ?? {}) as {
        MetricAlarms: Record<string, unknown>[];
        CompositeAlarms: Record<string, unknown>[];
      },
    nameOf: (logicalId: string) => account.cloudFormation.physicalName('shop', logicalId),
    async update(next: Choices): Promise<void> {
      await account.cloudFormation.operations.UpdateStack({
        StackName: 'shop',
        TemplateBody: template(next),
        Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND'],
      });
    },
    async rest(): Promise<string> {
      await clock.run(() => account.cloudFormation.status('shop').endsWith('_COMPLETE'));
      return account.cloudFormation.status('shop');
    },
    async pass(ms: number): Promise<void> {
      let reached = false;
      clock.after(ms, () => {
        reached = true;
      });
      await clock.run(() => reached);
    },
    setState: (AlarmName: string, StateValue: string) =>
      account.cloudWatch.operations.SetAlarmState?.(
        { AlarmName, StateValue, StateReason: 'a test' } as never,
        { caller: { principal: 'a test' }, now: clock.now() },
      ),
  };
}

it('creates the alarms of a template, with numbers and booleans that the template writes as text', () => {
  const { account, alarmsOf, nameOf } = accountWithShop();
  const { MetricAlarms, CompositeAlarms } = alarmsOf();
  expect(MetricAlarms).toEqual([
    expect.objectContaining({
      AlarmName: nameOf('Errors'),
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 10,
      ActionsEnabled: false,
      StateValue: 'INSUFFICIENT_DATA',
    }),
  ]);
  expect(nameOf('Errors')).toMatch(/^shop-Errors-\w{12}$/);
  expect(CompositeAlarms).toEqual([
    expect.objectContaining({ AlarmName: 'shop-bad', AlarmRule: `ALARM("${nameOf('Errors')}")` }),
  ]);
  const [stack] = account.cloudFormation.operations.DescribeStacks({ StackName: 'shop' }).Stacks;
  expect(stack?.Outputs?.[0]?.OutputValue).toBe(
    `arn:aws:cloudwatch:eu-west-1:111122223333:alarm:${nameOf('Errors')}`,
  );
});

it('lets an alarm of the template stop the deployment of its group', async () => {
  const { account, update, rest, pass, nameOf, setState } = accountWithShop();
  await update({ code: 'two' });
  await pass(120_000);
  expect(account.cloudFormation.status('shop')).toBe('UPDATE_IN_PROGRESS');
  setState(nameOf('Errors'), 'ALARM');
  await expect(rest()).resolves.toBe('UPDATE_ROLLBACK_COMPLETE');
});

it('changes an alarm in place, which keeps its state, and restores it when the update fails', async () => {
  const { account, update, rest, pass, alarmsOf } = accountWithShop();
  await pass(120_000);
  const stateOf = () => {
    const [{ Threshold, StateValue, StateUpdatedTimestamp } = {}] = alarmsOf().MetricAlarms;
    return { Threshold, StateValue, StateUpdatedTimestamp };
  };
  const before = stateOf();
  expect(before).toMatchObject({ Threshold: 10, StateValue: 'OK' });
  await update({ threshold: '20' });
  await rest();
  expect(stateOf()).toEqual({ ...before, Threshold: 20 });
  account.cloudFormation.failUpdateOf('shop', 'Handle');
  await update({ threshold: '30', code: 'two' });
  await expect(rest()).resolves.toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(stateOf()).toEqual({ ...before, Threshold: 20 });
});

it('deletes the alarms that a template no longer has, a composite one before those of its rule', async () => {
  const { account, update, rest, alarmsOf } = accountWithShop();
  await update({ alarms: false });
  await expect(rest()).resolves.toBe('UPDATE_COMPLETE');
  expect(alarmsOf()).toMatchObject({ MetricAlarms: [], CompositeAlarms: [] });
  const { StackEvents } = account.cloudFormation.operations.DescribeStackEvents({ StackName: 'shop' });
  expect(StackEvents.filter(({ ResourceStatus }) => ResourceStatus === 'DELETE_FAILED')).toEqual([]);
});

it('fails the resource with the message of CloudWatch', async () => {
  const { account, update, rest } = accountWithShop();
  await update({ extra: '      ThresholdMetricId: band\n' });
  await expect(rest()).resolves.toBe('UPDATE_ROLLBACK_COMPLETE');
  const { StackEvents } = account.cloudFormation.operations.DescribeStackEvents({ StackName: 'shop' });
  const failed = StackEvents.find(({ ResourceStatus }) => ResourceStatus === 'UPDATE_FAILED');
  expect(failed?.ResourceStatusReason).toBe('The rehearsal does not simulate ThresholdMetricId of an alarm.');
});
