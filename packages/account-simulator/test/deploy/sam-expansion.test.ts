import { problemsOf, stackOf } from './stack-of.ts';

const machineFile = {
  'a.asl.yaml': 'QueryLanguage: JSONata\nStartAt: Done\nStates: { Done: { Type: Succeed } }',
};

function template(resources: string, globals = '{}'): string {
  return `Transform: AWS::Serverless-2016-10-31\nGlobals: ${globals}\nResources:\n${resources}`;
}

function aFunction(properties: string): string {
  return `  Work:\n    Type: AWS::Serverless::Function\n    Properties: { CodeUri: dist/functions/work/, Handler: handler.handler, ${properties} }\n`;
}

describe('Globals', () => {
  it('lie under the properties of a function: maps are merged, plain values replaced', () => {
    const globals =
      '{ Function: { Timeout: 10, MemorySize: 512, Environment: { Variables: { MODE: "1", KIND: "1" } } } }';
    const [work] = stackOf(
      template(aFunction('Timeout: 20, Environment: { Variables: { KIND: "2" } }'), globals),
    ).functions;
    expect(work).toMatchObject({ timeoutSeconds: 20, memoryMb: 512, environment: { MODE: '1', KIND: '2' } });
  });

  it('refuse a section that is not simulated', () => {
    expect(problemsOf(template(aFunction(''), '{ SimpleTable: {} }'))).toEqual([
      'Globals.SimpleTable: The simulated CloudFormation does not support the section SimpleTable of Globals.',
    ]);
  });
});

