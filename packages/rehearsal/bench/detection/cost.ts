import { minuteMs, sumHours } from '../../../../shared/judge/sequential/baseline.ts';
import { judgeLook } from '../../../../shared/judge/sequential/judge-look.ts';
import type { Look } from '../../../../shared/judge/sequential/look.ts';
import type { BenchReport } from '../bench-report.ts';

const start = Date.UTC(2026, 0, 5, 14);
const metrics = 5;
const sizes = [30, 300, 3_000] as const;
const repetitions = 5;

/** The cost of a look that computes all minutes of a watch again; 3,000 minutes are the longest watch. */
export function costOfLook(): BenchReport {
  const rows = sizes.map((minutes) => {
    const look = lookOf(minutes);
    const times = Array.from({ length: repetitions }, () => {
      const begin = performance.now();
      judgeLook(look);
      return performance.now() - begin;
    }).sort((a, b) => a - b);
    return { minutes, ms: times[repetitions >> 1] as number };
  });
  const first = rows[0]?.ms ?? 1;
  return {
    title: `COST of a look at ${metrics} metrics by both tests, ms, median of ${repetitions}: all minutes are computed anew each time.`,
    columns: ['minutes', 'ms', 'ratio'],
    rows: rows.map(({ minutes, ms }) => [
      minutes.toLocaleString('en-US'),
      ms.toFixed(1),
      `x${(ms / first).toFixed(0)}`,
    ]),
    figures: { rows },
    failed: [],
  };
}

/** Half of the watch is split, half is full. */
function lookOf(minutes: number): Look {
  const hours = Array.from({ length: 1_512 }, () => ({ requests: 36_000, bad: 36 }));
  const baseline = { ...sumHours(hours), clustering: 1, backtestFactor: 1, bursts: [] };
  const counts = (requests: number) =>
    Array.from({ length: minutes }, (_, k) => ({
      at: start + k * minuteMs,
      requests,
      bad: k % 7 === 0 ? 1 : 0,
    }));
  const series = { released: counts(60), control: counts(540), baseline };
  return {
    functions: [
      {
        name: 'released',
        metrics: Array.from({ length: metrics }, (_, index) => ({
          name: `metric ${index}`,
          verb: 'failed',
          family: index === 0 ? 'errors' : 'own',
          series: [series],
        })),
      },
    ],
    shifts: [
      { at: start, share: 0.1 },
      { at: start + (minutes / 2) * minuteMs, share: 1 },
    ],
    until: start + minutes * minuteMs,
  };
}
