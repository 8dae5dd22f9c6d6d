import type { CompositeAlarm, MetricAlarm, StateValue } from '@aws-sdk/client-cloudwatch';

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

/** What all alarms have, whatever decides their state. */
export interface Alarm {
  readonly kind: 'metric' | 'composite';
  readonly name: string;
  readonly arn: string;
  /** Members of the alarm as DescribeAlarms returns them, without the state. */
  readonly description: MetricAlarm & CompositeAlarm;
  /** The `configuration` of its state change events. */
  readonly configuration: object;
  state: AlarmState;
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