describe('expandSam', () => {
  it('makes a role that other resources can refer to', () => {
    const policies = 'Policies: [{ Statement: [{ Effect: Allow, Action: "sns:Publish", Resource: "*" }] }]';
    const { functions, roles, outputs } = stackOf(
      `${template(aFunction(policies))}\nOutputs: { Role: { Value: !GetAtt WorkRole.Arn } }`,
    );
    expect(functions[0]?.roleArn).toMatch(/^arn:aws:iam::111122223333:role\/my-stack-WorkRole-[A-Z0-9]{12}$/);
    expect(outputs.Role).toBe(functions[0]?.roleArn);
    expect(roles).toEqual([
      {
        logicalId: 'Work',
        roleArn: functions[0]?.roleArn,
        statements: [{ Effect: 'Allow', Action: ['sns:Publish'], Resource: ['*'] }],
      },
    ]);
  });

  it('uses the statements of a role that the template itself declares', () => {
    const role = `  Shared:
    Type: AWS::IAM::Role
    Properties:
      RoleName: shared
      Policies: [{ PolicyName: a, PolicyDocument: { Statement: { Effect: Deny, Action: "s3:*", Resource: "*" } } }]\n`;
    const { roles } = stackOf(template(aFunction('Role: !GetAtt Shared.Arn') + role));
    expect(roles).toEqual([
      {
        logicalId: 'Work',
        roleArn: 'arn:aws:iam::111122223333:role/shared',
        statements: [{ Effect: 'Deny', Action: ['s3:*'], Resource: ['*'] }],
      },
    ]);
  });

  it('sums the managed policies of the template that a role lists, and its own statements', () => {
    const policy = (id: string, action: string) => `  ${id}:
    Type: AWS::IAM::ManagedPolicy
    Properties: { PolicyDocument: { Statement: [{ Effect: Allow, Action: "${action}", Resource: "*" }] } }\n`;
    const own = '{ Statement: [{ Effect: Deny, Action: "s3:*", Resource: "*" }] }';
    const { roles, outputs } = stackOf(
      `${template(
        aFunction(`Policies: [!Ref Mail, AWSXrayWriteOnlyAccess, ${own}, !Ref Read]`) +
          policy('Read', 'sqs:ReceiveMessage') +
          policy('Mail', 'sns:Publish') +
          policy('Other', 'sns:Subscribe'),
      )}\nOutputs: { Mail: { Value: !Ref Mail } }`,
    );
    expect(outputs.Mail).toMatch(/^arn:aws:iam::111122223333:policy\/my-stack-Mail-[A-Z0-9]{12}$/);
    expect(roles.map(({ statements }) => statements.map(({ Action }) => Action))).toEqual([
      [['sns:Publish'], ['sqs:ReceiveMessage'], ['s3:*']],
    ]);
  });

  it.each(['Roles: [!Ref WorkRole]', 'Groups: [a]'])(
    'refuses a managed policy that attaches itself: %s',
    (list) => {
      const policy = `  Mail:
    Type: AWS::IAM::ManagedPolicy
    Properties: { ${list}, PolicyDocument: { Statement: [{ Effect: Allow, Action: "sns:Publish", Resource: "*" }] } }\n`;
      const [problem] = problemsOf(template(aFunction('') + policy));
      expect(problem).toContain('Mail');
      expect(problem).toContain(list.split(':')[0]);
    },
  );

  it('makes a rule of an EventBridgeRule event', () => {
    const event = `Events: { Started: { Type: EventBridgeRule, Properties: {
      Pattern: { source: [aws.codedeploy] }, RetryPolicy: { MaximumRetryAttempts: 3 } } } }`;
    const { rules, functions } = stackOf(template(aFunction(event)));
    expect(rules).toMatchObject([
      {
        logicalId: 'WorkStarted',
        enabled: true,
        eventPattern: { source: ['aws.codedeploy'] },
        targets: [{ arn: functions[0]?.arn, maximumRetryAttempts: 3, maximumEventAgeSeconds: 86_400 }],
      },
    ]);
  });

  it('starts a state machine under a role that allows only that', () => {
    const machine = `  Run:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: a.asl.yaml
      Events: { Started: { Type: EventBridgeRule, Properties: { Pattern: { source: [a] } } } }\n`;
    const { rules, machines, roles } = stackOf(template(machine), { files: machineFile });
    const target = rules[0]?.targets[0];
    expect(target?.arn).toBe(machines[0]?.arn);
    expect(roles.find(({ roleArn }) => roleArn === target?.roleArn)?.statements).toEqual([
      { Effect: 'Allow', Action: ['states:StartExecution'], Resource: [machines[0]?.arn] },
    ]);
  });

  it('makes the dead-letter queue of an event and lets the rule write to it', () => {
    const event = `Events: { Started: { Type: EventBridgeRule, Properties: {
      Pattern: { source: [a] }, DeadLetterConfig: { Type: SQS } } } }`;
    const { queues, rules, resourcePolicies } = stackOf(template(aFunction(event)));
    expect(queues.map(({ logicalId }) => logicalId)).toEqual(['WorkStartedQueue']);
    expect(rules[0]?.targets[0]?.deadLetterArn).toBe(queues[0]?.arn);
    expect(resourcePolicies).toMatchObject([
      {
        resources: [queues[0]?.url],
        statements: [{ Condition: { ArnEquals: { 'aws:SourceArn': [rules[0]?.arn] } } }],
      },
    ]);
  });

  it('makes schedules of both kinds', () => {
    const events = `Events: {
      Sweep: { Type: Schedule, Properties: { Schedule: rate(5 minutes), Enabled: false } },
      Nightly: { Type: ScheduleV2, Properties: { ScheduleExpression: "cron(0 1 * * ? *)", Input: "{}" } } }`;
    const { rules, schedules } = stackOf(template(aFunction(events)));
    expect(rules).toMatchObject([
      { logicalId: 'WorkSweep', enabled: false, scheduleExpression: 'rate(5 minutes)' },
    ]);
    expect(schedules).toMatchObject([
      {
        logicalId: 'WorkNightly',
        name: 'WorkNightly',
        scheduleExpression: 'cron(0 1 * * ? *)',
        target: { input: '{}' },
      },
    ]);
  });

  it.each([
    ['Events: { A: { Type: S3, Properties: {} } }', 'Events.A.Type', 'does not support events of type S3'],
    [
      'Events: { A: { Type: Schedule, Properties: { Rate: 1 } } }',
      'Events.A.Properties.Rate',
      'does not support the property Rate of events of type Schedule',
    ],
    [
      'Policies: [RekognitionReadPolicy: { CollectionId: a }]',
      'Policies[0]',
      'SAM policy template RekognitionReadPolicy',
    ],
    ['Policies: [AdministratorAccess]', 'ManagedPolicyArns[0]', 'managed policy AdministratorAccess'],
    [
      `Policies: [${Array.from({ length: 11 }, () => 'AWSXrayWriteOnlyAccess')}]`,
      'ManagedPolicyArns',
      'has 11 managed policies, and IAM attaches 10 to a role',
    ],
    [
      'Policies: [{ Statement: [{ Effect: Allow, NotAction: "s3:*", Resource: "*" }] }]',
      'NotAction',
      'is not simulated',
    ],
    ['Role: arn:aws:iam::1:role/elsewhere', 'Role', 'is not a role of this template'],
    ['AutoPublishAlias: live', 'WorkAliaslive.Type', 'the resource type AWS::Lambda::Alias'],
    ['Timeout: 901', 'Timeout', 'must be a whole number from 1 to 900'],
    ['Environment: { Variables: { AWS_REGION: a } }', 'AWS_REGION', 'is set by Lambda'],
    ['Environment: { Variables: { MODE: { b: c } } }', 'Variables.MODE', 'must be text, not a mapping'],
  ])('refuses %s', (properties, path, reason) => {
    const problems = problemsOf(template(aFunction(properties)));
    expect(problems).toContainEqual(expect.stringContaining(path));
    expect(problems).toContainEqual(expect.stringContaining(reason));
  });
});
