import { AwsError } from '../service.ts';
import { compileCron } from './cron.ts';

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/**
 * The times of a scheduled rule: from one time (ms since the epoch) to the next one after it, or undefined if there is none.
 * `rate(5 minutes)` counts from the rule's creation, `cron(...)` follows UTC (EventBridge User Guide, "Setting a schedule
 * pattern for scheduled rules").
 *
 * @param createdAt creation time of the rule
 * @throws AwsError `ValidationException` for expressions that EventBridge refuses or the rehearsal does not simulate
 */
export function compileSchedule(
  expression: string,
  createdAt: number,
): (after: number) => number | undefined {
  const cron = /^cron\((.*)\)$/.exec(expression);
  if (cron !== null) return compileCron(cron[1] as string);
  const rate = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression);
  const count = Number(rate?.[1]);
  // One is singular, more are plural: rate(1 hours) and rate(5 hour) are not valid.
  if (rate === null || count < 1 || (count === 1) !== (rate[3] === '')) {
    throw new AwsError(
      'ValidationException',
      `Parameter ScheduleExpression is not valid: ${expression} is neither cron(...) nor rate(...).`,
    );
  }
  const interval = count * UNIT_MS[rate[2] as keyof typeof UNIT_MS];
  return (after) => createdAt + (Math.max(0, Math.floor((after - createdAt) / interval)) + 1) * interval;
}
