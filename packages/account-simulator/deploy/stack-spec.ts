import type { TemplateMap, TemplateValue } from '../account/template/template-value.ts';
import type { PolicyStatement } from './policy-statement.ts';
import type { StackPlace } from './resource-types.ts';

/** A resource that exists in the deployed stack. */
export interface Named {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
}

/** Lambda's settings for asynchronous invocations. */
export interface AsynchronousInvocation {
  /** Retries after a failed invocation (0–2). */
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeSeconds: number;
  /** Queue, topic or function that receives a record of a discarded event (`OnFailure`). */
  readonly onFailureArn?: string;
  /** Queue or topic that receives the discarded event itself. */
  readonly deadLetterArn?: string;
}

/** A function of the template. */
export interface FunctionSpec extends Named {
  /** `CodeUri` as the template has it, without a slash at the end. */
  readonly codeUri: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly roleArn: string;
  readonly asynchronous: AsynchronousInvocation;
  readonly reservedConcurrency?: number;
}

/** A state machine of the template. */
export interface MachineSpec extends Named {
  readonly roleArn: string;
  /** The definition with its substitutions in place. */
  readonly definition: TemplateMap;
  readonly definitionFile: string;
  /** `DefinitionSubstitutions`, resolved. */
  readonly substitutions: Readonly<Record<string, string>>;
}

/** A target with its input, retries and dead-letter queue. */
export interface TargetSpec {
  readonly id: string;
  readonly arn: string;
  readonly roleArn?: string;
  /** Constant text sent instead of the event. */
  readonly input?: string;
  /** Part of the event that is sent (JSONPath). */
  readonly inputPath?: string;
  readonly inputTransformer?: {
    readonly inputPathsMap: Readonly<Record<string, string>>;
    readonly inputTemplate: string;
  };
  readonly deadLetterArn?: string;
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeSeconds: number;
}

/** A rule of the default event bus: matches a pattern, runs by a schedule, or both. */
export interface RuleSpec extends Named {
  readonly enabled: boolean;
  readonly eventPattern?: TemplateMap;
  readonly scheduleExpression?: string;
  readonly targets: readonly TargetSpec[];
}

/** A schedule of EventBridge Scheduler. */
export interface ScheduleSpec extends Named {
  readonly enabled: boolean;
  readonly scheduleExpression: string;
  /** IANA time zone of the expression. */
  readonly timezone: string;
  readonly target: TargetSpec;
}

/** A standard queue. */
export interface QueueSpec extends Named {
  readonly url: string;
}

/** A subscription of a topic. */
export interface SubscriptionSpec {
  readonly protocol: 'email' | 'sms' | 'https';
  readonly endpoint: string;
  /** Accepted values of message attributes; absent where all messages are delivered. */
  readonly filterPolicy?: Readonly<Record<string, readonly string[]>>;
}

/** A standard topic with the template's subscriptions. */
export interface TopicSpec extends Named {
  readonly displayName?: string;
  readonly subscriptions: readonly SubscriptionSpec[];
}

/** A table, with the input of the CreateTable call that creates it. */
export interface TableSpec extends Named {
  readonly create: TemplateMap;
}

/** A bucket. */
export interface BucketSpec extends Named {
  readonly versioned: boolean;
}

/** A parameter that the template creates. */
export interface ParameterSpec extends Named {
  readonly type: 'String' | 'StringList';
  readonly value: string;
  readonly tier: 'Standard' | 'Advanced' | 'Intelligent-Tiering';
}

/** An alarm of the coordinator on itself, with the properties of the template as PutMetricAlarm takes them. */
export interface AlarmSpec extends Named {
  readonly properties: TemplateMap;
}

/** The permissions of a role. */
export interface RoleSpec {
  /** The function, machine, rule or schedule that the role was made for, or the role's own logical id. */
  readonly logicalId: string;
  readonly roleArn: string;
  readonly statements: readonly PolicyStatement[];
}

/** The resource policy of a queue, topic or bucket. */
export interface ResourcePolicySpec {
  readonly logicalId: string;
  /** ARNs, URLs or names of the protected resources, as the template names them. */
  readonly resources: readonly string[];
  readonly statements: readonly PolicyStatement[];
}

/** A resource that is not created, and the reason why that is no loss. */
export interface UnsimulatedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly reason: string;
}

/** The resolved resources of a deployed template: names, ARNs, settings. Never changed once read. */
export interface StackSpec {
  readonly place: StackPlace;
  readonly functions: readonly FunctionSpec[];
  readonly machines: readonly MachineSpec[];
  readonly rules: readonly RuleSpec[];
  readonly schedules: readonly ScheduleSpec[];
  readonly queues: readonly QueueSpec[];
  readonly topics: readonly TopicSpec[];
  readonly tables: readonly TableSpec[];
  readonly buckets: readonly BucketSpec[];
  readonly parameters: readonly ParameterSpec[];
  readonly alarms: readonly AlarmSpec[];
  readonly roles: readonly RoleSpec[];
  readonly resourcePolicies: readonly ResourcePolicySpec[];
  readonly unsimulated: readonly UnsimulatedResource[];
  readonly outputs: Readonly<Record<string, TemplateValue>>;
}
