import { CloudFormationClient, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { CodeDeployClient, GetDeploymentCommand, ListDeploymentsCommand } from '@aws-sdk/client-codedeploy';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { SimulatedAccount, type SimulatedAccountOptions } from '../../account/account.ts';
import { AwsError } from '../../account/service.ts';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { SeededRandom } from '../../random/seeded-random.ts';

let clock: VirtualClock;

beforeEach(() => {
  clock = VirtualClock.install('2026-01-01T00:00:00Z');
});
afterEach(() => clock.uninstall());

/** A service of one function behind a canary that an alarm watches, at a release. */
function release(label: string): string {
  return `
Transform: AWS::Serverless-2016-10-31
Resources:
  Handle:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: orders
      Runtime: nodejs22.x
      Handler: index.handler
      CodeUri: s3://code/orders-${label}
      AutoPublishAlias: live
      DeploymentPreference: { Type: Canary10Percent5Minutes, Alarms: [orders-errors] }
  Url:
    Type: AWS::SSM::Parameter
    Properties: { Name: /orders/release, Type: String, Value: ${label} }`;
}

function accountWithOrders(settings: Partial<SimulatedAccountOptions> = {}) {
  const account = new SimulatedAccount({
    ...settings,
    clock,
    random: new SeededRandom(7),
    traffic: {
      sources: [{ functionName: 'orders', alias: 'live', rate: 600 }],
      behaviour: (_, version) => ({
        errorRate: version === '1' ? 0 : 0.5,
        latencyMs: 40,
        latencySpread: 0.3,
      }),
    },
  });
  account.s3.createBucket('releases', { versioned: true });
  account.cloudFormation.createStackNow('orders', release('one'));
  account.cloudWatch.operations.PutMetricAlarm?.(
    {
      AlarmName: 'orders-errors',
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: 'orders' }],
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 5,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
    } as never,
    { caller: { principal: 'test' }, now: clock.now() },
  );
  account.start();
  const config = account.wire.clientConfig({ principal: 'deployment-tool' });
  return { account, config };
}

/** Lets time pass until `work` has settled. */
async function settled<T>(work: Promise<T>): Promise<T> {
  let done = false;
  const end = () => {
    done = true;
  };
  work.then(end, end);
  await clock.run(() => done);
  return work;
}

async function deploy(config: object, label: string) {
  const object = { Bucket: 'releases', Key: 'orders.yaml' };
  await settled(new S3Client(config).send(new PutObjectCommand({ ...object, Body: release(label) })));
  return settled(
    new CloudFormationClient(config).send(
      new UpdateStackCommand({
        StackName: 'orders',
        TemplateURL: 'https://releases.s3.eu-west-1.amazonaws.com/orders.yaml',
        Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND'],
      }),
    ),
  );
}

