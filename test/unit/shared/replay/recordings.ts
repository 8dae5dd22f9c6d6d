import type { MinuteCount } from '../../../../shared/judge/samples.ts';
import { minuteMs, sumHours } from '../../../../shared/judge/sequential/baseline.ts';
import type { NormalRates } from '../../../../shared/ledger/records.ts';
import type { RecordedDeployment } from '../../../../shared/replay/recorded-deployment.ts';

/** The start of the deployment in {@link recording}. */
export const start = Date.parse('2026-01-05T09:00:00Z');

/** A number of minutes after {@link start}, ms since the epoch. */
export const minutesLater = (minutes: number): number => start + minutes * minuteMs;

/** Minutes with `requests` requests each, and the errors of each minute. */
export const minutesOf = (requests: number, errors: readonly number[], from = start): MinuteCount[] =>
  errors.map((count, n) => ({ at: from + n * minuteMs, requests, errors: count }));

export const none = (minutes: number): number[] => new Array<number>(minutes).fill(0);

/** Ten minutes with a tenth of 600 requests a minute, then all of them, until an hour is over. */
export function recording(
  { split = none(10), full = none(50) }: { split?: readonly number[]; full?: readonly number[] } = {},
  changes: Partial<RecordedDeployment> = {},
): RecordedDeployment {
  const alone = minutesLater(split.length);
  return {
    id: 'd-1',
    release: 'd-1',
    function: 'orders',
    subject: 'd-1',
    released: [...minutesOf(60, split), ...minutesOf(600, full, alone)],
    control: minutesOf(540, none(split.length)),
    from: start,
    to: minutesLater(split.length + full.length),
    shifts: [{ at: start, share: 0.1 }],
    ...(full.length > 0 && { aloneFrom: alone }),
    ...changes,
  };
}

/** A history of 72 hours with one error in 1,000 requests. */
export const normal: NormalRates = {
  errors: {
    ...sumHours(Array.from({ length: 72 }, () => ({ requests: 36_000, bad: 36 }))),
    clustering: 1,
    backtestFactor: 1,
    bursts: [],
  },
};
