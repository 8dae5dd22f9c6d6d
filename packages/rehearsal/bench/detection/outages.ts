import { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import type { BenchReport } from '../bench-report.ts';
import type { Effort } from './grid.ts';
import { FastJudge } from './ours.ts';
import { exactInterval, percent } from './statistics.ts';
import { type Cell, Minutes, MinuteTraffic, nameOf, steadyNormal, watchMinutes } from './traffic.ts';

/** An outage of both versions: the factor on the rate, and its minutes. */
const outage = { times: 50, minutes: 10 };
/** The most outages during the split that may roll a healthy release back. */
const mostOutages = 0.1;
/** *Compared* cannot see a fault that hits both versions. */
const mostCompared = 1 / 1000;

const played: readonly Cell[] = [60, 600, 6_000].flatMap((perMinute) =>
  [0.1, 0.5].flatMap((share) => [0.001, 0.01].map((base) => ({ perMinute, share, base }))),
);

/** Healthy releases with an outage of both versions while traffic is split. */
export function outages({ bad, seed }: Effort): BenchReport {
  const rows = played.map((cell) => {
    const normal = steadyNormal(cell);
    return {
      cell: nameOf(cell),
      deployments: bad,
      ours: rolledBack(cell, new FastJudge({ normal }), bad, seed),
      compared: rolledBack(cell, new FastJudge({}), bad, seed),
    };
  });
  const all = rows.reduce((sum, { compared }) => sum + compared, 0);
  // A cell fails only if its rate is certainly above the limit: fewer deployments are played here than for calm traffic.
  const isAbove = (found: number, of: number, most: number): boolean => exactInterval(found, of)[0] > most;
  return {
    title: [
      `OUTAGES of both versions, x${outage.times} for ${outage.minutes} minutes at a random time of the split: healthy releases that are rolled`,
      `back. To keep: <= ${percent(mostOutages)} in every cell, and <= ${percent(mostCompared)} by the comparison alone.`,
    ].join('\n'),
    columns: ['cell', 'ours', '95 % interval', 'compared alone'],
    rows: rows.map(({ cell, deployments, ours, compared }) => [
      cell,
      percent(ours / deployments),
      exactInterval(ours, deployments).map(percent).join(' to '),
      percent(compared / deployments),
    ]),
    figures: { limits: { mostOutages, mostCompared }, rows },
    failed: [
      ...rows
        .filter(({ ours }) => isAbove(ours, bad, mostOutages))
        .map(({ cell, ours }) => `${cell}: ${percent(ours / bad)} of the outages`),
      ...(isAbove(all, bad * rows.length, mostCompared)
        ? [`compared alone: ${all} of ${bad * rows.length}`]
        : []),
    ],
  };
}

function rolledBack(cell: Cell, judge: FastJudge, deployments: number, seed: number): number {
  const random = new SeededRandom(seed).fork(`outage/${nameOf(cell)}`);
  const rate = Math.min(0.5, cell.base * outage.times);
  const calm = new MinuteTraffic(cell, cell.base, cell.base);
  const loud = new MinuteTraffic(cell, rate, rate);
  const minutes = new Minutes();
  let found = 0;
  for (let i = 0; i < deployments; i += 1) {
    calm.draw(minutes, random);
    const from = random.integer(0, watchMinutes - outage.minutes);
    loud.draw(minutes, random, from, from + outage.minutes);
    if (judge.condemnedAt(minutes) > 0) found += 1;
  }
  return found;
}
