import { SimulatedAccount } from '../../../account/account.ts';
import { enforcePermissions } from '../../../account/permissions/enforce-permissions.ts';
import { PermissionUsage } from '../../../account/permissions/permission-usage.ts';
import { VirtualClock } from '../../../clock/virtual-clock.ts';
import type { PolicyStatement } from '../../../deploy/policy-statement.ts';
import type { StackSpec } from '../../../deploy/stack-spec.ts';
import { SeededRandom } from '../../../random/seeded-random.ts';
import { release } from '../cloudformation/stack-account.ts';

const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:111122223333:${resource}`;
const roleArn = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const caller = { principal: roleArn('Act'), resource: 'Act' };
const managedRule = arn('events', 'rule/StepFunctionsGetEventsForStepFunctionsExecutionRule');

let clock: VirtualClock;
let account: SimulatedAccount;

beforeEach(() => {
  clock = VirtualClock.install('2026-01-01T00:00:00Z');
  account = new SimulatedAccount({ clock, random: new SeededRandom(1) });
});
afterEach(() => clock.uninstall());

function allow(Action: string | string[], Resource: string | string[]): PolicyStatement {
  return { Effect: 'Allow', Action: [Action].flat(), Resource: [Resource].flat() };
}

function stackOf(parts: object): StackSpec {
  const none = {
    functions: [],
    machines: [],
    rules: [],
    queues: [],
    topics: [],
    alarms: [],
    roles: [],
    resourcePolicies: [],
  };
  return { ...none, ...parts } as unknown as StackSpec;
}

/** A stack with one function that has these statements. */
function withFunction(...statements: PolicyStatement[]): StackSpec {
  return stackOf({
    functions: [{ logicalId: 'Act', name: 'act', roleArn: caller.principal }],
    roles: [{ logicalId: 'Act', roleArn: caller.principal, statements }],
  });
}

async function outcome(work: Promise<unknown>): Promise<string> {
  let found: string | undefined;
  work.then(
    () => {
      found = 'done';
    },
    (error: Error) => {
      found = `${error.name}: ${error.message}`;
    },
  );
  await clock.run(() => found !== undefined);
  return found ?? 'unsettled';
}

describe('calls of a function', () => {
  it('are checked against the deployment group of a deployment', async () => {
    const groupStatement = allow('codedeploy:GetDeployment', arn('codedeploy', 'deploymentgroup:app/one'));
    enforcePermissions(account, withFunction(groupStatement));
    account.codeDeploy.createApplication('app');
    const settings = {
      configName: 'CodeDeployDefault.LambdaAllAtOnce',
      alarms: {},
      autoRollback: {},
      serviceRoleArn: 'role',
      triggers: [],
    };
    for (const group of ['one', 'two']) account.codeDeploy.putGroup('app', group, settings);
    const deploy = (deploymentGroupName: string) =>
      account.wire.call(
        'codedeploy',
        'CreateDeployment',
        {
          applicationName: 'app',
          deploymentGroupName,
          revision: { revisionType: 'AppSpecContent', appSpecContent: { content: appSpec } },
        },
        { principal: 'person' },
      );
    const ids: string[] = [];
    for (const group of ['one', 'two']) {
      await outcome(deploy(group).then(({ deploymentId }) => ids.push(deploymentId)));
    }
    const get = (deploymentId: string | undefined) =>
      outcome(account.wire.call('codedeploy', 'GetDeployment', { deploymentId }, caller));
    expect(await get(ids[0])).toBe('done');
    expect(await get(ids[1])).toContain(`on resource: ${arn('codedeploy', 'deploymentgroup:app/two')}`);
  });

  describe('that update a stack', () => {
    const update = (StackName: string) =>
      outcome(
        account.wire.call(
          'cloudformation',
          'UpdateStack',
          { StackName, TemplateURL: url, Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND'] },
          caller,
        ),
      );
    const url = 'https://saved.s3.eu-west-1.amazonaws.com/templates/orders.json';
    const mayUpdate = allow('cloudformation:UpdateStack', arn('cloudformation', 'stack/*'));
    const mayRead = allow('s3:GetObject', 'arn:aws:s3:::saved/templates/*');

    beforeEach(async () => {
      account.s3.createBucket('saved');
      const template = { Bucket: 'saved', Key: 'templates/orders.json', Body: Buffer.from(release('two')) };
      await outcome(account.wire.call('s3', 'PutObject', template, { principal: 'person' }));
    });

    it('pass where the stack has a service role and the template can be read', async () => {
      enforcePermissions(account, withFunction(mayUpdate, mayRead));
      account.cloudFormation.createStackNow('orders', release('one'), {}, { roleArn: roleArn('cfn') });
      expect(await update('orders')).toBe('done');
    });

    it('get an S3 error where the template may not be read', async () => {
      enforcePermissions(account, withFunction(mayUpdate));
      account.cloudFormation.createStackNow('orders', release('one'), {}, { roleArn: roleArn('cfn') });
      expect(await update('orders')).toBe('ValidationError: S3 error: Access Denied');
    });

    it('are refused where the stack has no service role', async () => {
      enforcePermissions(account, withFunction(mayUpdate, mayRead));
      account.cloudFormation.createStackNow('orders', release('one'));
      expect(await update('orders')).toMatch(
        /^AccessDenied: .*cloudformation:CreateChangeSet on resource: arn:aws:cloudformation:eu-west-1:aws:transform\/Serverless-2016-10-31/,
      );
    });

    it('are refused by CloudFormation itself where the stack does not exist', async () => {
      enforcePermissions(account, withFunction(mayUpdate, mayRead));
      expect(await update('orders')).toMatch(/^ValidationError: .*orders.* does not exist/);
    });
  });
});

describe('a machine', () => {
  const child = arn('states', 'stateMachine:child');
  const waits = task('arn:aws:states:::states:startExecution.sync:2', { StateMachineArn: child });

  function task(Resource: string, Arguments: object) {
    return {
      QueryLanguage: 'JSONata',
      StartAt: 'Do',
      States: { Do: { Type: 'Task', Resource, Arguments, End: true } },
    };
  }

  /** Creates the machine `m` with these statements, and a machine `child`. */
  function make(definition: object, ...statements: PolicyStatement[]) {
    const machine = {
      logicalId: 'Machine',
      name: 'm',
      arn: arn('states', 'stateMachine:m'),
      definition,
      roleArn: roleArn('M'),
    };
    const ends = { QueryLanguage: 'JSONata', StartAt: 'End', States: { End: { Type: 'Succeed' } } };
    account.createStateMachine(machine, 'Machine');
    account.stepFunctions.createStateMachine({
      name: 'child',
      arn: child,
      definition: ends,
      roleArn: roleArn('C'),
    });
    const roles = [{ logicalId: 'Machine', roleArn: roleArn('M'), statements }];
    return enforcePermissions(account, stackOf({ machines: [machine], roles }));
  }

  async function run() {
    const execution = account.engine.startExecution({ stateMachineArn: arn('states', 'stateMachine:m') });
    const status = () => account.engine.describeExecution(execution.executionArn);
    await clock.run(() => status().status !== 'RUNNING');
    return status();
  }

  const rule = allow(['events:PutTargets', 'events:PutRule', 'events:DescribeRule'], managedRule);
  const start = allow('states:StartExecution', child);
  const follow = allow(
    ['states:DescribeExecution', 'states:StopExecution'],
    arn('states', 'execution:child:*'),
  );

  it('that waits for executions is created only for a role that may manage the rule for it', () => {
    expect(() => make(waits, start, follow)).toThrow(
      `'${roleArn('M')}' is not authorized to create managed-rule.`,
    );
  });

  it('starts and follows an execution where its role allows both', async () => {
    const usage = make(waits, rule, start, follow);
    expect((await run()).status).toBe('SUCCEEDED');
    expect(usage.unused().map(({ value }) => value)).toEqual(['states:StopExecution']);
  });

  it('fails its Task where it may not start the execution', async () => {
    const usage = make(waits, rule, follow);
    const { status, error, cause } = await run();
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'StepFunctions.AccessDeniedException' });
    expect(cause).toContain(
      `assumed-role/M/m is not authorized to perform: states:StartExecution on resource: ${child}`,
    );
    expect(usage.denials()).toEqual([{ owner: 'Machine', action: 'states:StartExecution', resource: child }]);
  });

  it('fails its Task where it may not call the function', async () => {
    make(task('arn:aws:states:::lambda:invoke', { FunctionName: arn('lambda', 'function:f') }));
    const { status, cause } = await run();
    expect(status).toBe('FAILED');
    expect(cause).toContain(`lambda:InvokeFunction on resource: ${arn('lambda', 'function:f')}`);
  });
});

describe('dead-letter queues', () => {
  const queue = { logicalId: 'Lost', name: 'lost', arn: arn('sqs', 'lost'), url: 'https://sqs/lost' };
  const rule = (name: string) => ({
    logicalId: name,
    name,
    arn: arn('events', `rule/${name}`),
    targets: [{ deadLetterArn: queue.arn }],
  });

  function denialsWith(statement: Partial<PolicyStatement>, ...rules: string[]) {
    const send: PolicyStatement = {
      ...allow('sqs:SendMessage', queue.arn),
      Principal: { Service: 'events.amazonaws.com' },
      ...statement,
    };
    const policies = [{ logicalId: 'LostPolicy', resources: [queue.url], statements: [send] }];
    const usage = enforcePermissions(
      account,
      stackOf({ rules: rules.map(rule), queues: [queue], resourcePolicies: policies }),
    );
    return usage.denials().map(({ owner }) => owner);
  }

  it('accept events of the rules their policy names', () => {
    const Condition = { ArnLike: { 'aws:SourceArn': [arn('events', 'rule/a*')] } };
    expect(denialsWith({ Condition }, 'ab', 'b')).toEqual(['b']);
  });

  it('accept none where their policy is about another service', () => {
    expect(denialsWith({ Principal: { Service: 'sns.amazonaws.com' } }, 'a')).toEqual(['a']);
    expect(
      denialsWith({ Principal: { Service: ['sns.amazonaws.com', 'events.amazonaws.com'] } }, 'a'),
    ).toEqual([]);
  });

  it('accept none without a policy', () => {
    const usage = enforcePermissions(account, stackOf({ rules: [rule('a')], queues: [queue] }));
    expect(usage.denials()).toEqual([{ owner: 'a', action: 'sqs:SendMessage', resource: queue.arn }]);
  });
});

describe('topics of alarms', () => {
  const topic = { logicalId: 'Mails', name: 'mails', arn: arn('sns', 'mails'), subscriptions: [] };
  const alarm = {
    logicalId: 'Lost',
    name: 'lost',
    arn: arn('cloudwatch', 'alarm:lost'),
    properties: { AlarmActions: [topic.arn] },
  };

  function denialsWith(...statements: PolicyStatement[]) {
    const resourcePolicies =
      statements.length === 0 ? [] : [{ logicalId: 'MailsPolicy', resources: [topic.arn], statements }];
    const usage = enforcePermissions(
      account,
      stackOf({ alarms: [alarm], topics: [topic], resourcePolicies }),
    );
    return usage.denials();
  }

  const publish = (about: Partial<PolicyStatement>): PolicyStatement => ({
    ...allow('sns:Publish', topic.arn),
    ...about,
  });
  const denied = [{ owner: 'Lost', action: 'sns:Publish', resource: topic.arn }];
  const Principal = { Service: 'cloudwatch.amazonaws.com' };

  it('accept alarms where they have no policy, or a policy that lets this alarm publish', () => {
    expect(denialsWith()).toEqual([]);
    const Condition = { ArnEquals: { 'aws:SourceArn': [alarm.arn] } };
    expect(denialsWith(publish({ Principal, Condition }))).toEqual([]);
  });

  it('accept nothing where their policy is about another service or another alarm', () => {
    expect(denialsWith(publish({ Principal: { Service: 'events.amazonaws.com' } }))).toEqual(denied);
    const Condition = { ArnEquals: { 'aws:SourceArn': [arn('cloudwatch', 'alarm:other')] } };
    expect(denialsWith(publish({ Principal, Condition }))).toEqual(denied);
  });

  it('accept messages over TLS where their policy denies everything else', () => {
    const withoutTls = { Bool: { 'aws:SecureTransport': ['false'] } };
    const deny = publish({ Effect: 'Deny', Principal: '*', Condition: withoutTls });
    expect(denialsWith(publish({ Principal }), deny)).toEqual([]);
  });
});

describe('PermissionUsage', () => {
  const get = (Name: string) => outcome(account.wire.call('ssm', 'GetParameter', { Name }, caller));
  const values = (grants: readonly { value: string }[]) => grants.map(({ value }) => value);
  const statements = [
    allow(['ssm:GetParameter', 'ssm:PutParameter'], [arn('ssm', 'parameter/a'), arn('ssm', 'parameter/b')]),
    allow('logs:CreateLogDelivery', '*'),
  ];

  it('names the used action and resource of a statement', async () => {
    const usage = enforcePermissions(account, withFunction(...statements));
    expect(usage.used()).toEqual([]);
    await get('/b');
    expect(usage.used()).toEqual([
      { owner: 'Act', statement: 0, element: 'Action', at: 0, value: 'ssm:GetParameter' },
      { owner: 'Act', statement: 0, element: 'Resource', at: 1, value: arn('ssm', 'parameter/b') },
    ]);
    expect(values(usage.unused())).toEqual([
      'ssm:PutParameter',
      arn('ssm', 'parameter/a'),
      'logs:CreateLogDelivery',
      '*',
    ]);
  });

  it('gives the reason why a grant cannot be needed', () => {
    const usage = enforcePermissions(account, withFunction(...statements));
    const unused = usage.unused((_, { Action }) =>
      Action[0] === 'logs:CreateLogDelivery' ? 'no logs' : undefined,
    );
    expect(values(unused.filter(({ reason }) => reason === 'no logs'))).toEqual([
      'logs:CreateLogDelivery',
      '*',
    ]);
    expect(unused.filter(({ reason }) => reason === undefined)).toHaveLength(4);
  });

  it('records a refusal once, and uses nothing by it', async () => {
    const usage = enforcePermissions(account, withFunction(...statements));
    expect(await get('/c')).toMatch(/^AccessDeniedException/);
    expect(await get('/c')).toMatch(/^AccessDeniedException/);
    expect(usage.denials()).toEqual([
      { owner: 'Act', action: 'ssm:GetParameter', resource: arn('ssm', 'parameter/c') },
    ]);
    expect(usage.used()).toEqual([]);
  });

  it('merges the usage of several accounts', async () => {
    const first = enforcePermissions(account, withFunction(...statements));
    await get('/a');
    account = new SimulatedAccount({ clock, random: new SeededRandom(2) });
    const second = enforcePermissions(account, withFunction(...statements));
    await get('/b');
    await get('/c');
    const total = new PermissionUsage();
    total.merge(first);
    total.merge(second);
    expect(values(total.unused())).toEqual(['ssm:PutParameter', 'logs:CreateLogDelivery', '*']);
    expect(values(total.used())).toHaveLength(3);
    expect(total.denials()).toHaveLength(1);
  });
});

const appSpec = JSON.stringify({
  version: 0.0,
  Resources: [
    {
      f: {
        Type: 'AWS::Lambda::Function',
        Properties: { Name: 'f', Alias: 'live', CurrentVersion: '1', TargetVersion: '2' },
      },
    },
  ],
});
