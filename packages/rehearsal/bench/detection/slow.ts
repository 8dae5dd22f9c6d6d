import { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import { against } from '../../../../shared/judge/sequential/against.ts';
import { compared, type Step } from '../../../../shared/judge/sequential/compared.ts';
import { evidencePath } from '../../../../shared/judge/sequential/evidence-path.ts';
import { equal, meanPath } from '../../../../shared/judge/sequential/tested.ts';
import { condemns, leans } from '../../../../shared/judge/sequential/thresholds.ts';
import type { BenchReport } from '../bench-report.ts';
import type { Effort } from './grid.ts';
import { PoissonTable } from './poisson-table.ts';
import { delays, exactInterval, percent, quantile } from './statistics.ts';
import { steadyNormal, watchMinutes } from './traffic.ts';

/** Share of requests above each boundary of the control: p75, p95 and p99. */
const above = [0.25, 0.05, 0.01] as const;
/** A version up to this many times as slow is not condemned. */
const borne = 1.25;
const share = 0.1;
const mostFalse = 1 / 1000;

/** Share of requests that take longer than `ms`. */
type Tail = (ms: number) => number;

const lognormal =
  (median: number, sigma: number): Tail =>
  (ms) =>
    normalTail(Math.log(ms / median) / sigma);

const distributions: readonly { readonly name: string; readonly tail: Tail }[] = [
  { name: 'lognormal, sigma 0.5', tail: lognormal(100, 0.5) },
  { name: 'lognormal, sigma 1', tail: lognormal(100, 1) },
  {
    name: '90 % at 100 ms, 10 % at 1 s',
    tail: (ms) => 0.9 * lognormal(100, 0.1)(ms) + 0.1 * lognormal(1000, 0.1)(ms),
  },
];

/** Slow requests, by three boundaries, of a version that is `times` as slow. */
export function slowRequests({ bad, seed }: Effort): BenchReport {
  // The paths of the judge itself: slower than errors, of which the grid counts millions.
  const deployments = Math.ceil(bad / 5);
  const rows = distributions.flatMap(({ name, tail }) =>
    [60, 600, 6_000].map((perMinute) => {
      const at = (times: number): number[] =>
        play(
          perMinute,
          tail,
          times,
          deployments,
          new SeededRandom(seed).fork(`${name}/${perMinute}/${times}`),
        );
      return {
        condition: `${name}, ${perMinute.toLocaleString('en-US')}/min`,
        x1: at(1),
        'x1.2': at(1.2),
        'x1.5': at(1.5),
        x2: at(2),
        x5: at(5),
      };
    }),
  );
  const healthy = rows.flatMap((row) => [...row.x1, ...row['x1.2']]);
  const found = healthy.filter(Number.isFinite).length;
  const interval = exactInterval(found, healthy.length);
  return {
    title: [
      `SLOW REQUESTS, canary ${share * 100} %, a version that is so many times as slow: delay in minutes, median/95th percentile.`,
      `At most 1.2 times as slow, ${found} of ${healthy.length} are rolled back (95 %: ${interval.map(percent).join(' to ')}). To keep: not known`,
      `to be above ${percent(mostFalse)}; twice as slow is seen within two minutes at 6,000/min.`,
    ].join('\n'),
    columns: ['requests take', 'x1.5', 'x2', 'x5'],
    rows: rows.map((row) => [row.condition, delays(row['x1.5']), delays(row.x2), delays(row.x5)]),
    figures: {
      interval,
      rows: rows.map((row) => ({
        condition: row.condition,
        ...Object.fromEntries(
          (['x1.5', 'x2', 'x5'] as const).map((times) => [times, quantile(row[times], 0.5)]),
        ),
      })),
    },
    failed: [
      ...(interval[0] > mostFalse ? [`at most 1.2 times as slow: ${percent(found / healthy.length)}`] : []),
      ...rows
        .filter(({ condition, x2 }) => condition.endsWith(' 6,000/min') && quantile(x2, 0.5) > 2)
        .map(({ condition, x2 }) => `${condition}, x2: median ${quantile(x2, 0.5)}`),
    ],
  };
}

function play(
  perMinute: number,
  tail: Tail,
  times: number,
  deployments: number,
  random: SeededRandom,
): number[] {
  const boundaries = above.map((part) => boundaryOf(tail, part));
  const own = counters(
    perMinute * share,
    boundaries.map((ms) => tail((borne * ms) / times)),
  );
  const control = counters(perMinute * (1 - share), [...above]);
  // Normal is the alias's own share above the boundary, so that a version up to `borne` times as slow is within it.
  const normals = above.map((base) => steadyNormal({ perMinute, share, base }));
  return Array.from({ length: deployments }, () => {
    const minutes = Array.from({ length: watchMinutes }, () => [own(random), control(random)] as const);
    const steps = above.map((_, b) =>
      minutes.map(
        ([released, other]): Step => ({
          requests: released.requests,
          bad: released.over[b] as number,
          controlRequests: other.requests,
          controlBad: other.over[b] as number,
        }),
      ),
    );
    return condemnedAt(steps, normals);
  }).sort((a, b) => a - b);
}

function condemnedAt(
  steps: readonly (readonly Step[])[],
  normals: readonly { readonly rate: number; readonly clustering: number }[],
): number {
  const weights = equal(steps.length);
  const comparison = meanPath(
    steps.map((some) => evidencePath(compared(some))),
    weights,
  );
  const first = comparison.findIndex((log) => log >= Math.log(condemns));
  const lean = comparison.findIndex((log) => log >= Math.log(leans));
  if (lean < 0) return Number.POSITIVE_INFINITY;
  const normal = meanPath(
    steps.map((some, b) => evidencePath(against(some, normals[b] as (typeof normals)[number]))),
    weights,
  );
  const second = normal.findIndex((log, k) => k >= lean && log >= Math.log(condemns));
  return Math.min(...[first, second].map((k) => (k < 0 ? Number.POSITIVE_INFINITY : k + 1)));
}

/** Counts of requests above several boundaries, in ascending order of the boundary. */
function counters(mean: number, shares: readonly number[]) {
  const tables = shares.map((part, b) => new PoissonTable(mean * (part - (shares[b + 1] ?? 0))));
  const below = new PoissonTable(mean * (1 - (shares[0] ?? 0)));
  return (random: SeededRandom): { readonly requests: number; readonly over: readonly number[] } => {
    const between = tables.map((table) => table.draw(random));
    const over = between.map((_, b) => between.slice(b).reduce((sum, value) => sum + value, 0));
    return { requests: below.draw(random) + (over[0] as number), over };
  };
}

function boundaryOf(tail: Tail, part: number): number {
  let [low, high] = [1, 100_000];
  for (let i = 0; i < 60; i += 1) {
    const middle = Math.sqrt(low * high);
    if (tail(middle) > part) low = middle;
    else high = middle;
  }
  return low;
}

/** Upper tail of a normal distribution (Abramowitz, Stegun, *Handbook of Mathematical Functions*, 7.1.26: within 1.5e-7). */
function normalTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = (series * Math.exp(-x * x)) / 2;
  return z >= 0 ? tail : 1 - tail;
}
