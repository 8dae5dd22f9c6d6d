import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { EventEntry } from '../eventbridge/event.ts';
import type { Alarm, AlarmState } from './alarm.ts';
import { cloudWatchTime } from './alarm-reason.ts';
import type { MuteWindow } from './mute-rules.ts';

/**
 * The "CloudWatch Alarm State Change" event (CloudWatch User Guide, "Alarm events and EventBridge").
 *
 * @param muting the window of the rule that mutes the alarm
 */
export function alarmStateChangeEvent(
  alarm: Alarm,
  previous: AlarmState,
  muting?: MuteWindow | undefined,
): EventEntry {
  return {
    source: 'aws.cloudwatch',
    detailType: 'CloudWatch Alarm State Change',
    resources: [alarm.arn],
    detail: {
      alarmName: alarm.name,
      configuration: alarm.configuration,
      previousState: stateDetail(previous),
      state: stateDetail(alarm.state),
      ...(muting === undefined
        ? {}
        : {
            muteDetail: {
              mutedByArn: muting.ruleArn,
              muteWindowStart: cloudWatchTime(muting.from),
              muteWindowEnd: cloudWatchTime(muting.until),
            },
          }),
    },
  };
}

function stateDetail(state: AlarmState): object {
  return {
    reason: state.reason,
    ...(state.reasonData === undefined ? {} : { reasonData: state.reasonData }),
    timestamp: cloudWatchTime(state.since),
    value: state.value,
  };
}

/** The `configuration.metrics` of a metric alarm's events. */
export function queriesInEvent(queries: readonly MetricDataQuery[]): object[] {
  return queries.map((query) => {
    const { Metric: metric, Period: period, Stat: stat } = query.MetricStat ?? {};
    return {
      id: query.Id,
      ...(query.Expression === undefined ? {} : { expression: query.Expression }),
      ...(query.Label === undefined ? {} : { label: query.Label }),
      ...(query.MetricStat === undefined
        ? {}
        : {
            metricStat: {
              metric: {
                dimensions: Object.fromEntries((metric?.Dimensions ?? []).map((d) => [d.Name, d.Value])),
                name: metric?.MetricName,
                namespace: metric?.Namespace,
              },
              period,
              stat,
            },
          }),
      returnData: query.ReturnData !== false,
    };
  });
}
