import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadStack } from 'account-simulator/deploy/load-stack.ts';
import { TemplateError } from 'account-simulator/deploy/template-problem.ts';
import { resourcesOf, root, statementsOf, template, templateText } from './product-template.ts';

const place = { accountId: '111122223333', region: 'eu-west-1', partition: 'aws', stackName: 'coordinator' };
const given = { Environment: 'prod', StakeholderEmail: 'on-call@example.com' };

/** CloudFormation's message before it creates anything. */
function refusalOf(parameters: object, changed: object = {}): string {
  try {
    loadStack(path.join(root, 'template.yaml'), { ...given, ...parameters }, { ...place, ...changed });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return error.problems.map(({ path: at, reason }) => `${at}: ${reason}`).join('\n');
  }
  return '';
}

const propertiesOf = (id: string) => template.Resources[id].Properties;
const only = (type: string): string => {
  const found = resourcesOf(type);
  expect(found).toHaveLength(1);
  return found[0] as string;
};

describe('the template refuses', () => {
  it('a Region that is not commercial, by a rule', () => {
    expect(refusalOf({})).toBe('');
    for (const [partition, region] of Object.entries({
      'aws-cn': 'cn-north-1',
      'aws-us-gov': 'us-gov-west-1',
    })) {
      expect(refusalOf({}, { partition, region })).toContain("in AWS's commercial Regions only");
    }
  });

  it("a name that makes a function's name too long, by the parameter", () => {
    const longest = 'n'.repeat(35);
    expect(refusalOf({ Name: longest })).toBe('');
    const { machines, functions } = loadStack(
      path.join(root, 'template.yaml'),
      { ...given, Name: longest },
      place,
    );
    expect(Math.max(...functions.map(({ name }) => name.length))).toBe(64);
    expect(Math.max(...machines.map(({ name }) => name.length))).toBeLessThanOrEqual(80);
    expect(refusalOf({ Name: `${longest}n` })).toMatch(/^Parameters\.Name: .*has at most 64 characters/);
  });

  it('no stack because its own name is long', () => {
    expect(refusalOf({}, { stackName: 's'.repeat(128) })).toBe('');
  });
});

it("gives the lifecycle hooks names that CodeDeploy's role from SAM may invoke", () => {
  // Managed policy AWSCodeDeployRoleForLambda: lambda:InvokeFunction on function:CodeDeployHook_*.
  const hooks = ['HookBeforeTraffic', 'HookAfterTraffic'].map((output) => template.Outputs[output].Value.Ref);
  expect(hooks).toEqual(['CheckBeforeTrafficFunction', 'AwaitJudgementFunction']);
  for (const id of hooks) {
    expect(propertiesOf(id).FunctionName['Fn::Sub']).toMatch(/^CodeDeployHook_\$\{Name}-/);
  }
});

it('names no partition but that of the stack', () => {
  const withoutComments = templateText.replace(/^\s*#.*$/gm, '');
  expect(withoutComments).not.toMatch(/arn:aws/);
});

it('lets no function change the stack of the coordinator that may change stacks', () => {
  const changing = /^cloudformation:(?!Describe|Get|List)/;
  const ownStack = JSON.stringify({ Ref: 'AWS::StackId' });
  const statements = ['AWS::Serverless::Function', 'AWS::Serverless::StateMachine']
    .flatMap(resourcesOf)
    .flatMap(statementsOf);
  const actionsOf = (wanted: string) =>
    statements
      .filter(
        ({ effect, resources }) => effect === wanted && (effect === 'Allow' || resources.includes(ownStack)),
      )
      .flatMap(({ resource, actions }) => actions.map((action) => [resource, action]))
      .filter(([, action = '']) => changing.test(action));
  expect(actionsOf('Allow').length).toBeGreaterThan(3);
  expect(actionsOf('Deny')).toEqual(actionsOf('Allow'));
});

describe('the webhook', () => {
  const made = (parameters: object) =>
    loadStack(path.join(root, 'template.yaml'), { ...given, ...parameters }, place).functions.some(
      ({ logicalId }) => logicalId === 'ReceiveWebhookFunction',
    );
  const parts = Object.keys(template.Resources).filter((id) => /Webhook/.test(id));

  it('is created only where its settings are complete', () => {
    expect(made({})).toBe(false);
    expect(made({ Webhook: 'enabled' })).toBe(true);
    expect(parts).toHaveLength(6);
    for (const id of parts) expect(template.Resources[id].Condition).toBe('HasWebhook');
  });

  it('takes few requests, from any sender', () => {
    const { DefaultRouteSettings } = propertiesOf(only('AWS::ApiGatewayV2::Stage'));
    expect(DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 2, ThrottlingBurstLimit: 10 });
  });

  it('alone reads its secret, and no other value of Parameter Store', () => {
    const secret = /parameter\/rollback-coordinator\/\$\{Environment\}\/webhook-secret/;
    const readers = resourcesOf('AWS::Serverless::Function').filter((id) =>
      statementsOf(id).some(
        ({ effect, resources }) => effect === 'Allow' && resources.some((one) => secret.test(one)),
      ),
    );
    expect(readers).toEqual(['ReceiveWebhookFunction']);
    const reading = statementsOf('ReceiveWebhookFunction').filter(({ actions }) =>
      actions.some((action) => /^(ssm|kms):/.test(action)),
    );
    for (const { resources, condition = '' } of reading) {
      expect(resources.some((one) => secret.test(one)) || secret.test(condition)).toBe(true);
    }
  });
});

