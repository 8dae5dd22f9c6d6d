import {
  type CloudWatchClient,
  type CompositeAlarm,
  DescribeAlarmsCommand,
  type DescribeAlarmsCommandOutput,
  type LogAlarm,
  type MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import type { AlarmReading } from '../judge/declared-alarms.ts';
import { everyAlarmType } from './alarm-history.ts';

/** DescribeAlarms takes and returns at most 100 (CloudWatch API reference); a stack may have more. */
export const alarmsPerCall = 100;

/** An alarm of any kind; DescribeAlarms lists each kind apart. */
export type DescribedAlarm = MetricAlarm | CompositeAlarm | LogAlarm;

/** Alarms by their names; missing ones are left out. */
export async function describeAlarms(
  client: CloudWatchClient,
  names: readonly string[],
): Promise<Map<string | undefined, DescribedAlarm>> {
  const found = new Map<string | undefined, DescribedAlarm>();
  for (let first = 0; first < names.length; first += alarmsPerCall) {
    let token: string | undefined;
    do {
      const page = await client.send(
        new DescribeAlarmsCommand({
          AlarmNames: names.slice(first, first + alarmsPerCall),
          AlarmTypes: [...everyAlarmType],
          MaxRecords: alarmsPerCall,
          ...(token && { NextToken: token }),
        }),
      );
      for (const alarm of alarmsOf(page)) found.set(alarm.AlarmName, alarm);
      token = page.NextToken;
    } while (token);
  }
  return found;
}

/** The state of an alarm and when it entered it. */
export function standingOf(
  name: string,
  alarm: DescribedAlarm | undefined,
): Pick<AlarmReading, 'name' | 'state' | 'since'> {
  if (!alarm?.StateValue) return { name, state: 'missing' };
  const since = alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp;
  return { name, state: alarm.StateValue, since: since?.getTime() };
}

/** The alarms of a response, of all kinds. */
export function alarmsOf({
  MetricAlarms = [],
  CompositeAlarms = [],
  LogAlarms = [],
}: DescribeAlarmsCommandOutput): DescribedAlarm[] {
  return [...MetricAlarms, ...CompositeAlarms, ...LogAlarms];
}
