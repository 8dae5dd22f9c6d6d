import { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import { minuteMs, sumHours } from '../../../../shared/judge/sequential/baseline.ts';
import { judgeLook } from '../../../../shared/judge/sequential/judge-look.ts';
import type { BenchReport } from '../bench-report.ts';
import { FastJudge } from './ours.ts';
import {
  badRate,
  type Cell,
  cells,
  Minutes,
  MinuteTraffic,
  nameOf,
  steadyNormal,
  watchMinutes,
} from './traffic.ts';

const start = Date.UTC(2026, 0, 5, 14);

/**
 * The minute after which the judge itself condemns the deployment, from 1; 0 for never. The first minute must have a
 * request: the judge's watch begins with it.
 */
export function condemnedByJudge(minutes: Minutes, { perMinute, share, base }: Cell): number {
  const requests = perMinute * 60;
  const hours = Array.from({ length: 63 * 24 }, () => ({ requests, bad: requests * base }));
  const baseline = { ...sumHours(hours), clustering: 1, backtestFactor: 1, bursts: [] };
  const counts = (of: Float64Array, bad: Float64Array) =>
    Array.from(of, (total, k) => ({ at: start + k * minuteMs, requests: total, bad: bad[k] as number }));
  const series = {
    released: counts(minutes.requests, minutes.bad),
    control: counts(minutes.controlRequests, minutes.controlBad),
    baseline,
  };
  for (let minute = 1; minute <= watchMinutes; minute += 1) {
    const { verdict } = judgeLook({
      functions: [
        {
          name: 'released',
          metrics: [{ name: 'errors', verb: 'failed', family: 'errors', series: [series] }],
        },
      ],
      shifts: [{ at: start, share }],
      until: start + minute * minuteMs,
      warmUpMinutes: 0,
    });
    if (verdict === 'unhealthy') return minute;
  }
  return 0;
}

/**
 * Plays some deployments of each seventh condition, healthy and bad, by the fast judge of this bench and by the judge: the
 * figures are the judge's only if both condemn in the same minute.
 */
export function sameAsJudge(seed: number): BenchReport {
  const random = new SeededRandom(seed).fork('same');
  const minutes = new Minutes();
  const different: string[] = [];
  let played = 0;
  for (const cell of cells.filter((_, index) => index % 7 === 0)) {
    const judge = new FastJudge({ normal: steadyNormal(cell) });
    for (const rate of [cell.base, badRate(cell, 2), badRate(cell, 20)]) {
      new MinuteTraffic(cell, rate, cell.base).draw(minutes, random);
      if (minutes.requests[0] === 0) continue;
      played += 1;
      const [fast, own] = [judge.condemnedAt(minutes), condemnedByJudge(minutes, cell)];
      if (fast !== own) different.push(`${nameOf(cell)} at ${rate}: minute ${fast}, by the judge ${own}`);
    }
  }
  return {
    title:
      'THE SAME AS THE JUDGE: deployments that the fast judge of this bench and judgeLook of shared/judge condemn alike',
    columns: ['deployments', 'different'],
    rows: [[String(played), String(different.length)]],
    figures: { played, different },
    failed: different,
  };
}
