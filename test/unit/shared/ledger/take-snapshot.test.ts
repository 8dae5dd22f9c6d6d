import { createHash } from 'node:crypto';
import { APIGatewayClient, GetStageCommand } from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  GetProvisionedConcurrencyConfigCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DescribeParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetRuleCommand, VPCLatticeClient } from '@aws-sdk/client-vpc-lattice';
import { mockClient } from 'aws-sdk-client-mock';
import { Aliases } from '../../../../shared/aws/aliases.ts';
import { ApiStages } from '../../../../shared/aws/api-stages.ts';
import { Bucket } from '../../../../shared/aws/bucket.ts';
import { MeshRules } from '../../../../shared/aws/mesh-rules.ts';
import { ParameterStore } from '../../../../shared/aws/parameter-store.ts';
import { Stacks } from '../../../../shared/aws/stacks.ts';
import { StateMachineAliases } from '../../../../shared/aws/state-machine-aliases.ts';
import { takeSnapshot } from '../../../../shared/ledger/take-snapshot.ts';
import { targetSnapshot } from '../../../../shared/targets/shapes.ts';
import { alias, notProvisioned, stackOf } from '../../fixtures/aws-answers.ts';
import { ordersEntry } from '../../fixtures/catalog.ts';
import { mockBucket } from '../../fixtures/mock-bucket.ts';
import { watchedDeployment } from '../../fixtures/records.ts';

const cloudFormation = mockClient(CloudFormationClient);
const lambda = mockClient(LambdaClient);
const ssm = mockClient(SSMClient);
const region = { region: 'eu-west-1' };
const clients = {
  aliases: new Aliases(new LambdaClient(region)),
  stateMachineAliases: new StateMachineAliases(new SFNClient(region), (name) => name),
  stacks: new Stacks(new CloudFormationClient(region)),
  bucket: new Bucket(new S3Client(region), 'coordinator', 'eu-west-1'),
  parameterStore: new ParameterStore(new SSMClient(region)),
  apiStages: new ApiStages(new APIGatewayClient(region), new ApiGatewayV2Client(region)),
  meshRules: new MeshRules(new VPCLatticeClient(region)),
};
const keyOf = (text: string) =>
  `templates/orders/${createHash('sha256').update(text).digest('hex')}.template`;
const template = 'Transform: AWS::Serverless-2016-10-31\nResources: {}\n';
const processed = '{"Resources":{}}';

beforeEach(() => {
  cloudFormation.reset();
  lambda.reset();
  ssm.reset();
  cloudFormation.on(DescribeStacksCommand).resolves(stackOf({ RoleARN: 'arn:role' }));
  cloudFormation
    .on(GetTemplateCommand, { StackName: 'shop-orders', TemplateStage: 'Original' })
    .resolves({ TemplateBody: template })
    .on(GetTemplateCommand, { StackName: 'shop-orders', TemplateStage: 'Processed' })
    .resolves({ TemplateBody: processed });
  cloudFormation.on(ListStackResourcesCommand).resolves({
    StackResourceSummaries: [
      {
        LogicalResourceId: 'CreateOrder',
        PhysicalResourceId: 'shop-orders-CreateOrder-AB12',
        ResourceType: 'AWS::Lambda::Function',
        ResourceStatus: 'CREATE_COMPLETE',
        LastUpdatedTimestamp: new Date(0),
      },
    ],
  });
  lambda.on(GetAliasCommand).resolves(alias('5'));
  lambda.on(GetProvisionedConcurrencyConfigCommand).rejects(notProvisioned());
  lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256: 'sha-of-5', State: 'Active' });
});

it('records the live state of every target, in records that the ledger can hold', async () => {
  const { stored } = mockBucket();
  const targets = [
    { kind: 'codedeploy', function: 'CreateOrder' },
    { kind: 'lambda-alias', function: 'shop-shared', alias: 'prod' },
    { kind: 'cloudformation' },
  ];
  const snapshot = await takeSnapshot(ordersEntry({ targets }), clients);
  expect(snapshot).toEqual([
    {
      kind: 'codedeploy',
      target: 'CreateOrder:live',
      function: 'shop-orders-CreateOrder-AB12',
      alias: 'live',
      version: '5',
      codeSha256: 'sha-of-5',
      configurationSha256: expect.any(String),
    },
    {
      kind: 'lambda-alias',
      target: 'shop-shared:prod',
      function: 'shop-shared',
      alias: 'prod',
      version: '5',
      codeSha256: 'sha-of-5',
      configurationSha256: expect.any(String),
    },
    {
      kind: 'cloudformation',
      target: 'stack',
      stack: 'shop-orders',
      templateKey: keyOf(template),
      processedKey: keyOf(processed),
      parameters: [{ key: 'Stage', value: 'prod' }, { key: 'ApiKey' }],
      capabilities: ['CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND'],
      tags: [{ key: 'team', value: 'shop' }],
      roleArn: 'arn:role',
    },
  ]);
  for (const one of snapshot) expect(targetSnapshot.parse(one)).toEqual(one);
  expect([...stored]).toEqual([
    [keyOf(template), template],
    [keyOf(processed), processed],
  ]);
});

it('records weights and notification topics where there are any', async () => {
  mockBucket();
  lambda.on(GetAliasCommand).resolves(alias('5', { '6': 0.1 }));
  cloudFormation
    .on(DescribeStacksCommand)
    .resolves(
      stackOf({ NotificationARNs: ['arn:topic'], RollbackConfiguration: { MonitoringTimeInMinutes: 5 } }),
    );
  const snapshot = await takeSnapshot(ordersEntry(), clients);
  expect(snapshot).toMatchObject([
    { target: 'CreateOrder:live', version: '5', weights: { '6': 0.1 } },
    { target: 'stack', notificationArns: ['arn:topic'], triggers: { alarms: [], minutes: 5 } },
  ]);
  for (const one of snapshot) expect(targetSnapshot.parse(one)).toEqual(one);
});

