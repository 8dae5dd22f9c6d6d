import type { ExpandedTemplate } from '../../build/resolve-arns.ts';
import { checkPolicies } from '../../build/template-policies.ts';

const sub = (text: string) => ({ 'Fn::Sub': text.replace(/<([\w:.]+)>/g, (_, name) => `\${${name}}`) });

function templateOf(Statement: object | object[], others: object = {}): ExpandedTemplate {
  const Policies = [{ PolicyName: 'p', PolicyDocument: { Version: '2012-10-17', Statement } }];
  return {
    Resources: {
      Table: { Type: 'AWS::DynamoDB::Table' },
      Mails: { Type: 'AWS::SNS::Topic' },
      Bucket: { Type: 'AWS::S3::Bucket' },
      WorkRole: { Type: 'AWS::IAM::Role', Properties: { Policies } },
      ...others,
    },
  };
}

describe('checkPolicies', () => {
  it('resolves the references of policies', async () => {
    const statements = [
      { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: { 'Fn::GetAtt': ['Table', 'Arn'] } },
      { Effect: 'Allow', Action: 'sns:Publish', Resource: { Ref: 'Mails' } },
      { Effect: 'Allow', Action: ['s3:GetObject'], Resource: [sub('<Bucket.Arn>/plans/*')] },
      {
        Effect: 'Allow',
        Action: 'states:StartExecution',
        Resource: sub('arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:stateMachine:<Name>-a'),
      },
    ];
    expect(await checkPolicies(templateOf(statements))).toEqual({ statements: 4, problems: [] });
  });

  it('checks the part of a policy that depends on a condition', async () => {
    const of = (resource: string) =>
      checkPolicies({
        ...templateOf({
          Effect: 'Allow',
          Action: 'sns:Publish',
          Resource: [{ Ref: 'Mails' }, { 'Fn::If': ['HasChat', resource, { Ref: 'AWS::NoValue' }] }],
        }),
        Conditions: { HasChat: { 'Fn::Equals': ['a', 'b'] } },
      });
    expect(await of('arn:aws:sns:eu-west-1:111122223333:chat')).toMatchObject({ problems: [] });
    expect((await of('arn:aws:sqs:eu-west-1:111122223333:chat')).problems).not.toEqual([]);
  });

  it('names the role or policy that has a problem', async () => {
    const wrong = { Effect: 'Allow', Action: 'sns:Send', Resource: { Ref: 'Mails' } };
    const policy = {
      Type: 'AWS::SNS::TopicPolicy',
      Properties: { PolicyDocument: { Statement: { ...wrong, Action: 's3:GetObject' } } },
    };
    expect(await checkPolicies(templateOf(wrong, { MailsPolicy: policy }))).toEqual({
      statements: 2,
      problems: [
        'WorkRole: there is no action sns:Send',
        'MailsPolicy: s3:GetObject supports no resource like arn:aws:sns:eu-west-1:111122223333:Mails',
      ],
    });
  });

  it("counts a role's size as IAM does", async () => {
    const statement = { Effect: 'Allow', Action: 'sns:Publish', Resource: { Ref: 'Mails' } };
    const { problems } = await checkPolicies(templateOf(Array.from({ length: 120 }, () => statement)));
    expect(problems).toEqual([
      expect.stringMatching(/^WorkRole: its policies have 1\d{4} characters, and IAM takes 10240 of a role$/),
    ]);
  });

  it("counts a managed policy's size, and a role's managed policies, as IAM does", async () => {
    const statement = { Effect: 'Allow', Action: 'sns:Publish', Resource: { Ref: 'Mails' } };
    const policyOf = (length: number) => ({
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: { PolicyDocument: { Statement: Array.from({ length }, () => statement) } },
    });
    const roleOf = (length: number) => ({
      Type: 'AWS::IAM::Role',
      Properties: { ManagedPolicyArns: Array.from({ length }, () => ({ Ref: 'Mailing' })) },
    });
    const problemsOf = async (policy: object, role: object) =>
      (await checkPolicies(templateOf([], { Mailing: policy, OtherRole: role }))).problems;
    expect(await problemsOf(policyOf(60), roleOf(10))).toEqual([]);
    expect(await problemsOf(policyOf(80), roleOf(11))).toEqual([
      expect.stringMatching(/^Mailing: it has [67]\d{3} characters, and IAM takes 6144 of a managed policy$/),
      'OtherRole: it has 11 managed policies, and IAM attaches 10 to a role',
    ]);
  });

  it('does not guess unknown values', async () => {
    const of = (Resource: object) => checkPolicies(templateOf({ Action: 'sns:Publish', Resource }));
    await expect(of({ 'Fn::If': ['IsProduction', 'a', 'b'] })).rejects.toThrow('the condition IsProduction');
    await expect(of({ 'Fn::Cidr': ['a'] })).rejects.toThrow('does not support the function Fn::Cidr');
    const role = templateOf({ Action: 'sns:Publish', Resource: { 'Fn::GetAtt': ['WorkRole', 'Arn'] } });
    await expect(checkPolicies(role)).rejects.toThrow('the ARN of WorkRole, a AWS::IAM::Role');
  });
});
