import { notSimulated } from './problems.ts';
import {
  type ApiKind,
  type ApiRoute,
  type DeclaredApi,
  IMPLICIT,
  permissionSuffix,
  routePermission,
} from './sam-apis.ts';
import { defined, type MadeResources, permissionFor, pick, roleToDo, type SamReport } from './sam-parts.ts';
import { isMap, member, type TemplateMap, type TemplateValue, textOf } from './template-value.ts';

/** A function or machine that events start. */
export interface EventOwner {
  readonly id: string;
  readonly kind: 'function' | 'machine';
  /** The `FunctionName` of a permission: the function, or its alias. */
  readonly ref: TemplateMap;
  readonly arn: TemplateMap;
  /** Receives the paths of the APIs that call the function. */
  readonly routes?: ApiRoute[];
  /** The APIs that the template declares, by logical id. */
  readonly apis?: ReadonlyMap<string, DeclaredApi>;
}

/** One entry of `Events`. */
interface EventSource {
  readonly owner: EventOwner;
  /** Logical id of the rule or schedule: owner and event joined. */
  readonly id: string;
  readonly properties: TemplateMap;
  readonly report: SamReport;
}

/** The rules, schedules, roles, permissions and dead-letter queues that SAM makes from a resource's `Events`. */
export function expandEvents(
  made: MadeResources,
  owner: EventOwner,
  events: TemplateValue | undefined,
  report: SamReport,
): void {
  if (events !== undefined && !isMap(events)) report.refuse('Events', 'Events must be a map.');
  for (const [name, event] of Object.entries(isMap(events) ? events : {})) {
    const type = member(event, 'Type');
    const kind = typeof type === 'string' ? EVENT_KINDS.get(type) : undefined;
    const properties = member(event, 'Properties');
    if (!kind) report.add(`Events.${name}.Type`, notSimulated(`events of type ${String(type)}`));
    else if (!isMap(properties)) {
      report.refuse(
        `Events.${name}.Properties`,
        `Event with id [${name}] is invalid. Properties must be a map.`,
      );
    } else {
      for (const property of Object.keys(properties)) {
        if (kind.properties.includes(property)) continue;
        report.add(
          `Events.${name}.Properties.${property}`,
          notSimulated(`the property ${property} of events of type ${String(type)}`),
        );
      }
      const missing = (kind.required ?? []).filter((property) => properties[property] === undefined);
      for (const property of missing) {
        const reason = `Event with id [${name}] is invalid. Missing required property '${property}'.`;
        report.refuse(`Events.${name}.Properties.${property}`, reason);
      }
      if (missing.length > 0) continue;
      kind.expand(made, { owner, id: `${owner.id}${name}`, properties, report });
    }
  }
}

interface EventKind {
  readonly properties: readonly string[];
  readonly required?: readonly string[];
  expand(made: MadeResources, source: EventSource): void;
}

const INPUTS = ['Input', 'InputPath', 'InputTransformer'];
const DELIVERY = ['DeadLetterConfig', 'RetryPolicy'];
const SCHEDULE = [
  'ScheduleExpression',
  'ScheduleExpressionTimezone',
  'FlexibleTimeWindow',
  'Name',
  'Description',
  'State',
];

const MAPPING = [
  'BatchSize',
  'BisectBatchOnFunctionError',
  'DestinationConfig',
  'Enabled',
  'FilterCriteria',
  'FunctionResponseTypes',
  'MaximumBatchingWindowInSeconds',
  'MaximumRecordAgeInSeconds',
  'MaximumRetryAttempts',
  'ParallelizationFactor',
  'ScalingConfig',
  'StartingPosition',
];

/** Events that Lambda polls. @param source the property that names the polled source */
function polled(source: string): EventKind {
  return {
    properties: [source, ...MAPPING],
    required: [source],
    expand: (made, { owner, id, properties }) => {
      made[id] = {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: defined({
          ...pick(properties, MAPPING),
          EventSourceArn: properties[source],
          FunctionName: owner.ref,
        }),
      };
    },
  };
}

/** A route of the API that the event names, else of SAM's own API. */
function routed(kind: ApiKind): EventKind {
  const reference = kind === 'rest' ? 'RestApiId' : 'ApiId';
  return {
    properties: ['Path', 'Method', reference],
    required: kind === 'rest' ? ['Path', 'Method'] : [],
    expand: (made, { owner, id, properties, report }) => {
      const { Path, Method, [reference]: named } = properties;
      const api = named === undefined ? IMPLICIT[kind] : String(member(named, 'Ref') ?? named);
      const declared = owner.apis?.get(api);
      if (named !== undefined && declared?.kind !== kind) {
        report.refuse(`Events.${reference}`, `${reference} must be a reference to an API of the template.`);
        return;
      }
      const route = {
        kind,
        api,
        path: textOf(Path) ?? '$default',
        method: (textOf(Method) ?? 'any').toLowerCase(),
        function: owner.ref,
      };
      owner.routes?.push(route);
      made[`${id}${permissionSuffix(kind, declared)}`] = routePermission(route);
    },
  };
}

