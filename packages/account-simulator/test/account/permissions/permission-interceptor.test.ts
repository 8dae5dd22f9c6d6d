import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { CodeDeployClient, GetDeploymentCommand } from '@aws-sdk/client-codedeploy';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetAliasCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { AuthorizationErrorException, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { permissionInterceptor } from '../../../account/permissions/permission-interceptor.ts';
import { PermissionUsage } from '../../../account/permissions/permission-usage.ts';
import { Permissions } from '../../../account/permissions/permissions.ts';
import { S3 } from '../../../account/s3/s3.ts';
import type { Operations } from '../../../account/service.ts';
import type { Wire } from '../../../account/wire/wire.ts';
import type { PolicyStatement } from '../../../deploy/policy-statement.ts';
import { ACCOUNT, type AnyClient, Bench } from '../wire/wired.ts';

const roleArn = `arn:aws:iam::${ACCOUNT.accountId}:role/stack-LookFunctionRole-1`;
const caller = { principal: roleArn, resource: 'LookFunction' };
const user = `arn:aws:sts::${ACCOUNT.accountId}:assumed-role/stack-LookFunctionRole-1/stack-look`;
const arn = (service: string, resource: string) =>
  `arn:aws:${service}:${ACCOUNT.region}:${ACCOUNT.accountId}:${resource}`;

let bench: Bench;
let usage: PermissionUsage;

beforeEach(() => {
  bench = new Bench();
  usage = new PermissionUsage();
});
afterEach(() => bench.clock.uninstall());

const anything: Operations = new Proxy({}, { get: () => () => ({}) });
const served = { operations: anything };

/** A wire on which LookFunction has the permissions of `statements`. */
function wire(statements: readonly PolicyStatement[], s3 = new S3({ random: bench.random })): Wire {
  const made = bench.wire({
    cloudformation: served,
    cloudwatch: served,
    codedeploy: served,
    dynamodb: served,
    lambda: served,
    s3,
    sfn: served,
    sns: served,
    ssm: served,
  });
  const permissions = new Permissions({
    stack: {
      roles: [{ logicalId: 'LookFunction', roleArn, statements }],
      functions: [{ logicalId: 'LookFunction', name: 'stack-look' }] as never,
      machines: [],
    },
    identity: ACCOUNT,
    scope: {
      arn,
      deploymentGroup: () => undefined,
      parameterKey: () => undefined,
      groupConfig: () => undefined,
      changeSet: () => undefined,
      stackChanges: () => [],
      pinRights: 'allowed',
      missingRights: 'refused',
      stack: () => undefined,
    },
    usage,
  });
  made.use(permissionInterceptor(permissions, { denyChangeOf() {}, stackOfChangeSet: () => undefined }));
  return made;
}

function allow(Action: string, Resource: string): PolicyStatement {
  return { Effect: 'Allow', Action: [Action], Resource: [Resource] };
}

describe('permissionInterceptor', () => {
  type Make = (config: object) => AnyClient;
  const functionArn = arn('lambda', 'function:orders');

  it.each<[string, Make, object, string, number, string]>([
    [
      'CodeDeploy',
      (config) => new CodeDeployClient(config),
      new GetDeploymentCommand({ deploymentId: 'd-1' }),
      'AccessDeniedException',
      400,
      `codedeploy:GetDeployment on resource: ${arn('codedeploy', 'deploymentgroup:*/*')} because no identity-based policy allows the codedeploy:GetDeployment action`,
    ],
    [
      'Lambda',
      (config) => new LambdaClient(config),
      new GetAliasCommand({ FunctionName: 'orders', Name: 'live' }),
      'AccessDeniedException',
      403,
      `lambda:GetAlias on resource: ${functionArn} because no identity-based policy allows the lambda:GetAlias action`,
    ],
    [
      'CloudFormation',
      (config) => new CloudFormationClient(config),
      new DescribeStacksCommand({ StackName: 'orders' }),
      'AccessDenied',
      403,
      `cloudformation:DescribeStacks on resource: ${arn('cloudformation', 'stack/orders/*')} because no identity-based policy allows the cloudformation:DescribeStacks action`,
    ],
    [
      'CloudWatch',
      (config) => new CloudWatchClient(config),
      new GetMetricDataCommand({ MetricDataQueries: [], StartTime: new Date(0), EndTime: new Date(1) }),
      'AccessDenied',
      403,
      'cloudwatch:GetMetricData because no identity-based policy allows the cloudwatch:GetMetricData action',
    ],
    [
      'Parameter Store',
      (config) => new SSMClient(config),
      new GetParameterCommand({ Name: '/a' }),
      'AccessDeniedException',
      400,
      `ssm:GetParameter on resource: ${arn('ssm', 'parameter/a')} because no identity-based policy allows the ssm:GetParameter action`,
    ],
    [
      'DynamoDB',
      (config) => new DynamoDBClient(config),
      new GetItemCommand({ TableName: 'ledger', Key: { pk: { S: '1' } } }),
      'AccessDeniedException',
      400,
      `dynamodb:GetItem on resource: ${arn('dynamodb', 'table/ledger')} because no identity-based policy allows the dynamodb:GetItem action`,
    ],
    [
      'Step Functions',
      (config) => new SFNClient(config),
      new StartExecutionCommand({ stateMachineArn: arn('states', 'stateMachine:m') }),
      'AccessDeniedException',
      400,
      `states:StartExecution on resource: ${arn('states', 'stateMachine:m')} because no identity-based policy allows the states:StartExecution action`,
    ],
    [
      'SNS',
      (config) => new SNSClient(config),
      new PublishCommand({ TopicArn: arn('sns', 't'), Message: 'm' }),
      'AuthorizationErrorException',
      403,
      `sns:Publish on resource: ${arn('sns', 't')} because no identity-based policy allows the sns:Publish action`,
    ],
    [
      'S3',
      (config) => new S3Client(config),
      new GetObjectCommand({ Bucket: 'b', Key: 'k' }),
      'AccessDenied',
      403,
      's3:GetObject on resource: "arn:aws:s3:::b/k" because no identity-based policy allows the s3:GetObject action',
    ],
  ])('refuses a call of %s as that service does', async (_, make, command, name, status, message) => {
    const client = make(wire([allow('sqs:SendMessage', '*')]).clientConfig(caller));
    const refusal = await bench.refusal(client.send(command));
    expect(refusal.name).toBe(name);
    expect(refusal.$metadata).toMatchObject({ httpStatusCode: status, attempts: 1 });
    expect(refusal.message).toBe(`User: ${user} is not authorized to perform: ${message}`);
  });

  it('refuses SNS with the class that the SDK has for it', async () => {
    const client = new SNSClient(wire([]).clientConfig(caller));
    const call = client.send(new PublishCommand({ TopicArn: arn('sns', 't'), Message: 'm' }));
    expect(await bench.refusal(call)).toBeInstanceOf(AuthorizationErrorException);
  });

  it('names an explicit deny', async () => {
    const statements: PolicyStatement[] = [
      allow('ssm:*', '*'),
      { Effect: 'Deny', Action: ['ssm:Get*'], Resource: [arn('ssm', 'parameter/secret')] },
    ];
    const client = new SSMClient(wire(statements).clientConfig(caller));
    const refusal = await bench.refusal(client.send(new GetParameterCommand({ Name: 'secret' })));
    expect(refusal.message).toMatch(/ with an explicit deny in an identity-based policy$/);
  });

  it('passes an allowed call', async () => {
    const made = wire([allow('ssm:GetParameter', arn('ssm', 'parameter/a'))]);
    const client = new SSMClient(made.clientConfig(caller));
    await bench.settle(client.send(new GetParameterCommand({ Name: '/a' })));
    expect((await bench.refusal(client.send(new GetParameterCommand({ Name: '/b' })))).name).toBe(
      'AccessDeniedException',
    );
  });

  it('does not restrict callers from outside the template', async () => {
    const client = new SSMClient(wire([]).clientConfig({ principal: 'person' }));
    await expect(bench.settle(client.send(new GetParameterCommand({ Name: '/a' })))).resolves.toBeDefined();
    expect(usage.denials()).toEqual([]);
  });

  it('treats a caller without a role of the template as a defect', async () => {
    const call = wire([]).call(
      'ssm',
      'GetParameter',
      { Name: '/a' },
      { principal: roleArn, resource: 'Other' },
    );
    expect((await bench.refusal(call)).message).toBe('No role of the template is that of Other');
  });

  describe('a missing object of S3', () => {
    const read = allow('s3:GetObject', 'arn:aws:s3:::b/*');
    const list = allow('s3:ListBucket', 'arn:aws:s3:::b');

    function client(statements: readonly PolicyStatement[]): S3Client {
      const s3 = new S3({ random: bench.random });
      s3.createBucket('b');
      return new S3Client(wire(statements, s3).clientConfig(caller));
    }

    it('is reported as missing to a caller who may list the bucket', async () => {
      const refusal = await bench.refusal(
        client([read, list]).send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })),
      );
      expect(refusal.name).toBe('NoSuchKey');
      expect(usage.used().map(({ value }) => value)).toContain('s3:ListBucket');
    });

    it('is refused to a caller who may not', async () => {
      const s3 = client([read]);
      const refusal = await bench.refusal(s3.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })));
      expect(refusal).toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
      expect(refusal.message).toContain('s3:ListBucket on resource: "arn:aws:s3:::b"');
      const head = await bench.refusal(s3.send(new HeadObjectCommand({ Bucket: 'b', Key: 'k' })));
      expect(head.$metadata).toMatchObject({ httpStatusCode: 403 });
    });

    it('is checked only where the object itself may be read', async () => {
      const refusal = await bench.refusal(
        client([list]).send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })),
      );
      expect(refusal.message).toContain('s3:GetObject on resource: "arn:aws:s3:::b/k"');
    });
  });
});

