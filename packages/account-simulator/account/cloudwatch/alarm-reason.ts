import type { StateValue } from '@aws-sdk/client-cloudwatch';
import { type AlarmCriteria, type AlarmDatapoint, breaches, type Verdict } from './alarm-evaluation.ts';

const COMPARED = {
  GreaterThanThreshold: 'greater than',
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'less than or equal to',
} as const;

const TREATED = {
  missing: 'Missing',
  ignore: 'Ignore',
  breaching: 'Breaching',
  notBreaching: 'NonBreaching',
} as const;

/**
 * The state reason in CloudWatch's words, as the samples in the CloudWatch User Guide ("Alarm events and EventBridge") and
 * real notifications show them: the data points that support the state, newest first.
 */
export function alarmReason(state: StateValue, verdict: Verdict, criteria: AlarmCriteria): string {
  const prefix = state === 'INSUFFICIENT_DATA' ? 'Insufficient Data' : 'Threshold Crossed';
  const missing =
    `${verdict.filled} missing datapoint${verdict.filled === 1 ? ' was' : 's were'} ` +
    `treated as [${TREATED[criteria.treatMissingData]}]`;
  if (verdict.evaluated.length === 0) {
    const periods = `${verdict.filled} period${verdict.filled === 1 ? '' : 's'}`;
    return `${prefix}: no datapoints were received for ${periods} and ${missing}.`;
  }
  const alarm = state === 'ALARM';
  const speaking = verdict.evaluated
    .filter((point) => breaches(point.value as number, criteria) === alarm)
    .reverse();
  const list = speaking.map((point) => `${javaDouble(point.value as number)} (${shortTime(point.start)})`);
  const compared =
    `[${list.join(', ')}] ${speaking.length === 1 ? 'was' : 'were'}${alarm ? '' : ' not'} ` +
    `${COMPARED[criteria.comparisonOperator]} the threshold (${javaDouble(criteria.threshold)})`;
  if (verdict.filled > 0) {
    return `${prefix}: ${speaking.length} datapoint${speaking.length === 1 ? '' : 's'} ${compared} and ${missing}.`;
  }
  const needed = alarm
    ? criteria.datapointsToAlarm
    : criteria.evaluationPeriods - criteria.datapointsToAlarm + 1;
  const transition = alarm ? 'OK -> ALARM' : 'ALARM -> OK';
  return (
    `${prefix}: ${speaking.length} out of the last ${verdict.evaluated.length} datapoints ${compared} ` +
    `(minimum ${needed} datapoint${needed === 1 ? '' : 's'} for ${transition} transition).`
  );
}

/** The `StateReasonData` of a metric alarm, JSON text. */
export function alarmReasonData(options: {
  readonly now: number;
  readonly periodMs: number;
  readonly verdict: Verdict;
  readonly threshold: number;
  readonly statistic: string | undefined;
  readonly unit: string | undefined;
}): string {
  const { now, periodMs, verdict, threshold, statistic, unit } = options;
  const oldest = verdict.evaluated[0];
  return JSON.stringify({
    version: '1.0',
    queryDate: cloudWatchTime(now),
    ...(oldest === undefined ? {} : { startDate: cloudWatchTime(oldest.start) }),
    ...(unit === undefined ? {} : { unit }),
    ...(statistic === undefined ? {} : { statistic }),
    period: periodMs / 1000,
    recentDatapoints: verdict.evaluated.map((point: AlarmDatapoint) => point.value),
    threshold,
    evaluatedDatapoints: [...verdict.evaluated]
      .reverse()
      .map((point) => ({ timestamp: cloudWatchTime(point.start), value: point.value })),
  });
}

/** A time as CloudWatch writes it in alarm events: `2019-10-02T17:04:40.989+0000`. */
export function cloudWatchTime(time: number): string {
  return new Date(time).toISOString().replace('Z', '+0000');
}

/** `(02/10/19 16:59:00)` without the parentheses: day, month, year. */
function shortTime(time: number): string {
  const iso = new Date(time).toISOString();
  return `${iso.slice(8, 10)}/${iso.slice(5, 7)}/${iso.slice(2, 4)} ${iso.slice(11, 19)}`;
}

/** CloudWatch writes whole numbers as Java does: `5.0`. */
function javaDouble(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
