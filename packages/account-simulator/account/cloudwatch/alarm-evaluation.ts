import type { StateValue } from '@aws-sdk/client-cloudwatch';

/** The treatment of periods without a data point. */
export type MissingDataTreatment = 'missing' | 'notBreaching' | 'breaching' | 'ignore';

/** The settings that decide an alarm's state, apart from the data. */
export interface AlarmCriteria {
  /** N: data points evaluated. */
  readonly evaluationPeriods: number;
  /** M: data points that must breach among these. */
  readonly datapointsToAlarm: number;
  readonly comparisonOperator: Comparison;
  readonly threshold: number;
  readonly treatMissingData: MissingDataTreatment;
}

/** The comparison operators for a fixed threshold. */
export type Comparison =
  | 'GreaterThanThreshold'
  | 'GreaterThanOrEqualToThreshold'
  | 'LessThanThreshold'
  | 'LessThanOrEqualToThreshold';

/** The value of a period, or undefined if it has none. */
export interface AlarmDatapoint {
  /** Start of the period, ms since the epoch. */
  readonly start: number;
  readonly value: number | undefined;
}

/** A state and the data points behind it. */
export interface Verdict {
  /** `undefined`: keep the state as it is. */
  readonly state: StateValue | undefined;
  /** The real data points that were evaluated, oldest first. */
  readonly evaluated: readonly AlarmDatapoint[];
  /** The number of periods filled in by the missing-data treatment. */
  readonly filled: number;
}

/**
 * The number of periods before the last N in which an alarm looks for data points, in case recent ones are missing. Not
 * documented; the examples of the guide look at five periods for N = 3.
 */
export const EXTRA_PERIODS = 2;

/** Whether a value breaches. */
export function breaches(value: number, { comparisonOperator, threshold }: AlarmCriteria): boolean {
  switch (comparisonOperator) {
    case 'GreaterThanThreshold':
      return value > threshold;
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    case 'LessThanThreshold':
      return value < threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= threshold;
  }
}

/**
 * The state that an alarm should have (CloudWatch User Guide, "Alarm evaluation" and "Configuring how CloudWatch alarms
 * treat missing data"). Real data points are used first, as far back as the evaluation range goes; only the rest of N is
 * filled in.
 *
 * Where the prose on premature transitions and the tables of that page differ (`0 - X - -`, 2 of 3), the tables hold: the
 * alarm is not raised while a data point within the threshold is in the range.
 *
 * @param range the evaluation range, N + {@link EXTRA_PERIODS} periods, oldest first
 */
export function evaluateAlarm(range: readonly AlarmDatapoint[], criteria: AlarmCriteria): Verdict {
  const { evaluationPeriods, datapointsToAlarm, treatMissingData } = criteria;
  const evaluated = range.filter((point) => point.value !== undefined).slice(-evaluationPeriods);
  const filled = evaluationPeriods - evaluated.length;
  const isBreaching = (point: AlarmDatapoint) => breaches(point.value as number, criteria);
  const breaching = evaluated.filter(isBreaching).length;
  const decide = (count: number): Verdict => ({
    state: count >= datapointsToAlarm ? 'ALARM' : 'OK',
    evaluated,
    filled,
  });
  if (filled === 0 || treatMissingData === 'notBreaching') return decide(breaching);
  if (treatMissingData === 'breaching') return decide(breaching + filled);

  const keepsState = treatMissingData === 'ignore';
  if (evaluated.length === 0) {
    return { state: keepsState ? undefined : 'INSUFFICIENT_DATA', evaluated, filled };
  }
  const oldestIsOldEnough = range.length - range.findIndex((p) => p.value !== undefined) >= datapointsToAlarm;
  if (breaching === evaluated.length && oldestIsOldEnough) {
    return { state: keepsState ? undefined : 'ALARM', evaluated, filled };
  }
  return decide(breaching);
}
