import type {
  AlarmType,
  CompositeAlarm,
  LogAlarm,
  MetricAlarm,
  StateValue,
} from '@aws-sdk/client-cloudwatch';

/** What an alarm's state is and why. */
export interface AlarmState {
  readonly value: StateValue;
  readonly reason: string;
  /** JSON text, where CloudWatch gives one. */
  readonly reasonData?: string;
  /** ms since the epoch of the change to it. */
  readonly since: number;
}

/** A change of an alarm: created (no `previous`), another state, or deleted (no `current`). */
export interface AlarmChange {
  readonly name: string;
  readonly previous: AlarmState | undefined;
  readonly current: AlarmState | undefined;
}

/** A step of a scripted alarm: from `at` (ms since the epoch) on it is in this state, or gone. */
export interface AlarmScriptStep {
  readonly at: number;
  readonly state: StateValue | 'DELETED';
}

/** What decides an alarm's state: a metric, other alarms, or a query of logs. */
export type AlarmKind = 'metric' | 'composite' | 'log';

/** What all alarms have, whatever decides their state. */
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

/** The actions an alarm runs when it comes into a state, by ARN. */
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
