import type { ResourceDeclaration } from './template.ts';
import type { ProblemList } from './template-problem.ts';
import { isMap, kindOf, type TemplateMap, type TemplateValue } from './template-value.ts';

/** An entry of `Events` of a function or state machine, read so far as to expand it. */
interface EventSource {
  /** The function or machine that is started. */
  readonly owner: ResourceDeclaration;
  /** Logical id of the rule or schedule SAM makes: owner and event joined. */
  readonly logicalId: string;
  readonly properties: TemplateMap;
  readonly path: string;
}

/** The rules, schedules, roles and dead-letter queues that SAM makes of a resource's `Events`. */
export function expandEvents(owner: ResourceDeclaration, problems: ProblemList): ResourceDeclaration[] {
  const events = owner.properties.Events ?? {};
  const eventsPath = `${owner.path}.Events`;
  if (!isMap(events)) {
    problems.add(eventsPath, `must be a mapping, not ${kindOf(events)}`);
    return [];
  }
  return Object.entries(events).flatMap(([name, event]) => {
    const path = `${eventsPath}.${name}`;
    const type = isMap(event) ? event.Type : undefined;
    const kind = typeof type === 'string' ? eventKinds[type] : undefined;
    if (!isMap(event) || !kind) {
      const known = Object.keys(eventKinds).join(', ');
      problems.add(`${path}.Type`, `${kindOf(type)} is not simulated; simulated are ${known}`);
      return [];
    }
    const properties = event.Properties;
    if (!isMap(properties)) {
      problems.add(`${path}.Properties`, `must be a mapping, not ${kindOf(properties)}`);
      return [];
    }
    for (const property of Object.keys(properties)) {
      if (kind.properties.includes(property)) continue;
      problems.add(`${path}.Properties.${property}`, `this property of ${type} is not simulated`);
    }
    const source = { owner, logicalId: `${owner.logicalId}${name}`, properties, path: `${path}.Properties` };
    return kind.expand(source);
  });
}

interface EventKind {
  readonly properties: readonly string[];
  expand(source: EventSource): ResourceDeclaration[];
}

const inputs = ['Input', 'InputPath', 'InputTransformer'];
const delivery = ['DeadLetterConfig', 'RetryPolicy'];

const eventKinds: Readonly<Record<string, EventKind>> = {
  EventBridgeRule: {
    properties: ['Pattern', 'EventBusName', 'RuleName', 'State', 'Target', ...inputs, ...delivery],
    expand: (source) =>
      makeRule(source, {
        ...pick(source.properties, ['EventBusName', 'State']),
        ...rename(source.properties, { Pattern: 'EventPattern', RuleName: 'Name' }),
      }),
  },
  Schedule: {
    properties: ['Schedule', 'Name', 'Description', 'State', 'Enabled', 'Input', ...delivery],
    expand: (source) =>
      makeRule(source, {
        ...(source.properties.Enabled === false ? { State: 'DISABLED' } : {}),
        ...pick(source.properties, ['Name', 'Description', 'State']),
        ...rename(source.properties, { Schedule: 'ScheduleExpression' }),
      }),
  },
  ScheduleV2: {
    properties: [
      'ScheduleExpression',
      'ScheduleExpressionTimezone',
      'FlexibleTimeWindow',
      'Name',
      'Description',
      'State',
      'Input',
      'OmitName',
      ...delivery,
    ],
    expand: makeSchedule,
  },
};

function isMachine(owner: ResourceDeclaration): boolean {
  return owner.type === 'AWS::Serverless::StateMachine';
}

function ownerArn({ logicalId }: ResourceDeclaration): TemplateMap {
  return { 'Fn::GetAtt': [logicalId, 'Arn'] };
}