describe('Permissions', () => {
  it('decides by the request’s own condition keys, for each value separately', async () => {
    const made = wire(
      [{ ...allow('s3:ListBucket', '*'), Condition: { StringLike: { 's3:prefix': ['plans/*'] } } }],
      new S3({ random: bench.random }),
    );
    const list = (Prefix: string) => made.call('s3', 'ListObjectsV2', { Bucket: 'b', Prefix }, caller);
    expect((await bench.refusal(list('secret/'))).name).toBe('AccessDenied');
    expect((await bench.refusal(list('plans/1'))).name).toBe('NoSuchBucket');
    expect((await bench.refusal(list('secret/'))).name).toBe('AccessDenied');
  });

  it('decides by the global condition keys', async () => {
    const inRegion = (region: string) =>
      wire([{ ...allow('ssm:*', '*'), Condition: { StringEquals: { 'aws:RequestedRegion': [region] } } }]);
    const read = (made: Wire) => made.call('ssm', 'GetParameter', { Name: '/a' }, caller);
    await expect(bench.settle(read(inRegion(ACCOUNT.region)))).resolves.toEqual({});
    expect((await bench.refusal(read(inRegion('mars-north-1')))).name).toBe('AccessDeniedException');
  });

  it('refuses, by name, a condition key without a value in any request', () => {
    const statements = [
      { ...allow('*', '*'), Condition: { Bool: { 'aws:MultiFactorAuthPresent': ['true'] } } },
    ];
    expect(() => wire(statements)).toThrow(
      'LookFunction: the condition key aws:multifactorauthpresent is not simulated',
    );
  });
});
