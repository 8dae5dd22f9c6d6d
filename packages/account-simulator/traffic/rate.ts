const DAY_MS = 86_400_000;

/** A daily rhythm: a sine around `mean`, never below zero. */
export interface DailyRate {
  /** Requests per minute, over the day. */
  readonly mean: number;
  /** How far the peak is above the mean, as a part of it: 0.5 swings between half and one and a half. */
  readonly swing: number;
  /** Hour of the day (UTC) with the most requests. */
  readonly peakHour: number;
}

/** From `from` on (ms since the start of the rehearsal; the first step also holds before it), this rate. */
export interface RateStep {
  readonly from: number;
  /** Requests per minute; 0 is no traffic. */
  readonly requestsPerMinute: number;
}

/** How many requests a minute come in: always the same, through the day, or by steps in order of time. */
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