describe('SimulatedAccount', () => {
  it('rolls a bad release back: users, metric, alarm, CodeDeploy, alias, stack, parameter, events', async () => {
    const { account, config } = accountWithOrders();
    expect(account.lambda.aliasTarget('orders', 'live')).toEqual({ version: '1', weights: {} });
    await deploy(config, 'two');
    await clock.run(() => account.lambda.aliasTarget('orders', 'live')?.weights['2'] !== undefined);
    expect(account.cloudFormation.status('orders')).toBe('UPDATE_IN_PROGRESS');
    await clock.run(() => account.cloudFormation.status('orders') === 'UPDATE_ROLLBACK_COMPLETE');

    expect(account.lambda.aliasTarget('orders', 'live')).toEqual({ version: '1', weights: {} });
    const parameter = await settled(
      new SSMClient(config).send(new GetParameterCommand({ Name: '/orders/release' })),
    );
    expect(parameter.Parameter?.Value).toBe('one');
    const happened = account.eventBridge.history().map(({ source, detail }) => {
      const { state, operation, ...others } = detail as {
        state?: string | { value: string };
        operation?: string;
        'status-details'?: { status: string };
      };
      const word = typeof state === 'object' ? state.value : state;
      return `${source} ${word ?? others['status-details']?.status ?? operation}`;
    });
    const inOrder = [
      'aws.cloudformation UPDATE_IN_PROGRESS',
      'aws.codedeploy START',
      'aws.cloudwatch ALARM',
      'aws.codedeploy STOP',
      'aws.cloudformation UPDATE_ROLLBACK_IN_PROGRESS',
      'aws.cloudformation UPDATE_ROLLBACK_COMPLETE',
    ];
    expect(
      happened.filter((one) => inOrder.includes(one)).filter((one, at, all) => all.indexOf(one) === at),
    ).toEqual(inOrder);
    expect(happened).toContain('aws.ssm Update');
    account.stop();
  });

  describe('where AWS documents nothing', () => {
    const seen = async (settings: Partial<SimulatedAccountOptions>) => {
      const { account, config } = accountWithOrders(settings);
      await deploy(config, 'two');
      await clock.run(() => account.lambda.aliasTarget('orders', 'live')?.weights['2'] !== undefined);
      await clock.run(() => account.cloudFormation.status('orders').startsWith('UPDATE_ROLLBACK_COMPLETE'));
      const fiveMinutesLater = clock.now() + 5 * 60_000;
      await clock.run(() => clock.now() >= fiveMinutesLater);
      const codeDeploy = new CodeDeployClient(config);
      const [{ id, externalId: stackId } = { id: '', externalId: '' }] = account.codeDeploy.deployments;
      const { deploymentInfo } = await settled(
        codeDeploy.send(new GetDeploymentCommand({ deploymentId: id })),
      );
      const { deployments: found = [] } = await settled(
        codeDeploy.send(new ListDeploymentsCommand({ externalId: stackId })),
      );
      const [batched] = account.codeDeploy.operations.BatchGetDeployments({
        deploymentIds: [id],
      }).deploymentsInfo;
      expect(batched?.externalId).toBe(deploymentInfo?.externalId);
      const alias = [
        { Name: 'FunctionName', Value: 'orders' },
        { Name: 'Resource', Value: 'orders:live' },
      ];
      const requests = (Id: string, Dimensions: typeof alias) => ({
        Id,
        MetricStat: {
          Metric: { Namespace: 'AWS/Lambda', MetricName: 'Invocations', Dimensions },
          Period: 60,
          Stat: 'Sum',
        },
      });
      const { MetricDataResults = [] } = await settled(
        new CloudWatchClient(config).send(
          new GetMetricDataCommand({
            StartTime: new Date(clock.now() - 30 * 60_000),
            EndTime: new Date(clock.now()),
            MetricDataQueries: [
              requests('alias', alias),
              requests('version', [...alias, { Name: 'ExecutedVersion', Value: '1' }]),
            ],
          }),
        ),
      );
      account.stop();
      const [all, byVersion] = MetricDataResults.map(({ Values = [] }) => Values.length);
      return {
        externalId: deploymentInfo?.externalId,
        stackId,
        found: found.length,
        // Minutes in which CloudWatch counts requests to version 1 only for the alias.
        onlyForAlias: (all ?? 0) - (byVersion ?? 0) > 0,
        alias: account.lambda.aliasTarget('orders', 'live'),
      };
    };

    it('gives the id of the stack, and always metrics by version, by default', async () => {
      const { externalId, stackId, found, onlyForAlias } = await seen({});
      expect(stackId).toMatch(/:stack\/orders\//);
      expect(externalId).toBe(stackId);
      expect(found).toBe(1);
      expect(onlyForAlias).toBe(false);
    });

    it.each(['stack', 'absent'] as const)('externalId: %s', async (externalId) => {
      const answer = await seen({ externalId });
      expect(answer.externalId).toBe(externalId === 'stack' ? answer.stackId : undefined);
      expect(answer.found).toBe(externalId === 'stack' ? 1 : 0);
    });

    it.each(['always', 'only-with-weights'] as const)('versionMetrics: %s', async (versionMetrics) => {
      await expect(seen({ versionMetrics })).resolves.toMatchObject({
        onlyForAlias: versionMetrics === 'only-with-weights',
      });
    });

    it.each([
      ['alias-before', '1'],
      ['last-successful-revision', '2'],
    ] as const)('groupRollback: %s', async (groupRollback, version) => {
      const { account, config } = accountWithOrders({ groupRollback });
      // The alarm is not involved.
      account.cloudWatch.scriptAlarm('orders-errors', [{ at: clock.now(), state: 'OK' }]);
      await deploy(config, 'two');
      await clock.run(() => account.cloudFormation.status('orders') === 'UPDATE_COMPLETE');
      account.lambda.operations.UpdateAlias({ FunctionName: 'orders', Name: 'live', FunctionVersion: '1' });
      await deploy(config, 'three');
      await clock.run(() => account.lambda.aliasTarget('orders', 'live')?.weights['3'] !== undefined);
      const { id } = account.codeDeploy.deployments.at(-1) ?? { id: '' };
      account.codeDeploy.stop(id, true);
      await clock.run(() => account.codeDeploy.deployments.at(-1)?.status === 'Succeeded');
      expect(account.lambda.aliasTarget('orders', 'live')).toEqual({ version, weights: {} });
      account.stop();
    });
  });

  it('refuses a template URL without an object', async () => {
    const { account, config } = accountWithOrders();
    const update = new UpdateStackCommand({
      StackName: 'orders',
      TemplateURL: 'https://s3.eu-west-1.amazonaws.com/releases/missing.yaml',
    });
    await expect(settled(new CloudFormationClient(config).send(update))).rejects.toThrow(/^S3 error: /);
    account.stop();
  });

  it('answers Invoke for the functions that really run, and refuses the others', async () => {
    const { account, config } = accountWithOrders();
    const runtime = { env: {}, clientConfig: {}, now: () => clock.now() };
    account.lambdaRuntime.add(
      {
        logicalId: 'Echo',
        name: 'echo',
        arn: 'arn:aws:lambda:eu-west-1:111122223333:function:echo',
        timeoutSeconds: 3,
        code: () => async (event) => event,
        runtime,
      },
      { maximumRetryAttempts: 2, maximumEventAgeSeconds: 60 },
    );
    const client = new LambdaClient(config);
    const { Payload } = await settled(
      client.send(new InvokeCommand({ FunctionName: 'echo', Payload: '{"a":1}' })),
    );
    expect(Buffer.from(Payload ?? []).toString()).toBe('{"a":1}');
    await expect(settled(client.send(new InvokeCommand({ FunctionName: 'orders' })))).rejects.toMatchObject({
      name: 'UnsupportedInRehearsal',
    });
    account.stop();
  });

  it('keeps messages in its queues and refuses messages to a missing queue', () => {
    const account = new SimulatedAccount({ clock, random: new SeededRandom(1) });
    const { arn } = account.createQueue('dead-letters');
    account.send(arn, 'hello', { A: 'b' });
    expect(account.queue(arn)?.messages).toMatchObject([{ body: 'hello', attributes: { A: 'b' } }]);
    expect(() => account.send(`${arn}2`, 'hello')).toThrow(AwsError);
  });

  it('checks permissions before the engine starts an execution for a Task', async () => {
    const account = new SimulatedAccount({ clock, random: new SeededRandom(1) });
    const arnOf = (name: string) => `arn:aws:states:eu-west-1:111122223333:stateMachine:${name}`;
    const machine = (name: string, state: object) => ({
      name,
      arn: arnOf(name),
      roleArn: `arn:aws:iam::111122223333:role/${name}`,
      definition: { QueryLanguage: 'JSONata', StartAt: 'Only', States: { Only: state } },
    });
    account.createStateMachine(machine('child', { Type: 'Succeed' }), 'Child');
    const Resource = 'arn:aws:states:::states:startExecution.sync:2';
    const start = { Type: 'Task', Resource, Arguments: { StateMachineArn: arnOf('child') }, End: true };
    account.createStateMachine(machine('parent', start), 'Parent');
    const asked: string[] = [];
    account.authorizeTasks((action, resource, caller) => {
      asked.push(`${caller.resource} ${action} ${resource.split(':').slice(5, 7).join(':')}`);
      if (action === 'states:DescribeExecution') throw new AwsError('AccessDeniedException', 'not this one');
    });
    const { executionArn } = account.engine.startExecution({ stateMachineArn: arnOf('parent') });
    const execution = account.engine.execution(executionArn);
    await clock.run(() => execution.status !== 'RUNNING');
    expect(asked).toEqual([
      'Parent states:StartExecution stateMachine:child',
      'Parent states:DescribeExecution execution:child',
    ]);
    expect([execution.error, execution.cause]).toEqual([
      'StepFunctions.AccessDeniedException',
      'not this one',
    ]);
  });

  it.each([
    [undefined, 'FAILED'],
    [false, 'FAILED'],
    [true, 'SUCCEEDED'],
  ])(
    'with dataLimitCaught %s, an answer over the limit ends %s behind States.ALL',
    async (caught, status) => {
      const account = new SimulatedAccount({
        clock,
        random: new SeededRandom(7),
        ...(caught !== undefined && { dataLimitCaught: caught }),
      });
      const arn = 'arn:aws:states:eu-west-1:111122223333:stateMachine:large';
      const large = { Type: 'Pass', Output: 'x'.repeat(300_000), End: true };
      const both = {
        Type: 'Parallel',
        Branches: [{ StartAt: 'Large', States: { Large: large } }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
        End: true,
      };
      const definition = {
        QueryLanguage: 'JSONata',
        StartAt: 'Both',
        States: { Both: both, Caught: { Type: 'Succeed' } },
      };
      const roleArn = 'arn:aws:iam::111122223333:role/large';
      account.createStateMachine({ name: 'large', arn, roleArn, definition }, 'Large');
      const { executionArn } = account.engine.startExecution({ stateMachineArn: arn });
      const execution = account.engine.execution(executionArn);
      await clock.run(() => execution.status !== 'RUNNING');
      expect(execution.status).toBe(status);
    },
  );
});
