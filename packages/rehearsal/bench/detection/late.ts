import { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import type { BenchReport } from '../bench-report.ts';
import type { Effort } from './grid.ts';
import { FastJudge } from './ours.ts';
import { delays, quantile } from './statistics.ts';
import {
  badRate,
  type FaultCell,
  Minutes,
  MinuteTraffic,
  nameOf,
  steadyNormal,
  watchMinutes,
} from './traffic.ts';

/** The minute in which the fault begins. */
const begins = 60;

const played: readonly FaultCell[] = (
  [
    [60, 0.1, 0.01, 20],
    [600, 0.1, 0.001, 20],
    [600, 0.1, 0.01, 5],
    [600, 0.5, 0.001, 5],
    [6_000, 0.1, 0.001, 5],
    [6_000, 0.1, 0.01, 2],
    [6_000, 0.5, 0.001, 2],
    [60_000, 0.1, 0.001, 5],
    [60_000, 0.1, 0.001, 2],
  ] as const
).map(([perMinute, share, base, ratio]) => ({ perMinute, share, base, ratio }));

/** Faults that begin after an hour, as leaks do: the reason for the mixture over the onset. */
export function lateFaults({ bad, seed }: Effort): BenchReport {
  const rows = played.map((cell) => {
    const normal = steadyNormal(cell);
    const [ours, without] = [true, false].map((mixesOnsets) =>
      lateDelays(cell, new FastJudge({ normal, mixesOnsets }), bad, seed),
    ) as [number[], number[]];
    return { cell, ours, without };
  });
  return {
    title: [
      `A FAULT THAT BEGINS AFTER ${begins} MINUTES: delay in minutes, median/95th percentile within the hour that is left;`,
      'without: the same test with every hypothesis beginning in the first minute. To keep: never later than that.',
    ].join('\n'),
    columns: ['cell', 'ours', 'without'],
    rows: rows.map(({ cell, ours, without }) => [
      `${nameOf(cell)}, x${cell.ratio}`,
      delays(ours),
      delays(without),
    ]),
    figures: {
      rows: rows.map(({ cell, ours, without }) => ({
        ...cell,
        median: quantile(ours, 0.5),
        p95: quantile(ours, 0.95),
        medianWithout: quantile(without, 0.5),
      })),
    },
    failed: rows
      .filter(({ ours, without }) => quantile(ours, 0.5) > quantile(without, 0.5))
      .map(({ cell }) => `${nameOf(cell)}, x${cell.ratio}: later than without a mixture over the beginning`),
  };
}

function lateDelays(cell: FaultCell, judge: FastJudge, deployments: number, seed: number): number[] {
  const random = new SeededRandom(seed).fork(`late/${nameOf(cell)}/${cell.ratio}`);
  const healthy = new MinuteTraffic(cell, cell.base, cell.base);
  const faulty = new MinuteTraffic(cell, badRate(cell, cell.ratio), cell.base);
  const minutes = new Minutes();
  const found: number[] = [];
  for (let i = 0; i < deployments; i += 1) {
    healthy.draw(minutes, random, 0, begins);
    faulty.draw(minutes, random, begins, watchMinutes);
    const at = judge.condemnedAt(minutes);
    // A false alarm in the first hour is no detection.
    if (at === 0 || at > begins) found.push(at === 0 ? Number.POSITIVE_INFINITY : at - begins);
  }
  return found.sort((a, b) => a - b);
}