function makeRule(source: EventSource, properties: TemplateMap): ResourceDeclaration[] {
  const { owner, logicalId } = source;
  const [deadLetter, queue] = makeDeadLetterQueue(source, 'events.amazonaws.com');
  const custom = source.properties.Target;
  const id = isMap(custom) ? custom.Id : undefined;
  const target: TemplateMap = {
    Id: id ?? `${logicalId}${isMachine(owner) ? 'StepFunctionsTarget' : 'LambdaTarget'}`,
    Arn: ownerArn(owner),
    ...pick(source.properties, [...inputs, 'RetryPolicy']),
    ...deadLetter,
    // A function allows the rule by its own resource policy; a state machine is started under a role.
    ...(isMachine(owner) ? { RoleArn: { 'Fn::GetAtt': [`${logicalId}Role`, 'Arn'] } } : {}),
  };
  const rule = declare(source, logicalId, 'AWS::Events::Rule', { ...properties, Targets: [target] });
  const role = isMachine(owner) ? [makeStartRole(source, 'states:StartExecution')] : [];
  return [rule, ...role, ...queue];
}

function makeSchedule(source: EventSource): ResourceDeclaration[] {
  const { owner, logicalId, properties } = source;
  const [deadLetter, queue] = makeDeadLetterQueue(source, 'scheduler.amazonaws.com');
  const schedule = declare(source, logicalId, 'AWS::Scheduler::Schedule', {
    FlexibleTimeWindow: { Mode: 'OFF' },
    ...(properties.OmitName === true ? {} : { Name: logicalId }),
    ...pick(properties, [
      'ScheduleExpression',
      'ScheduleExpressionTimezone',
      'FlexibleTimeWindow',
      'Name',
      'Description',
      'State',
    ]),
    Target: {
      Arn: ownerArn(owner),
      RoleArn: { 'Fn::GetAtt': [`${logicalId}Role`, 'Arn'] },
      ...pick(properties, ['Input', 'RetryPolicy']),
      ...deadLetter,
    },
  });
  const action = isMachine(owner) ? 'states:StartExecution' : 'lambda:InvokeFunction';
  return [schedule, makeStartRole(source, action), ...queue];
}

function makeStartRole(source: EventSource, action: string): ResourceDeclaration {
  const statement = { Effect: 'Allow', Action: action, Resource: ownerArn(source.owner) };
  return declare(source, `${source.logicalId}Role`, 'AWS::IAM::Role', {
    Policies: [{ PolicyName: `${source.logicalId}Policy`, PolicyDocument: { Statement: [statement] } }],
  });
}

function makeDeadLetterQueue(source: EventSource, principal: string): [TemplateMap, ResourceDeclaration[]] {
  const config = source.properties.DeadLetterConfig;
  if (!isMap(config)) return [{}, []];
  if (config.Type !== 'SQS') return [{ DeadLetterConfig: config }, []];
  const named = config.QueueLogicalId;
  const queue = typeof named === 'string' ? named : `${source.logicalId}Queue`;
  const queueArn = { 'Fn::GetAtt': [queue, 'Arn'] };
  const statement = {
    Effect: 'Allow',
    Principal: { Service: principal },
    Action: 'sqs:SendMessage',
    Resource: queueArn,
    Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [source.logicalId, 'Arn'] } } },
  };
  return [
    { DeadLetterConfig: { Arn: queueArn } },
    [
      declare(source, queue, 'AWS::SQS::Queue', {}),
      declare(source, `${source.logicalId}QueuePolicy`, 'AWS::SQS::QueuePolicy', {
        Queues: [{ Ref: queue }],
        PolicyDocument: { Version: '2012-10-17', Statement: [statement] },
      }),
    ],
  ];
}

function declare({ owner, path }: EventSource, logicalId: string, type: string, properties: TemplateMap) {
  const { condition } = owner;
  return {
    logicalId,
    type,
    properties,
    dependsOn: [],
    path,
    ...(condition === undefined ? {} : { condition }),
  };
}

function pick(map: TemplateMap, names: readonly string[]): TemplateMap {
  return rename(map, Object.fromEntries(names.map((name) => [name, name])));
}

function rename(map: TemplateMap, names: Readonly<Record<string, string>>): TemplateMap {
  const picked: Record<string, TemplateValue> = {};
  for (const [from, to] of Object.entries(names)) {
    const value = map[from];
    if (value !== undefined) picked[to] = value;
  }
  return picked;
}