it('records provisioned concurrency where there is any', async () => {
  mockBucket();
  lambda
    .on(GetProvisionedConcurrencyConfigCommand, {
      FunctionName: 'shop-orders-CreateOrder-AB12',
      Qualifier: 'live',
    })
    .resolves({ RequestedProvisionedConcurrentExecutions: 5 });
  const snapshot = await takeSnapshot(ordersEntry(), clients);
  expect(snapshot).toMatchObject([{ target: 'CreateOrder:live', provisioned: 5 }, { target: 'stack' }]);
  for (const one of snapshot) expect(targetSnapshot.parse(one)).toEqual(one);
});

it('needs no stack for a service without one', async () => {
  mockBucket();
  const targets = [{ kind: 'lambda-alias', function: 'shop-shared' }];
  await expect(takeSnapshot(ordersEntry({ stack: undefined, targets }), clients)).resolves.toMatchObject([
    { function: 'shop-shared', version: '5' },
  ]);
  expect(cloudFormation.calls()).toHaveLength(0);
});

describe('parameters', () => {
  const targets = [
    { kind: 'codedeploy', function: 'CreateOrder' },
    { kind: 'parameter', name: '/orders/limit' },
    { kind: 'parameter', path: '/orders/settings' },
  ];
  const metadata = (Name: string, more: object = {}) => ({
    Name,
    Version: 7,
    Type: 'String' as const,
    Tier: 'Standard' as const,
    LastModifiedDate: new Date('2026-01-05T08:00:00Z'),
    ...more,
  });

  beforeEach(() => {
    ssm
      .on(DescribeParametersCommand, {
        ParameterFilters: [{ Key: 'Name', Option: 'Equals', Values: ['/orders/limit'] }],
      })
      .resolves({ Parameters: [metadata('/orders/limit')] });
    const below = { ParameterFilters: [{ Key: 'Path', Option: 'Recursive', Values: ['/orders/settings'] }] };
    ssm
      .on(DescribeParametersCommand, below)
      // A page may be empty although more pages follow.
      .resolves({ Parameters: [], NextToken: 'more' })
      .on(DescribeParametersCommand, { ...below, NextToken: 'more' })
      .resolves({
        Parameters: [
          metadata('/orders/settings/token', { Type: 'SecureString', KeyId: 'alias/shop', Tier: 'Advanced' }),
          metadata('/orders/settings/colour', { Version: 2 }),
        ],
      });
  });

  it('are recorded by version, with everything that a later write needs, and never by value', async () => {
    mockBucket();
    const snapshot = await takeSnapshot(ordersEntry({ targets }), clients);
    const writtenAt = '2026-01-05T08:00:00.000Z';
    expect(snapshot.slice(1)).toEqual([
      {
        kind: 'parameter',
        target: '/orders/limit',
        parameters: [{ name: '/orders/limit', version: 7, writtenAt, type: 'String', tier: 'Standard' }],
      },
      {
        kind: 'parameter',
        target: '/orders/settings/*',
        parameters: [
          { name: '/orders/settings/colour', version: 2, writtenAt, type: 'String', tier: 'Standard' },
          {
            name: '/orders/settings/token',
            version: 7,
            writtenAt,
            type: 'SecureString',
            tier: 'Advanced',
            keyId: 'alias/shop',
          },
        ],
      },
    ]);
    for (const one of snapshot) expect(targetSnapshot.parse(one)).toEqual(one);
  });

  it('are left out of a release that a later stack update may have overtaken', async () => {
    mockBucket();
    const deployed = watchedDeployment();
    const LastUpdatedTime = new Date(Date.parse(deployed.createdAt) + 60_000);
    cloudFormation.on(DescribeStacksCommand).resolves(stackOf({ LastUpdatedTime }));
    const snapshot = await takeSnapshot(ordersEntry({ targets }), clients, {
      deployments: { [deployed.deploymentId]: deployed },
    });
    expect(snapshot.map(({ kind }) => kind)).toEqual(['codedeploy']);
  });
});

it('records the deployment of a stage, by the physical id of its API, and the weights of a rule', async () => {
  mockBucket();
  const rest = mockClient(APIGatewayClient);
  const lattice = mockClient(VPCLatticeClient);
  rest.on(GetStageCommand, { restApiId: 'shop-orders-CreateOrder-AB12' }).resolves({ deploymentId: 'd1' });
  const targetGroups = [{ targetGroupIdentifier: 'tg-1' }];
  lattice.on(GetRuleCommand).resolves({ action: { forward: { targetGroups } } });
  const rule = {
    service: 'svc-0123456789abcdef0',
    listener: 'listener-0123456789abcdef0',
    rule: 'rule-0123456789abcdef0',
  };
  const targets = [
    { kind: 'api-stage', protocol: 'rest', api: 'CreateOrder', stage: 'prod' },
    { kind: 'mesh', ...rule },
    { kind: 'hook', function: 'RollbackHook_orders' },
  ];
  const snapshot = await takeSnapshot(ordersEntry({ targets }), clients);
  expect(snapshot).toEqual([
    {
      kind: 'api-stage',
      target: 'CreateOrder/prod',
      protocol: 'rest',
      api: 'shop-orders-CreateOrder-AB12',
      stage: 'prod',
      deploymentId: 'd1',
    },
    { kind: 'mesh', target: rule.rule, ...rule, weights: [{ targetGroup: 'tg-1', weight: 100 }] },
  ]);
  for (const one of snapshot) expect(targetSnapshot.parse(one)).toEqual(one);
  rest.restore();
  lattice.restore();
});
