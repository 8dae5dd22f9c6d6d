import type { LimitsPolicy } from '../catalog/service-entry.ts';
import type { NormalRates } from '../ledger/records.ts';
import { hourMs, type Span } from './sequential/baseline.ts';

/**
 * The percentiles of Duration that give the boundaries of slow requests. One boundary alone is a trap: at p90 of a service
 * in which one request of ten takes a slow path, a version half as slow again is never seen.
 */
export const percentiles = [75, 95, 99] as const;

/** A version up to so many times as slow as the version before is never condemned for being slow. */
const borneSlowness = 1.25;

/** Days from which the usual durations are taken: each day of the week once. */
export const usualDays = 7;

/** Digits of a boundary that are kept, ms. */
const digits = 3;

/** A value of the hour that begins at `at`, ms since the epoch. */
export interface TimedValue {
  readonly at: number;
  readonly value: number;
}

/** Values of each of the {@link percentiles}, hour by hour. */
export type UsualDurations = readonly (readonly TimedValue[])[];

/** The boundary for a new version whose control is measured against `ms`. */
export function releasedBoundary(ms: number): number {
  return Number((borneSlowness * ms).toPrecision(digits + 1));
}

/**
 * The boundaries of slow requests: the median over the hours for each percentile, ms. The hours of one incident do not move
 * a median. Equal percentiles become one boundary.
 *
 * @param leftOut spans that were not normal
 * @returns none if the alias had no requests
 */
export function latencyBoundaries(durations: UsualDurations, leftOut: readonly Span[]): number[] {
  const medians = durations.flatMap((hours) => {
    const kept = hours.filter(
      ({ at, value }) => value > 0 && !leftOut.some(({ from, to }) => from < at + hourMs && to > at),
    );
    const sorted = kept.map(({ value }) => value).sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    return median === undefined ? [] : [Number(median.toPrecision(digits))];
  });
  return [...new Set(medians)];
}

/** The durations over which a watched version's requests are counted: the team's boundary, and the usual ones. */
export function countedDurations({ slow }: Pick<LimitsPolicy, 'slow'>, normal: NormalRates | undefined) {
  return { slowOverMs: slow?.overMs, boundaries: normal?.latency?.map(({ overMs }) => overMs) };
}
