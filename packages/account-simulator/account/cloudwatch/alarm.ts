import type {
  AlarmType,
  CompositeAlarm,
  LogAlarm,
  MetricAlarm,
  StateValue,
} from '@aws-sdk/client-cloudwatch';

/** The state of an alarm, with its reason. */
export interface AlarmState {
  readonly value: StateValue;
  readonly reason: string;
  /** JSON text, where CloudWatch gives one. */
  readonly reasonData?: string;
  /** Time of the change to this state, ms since the epoch. */
  readonly since: number;
}

/** A change of an alarm: creation (no `previous`), a new state, or deletion (no `current`). */
export interface AlarmChange {
  readonly name: string;
  readonly previous: AlarmState | undefined;
  readonly current: AlarmState | undefined;
}

/** A step of a scripted alarm: from `at` (ms since the epoch) on, the alarm has this state or is deleted. */
export interface AlarmScriptStep {
  readonly at: number;
  readonly state: StateValue | 'DELETED';
}

/** The source of an alarm's state: a metric, other alarms, or a query of logs. */
export type AlarmKind = 'metric' | 'composite' | 'log';

/** The members that all kinds of alarms have. */
export interface Alarm {
  readonly kind: AlarmKind;
  readonly name: string;
  readonly arn: string;
  /** Members of the alarm as DescribeAlarms returns them, without the state. */
  readonly description: MetricAlarm & CompositeAlarm & LogAlarm;
  /** The `configuration` of its state change events. */
  readonly configuration: object;
  state: AlarmState;
}

/** The kind of an alarm as the API names it. */
export function alarmTypeOf({ kind }: Pick<Alarm, 'kind'>): AlarmType {
  return ({ metric: 'MetricAlarm', composite: 'CompositeAlarm', log: 'LogAlarm' } as const)[kind];
}

/** The actions that an alarm runs on entering a state, by ARN. */
export function actionsFor({ description }: Alarm, value: StateValue): readonly string[] {
  switch (value) {
    case 'ALARM':
      return description.AlarmActions ?? [];
    case 'OK':
      return description.OKActions ?? [];
    default:
      return description.InsufficientDataActions ?? [];
  }
}