const eventBridgeRule: EventKind = {
  properties: ['Pattern', 'EventBusName', 'RuleName', 'State', 'Target', ...INPUTS, ...DELIVERY],
  expand: (made, source) => {
    const { Pattern, RuleName, EventBusName, State } = source.properties;
    addRule(made, source, { EventPattern: Pattern, Name: RuleName, EventBusName, State });
  },
};

const EVENT_KINDS: ReadonlyMap<string, EventKind> = new Map<string, EventKind>([
  ['SQS', polled('Queue')],
  ['DynamoDB', polled('Stream')],
  ['Kinesis', polled('Stream')],
  ['Api', routed('rest')],
  ['HttpApi', routed('http')],
  ['CloudWatchEvent', eventBridgeRule],
  ['EventBridgeRule', eventBridgeRule],
  [
    'SNS',
    {
      properties: ['Topic', 'FilterPolicy', 'FilterPolicyScope', 'Region'],
      required: ['Topic'],
      expand: (made, { owner, id, properties }) => {
        const { Topic, ...rest } = properties;
        made[id] = {
          Type: 'AWS::SNS::Subscription',
          Properties: defined({ Endpoint: owner.ref, Protocol: 'lambda', TopicArn: Topic, ...rest }),
        };
        made[`${id}Permission`] = permissionFor(owner.ref, 'sns', Topic);
      },
    },
  ],
  [
    'Schedule',
    {
      properties: ['Schedule', 'Name', 'Description', 'State', 'Enabled', 'Input', ...DELIVERY],
      expand: (made: MadeResources, source: EventSource) => {
        const { Schedule, Name, Description, Enabled } = source.properties;
        const { State = Enabled === false ? 'DISABLED' : undefined } = source.properties;
        addRule(made, source, { ScheduleExpression: Schedule, Name, Description, State });
      },
    },
  ],
  ['ScheduleV2', { properties: [...SCHEDULE, 'Input', 'OmitName', ...DELIVERY], expand: addSchedule }],
]);

function addRule(
  made: MadeResources,
  source: EventSource,
  properties: Readonly<Record<string, TemplateValue | undefined>>,
): void {
  const { owner, id } = source;
  const isMachine = owner.kind === 'machine';
  const target = defined({
    Id:
      member(source.properties.Target, 'Id') ?? `${id}${isMachine ? 'StepFunctionsTarget' : 'LambdaTarget'}`,
    Arn: owner.arn,
    ...pick(source.properties, [...INPUTS, 'RetryPolicy']),
    DeadLetterConfig: deadLetterConfig(made, source, 'events'),
    // A function allows the rule by its own resource policy; a state machine is started under a role.
    RoleArn: isMachine ? { 'Fn::GetAtt': [`${id}Role`, 'Arn'] } : undefined,
  });
  made[id] = { Type: 'AWS::Events::Rule', Properties: { ...defined(properties), Targets: [target] } };
  if (isMachine) {
    made[`${id}Role`] = roleToDo(
      'events',
      `${id}RoleStartExecutionPolicy`,
      'states:StartExecution',
      owner.arn,
    );
    return;
  }
  made[`${id}Permission`] = permissionFor(owner.ref, 'events', { 'Fn::GetAtt': [id, 'Arn'] });
}

function addSchedule(made: MadeResources, source: EventSource): void {
  const { owner, id, properties } = source;
  made[id] = {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      FlexibleTimeWindow: { Mode: 'OFF' },
      ...(properties.OmitName === true ? {} : { Name: id }),
      ...pick(properties, SCHEDULE),
      Target: defined({
        Arn: owner.arn,
        RoleArn: { 'Fn::GetAtt': [`${id}Role`, 'Arn'] },
        ...pick(properties, ['Input', 'RetryPolicy']),
        DeadLetterConfig: deadLetterConfig(made, source, 'scheduler'),
      }),
    },
  };
  made[`${id}Role`] =
    owner.kind === 'machine'
      ? roleToDo('scheduler', `${id}StartExecutionPolicy`, 'states:StartExecution', owner.arn)
      : roleToDo('scheduler', `${id}LambdaPolicy`, 'lambda:InvokeFunction', owner.arn);
}

/** The named queue, or a new one with a policy that lets the rule write to it. */
function deadLetterConfig(
  made: MadeResources,
  { id, properties }: EventSource,
  service: string,
): TemplateValue | undefined {
  const config = properties.DeadLetterConfig;
  if (member(config, 'Type') !== 'SQS') return config;
  const named = member(config, 'QueueLogicalId');
  const queue = typeof named === 'string' ? named : `${id}Queue`;
  const queueArn = { 'Fn::GetAtt': [queue, 'Arn'] };
  made[queue] = { Type: 'AWS::SQS::Queue', Properties: {} };
  made[`${id}QueuePolicy`] = {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: queue }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: `${service}.amazonaws.com` },
            Action: 'sqs:SendMessage',
            Resource: queueArn,
            Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [id, 'Arn'] } } },
          },
        ],
      },
    },
  };
  return { Arn: queueArn };
}
