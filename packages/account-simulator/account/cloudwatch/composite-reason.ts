import type { StateValue } from '@aws-sdk/client-cloudwatch';
import type { Alarm } from './alarm.ts';
import { cloudWatchTime } from './alarm-reason.ts';

const LONG_DATE = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: '2-digit',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});

/**
 * The reason for a composite alarm's change, in the words of the sample in the CloudWatch User Guide ("Alarm events and
 * EventBridge", composite alarm).
 *
 * @param trigger the child whose change caused it, or undefined at creation
 */
export function compositeReason(
  alarm: Alarm,
  value: StateValue,
  trigger: Alarm | undefined,
  children: readonly Alarm[],
  now: number,
): { reason: string; reasonData: string } {
  const triggering = trigger === undefined ? children : [trigger];
  return {
    reason:
      trigger === undefined
        ? `${alarm.arn} was created and its alarm rule evaluates to ${value}`
        : `${trigger.arn} transitioned to ${trigger.state.value} at ${longDate(now)}`,
    reasonData: JSON.stringify({
      triggeringAlarms: triggering.map((child) => ({
        arn: child.arn,
        state: { value: child.state.value, timestamp: cloudWatchTime(child.state.since) },
      })),
    }),
  };
}

/** `Friday 22 July, 2022 15:57:45 UTC` */
function longDate(time: number): string {
  const parts = new Map(LONG_DATE.formatToParts(time).map(({ type, value }) => [type, value]));
  const clock = new Date(time).toISOString().slice(11, 19);
  return `${parts.get('weekday')} ${parts.get('day')} ${parts.get('month')}, ${parts.get('year')} ${clock} UTC`;
}
