import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { folderOf, resourcesOf, root, statementsOf, template, templateText } from './product-template.ts';

const functions = resourcesOf('AWS::Serverless::Function');
const machines = resourcesOf('AWS::Serverless::StateMachine');
const lines = templateText.split('\n');

/** Actions that need `*` as their resource because AWS knows no narrower one, with the source. */
const unrestricted: Readonly<Record<string, string>> = {
  'cloudformation:ListExports': 'no resource types (same, AWS CloudFormation)',
  'cloudformation:ListImports': 'no resource types (same)',
  'cloudformation:ListStacks': 'has no resource type (Service Authorization Reference, AWS CloudFormation)',
  'cloudwatch:DescribeAlarmHistory': 'composite alarms only on all resources (CloudWatch API reference)',
  'cloudwatch:DescribeAlarms': 'composite alarms are described on * only (CloudWatch API, DescribeAlarms)',
  'cloudwatch:GetMetricData': 'no resource types (Service Authorization Reference, Amazon CloudWatch)',
  'cloudwatch:ListAlarmMuteRules': 'a list names no rule (CloudWatch API, ListAlarmMuteRules)',
  'codedeploy:BatchGetDeploymentTargets': 'no resource types (same, AWS CodeDeploy)',
  'codedeploy:ListDeploymentTargets': 'no resource types (same, AWS CodeDeploy)',
  'codedeploy:ListDeployments': 'for SweepLostWork, which names no group',
  'codedeploy:PutLifecycleEventHookExecutionStatus': 'no resource types (same, AWS CodeDeploy)',
  'codedeploy:StopDeployment': 'no resource types (same, AWS CodeDeploy)',
  'logs:CreateLogDelivery': 'no resource types (Step Functions developer guide, cw-logs)',
  'logs:DeleteLogDelivery': 'no resource types (same)',
  'logs:DescribeLogGroups': 'no resource types (same)',
  'logs:DescribeResourcePolicies': 'no resource types (same)',
  'logs:GetLogDelivery': 'no resource types (same)',
  'logs:ListLogDeliveries': 'no resource types (same)',
  'logs:PutResourcePolicy': 'no resource types (same)',
  'logs:UpdateLogDelivery': 'no resource types (same)',
  'ssm:DescribeParameters': 'no resource types (same, AWS Systems Manager)',
  'states:SendTaskSuccess': 'no resource types (same, AWS Step Functions)',
};

