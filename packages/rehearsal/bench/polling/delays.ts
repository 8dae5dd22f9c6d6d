import type { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import { mean, quantile } from '../detection/statistics.ts';
import { fixed, looksOf, minuteMs, type Schedule } from './schedules.ts';

/** Delay in seconds, against looks every 15 s, with which looks see a minute of metrics. */
export interface Later {
  readonly mean: number;
  readonly p95: number;
  readonly most: number;
}

/** The delay of a minute's metrics, ms after the minute's end. */
export interface Arrival {
  readonly name: string;
  draw(random: SeededRandom): number;
}

/** CloudWatch promises no figure; these are assumed. */
export const arrivals: readonly Arrival[] = [
  { name: 'within 20 s', draw: (random) => 5_000 + 15_000 * random.uniform() },
  {
    name: '20 s and more',
    draw: (random) =>
      random.chance(0.1)
        ? (1 + random.uniform()) * minuteMs
        : Math.min(2 * minuteMs, 20_000 + random.exponential(25_000)),
  },
];

/** Minutes of a bake, from one to another. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The delay against looks every 15 s, for a minute of a span in each of `bakes` bakes. */
export function laterThanFixed(
  schedule: Schedule,
  { from, to }: Span,
  arrival: Arrival,
  bakes: number,
  random: SeededRandom,
): Later {
  const later = Array.from({ length: bakes }, () => {
    const began = Math.round(random.uniform() * minuteMs);
    const minute = from + Math.floor(random.uniform() * (to - from));
    const visible = Math.ceil(began / minuteMs + minute) * minuteMs + arrival.draw(random);
    const seenBy = (one: Schedule) =>
      looksOf(one, began, to + 20).find((look) => look >= visible) ?? Number.NaN;
    return (seenBy(schedule) - seenBy(fixed)) / 1000;
  }).sort((a, b) => a - b);
  return { mean: mean(later), p95: quantile(later, 0.95), most: quantile(later, 1) };
}
