import type { Change } from '@aws-sdk/client-cloudformation';
import { exampleIdentity, SimulatedAccount } from '../../../account/account.ts';
import type { PermissionScope } from '../../../account/permissions/required-permission.ts';
import { requiredPermissions } from '../../../account/permissions/required-permissions.ts';
import { VirtualClock } from '../../../clock/virtual-clock.ts';
import { SeededRandom } from '../../../random/seeded-random.ts';

const { region, accountId } = exampleIdentity;
const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${accountId}:${resource}`;

const change = (ResourceType: string, PhysicalResourceId: string, ChangeSource = 'DirectModification') => ({
  ResourceChange: { Action: 'Modify', ResourceType, PhysicalResourceId, Details: [{ ChangeSource }] },
});
const changes = [
  change('AWS::Lambda::Alias', arn('lambda', 'function:fn:live')),
  change('AWS::Lambda::Function', 'fn'),
  change('AWS::DynamoDB::Table', 'table'),
  change('AWS::Events::Rule', 'rule'),
  change('AWS::Lambda::Permission', 'follows', 'ResourceAttribute'),
] as Change[];

const scope: PermissionScope = {
  arn,
  deploymentGroup: (id) => (id === 'd-1' ? { application: 'app', group: 'grp' } : undefined),
  groupConfig: () => 'Canary',
  parameterKey: (name) => (name === '/a/secret' ? { keyId: 'alias/team', tier: 'Standard' } : undefined),
  pinRights: 'allowed',
  missingRights: 'refused',
  stackChanges: () => changes,
  changeSet: (name) =>
    name === 'pin'
      ? { name, stackId: arn('cloudformation', 'stack/bare/1-2') }
      : name === 'next'
        ? { name, stackId: arn('cloudformation', 'stack/orders/1-2'), roleArn: 'arn:aws:iam::1:role/cfn' }
        : undefined,
  stack: (name) => ({ managed: { roleArn: 'arn:aws:iam::1:role/cfn' }, bare: {} })[name],
};

/** Actions (alternatives by `|`) and resources, each as `action on resource`. */
function required(service: string, operation: string, input: object): string[] {
  return requiredPermissions({ service, operation, input }, scope).map(
    ({ actions, resource }) => `${actions.join('|')} on ${resource}`,
  );
}

const group = arn('codedeploy', 'deploymentgroup:app/grp');
const ofGroup = { applicationName: 'app', deploymentGroupName: 'grp' };
const functionArn = arn('lambda', 'function:fn');
const stack = (name: string) => arn('cloudformation', `stack/${name}/*`);
const machine = arn('states', 'stateMachine:m');
const execution = arn('states', 'execution:m:1');
const table = arn('dynamodb', 'table/ledger');
const parameter = arn('ssm', 'parameter/a/b');
const topic = arn('sns', 't');

describe('requiredPermissions', () => {
  it.each<[string, string, object, string[]]>([
    ['codedeploy', 'GetDeployment', { deploymentId: 'd-1' }, [`codedeploy:GetDeployment on ${group}`]],
    [
      'codedeploy',
      'GetDeployment',
      { deploymentId: 'd-unknown' },
      [`codedeploy:GetDeployment on ${arn('codedeploy', 'deploymentgroup:*/*')}`],
    ],
    ['codedeploy', 'StopDeployment', { deploymentId: 'd-1' }, ['codedeploy:StopDeployment on *']],
    [
      'codedeploy',
      'ListDeploymentTargets',
      { deploymentId: 'd-1' },
      ['codedeploy:ListDeploymentTargets on *'],
    ],
    ['codedeploy', 'ListDeployments', ofGroup, [`codedeploy:ListDeployments on ${group}`]],
    ['codedeploy', 'ListDeployments', {}, ['codedeploy:ListDeployments on *']],
    [
      'codedeploy',
      'GetApplicationRevision',
      ofGroup,
      [`codedeploy:GetApplicationRevision on ${arn('codedeploy', 'application:app')}`],
    ],
    ['lambda', 'Invoke', { FunctionName: functionArn }, [`lambda:InvokeFunction on ${functionArn}`]],
    [
      'lambda',
      'Invoke',
      { FunctionName: 'fn', Qualifier: 'live' },
      [`lambda:InvokeFunction on ${functionArn}:live`],
    ],
    ['lambda', 'Invoke', { FunctionName: 'fn:live' }, [`lambda:InvokeFunction on ${functionArn}:live`]],
    [
      'lambda',
      'GetFunctionConfiguration',
      { FunctionName: 'fn', Qualifier: '3' },
      [`lambda:GetFunctionConfiguration on ${functionArn}:3`],
    ],
    ['lambda', 'GetAlias', { FunctionName: 'fn', Name: 'live' }, [`lambda:GetAlias on ${functionArn}`]],
    ['lambda', 'ListTags', { Resource: functionArn }, [`lambda:ListTags on ${functionArn}`]],
    ['lambda', 'UpdateAlias', { FunctionName: 'fn', Name: 'live' }, [`lambda:UpdateAlias on ${functionArn}`]],
    ...['DescribeChangeSet', 'DeleteChangeSet', 'ListChangeSets', 'GetTemplateSummary'].map(
      (operation): [string, string, object, string[]] => [
        'cloudformation',
        operation,
        { StackName: 'orders', ChangeSetName: 'pin' },
        [`cloudformation:${operation} on ${stack('orders')}`],
      ],
    ),
    ...['GetStackPolicy', 'SetStackPolicy', 'GetTemplate'].map(
      (operation): [string, string, object, string[]] => [
        'cloudformation',
        operation,
        { StackName: 'orders' },
        [`cloudformation:${operation} on ${stack('orders')}`],
      ],
    ),
    ['cloudformation', 'ListImports', { ExportName: 'api' }, ['cloudformation:ListImports on *']],
    ['cloudformation', 'ListExports', {}, ['cloudformation:ListExports on *']],
    [
      'cloudformation',
      'DescribeStacks',
      { StackName: 'orders' },
      [`cloudformation:DescribeStacks on ${stack('orders')}`],
    ],
    [
      'cloudformation',
      'DescribeStackEvents',
      { StackName: arn('cloudformation', 'stack/orders/1-2') },
      [`cloudformation:DescribeStackEvents on ${arn('cloudformation', 'stack/orders/1-2')}`],
    ],
    [
      'cloudformation',
      'DescribeStacks',
      {},
      ['cloudformation:DescribeStacks on *', 'cloudformation:ListStacks on *'],
    ],
    ['cloudformation', 'ListStacks', {}, ['cloudformation:ListStacks on *']],
    ['s3', 'GetObject', { Bucket: 'b', Key: 'k/1' }, ['s3:GetObject on arn:aws:s3:::b/k/1']],
    ['s3', 'HeadObject', { Bucket: 'b', Key: 'k' }, ['s3:GetObject on arn:aws:s3:::b/k']],
    [
      's3',
      'GetObject',
      { Bucket: 'b', Key: 'k', VersionId: '1' },
      ['s3:GetObjectVersion on arn:aws:s3:::b/k'],
    ],
    ['s3', 'PutObject', { Bucket: 'b', Key: 'k', IfNoneMatch: '*' }, ['s3:PutObject on arn:aws:s3:::b/k']],
    [
      's3',
      'PutObject',
      { Bucket: 'b', Key: 'k', IfMatch: '"1"' },
      ['s3:PutObject on arn:aws:s3:::b/k', 's3:GetObject on arn:aws:s3:::b/k'],
    ],
    ['s3', 'ListObjectsV2', { Bucket: 'b' }, ['s3:ListBucket on arn:aws:s3:::b']],
    ['dynamodb', 'UpdateItem', { TableName: 'ledger' }, [`dynamodb:UpdateItem on ${table}`]],
    ['dynamodb', 'Query', { TableName: table }, [`dynamodb:Query on ${table}`]],
    ['dynamodb', 'Query', { TableName: 'ledger', IndexName: 'i' }, [`dynamodb:Query on ${table}/index/i`]],
    [
      'dynamodb',
      'BatchWriteItem',
      { RequestItems: { ledger: [], other: [] } },
      [`dynamodb:BatchWriteItem on ${table}`, `dynamodb:BatchWriteItem on ${arn('dynamodb', 'table/other')}`],
    ],
    [
      'api-gateway',
      'UpdateStage',
      { restApiId: 'r1', stageName: 'prod' },
      [`apigateway:PATCH on arn:aws:apigateway:${region}::/restapis/r1/stages/prod`],
    ],
    [
      'apigatewayv2',
      'GetDeployment',
      { ApiId: 'h1', DeploymentId: 'd1' },
      [`apigateway:GET on arn:aws:apigateway:${region}::/apis/h1/deployments/d1`],
    ],
    [
      'vpc-lattice',
      'UpdateRule',
      { serviceIdentifier: 'svc-1', listenerIdentifier: 'l-1', ruleIdentifier: 'r-1' },
      [`vpc-lattice:UpdateRule on ${arn('vpc-lattice', 'service/svc-1/listener/l-1/rule/r-1')}`],
    ],
    ['ssm', 'GetParametersByPath', { Path: '/a/b' }, [`ssm:GetParametersByPath on ${parameter}`]],
    [
      'ssm',
      'GetParameter',
      { Name: '/a/secret:3', WithDecryption: true },
      [`ssm:GetParameter on ${arn('ssm', 'parameter/a/secret')}`, `kms:Decrypt on ${arn('kms', 'key/team')}`],
    ],
    [
      'ssm',
      'GetParameter',
      { Name: '/a/secret' },
      [`ssm:GetParameter on ${arn('ssm', 'parameter/a/secret')}`],
    ],
    [
      'ssm',
      'PutParameter',
      { Name: '/a/secret' },
      [`ssm:PutParameter on ${arn('ssm', 'parameter/a/secret')}`, `kms:Encrypt on ${arn('kms', 'key/team')}`],
    ],
    [
      'ssm',
      'PutParameter',
      { Name: '/a/new', KeyId: 'alias/own', Tier: 'Advanced' },
      [
        `ssm:PutParameter on ${arn('ssm', 'parameter/a/new')}`,
        `kms:GenerateDataKey on ${arn('kms', 'key/own')}`,
      ],
    ],
    ['ssm', 'GetParameter', { Name: '/a/b:3' }, [`ssm:GetParameter on ${parameter}`]],
    ['ssm', 'GetParameters', { Names: ['plain'] }, [`ssm:GetParameters on ${arn('ssm', 'parameter/plain')}`]],
    ['sns', 'Publish', { TopicArn: topic }, [`sns:Publish on ${topic}`]],
    ['cloudwatch', 'GetMetricData', {}, ['cloudwatch:GetMetricData on *']],
    [
      'cloudwatch',
      'DescribeAlarms',
      { AlarmNames: ['a'] },
      [`cloudwatch:DescribeAlarms on ${arn('cloudwatch', 'alarm:a')}`],
    ],
    [
      'cloudwatch',
      'DescribeAlarms',
      { AlarmNames: ['a'], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] },
      ['cloudwatch:DescribeAlarms on *'],
    ],
    ['sfn', 'StartExecution', { stateMachineArn: machine }, [`states:StartExecution on ${machine}`]],
    ['sfn', 'StopExecution', { executionArn: execution }, [`states:StopExecution on ${execution}`]],
    ['sfn', 'SendTaskSuccess', { taskToken: 't' }, ['states:SendTaskSuccess on *']],
  ])('%s %s %j', (service, operation, input, expected) => {
    expect(required(service, operation, input)).toEqual(expected);
  });

  it('requires the configuration, the revision and the group of a new deployment', () => {
    const config = (name: string) =>
      `codedeploy:GetDeploymentConfig on ${arn('codedeploy', `deploymentconfig:${name}`)}`;
    const revision = `codedeploy:RegisterApplicationRevision|codedeploy:GetApplicationRevision on ${arn('codedeploy', 'application:app')}`;
    expect(required('codedeploy', 'CreateDeployment', ofGroup)).toEqual([
      `codedeploy:CreateDeployment on ${group}`,
      config('Canary'),
      revision,
    ]);
    expect(
      required('codedeploy', 'CreateDeployment', {
        ...ofGroup,
        deploymentConfigName: 'AllAtOnce',
        overrideAlarmConfiguration: { enabled: false },
      }),
    ).toEqual([
      `codedeploy:CreateDeployment on ${group}`,
      config('AllAtOnce'),
      revision,
      `codedeploy:UpdateDeploymentGroup on ${group}`,
    ]);
  });

  describe('UpdateStack', () => {
    const TemplateURL = `https://bucket.s3.${region}.amazonaws.com/templates/orders.yaml`;
    const read = 's3:GetObject on arn:aws:s3:::bucket/templates/orders.yaml';

    it('reads the template as its caller and changes resources by the stack’s service role', () => {
      expect(
        required('cloudformation', 'UpdateStack', {
          StackName: 'managed',
          TemplateURL,
          Capabilities: ['CAPABILITY_AUTO_EXPAND'],
        }),
      ).toEqual([`cloudformation:UpdateStack on ${stack('managed')}`, read]);
    });

    it('needs to pass a named role', () => {
      const RoleARN = 'arn:aws:iam::1:role/other';
      expect(required('cloudformation', 'UpdateStack', { StackName: 'bare', RoleARN })).toEqual([
        `cloudformation:UpdateStack on ${stack('bare')}`,
        `iam:PassRole on ${RoleARN}`,
      ]);
    });

    it('acts with its caller’s permissions where the stack has no service role', () => {
      expect(
        required('cloudformation', 'UpdateStack', {
          StackName: 'bare',
          UsePreviousTemplate: true,
          Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND'],
        }),
      ).toEqual([
        `cloudformation:UpdateStack on ${stack('bare')}`,
        `cloudformation:CreateChangeSet on arn:aws:cloudformation:${region}:aws:transform/Serverless-2016-10-31`,
        `lambda:GetAlias on ${functionArn}`,
        `lambda:UpdateAlias on ${functionArn}`,
        `lambda:UpdateFunctionCode on ${functionArn}`,
        'dynamodb:UpdateTable on *',
        'events:UpdateRule on *',
      ]);
    });

    it('changes the tags of the request, and none without tags', () => {
      const update = (input: object) =>
        required('cloudformation', 'UpdateStack', { StackName: 'managed', ...input });
      const itself = `cloudformation:UpdateStack on ${stack('managed')}`;
      expect(update({})).toEqual([itself]);
      expect(update({ Tags: [{ Key: 'team', Value: 'shop' }] })).toEqual([
        itself,
        `cloudformation:TagResource on ${stack('managed')}`,
      ]);
      expect(update({ Tags: [] })).toEqual([itself, `cloudformation:UntagResource on ${stack('managed')}`]);
    });

    it.each(['StackPolicyBody', 'StackPolicyDuringUpdateBody'])('sets the policy of its %s', (member) => {
      expect(required('cloudformation', 'UpdateStack', { StackName: 'managed', [member]: '{}' })).toEqual([
        `cloudformation:UpdateStack on ${stack('managed')}`,
        `cloudformation:SetStackPolicy on ${stack('managed')}`,
      ]);
    });

    it('lets CloudFormation itself refuse a missing stack', () => {
      expect(required('cloudformation', 'UpdateStack', { StackName: 'nowhere' })).toEqual([
        `cloudformation:UpdateStack on ${stack('nowhere')}`,
      ]);
    });
  });

  describe('change sets', () => {
    const TemplateURL = `https://bucket.s3.${region}.amazonaws.com/templates/orders.yaml`;
    const ofStack = (StackName: string) => ({ StackName, ChangeSetName: 'pin' });

    it('are created from a template that their caller can read', () => {
      expect(required('cloudformation', 'CreateChangeSet', { ...ofStack('managed'), TemplateURL })).toEqual([
        `cloudformation:CreateChangeSet on ${stack('managed')}`,
        's3:GetObject on arn:aws:s3:::bucket/templates/orders.yaml',
      ]);
    });

    it('pass a role and tag the stack where they name any', () => {
      const RoleARN = 'arn:aws:iam::1:role/other';
      const input = { ...ofStack('bare'), RoleARN, Tags: [{ Key: 'team', Value: 'shop' }] };
      expect(required('cloudformation', 'CreateChangeSet', input)).toEqual([
        `cloudformation:CreateChangeSet on ${stack('bare')}`,
        `cloudformation:TagResource on ${stack('bare')}`,
        `iam:PassRole on ${RoleARN}`,
      ]);
    });

    it('need the permission on every stack where there is none of that ARN', () => {
      const ChangeSetName = arn('cloudformation', 'changeSet/pin/1-2');
      expect(required('cloudformation', 'DescribeChangeSet', { ChangeSetName })).toEqual([
        `cloudformation:DescribeChangeSet on ${stack('*')}`,
      ]);
    });
  });

  it('gives the service’s condition keys their values', () => {
    const contextOf = (service: string, operation: string, input: object) =>
      requiredPermissions({ service, operation, input }, scope)[0]?.context;
    expect(contextOf('s3', 'ListObjectsV2', { Bucket: 'b', Prefix: 'plans/' })).toEqual({
      's3:prefix': 'plans/',
    });
    expect(contextOf('ssm', 'GetParametersByPath', { Path: '/a' })).toEqual({ 'ssm:Recursive': 'false' });
    expect(
      contextOf('cloudformation', 'UpdateStack', { StackName: 'managed', TemplateURL: 'https://x' }),
    ).toEqual({ 'cloudformation:TemplateUrl': 'https://x' });
  });

  it('refuses an unknown operation by name', () => {
    expect(() => required('ssm', 'StartSession', {})).toThrow(
      'UnsupportedOperation: the permissions for ssm:StartSession are not known',
    );
  });

  it('lets a change set of a stack without a service role change an alias only with more than its rights, where pins are denied', () => {
    const execute = (pinRights: 'allowed' | 'denied') =>
      requiredPermissions(
        { service: 'cloudformation', operation: 'ExecuteChangeSet', input: { ChangeSetName: 'pin' } },
        { ...scope, pinRights, stackChanges: () => [changes[0] as Change] },
      ).map(({ actions: [action] }) => action);

    expect(execute('allowed')).toEqual([
      'cloudformation:ExecuteChangeSet',
      'lambda:GetAlias',
      'lambda:UpdateAlias',
    ]);
    expect(execute('denied')).toEqual([...execute('allowed'), 'lambda:PutProvisionedConcurrencyConfig']);
  });

  it('expands a transform with its caller’s permissions', () => {
    const TemplateBody = '{"Transform":"AWS::Serverless-2016-10-31"}';
    const create = (StackName: string) =>
      required('cloudformation', 'CreateChangeSet', { StackName, ChangeSetName: 'next', TemplateBody });

    expect(create('managed')).toEqual([`cloudformation:CreateChangeSet on ${stack('managed')}`]);
    expect(create('bare')).toHaveLength(2);
  });

  it('checks the stack of a change set, with a condition on its name', () => {
    const id = arn('cloudformation', 'stack/orders/1-2');
    expect(
      requiredPermissions(
        { service: 'cloudformation', operation: 'ExecuteChangeSet', input: { ChangeSetName: 'next' } },
        scope,
      ),
    ).toEqual([
      {
        actions: ['cloudformation:ExecuteChangeSet'],
        resource: id,
        context: { 'cloudformation:ChangeSetName': 'next' },
      },
    ]);
    expect(
      required('cloudformation', 'DeleteChangeSet', { ChangeSetName: 'x', StackName: 'orders' }),
    ).toEqual([`cloudformation:DeleteChangeSet on ${stack('orders')}`]);
  });

  it('knows the permissions of every operation of the simulated account', () => {
    const clock = VirtualClock.install('2026-01-01T00:00:00Z');
    try {
      const account = new SimulatedAccount({ clock, random: new SeededRandom(1) });
      const services = {
        cloudformation: account.cloudFormation,
        cloudwatch: account.cloudWatch,
        codedeploy: account.codeDeploy,
        dynamodb: account.dynamoDb,
        lambda: account.lambda,
        s3: account.s3,
        sfn: account.stepFunctions,
        sns: account.sns,
        ssm: account.parameterStore,
      };
      const known = Object.entries(services).flatMap(([service, { operations }]) =>
        Object.keys(operations).map((operation) =>
          // Names for the operations that take one.
          required(service, operation, { FunctionName: 'fn', Resource: 'fn' }),
        ),
      );
      expect(known.length).toBeGreaterThan(80);
    } finally {
      clock.uninstall();
    }
  });
});