describe('the ledger', () => {
  const { PointInTimeRecoverySpecification, SSESpecification, DeletionProtectionEnabled } = propertiesOf(
    only('AWS::DynamoDB::Table'),
  );

  it('is encrypted and can be restored to any second of the last 35 days', () => {
    expect(SSESpecification).toEqual({ SSEEnabled: true });
    expect(PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
  });

  it('cannot be deleted in production', () => {
    expect(DeletionProtectionEnabled).toEqual({ 'Fn::If': ['IsProduction', true, false] });
    expect(template.Conditions.IsProduction).toEqual({ 'Fn::Equals': [{ Ref: 'Environment' }, 'prod'] });
  });
});

describe('the bucket', () => {
  const bucket = propertiesOf(only('AWS::S3::Bucket'));

  it('is private, encrypted and versioned, and its objects belong to its account', () => {
    expect(Object.values(bucket.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
    const [{ ServerSideEncryptionByDefault: encryption }] =
      bucket.BucketEncryption.ServerSideEncryptionConfiguration;
    expect(encryption.SSEAlgorithm).toBe('AES256');
    expect(bucket.VersioningConfiguration.Status).toBe('Enabled');
    expect(bucket.OwnershipControls.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
  });

  it('expires plans, recordings and old versions, and never a template or the catalog', () => {
    const rules: Record<string, unknown>[] = bucket.LifecycleConfiguration.Rules;
    for (const { Status } of rules) expect(Status).toBe('Enabled');
    const expiring = rules.filter(({ ExpirationInDays }) => ExpirationInDays !== undefined);
    expect(expiring.map(({ Prefix }) => Prefix)).toEqual(['plans/', 'recordings/']);
    const [versions] = rules.filter(({ NoncurrentVersionExpiration }) => NoncurrentVersionExpiration);
    expect(versions).toMatchObject({
      NoncurrentVersionExpiration: { NoncurrentDays: 30 },
      ExpiredObjectDeleteMarker: true,
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    });
    expect(versions).not.toHaveProperty('Prefix');
  });
});

describe('without TLS no caller uses', () => {
  const withoutTls = { Bool: { 'aws:SecureTransport': 'false' } };

  it.each<[string, string, string, (id: string) => unknown, string]>([
    [
      'AWS::S3::Bucket',
      'AWS::S3::BucketPolicy',
      'Bucket',
      (id) => [{ 'Fn::GetAtt': [id, 'Arn'] }, { 'Fn::Sub': `\${${id}.Arn}/*` }],
      's3:*',
    ],
    ['AWS::SQS::Queue', 'AWS::SQS::QueuePolicy', 'Queues', (id) => ({ 'Fn::GetAtt': [id, 'Arn'] }), 'sqs:*'],
    ['AWS::SNS::Topic', 'AWS::SNS::TopicPolicy', 'Topics', (id) => ({ Ref: id }), 'sns:Publish'],
  ])('a resource of type %s', (type, policyType, property, resource, action) => {
    for (const id of resourcesOf(type)) {
      const policies = resourcesOf(policyType)
        .map(propertiesOf)
        .filter((policy) => JSON.stringify([policy[property]].flat()) === JSON.stringify([{ Ref: id }]));
      expect(policies).toHaveLength(1);
      expect(policies[0].PolicyDocument.Statement).toContainEqual({
        Effect: 'Deny',
        Principal: '*',
        Action: action,
        Resource: resource(id),
        Condition: withoutTls,
      });
    }
  });
});

describe('alarms', () => {
  const alarms = resourcesOf('AWS::CloudWatch::Alarm');

  it('watch every queue', () => {
    const watched = alarms.flatMap((id) =>
      (propertiesOf(id).Dimensions ?? []).map(({ Value }: { Value: object }) => Value),
    );
    for (const id of resourcesOf('AWS::SQS::Queue')) {
      expect(watched).toContainEqual({ 'Fn::GetAtt': [id, 'QueueName'] });
    }
  });

  it.each(alarms)('%s is mailed, with the problem, its meaning and the action to take', (id) => {
    const { AlarmDescription, AlarmActions } = propertiesOf(id);
    expect(AlarmActions).toEqual([{ Ref: 'StakeholderTopic' }]);
    const text: string = AlarmDescription['Fn::Sub'] ?? AlarmDescription;
    expect(text).toMatch(/^What is wrong: .{30,} What it means: .{30,} What to do: .{30,}$/);
    const { alarms: read } = loadStack(path.join(root, 'template.yaml'), given, place);
    const resolved = read.find(({ logicalId }) => logicalId === id)?.properties.AlarmDescription;
    expect(String(resolved).length).toBeLessThanOrEqual(1024);
  });

  it.each(alarms)('%s names a section of the runbook that exists', (id) => {
    const text: string = propertiesOf(id).AlarmDescription['Fn::Sub'];
    const [, section] = /See "([^"]+)" in docs\/runbook\.md\.$/.exec(text) ?? [];
    expect(readFileSync(path.join(root, 'docs/runbook.md'), 'utf8')).toContain(`\n## ${section}\n`);
  });
});