describe('permissions', () => {
  const statements = [...functions, ...machines].flatMap(statementsOf);

  it('are on named actions', () => {
    expect(statements.length).toBeGreaterThan(50);
    for (const { actions } of statements) {
      for (const action of actions) expect(action).toMatch(/^[a-z0-9-]+:[A-Z][A-Za-z]+$/);
    }
  });

  it('are on every resource only where there is no narrower one', () => {
    const wide = statements.filter(({ resources }) => resources.includes('*'));
    const actions = new Set(wide.flatMap((statement) => statement.actions));
    expect([...actions].sort()).toEqual(Object.keys(unrestricted));
  });

  it('are on every deployment group only where none is named', () => {
    const wide = statements.filter(
      ({ actions, resources }) => actions.includes('codedeploy:ListDeployments') && resources.includes('*'),
    );
    expect(wide.map(({ resource }) => resource)).toEqual(['SweepLostWorkFunction']);
  });

  /** The part of `stateMachine:*:*` that the pattern for names leaves. */
  const ofTeams = '*';

  it('name machines and executions as the machines are named', () => {
    const names = machines.map((id) => template.Resources[id].Properties.Name['Fn::Sub']);
    const named = statements
      .flatMap(({ resources }) => resources)
      .flatMap((resource) => /:(?:stateMachine|execution):(.+?)(?:[:/]\*)?"/.exec(resource)?.[1] ?? []);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => name !== ofTeams && !names.includes(name))).toEqual([]);
  });

  it('reach the state machines of teams through their aliases and versions alone', () => {
    const reached = statements.filter(({ resources }) =>
      resources.some((resource) => /:stateMachine:\*/.test(resource)),
    );
    const actions = new Set(reached.flatMap((statement) => statement.actions));
    expect([...actions].sort()).toEqual([
      'states:DescribeStateMachine',
      'states:DescribeStateMachineAlias',
      'states:UpdateStateMachineAlias',
    ]);
    for (const { resources } of reached) expect(resources.join()).toMatch(/:stateMachine:\*:\*"/);
  });

  it('give the reason where they are on every resource', () => {
    const wide = lines.flatMap((line, index) => (/^\s+Resource: ["']\*["']$/.test(line) ? [index] : []));
    expect(wide.length).toBeGreaterThan(0);
    for (const index of wide) {
      const start = lines.slice(0, index).findLastIndex((line) => /^\s+- Effect:/.test(line));
      expect(lines[start - 1]).toMatch(/^\s+# .{10,}/);
    }
  });
});

/** `room/function` of every folder of functions. */
const folders = readdirSync(path.join(root, 'functions')).flatMap((room) =>
  readdirSync(path.join(root, 'functions', room)).map((name) => `${room}/${name}`),
);

/** The room of the functions of each machine; execute-plan is the second half of coordinate-rollback. */
const rooms: Readonly<Record<string, string>> = {
  MonitorDeployment: 'watch',
  RecordRelease: 'record',
  CoordinateRollback: 'coordinate',
  ExecutePlan: 'coordinate',
  RollBackService: 'roll-back',
  AnswerApproval: 'operate',
};

describe('functions', () => {
  it('are one for every folder, and one name from resource to folder', () => {
    expect(functions.map(folderOf).sort()).toEqual([...folders].sort());
    for (const id of functions) {
      const kebab = id.replace(/Function$/, '').replace(/(?!^)([A-Z])/g, '-$1');
      expect(path.basename(folderOf(id))).toBe(kebab.toLowerCase());
    }
  });

  it('are in the room of the machine that calls them', () => {
    const strangers = functions.flatMap((id) => {
      const callers = machines.filter((machine) =>
        Object.hasOwn(template.Resources[machine].Properties.DefinitionSubstitutions ?? {}, `${id}Arn`),
      );
      const allowed = callers.map((machine) => rooms[machine]);
      return callers.length === 0 || allowed.includes(folderOf(id).split('/')[0])
        ? []
        : [`${folderOf(id)} is called by ${callers.join(', ')}`];
    });
    expect(strangers).toEqual([]);
  });

  it.each(folders)('%s has its rule beside its handler', (folder) => {
    for (const file of ['handler.ts', `${path.basename(folder)}.ts`]) {
      expect(existsSync(path.join(root, 'functions', folder, file))).toBe(true);
    }
  });

  it.each(functions)('%s has a description that distinguishes it from the others', (id) => {
    const description = template.Resources[id].Properties.Description;
    expect(description).toMatch(/^[A-Z].{10,}[^.]$/);
    const all = functions.map((one) => template.Resources[one].Properties.Description);
    expect(all.filter((one) => one === description)).toHaveLength(1);
  });

  it('log to a group of the template with a retention', () => {
    const { LogGroup, LogFormat } = template.Globals.Function.LoggingConfig;
    expect(LogFormat).toBe('JSON');
    expect(template.Resources[LogGroup.Ref].Type).toBe('AWS::Logs::LogGroup');
  });

  it('end before the states and events that wait for them do', () => {
    for (const id of functions) {
      const timeout = template.Resources[id].Properties.Timeout ?? template.Globals.Function.Timeout;
      expect(timeout).toBeLessThanOrEqual(900);
    }
  });
});

describe('events', () => {
  const events = functions.flatMap((id) =>
    Object.entries<{ Properties: Record<string, unknown> }>(
      template.Resources[id].Properties.Events ?? {},
    ).map(([name, { Properties }]): [string, Record<string, unknown>, string] => [
      `${id}.${name}`,
      Properties,
      id,
    ]),
  );

  it('start the coordinator', () => {
    expect(events.length).toBeGreaterThanOrEqual(4);
  });

  it.each(events)('of %s that could not be delivered, or handled, are kept', (_, properties, id) => {
    const queue = { 'Fn::GetAtt': ['UndeliveredEvents', 'Arn'] };
    expect(properties.DeadLetterConfig).toEqual({ Arn: queue });
    expect(properties.RetryPolicy).toBeDefined();
    expect(template.Resources[id].Properties.DeadLetterQueue).toEqual({ Type: 'SQS', TargetArn: queue });
  });
});

describe('machines', () => {
  it.each(machines)('%s logs to a group of its own, without the data of its executions', (id) => {
    const { Level, IncludeExecutionData, Destinations } = template.Resources[id].Properties.Logging;
    expect({ Level, IncludeExecutionData }).toEqual({ Level: 'ERROR', IncludeExecutionData: false });
    const [group] = Destinations[0].CloudWatchLogsLogGroup.LogGroupArn['Fn::GetAtt'];
    expect(group).toBe(`${id}LogGroup`);
    expect(template.Resources[group].Type).toBe('AWS::Logs::LogGroup');
  });

  it.each(machines)('%s may call its own functions, and no others', (id) => {
    const { DefinitionSubstitutions } = template.Resources[id].Properties;
    const given = Object.entries<Record<string, [string]>>(DefinitionSubstitutions)
      .filter(([name]) => name.endsWith('FunctionArn'))
      .map(([, value]) => JSON.stringify(value));
    const invoked = statementsOf(id)
      .filter(({ actions }) => actions.includes('lambda:InvokeFunction'))
      .flatMap(({ resources }) => resources);
    expect(invoked.sort()).toEqual(given.sort());
  });
});

describe('texts for people', () => {
  it.each(Object.keys(template.Parameters))('the parameter %s has a description', (name) => {
    expect(template.Parameters[name].Description).toMatch(/^[A-Z].{10,}\.$/);
  });

  it.each(Object.keys(template.Outputs))('the output %s has a description', (name) => {
    expect(template.Outputs[name].Description).toMatch(/^[A-Z].{10,}/);
  });

  it.each(functions)('%s has a comment with its purpose', (id) => {
    const at = lines.indexOf(`  ${id}:`);
    expect(lines[at - 1]).toMatch(/^ {2}# .{10,}/);
  });
});

describe('resources that must outlive the stack', () => {
  it.each(['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::S3::BucketPolicy'])(
    'are kept when the stack is deleted, but not by a first deployment that fails: %s',
    (type) => {
      for (const id of resourcesOf(type)) {
        const { DeletionPolicy, UpdateReplacePolicy } = template.Resources[id];
        expect({ DeletionPolicy, UpdateReplacePolicy }).toEqual({
          DeletionPolicy: 'RetainExceptOnCreate',
          UpdateReplacePolicy: 'Retain',
        });
      }
    },
  );

  it.each(resourcesOf('AWS::Logs::LogGroup'))('do not include the logs: %s expires', (id) => {
    expect(template.Resources[id].Properties.RetentionInDays).toBeDefined();
  });
});
