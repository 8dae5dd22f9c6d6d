/**
 * How many times as bad a new version may be: a path of evidence holds one hypothesis for each, equally weighted.
 *
 * Closer ratios, or more of them, find nothing sooner. Starting at 2 leaves harmless differences alone.
 */
export const ratios = [2, 4, 8, 16, 32, 64, 128, 256, 512] as const;

/** Minutes in which the weight of a later beginning halves: faults that show late are leaks, seen within hours. */
const onsetScale = 60;

/** Weight of the hypothesis that the fault was there from the first step. */
const fromTheStart = 0.5;

/**
 * Weight of the hypothesis that the fault began in step `k`. The weights of all steps sum to 1: half for a fault from the
 * start, half for a later one, sooner more than late.
 *
 * Mixtures over the beginning: Shin, Ramdas, Rinaldo, *E-detectors: a nonparametric framework for sequential change
 * detection* (2022).
 */
export function onsetWeight(k: number): number {
  if (k === 0) return fromTheStart;
  return ((1 - fromTheStart) * (onsetScale + 1)) / ((k + onsetScale) * (k + onsetScale + 1));
}

/** ln(eᵃ + eᵇ). Evidence passes e⁷⁰⁰, beyond which numbers are infinite: it is kept as its logarithm. */
export function logAdd(a: number, b: number): number {
  if (a === Number.NEGATIVE_INFINITY) return b;
  if (b === Number.NEGATIVE_INFINITY) return a;
  return a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b));
}

/** ln of a weighted mean of evidences given as logarithms. The weights sum to 1, or less. */
export function logMean(logs: readonly number[], weights: readonly number[]): number {
  return logs.reduce(
    (sum, log, index) => logAdd(sum, log + Math.log(weights[index] ?? 0)),
    Number.NEGATIVE_INFINITY,
  );
}

/**
 * Log likelihood ratios of consecutive steps: {@link ratios}.length numbers for each step, one per ratio. They are additive:
 * for independent counts in one step, sum their ratios.
 */
export type LogRatios = Float64Array;

/** Adds the log likelihood ratios of several functions, step by step: the evidence of all of them on one release. */
export function pooled(rows: readonly LogRatios[]): LogRatios {
  const sum = new Float64Array(Math.max(0, ...rows.map(({ length }) => length)));
  for (const row of rows)
    row.forEach((value, index) => {
      sum[index] = (sum[index] as number) + value;
    });
  return sum;
}

/**
 * ln of the evidence after each step: a mixture over the ratio by which the version is worse and over its beginning.
 *
 * It begins at 1. While the version is no worse, its expectation stays at or below 1, so it ever exceeds x with a chance of
 * at most 1/x, for any number of looks (Ville, *Étude critique de la notion de collectif*, 1939). A mean of such processes
 * is such a process too (Vovk, Wang, *E-values: Calibration, combination and applications*, 2021).
 *
 * Nothing is stored between looks: minutes are revised, and a minute counted twice would be false evidence.
 */
export function evidencePath(logRatios: LogRatios): Float64Array {
  const steps = logRatios.length / ratios.length;
  const path = new Float64Array(steps);
  const open = new Float64Array(ratios.length).fill(Number.NEGATIVE_INFINITY);
  const logRatioWeight = Math.log(ratios.length);
  // The weight of future beginnings; they have seen no evidence.
  let notBegun = 1;
  for (let k = 0; k < steps; k += 1) {
    const weight = onsetWeight(k);
    notBegun -= weight;
    let sum = Math.log(notBegun);
    for (let r = 0; r < ratios.length; r += 1) {
      const log = logAdd(open[r] as number, Math.log(weight)) + (logRatios[k * ratios.length + r] as number);
      open[r] = log;
      sum = logAdd(sum, log - logRatioWeight);
    }
    path[k] = sum;
  }
  return path;
}

/**
 * The most likely beginning of the fault, as of step `last`: the step after the last minimum of the running sum of log
 * likelihood ratios, at the ratio that explains the steps best.
 */
export function mostLikelyOnset(logRatios: LogRatios, last: number): number {
  let best = Number.NEGATIVE_INFINITY;
  let bestRatio = 0;
  for (let r = 0; r < ratios.length; r += 1) {
    let open = Number.NEGATIVE_INFINITY;
    for (let k = 0; k <= last; k += 1) {
      open = logAdd(open, Math.log(onsetWeight(k))) + (logRatios[k * ratios.length + r] as number);
    }
    if (open > best) {
      best = open;
      bestRatio = r;
    }
  }
  let sum = 0;
  let lowest = 0;
  let onset = 0;
  for (let k = 0; k < last; k += 1) {
    sum += logRatios[k * ratios.length + bestRatio] as number;
    if (sum <= lowest) {
      lowest = sum;
      onset = k + 1;
    }
  }
  return onset;
}
