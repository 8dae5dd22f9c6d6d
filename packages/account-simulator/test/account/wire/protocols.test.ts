import {
  CloudFormationClient,
  DescribeStacksCommand,
  TokenAlreadyExistsException,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CloudWatchClient,
  GetDashboardCommand,
  GetMetricDataCommand,
  ResourceNotFound,
} from '@aws-sdk/client-cloudwatch';
import {
  CodeDeployClient,
  CreateDeploymentCommand,
  DeploymentDoesNotExistException,
  GetDeploymentCommand,
  ListDeploymentsCommand,
} from '@aws-sdk/client-codedeploy';
import {
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  ListVersionsByFunctionCommand,
  PreconditionFailedException,
  TooManyRequestsException,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { InvalidParameterException, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { HttpRequest } from '@smithy/core/protocols';
import fc from 'fast-check';
import { AwsError } from '../../../account/service.ts';
import { Bench, CALLER } from './wired.ts';

let bench: Bench;

beforeEach(() => {
  bench = new Bench();
});

afterEach(() => {
  bench.clock.uninstall();
});

/** A service that records its inputs and returns, or throws, the given answer. */
function echo(service: string, operation: string, answer: object | AwsError = {}) {
  const received: unknown[] = [];
  const wire = bench.wire({
    [service]: {
      operations: {
        [operation]: (input: object) => {
          received.push(input);
          if (answer instanceof AwsError) throw answer;
          return answer;
        },
      },
    },
  });
  return { received, config: wire.clientConfig(CALLER), wire };
}

const at = new Date('2026-10-01T12:34:56.789Z');

describe('AWS JSON', () => {
  it('carries nested structures, lists, maps and dates to the service', async () => {
    const { received, config } = echo('codedeploy', 'ListDeployments', { deployments: [] });
    const input = {
      applicationName: 'shop',
      deploymentGroupName: 'orders',
      includeOnlyStatuses: ['InProgress' as const, 'Baking' as const],
      createTimeRange: { start: new Date('2026-09-30T00:00:00Z'), end: at },
    };
    const output = await bench.settle(new CodeDeployClient(config).send(new ListDeploymentsCommand(input)));
    expect(received).toEqual([input]);
    expect(output.deployments).toEqual([]);
  });

  it('carries dates to the millisecond, nested lists and false back to the client', async () => {
    const deploymentInfo = {
      deploymentId: 'd-1',
      createTime: at,
      instanceTerminationWaitTimeStarted: false,
      deploymentOverview: { Pending: 0, InProgress: 1 },
      autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE'] },
      deploymentStatusMessages: [],
    };
    const { config } = echo('codedeploy', 'GetDeployment', { deploymentInfo });
    const output = await bench.settle(
      new CodeDeployClient(config).send(new GetDeploymentCommand({ deploymentId: 'd-1' })),
    );
    expect(output.deploymentInfo).toEqual(deploymentInfo);
  });

  it('carries text of any script and embedded JSON unchanged', async () => {
    const { received, config } = echo('codedeploy', 'CreateDeployment', { deploymentId: 'd-9' });
    const content = JSON.stringify({ version: 0, note: 'quotes " \\ — ünïcödé 😀 \u0000' });
    const input = {
      applicationName: 'shop',
      revision: { revisionType: 'AppSpecContent' as const, appSpecContent: { content } },
    };
    await bench.settle(new CodeDeployClient(config).send(new CreateDeploymentCommand(input)));
    expect(received).toEqual([input]);
  });

  it('turns a modelled refusal into the class of the client', async () => {
    const refusal = new AwsError('DeploymentDoesNotExistException', 'The deployment d-1 does not exist');
    const { config } = echo('codedeploy', 'GetDeployment', refusal);
    const error = await bench.refusal(
      new CodeDeployClient(config).send(new GetDeploymentCommand({ deploymentId: 'd-1' })),
    );
    expect(error).toBeInstanceOf(DeploymentDoesNotExistException);
    expect(error).toMatchObject({
      name: 'DeploymentDoesNotExistException',
      message: 'The deployment d-1 does not exist',
      $fault: 'client',
      $metadata: { httpStatusCode: 400, attempts: 1 },
    });
  });

  it('keeps name, status and message of a refusal outside the model', async () => {
    const { config } = echo('codedeploy', 'GetDeployment', new AwsError('AccessDeniedException', 'no', 403));
    const error = await bench.refusal(
      new CodeDeployClient(config).send(new GetDeploymentCommand({ deploymentId: 'd-1' })),
    );
    expect(error).toMatchObject({
      name: 'AccessDeniedException',
      message: 'no',
      $metadata: { httpStatusCode: 403 },
    });
  });

  it('lets the client retry a failure of the service', async () => {
    const { config, received } = echo('sfn', 'StartExecution', new AwsError('InternalFailure', 'sorry', 500));
    const error = await bench.refusal(
      new SFNClient(config).send(new StartExecutionCommand({ stateMachineArn: 'arn:machine' })),
    );
    expect(error.name).toBe('InternalFailure');
    expect(received).toHaveLength(3);
  });

  it('serves Step Functions under its signing name', async () => {
    const { config } = echo('sfn', 'DescribeExecution', { status: 'RUNNING', startDate: at });
    const output = await bench.settle(
      new SFNClient(config).send(new DescribeExecutionCommand({ executionArn: 'arn:execution' })),
    );
    expect(output).toMatchObject({ status: 'RUNNING', startDate: at });
  });

  it('refuses a body that is not JSON', async () => {
    const { wire } = echo('codedeploy', 'GetDeployment');
    const request = new HttpRequest({
      hostname: 'codedeploy.us-east-1.amazonaws.com',
      method: 'POST',
      headers: { 'X-Amz-Target': 'CodeDeploy_20141006.GetDeployment', 'Content-Type': 'application/json' },
      body: '{"deploymentId":',
    });
    const response = await bench.settle(wire.handle(request, CALLER));
    expect(response.statusCode).toBe(400);
    expect(Buffer.from(response.body).toString()).toContain('SerializationException');
  });

  it('refuses an operation the service does not have', async () => {
    const { wire } = echo('codedeploy', 'GetDeployment');
    const request = new HttpRequest({
      hostname: 'codedeploy.us-east-1.amazonaws.com',
      method: 'POST',
      headers: { 'x-amz-target': 'CodeDeploy_20141006.Nonsense' },
      body: '{}',
    });
    const response = await bench.settle(wire.handle(request, CALLER));
    expect(Buffer.from(response.body).toString()).toContain('UnknownOperationException');
  });
});

describe('AWS JSON of a service that used to speak query', () => {
  it('carries lists of dates and numbers, also those that are not finite', async () => {
    const results = [{ Id: 'm1', Timestamps: [at], Values: [0.5, Number.POSITIVE_INFINITY], Messages: [] }];
    const { received, config } = echo('cloudwatch', 'GetMetricData', { MetricDataResults: results });
    const input = {
      StartTime: new Date('2026-10-01T12:00:00Z'),
      EndTime: at,
      MetricDataQueries: [
        {
          Id: 'm1',
          MetricStat: {
            Metric: {
              Namespace: 'AWS/Lambda',
              MetricName: 'Errors',
              Dimensions: [{ Name: 'FunctionName', Value: 'orders' }],
            },
            Period: 60,
            Stat: 'Sum',
          },
        },
      ],
    };
    const output = await bench.settle(new CloudWatchClient(config).send(new GetMetricDataCommand(input)));
    expect(received).toEqual([input]);
    expect(output.MetricDataResults).toEqual(results);
  });

  it('turns a refusal into the class of the client by its query code', async () => {
    const { config } = echo(
      'cloudwatch',
      'GetDashboard',
      new AwsError('ResourceNotFound', 'no dashboard', 404),
    );
    const error = await bench.refusal(
      new CloudWatchClient(config).send(new GetDashboardCommand({ DashboardName: 'x' })),
    );
    expect(error).toBeInstanceOf(ResourceNotFound);
    expect(error.$metadata).toMatchObject({ httpStatusCode: 404 });
  });
});

describe('AWS query', () => {
  const update = {
    StackName: 'orders',
    TemplateBody: 'Resources: {}\n# ünïcödé & <tags> + 100%',
    UsePreviousTemplate: false,
    Parameters: [
      { ParameterKey: 'Stage', ParameterValue: 'a=b&c d' },
      { ParameterKey: 'Secret', UsePreviousValue: true },
    ],
    Capabilities: ['CAPABILITY_IAM' as const, 'CAPABILITY_AUTO_EXPAND' as const],
    NotificationARNs: [],
    RollbackConfiguration: { MonitoringTimeInMinutes: 5, RollbackTriggers: [{ Arn: 'a', Type: 't' }] },
  };

  it('carries nested lists, empty lists, booleans and numbers to the service', async () => {
    const { received, config } = echo('cloudformation', 'UpdateStack', { StackId: 'arn:stack' });
    const output = await bench.settle(new CloudFormationClient(config).send(new UpdateStackCommand(update)));
    expect(received).toEqual([update]);
    expect(output.StackId).toBe('arn:stack');
  });

  it('keeps the order of more than nine list members', async () => {
    const { received, config } = echo('cloudformation', 'UpdateStack');
    const Tags = Array.from({ length: 12 }, (_, i) => ({ Key: `k${i}`, Value: String(i) }));
    const input = { StackName: 'orders', Tags };
    await bench.settle(new CloudFormationClient(config).send(new UpdateStackCommand(input)));
    expect(received).toEqual([input]);
  });

  it('carries dates, nested structures and empty lists back to the client', async () => {
    const Stacks = [
      {
        StackName: 'orders',
        CreationTime: at,
        LastUpdatedTime: new Date('2026-10-01T00:00:00Z'),
        StackStatus: 'UPDATE_COMPLETE',
        StackStatusReason: 'because of <this> & "that"',
        DisableRollback: false,
        Parameters: [{ ParameterKey: 'Stage', ParameterValue: '' }],
        Outputs: [],
        Tags: [{ Key: 'team', Value: 'a' }],
      },
    ];
    const { config } = echo('cloudformation', 'DescribeStacks', { Stacks });
    const output = await bench.settle(new CloudFormationClient(config).send(new DescribeStacksCommand({})));
    expect(output.Stacks).toEqual(Stacks);
    expect(output.$metadata.httpStatusCode).toBe(200);
  });

  it('carries maps and blobs', async () => {
    const { received, config } = echo('sns', 'Publish', { MessageId: 'm' });
    const input = {
      TopicArn: 'arn:topic',
      Message: 'line\nline',
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'rollback' },
        raw: { DataType: 'Binary', BinaryValue: Uint8Array.of(0, 255, 128) },
      },
    };
    await bench.settle(new SNSClient(config).send(new PublishCommand(input)));
    const [sent] = received as [typeof input];
    expect(sent.MessageAttributes.kind).toEqual(input.MessageAttributes.kind);
    expect(Buffer.from(sent.MessageAttributes.raw.BinaryValue)).toEqual(Buffer.of(0, 255, 128));
  });

  it('turns a refusal into the class of the client, whether named by class or by code', async () => {
    for (const name of ['InvalidParameterException', 'InvalidParameter']) {
      const { config } = echo('sns', 'Publish', new AwsError(name, 'Invalid parameter: <Subject>'));
      const error = await bench.refusal(new SNSClient(config).send(new PublishCommand({ Message: 'm' })));
      expect(error).toBeInstanceOf(InvalidParameterException);
      expect(error.message).toBe('Invalid parameter: <Subject>');
    }
  });

  it('keeps the name of a refusal outside the model', async () => {
    const refusal = new AwsError('ValidationError', 'No updates are to be performed.');
    const { config } = echo('cloudformation', 'UpdateStack', refusal);
    const error = await bench.refusal(new CloudFormationClient(config).send(new UpdateStackCommand(update)));
    expect(error).toMatchObject({
      name: 'ValidationError',
      message: 'No updates are to be performed.',
      Type: 'Sender',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('gives a modelled refusal its modelled class and status', async () => {
    const refusal = new AwsError('TokenAlreadyExistsException', 'A token was used');
    const { config } = echo('cloudformation', 'UpdateStack', refusal);
    const error = await bench.refusal(new CloudFormationClient(config).send(new UpdateStackCommand(update)));
    expect(error).toBeInstanceOf(TokenAlreadyExistsException);
    expect(error.message).toBe('A token was used');
  });

  it.each([
    ['ChangeSetNotFoundException', 'ChangeSetNotFound', 404],
    ['InvalidChangeSetStatusException', 'InvalidChangeSetStatus', 400],
  ])("sends %s under the service's own code %s", async (name, code, status) => {
    const { wire } = echo('cloudformation', 'DescribeStacks', new AwsError(name, 'refused'));
    const request = new HttpRequest({
      hostname: 'cloudformation.us-east-1.amazonaws.com',
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: Buffer.from('Action=DescribeStacks&Version=2010-05-15'),
    });
    const response = await bench.settle(wire.handle(request, CALLER));
    expect(response.statusCode).toBe(status);
    expect(Buffer.from(response.body).toString()).toContain(`<Code>${code}</Code>`);
  });

  it('is distinguished from JSON by the request, for services that accept both', async () => {
    const { wire, received } = echo('cloudwatch', 'DescribeAlarms', { MetricAlarms: [{ AlarmName: 'a' }] });
    const request = new HttpRequest({
      hostname: 'monitoring.us-east-1.amazonaws.com',
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: Buffer.from('Action=DescribeAlarms&Version=2010-08-01&AlarmNames.member.1=a'),
    });
    const response = await bench.settle(wire.handle(request, CALLER));
    expect(received).toEqual([{ AlarmNames: ['a'] }]);
    expect(Buffer.from(response.body).toString()).toContain(
      '<DescribeAlarmsResponse><DescribeAlarmsResult><MetricAlarms><member><AlarmName>a</AlarmName>',
    );
  });
});

describe('REST JSON', () => {
  it('carries path labels and body, weights by version among them', async () => {
    const answer = {
      FunctionVersion: '4',
      RoutingConfig: { AdditionalVersionWeights: {} },
      RevisionId: 'r2',
    };
    const { received, config } = echo('lambda', 'UpdateAlias', answer);
    const input = {
      FunctionName: 'arn:aws:lambda:us-east-1:111122223333:function:orders',
      Name: 'live',
      FunctionVersion: '4',
      RoutingConfig: { AdditionalVersionWeights: { 5: 0.1 } },
      RevisionId: 'r1',
    };
    const output = await bench.settle(new LambdaClient(config).send(new UpdateAliasCommand(input)));
    expect(received).toEqual([input]);
    expect(output).toMatchObject(answer);
  });

  it('carries query parameters as their types', async () => {
    const { received, config } = echo('lambda', 'ListVersionsByFunction', { Versions: [] });
    const input = { FunctionName: 'orders', Marker: 'a/b c', MaxItems: 50 };
    const output = await bench.settle(
      new LambdaClient(config).send(new ListVersionsByFunctionCommand(input)),
    );
    expect(received).toEqual([input]);
    expect(output.Versions).toEqual([]);
  });

  it('finds an operation without labels behind a trailing slash', async () => {
    const { received, config } = echo('lambda', 'ListFunctions', { Functions: [] });
    await bench.settle(new LambdaClient(config).send(new ListFunctionsCommand({})));
    expect(received).toEqual([{}]);
  });

  it('carries a payload as the body, with headers and status around it', async () => {
    const answer = {
      StatusCode: 200,
      Payload: Buffer.from('{"ok":true}'),
      FunctionError: 'Unhandled',
      ExecutedVersion: '4',
    };
    const { received, config } = echo('lambda', 'Invoke', answer);
    const input = { FunctionName: 'orders', Qualifier: 'live', Payload: Buffer.from('{"a":1}') };
    const output = await bench.settle(new LambdaClient(config).send(new InvokeCommand(input)));
    const [sent] = received as [typeof input];
    expect(sent).toMatchObject({ FunctionName: 'orders', Qualifier: 'live' });
    expect(Buffer.from(sent.Payload).toString()).toBe('{"a":1}');
    expect(output.Payload?.transformToString()).toBe('{"ok":true}');
    expect(output).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled', ExecutedVersion: '4' });
  });

  it('takes the status of an asynchronous invocation from its output', async () => {
    const { config } = echo('lambda', 'Invoke', { StatusCode: 202 });
    const output = await bench.settle(
      new LambdaClient(config).send(new InvokeCommand({ FunctionName: 'f', InvocationType: 'Event' })),
    );
    expect(output).toMatchObject({ StatusCode: 202, $metadata: { httpStatusCode: 202 } });
  });

  it('gives a refusal its class, status and fields', async () => {
    const refusal = new AwsError('PreconditionFailedException', 'The RevisionId differs', 412, {
      Type: 'User',
    });
    const { config } = echo('lambda', 'UpdateAlias', refusal);
    const error = await bench.refusal(
      new LambdaClient(config).send(new UpdateAliasCommand({ FunctionName: 'f', Name: 'live' })),
    );
    expect(error).toBeInstanceOf(PreconditionFailedException);
    expect(error).toMatchObject({
      message: 'The RevisionId differs',
      Type: 'User',
      $metadata: { httpStatusCode: 412 },
    });
  });

  it('carries the status and the reason of a throttle, which the client retries', async () => {
    const refusal = new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429, {
      Reason: 'CallerRateLimitExceeded',
    });
    const { config, received } = echo('lambda', 'UpdateAlias', refusal);
    const error = await bench.refusal(
      new LambdaClient(config).send(new UpdateAliasCommand({ FunctionName: 'f', Name: 'live' })),
    );
    expect(error).toBeInstanceOf(TooManyRequestsException);
    expect(error).toMatchObject({ Reason: 'CallerRateLimitExceeded', $metadata: { httpStatusCode: 429 } });
    expect(received).toHaveLength(3);
  });
});

describe('every protocol', () => {
  /** Text that XML 1.0 can hold unchanged: no control characters, no halves of a surrogate pair. */
  const text = fc
    .string({ unit: 'grapheme', maxLength: 40 })
    .filter((value) => !/[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(value));

  it('brings any text unchanged to the service and back (query)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 5 }), async (values) => {
        const Parameters = values.map((ParameterValue, i) => ({ ParameterKey: `k${i}`, ParameterValue }));
        const { received, config } = echo('cloudformation', 'UpdateStack', { StackId: values[0] ?? 'none' });
        const output = await bench.settle(
          new CloudFormationClient(config).send(new UpdateStackCommand({ StackName: 's', Parameters })),
        );
        expect(received).toEqual([{ StackName: 's', Parameters }]);
        expect(output.StackId).toBe(values[0] ?? 'none');
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('brings any text unchanged to the service and back (JSON)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (value) => {
        const { received, config } = echo('codedeploy', 'GetDeployment', {
          deploymentInfo: { description: value },
        });
        const output = await bench.settle(
          new CodeDeployClient(config).send(new GetDeploymentCommand({ deploymentId: value })),
        );
        expect(received).toEqual([{ deploymentId: value }]);
        expect(output.deploymentInfo?.description).toBe(value);
      }),
      { seed: 1, numRuns: 60 },
    );
  });
});
