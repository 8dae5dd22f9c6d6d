import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ParameterValues } from '../../deploy/stack.ts';
import { readStack } from '../../deploy/stack.ts';
import { TemplateError } from '../../deploy/template-problem.ts';
import { problemsOf } from './stack-of.ts';

const folder = join(process.cwd(), 'packages/account-simulator/test/deploy/fixtures/greeter');

function greeter(parameters: ParameterValues, stackName = 'greeter') {
  return readStack({
    file: 'template.yaml',
    text: readFileSync(join(folder, 'template.yaml'), 'utf8'),
    parameters: { StakeholderEmail: 'team@example.com', ...parameters },
    place: { accountId: '111122223333', region: 'eu-west-1', partition: 'aws', stackName },
    readText: (path) =>
      existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : undefined,
  });
}

describe('readStack', () => {
  const stack = greeter({});

  it('reads functions with code, environment and role', () => {
    expect(stack.functions[0]).toMatchObject({
      logicalId: 'ComposeGreetingFunction',
      codeUri: 'functions/compose-greeting',
      timeoutSeconds: 10,
      memoryMb: 256,
      environment: {
        ENVIRONMENT: 'test',
        LEDGER_TABLE: stack.tables[0]?.name,
        MOTTO: '/greeter/test/motto',
        FIRST_LANGUAGE: 'en',
      },
      roleArn: expect.stringContaining('role/greeter-ComposeGreetingFunctionRole-'),
    });
  });

  it("reads a function's settings for asynchronous invocations", () => {
    expect(stack.functions[1]?.asynchronous).toEqual({
      maximumRetryAttempts: 1,
      maximumEventAgeSeconds: 21_600,
      onFailureArn: stack.queues[0]?.arn,
    });
  });

  it('reads machines with their definitions, substitutions in place', () => {
    const [machine] = stack.machines;
    expect(machine).toMatchObject({ name: 'greeter-greet', definitionFile: 'statemachines/greet.asl.yaml' });
    expect(machine?.definition).toMatchObject({
      States: {
        ComposeGreeting: { Arguments: { FunctionName: stack.functions[0]?.arn } },
        WaitAMoment: { Seconds: 15 },
      },
    });
  });

  it('names everything by the stack: the same at each reading, different for another stack', () => {
    expect(greeter({})).toEqual(stack);
    expect(greeter({}, 'other').tables[0]?.name).toMatch(/^other-Ledger-[A-Z0-9]{12}$/);
  });

  it('gives a bucket a name that S3 takes', () => {
    expect(stack.buckets[0]?.name).toMatch(/^greeter-bucket-[a-z0-9]{12}$/);
  });

  it('reads rules and schedules with the inputs of their targets', () => {
    const [greeted, started] = stack.rules;
    expect(started?.targets).toEqual([
      {
        id: 'greet',
        arn: stack.machines[0]?.arn,
        roleArn: expect.stringContaining('GreetOrderRole'),
        inputTransformer: { inputPathsMap: { name: '$.detail.name' }, inputTemplate: '{"name": <name>}' },
        deadLetterArn: stack.queues[0]?.arn,
        maximumRetryAttempts: 185,
        maximumEventAgeSeconds: 86_400,
      },
    ]);
    expect(greeted?.targets[0]).toMatchObject({ inputPath: '$.detail', maximumRetryAttempts: 4 });
    expect(stack.schedules).toMatchObject([{ name: 'CountGreetingFunctionHourly', timezone: 'UTC' }]);
  });

  it('creates a resource only if its condition holds', () => {
    expect(stack.alarms).toEqual([]);
    expect(greeter({ Environment: 'production' }).alarms).toMatchObject([
      { logicalId: 'GreetFailed', properties: { Threshold: 0, AlarmActions: [stack.topics[0]?.arn] } },
    ]);
  });

  it('names the resources it does not simulate, and the reason why that is no loss', () => {
    expect(stack.unsimulated).toEqual([
      {
        logicalId: 'CountGreetingFunctionGreetedPermission',
        type: 'AWS::Lambda::Permission',
        reason: 'every service of the account may invoke the functions it targets',
      },
      {
        logicalId: 'GreetLogs',
        type: 'AWS::Logs::LogGroup',
        reason: 'logs are only looked at, never acted on',
      },
    ]);
  });

  it('lists all problems at once, with file and path', () => {
    const text = `
Parameters: { Stage: { Type: String, Default: a } }
Hooks: {}
Resources:
  Api: { Type: AWS::ApiGateway::RestApi }
  Queue: { Type: AWS::SQS::Queue, Properties: { FifoQueue: true } }
  Rule:
    Type: AWS::Events::Rule
    Properties: { EventPattern: { source: [a] }, Targets: [{ Arn: !GetAtt Nothing.Arn }] }`;
    expect(problemsOf(text)).toEqual(['Hooks: Invalid template property or properties [Hooks]']);
    expect(problemsOf(text.replace('Hooks: {}', ''))).toEqual([
      'Resources.Rule.Properties.Targets[0].Arn: Template format error: Unresolved resource dependencies [Nothing] in the Resources block of the template',
      'Resources.Api.Type: The simulated CloudFormation does not support the resource type AWS::ApiGateway::RestApi.',
      'Resources.Queue.Properties.FifoQueue: The simulated CloudFormation does not support this property of AWS::SQS::Queue.',
    ]);
  });

  it('throws an error whose message has a line for each problem', () => {
    const read = () => greeter({ PollSeconds: 1, Environment: 'prod' });
    expect(read).toThrow(TemplateError);
    expect(read).toThrow(
      "template.yaml Parameters.PollSeconds: Parameter 'PollSeconds' must be a number not less than 5",
    );
    expect(read).toThrow(
      "template.yaml Parameters.Environment: Parameter 'Environment' must be one of AllowedValues: [test, production]",
    );
  });

  it.each([
    ['A: { Type: AWS::SQS::Queue, Properties: { QueueName: !GetAtt B.QueueName } }', 'A, B'],
    ['A: { Type: AWS::SQS::Queue, DependsOn: B }', 'A, B'],
  ])('refuses resources that depend on each other: %s', (first, circle) => {
    const text = `Resources:\n  ${first}\n  B: { Type: AWS::SQS::Queue, Properties: { QueueName: !GetAtt A.QueueName } }`;
    expect(problemsOf(text).join()).toContain(`Circular dependency between resources: [${circle}]`);
  });

  it('refuses a target and a dead-letter queue that are not of the template', () => {
    const text = `
Resources:
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: { source: [a] }
      Targets: [{ Arn: "arn:aws:sqs:eu-west-1:1:a", DeadLetterConfig: { Arn: "arn:aws:sqs:eu-west-1:1:b" } }]`;
    expect(problemsOf(text)).toEqual([
      'Resources.Rule: the target arn:aws:sqs:eu-west-1:1:a is nothing of this template',
      'Resources.Rule: the dead-letter queue arn:aws:sqs:eu-west-1:1:b is not of this template',
    ]);
  });

  it('refuses a missing definition file and an Express machine', () => {
    const text = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Run: { Type: AWS::Serverless::StateMachine, Properties: { DefinitionUri: a.asl.yaml, Type: EXPRESS } }`;
    expect(problemsOf(text)).toEqual([
      'Resources.Run.Properties.StateMachineType: EXPRESS is not simulated; simulated: STANDARD',
      'Resources.Run.Properties.DefinitionS3Location.Key: there is no file a.asl.yaml',
    ]);
  });
});
