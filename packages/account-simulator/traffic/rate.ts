const DAY_MS = 86_400_000;

/** A daily rhythm: a sine around `mean`, never below zero. */
export interface DailyRate {
  /** Requests per minute, over the day. */
  readonly mean: number;
  /** The peak's height above the mean, as a part of the mean: 0.5 swings between 0.5 and 1.5 times the mean. */
  readonly swing: number;
  /** Hour of the day (UTC) with the most requests. */
  readonly peakHour: number;
}

/** A rate from `from` on (ms since the start of the rehearsal); the first step also applies before it. */
export interface RateStep {
  readonly from: number;
  /** Requests per minute; 0 is no traffic. */
  readonly requestsPerMinute: number;
}

/** Requests per minute: constant, with a daily rhythm, or by steps in order of time. */
export type Rate = number | DailyRate | readonly RateStep[];

/** The expected requests per minute at `at` (ms since the epoch). */
export function requestsPerMinute(rate: Rate, at: number, startedAt: number): number {
  if (typeof rate === 'number') return rate;
  if ('mean' in rate) {
    const phase = (at - rate.peakHour * 3_600_000) / DAY_MS;
    return Math.max(0, rate.mean * (1 + rate.swing * Math.cos(2 * Math.PI * phase)));
  }
  let current = rate[0]?.requestsPerMinute ?? 0;
  for (const step of rate) {
    if (step.from > at - startedAt) break;
    current = step.requestsPerMinute;
  }
  return current;
}
