import { against, type Count } from './against.ts';
import { type NormalRate, normalRate, scaleForHour, type TimedCount } from './baseline.ts';
import { countsIn, type Minute } from './clock.ts';
import { compared, type Step } from './compared.ts';
import { evidencePath, type LogRatios, logMean } from './evidence-path.ts';
import type { Look, Metric, Series } from './look.ts';

/** One kind of bad event of one function, counted in the minutes of the watch. */
export interface Tested {
  readonly subject: string;
  readonly metric: Metric;
  /** Weight of the metric among the metrics. */
  readonly weight: number;
  readonly series: readonly TestedSeries[];
}

/** One of its series, with the comparison in the minutes of split traffic. */
export interface TestedSeries {
  readonly series: Series;
  readonly normal: NormalRate | undefined;
  readonly split: Phase;
  readonly full: Phase;
  readonly comparison: Path;
}

/** The judged minutes of one phase, with the counts of both versions. */
export interface Phase {
  readonly minutes: readonly Minute[];
  readonly released: readonly TimedCount[];
  readonly control: readonly TimedCount[];
}

/** The log likelihood ratios of one test, and its evidence after each step. */
export interface Path {
  readonly logRatios: LogRatios;
  readonly path: Float64Array;
}

/**
 * The weights of metrics among each other: errors first, slow requests second, all others share the rest. They are fixed
 * when the deployment opens; weights that depend on the data would break the guarantee.
 *
 * A mean of evidences is never later than a Bonferroni correction with the same weights.
 */
export function metricWeights(families: readonly Metric['family'][]): number[] {
  const order = ['errors', 'slow', 'throttles', 'own'];
  const ranked = families
    .map((family, index) => ({ family, index }))
    .sort((a, b) => order.indexOf(a.family) - order.indexOf(b.family) || a.index - b.index);
  const byRank = [[1], [0.7, 0.3]][families.length - 1] ?? [0.6, 0.25];
  const rest = 0.15 / (families.length - 2);
  const weights = new Array<number>(families.length).fill(0);
  ranked.forEach(({ index }, rank) => {
    weights[index] = byRank[rank] ?? rest;
  });
  return weights;
}

/** Every metric of every function, counted in the judged minutes. */
export function testedMetrics(look: Look, minutes: readonly Minute[]): Tested[] {
  const judged = minutes.filter(({ warmUp }) => warmUp === undefined);
  const split = judged.filter(({ hasControl }) => hasControl);
  const full = judged.filter(({ hasControl }) => !hasControl);
  return look.functions.flatMap(({ name, metrics }) => {
    const weights = metricWeights(metrics.map(({ family }) => family));
    return metrics.map((metric, index) => ({
      subject: name,
      metric,
      weight: weights[index] as number,
      series: metric.series.map((series) => testedSeries(look, metric, series, split, full)),
    }));
  });
}

function testedSeries(
  { cluster = 1 }: Look,
  { limit, tolerance = 1 }: Metric,
  series: Series,
  splitMinutes: readonly Minute[],
  fullMinutes: readonly Minute[],
): TestedSeries {
  const split = phaseOf(series, splitMinutes);
  return {
    series,
    normal: normalRate(series.baseline, {
      ...(limit !== undefined && { limit }),
      control: split.control,
      cluster,
    }),
    split,
    full: phaseOf(series, fullMinutes),
    comparison: pathOf(compared(stepsOf(split), { tolerance, cluster })),
  };
}

/** Counts of both versions in some minutes. */
export function phaseOf({ released, control }: Series, minutes: readonly Minute[]): Phase {
  return { minutes, released: countsIn(minutes, released), control: countsIn(minutes, control) };
}

/** Both versions side by side, minute by minute. */
export function stepsOf({ released, control }: Phase): Step[] {
  return released.map(({ requests, bad }, k) => ({
    requests,
    bad,
    controlRequests: control[k]?.requests ?? 0,
    controlBad: control[k]?.bad ?? 0,
  }));
}

/** The evidence of log likelihood ratios. */
export function pathOf(logRatios: LogRatios): Path {
  return { logRatios, path: evidencePath(logRatios) };
}

/** The mean of paths of equal length, step by step. Weights that sum to less than 1 leave room for unseen parts. */
export function meanPath(paths: readonly Float64Array[], weights: readonly number[]): Float64Array {
  return Float64Array.from(paths[0] ?? [], (_, k) =>
    logMean(
      paths.map((path) => path[k] as number),
      weights,
    ),
  );
}

/** `n` equal weights. */
export const equal = (n: number): number[] => new Array<number>(n).fill(1 / n);

/** Index of the largest number. */
export function strongest(values: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < values.length; k += 1) if ((values[k] as number) > (values[best] as number)) best = k;
  return best;
}

/** A metric against its normal rate, in one phase; a path for each series that has one. */
export function againstPaths(
  { series }: Tested,
  phase: 'split' | 'full',
  of: 'released' | 'control' = 'released',
): { readonly paths: readonly (Path & { readonly index: number })[]; readonly mean: Float64Array } {
  const paths = series.flatMap(({ normal, ...tested }, index) => {
    if (!normal) return [];
    const counts = tested[phase][of].map((one) => scaleForHour(one, normal.hourFactors));
    return [{ ...pathOf(against(counts, normal)), index }];
  });
  const mean = meanPath(
    paths.map(({ path }) => path),
    paths.map(() => 1 / series.length),
  );
  return { paths, mean };
}

/** Evidence of *against* with its weights: for the metric, and for one of several functions. */
export function weigh({ weight }: Tested, log: number, functions: number): number {
  return log + Math.log(weight / functions);
}

/** Counts of several steps together. */
export function sum(counts: readonly Count[]): Count {
  return counts.reduce(
    (total, { requests, bad }) => ({ requests: total.requests + requests, bad: total.bad + bad }),
    { requests: 0, bad: 0 },
  );
}
