import { canBeOfFormat } from '../../build/arn-formats.ts';
import { policyProblems, type Statement } from '../../build/policy-problems.ts';

const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:111122223333:${resource}`;

describe('policyProblems', () => {
  const problemsOf = (Action: string, Resource: string, Condition?: Statement['Condition']) =>
    policyProblems({ Action: [Action], Resource: [Resource], ...(Condition && { Condition }) });

  it.each([
    ['codedeploy:GetDeployment', arn('codedeploy', 'deploymentgroup:*')],
    ['codedeploy:StopDeployment', '*'],
    ['cloudwatch:DescribeAlarms', '*'],
    ['states:DescribeExecution', arn('states', 'execution:execute-plan/*')],
    ['s3:GetObject', 'arn:aws:s3:::bucket/plans/*'],
    ['s3:*', 'arn:aws:s3:::bucket'],
    ['apigateway:GET', 'arn:aws:apigateway:eu-west-1::/restapis/*/stages/*'],
    ['ssm:GetParameter', arn('ssm', 'parameter/rollback-coordinator/*')],
  ])('finds nothing wrong with %s on %s', async (action, resource) => {
    expect(await problemsOf(action, resource)).toEqual([]);
  });

  it.each([
    ['sfn:StartExecution', '*', 'there is no action sfn:StartExecution'],
    ['lambda:Invoke', '*', 'there is no action lambda:Invoke'],
    ['s3:HeadObject', '*', 'there is no action s3:HeadObject'],
    ['s3:Nothing*', '*', 'there is no action s3:Nothing*'],
    [
      's3:ListBucket',
      'arn:aws:s3:::bucket/*',
      's3:ListBucket supports no resource like arn:aws:s3:::bucket/*',
    ],
    ['s3:GetObject', 'arn:aws:s3:::bucket', 's3:GetObject supports no resource like arn:aws:s3:::bucket'],
    [
      'codedeploy:StopDeployment',
      arn('codedeploy', 'deploymentgroup:*'),
      `codedeploy:StopDeployment supports no resource but *, not ${arn('codedeploy', 'deploymentgroup:*')}`,
    ],
    [
      'states:StartExecution',
      arn('states', 'execution:m:*'),
      `states:StartExecution supports no resource like ${arn('states', 'execution:m:*')}`,
    ],
  ])('finds that %s on %s grants nothing', async (action, resource, problem) => {
    expect(await problemsOf(action, resource)).toEqual([problem]);
  });

  it('knows the global condition keys and those of the action', async () => {
    const key = arn('kms', 'key/*');
    expect(await problemsOf('kms:Decrypt', key, { StringEquals: { 'kms:ViaService': ['ssm'] } })).toEqual([]);
    expect(await problemsOf('kms:Decrypt', key, { Bool: { 'aws:SecureTransport': ['false'] } })).toEqual([]);
    expect(await problemsOf('kms:Decrypt', key, { Bool: { 'kms:Via': ['ssm'] } })).toEqual([
      'there is no condition key kms:Via',
    ]);
    expect(await problemsOf('kms:Decrypt', key, { Bool: { 's3:prefix': ['a'] } })).toEqual([
      'no action of the statement has the condition key s3:prefix',
    ]);
  });
});

describe('canBeOfFormat', () => {
  /** Formats are written here with `<…>` for their variables. */
  const format = (text: string) => text.replace(/<(\w+)>/g, (_, name) => `\${${name}}`);
  const table = 'arn:<Partition>:dynamodb:<Region>:<Account>:table/<TableName>';

  it.each([
    [arn('dynamodb', 'table/ledger'), table, true],
    [arn('dynamodb', 'table/led*'), table, true],
    [arn('dynamodb', 'tab?e/*'), table, true],
    ['arn:*', table, true],
    [arn('dynamodb', 'table/'), table, false],
    [arn('dynamodb', 'table/ledger/index/by-service'), table, false],
    [arn('dynamodb', 'index/ledger'), table, false],
    [
      'arn:aws:apigateway:eu-west-1::/apis/a/stages/b',
      'arn:a:b, arn:<P>:apigateway:<R>::/apis/<A>/stages/<S>',
      true,
    ],
  ])('%s of %s: %s', (one, ofType, expected) => {
    expect(canBeOfFormat(one, format(ofType))).toBe(expected);
  });
});
