import type { Minutes } from './traffic.ts';

/** The 99 % point of a normal distribution: the bounds of a 98 % interval. */
const z99 = 2.3263478740408408;
/** Kayenta needs a sample; fewer than five minutes have no 98 % interval at all. */
const fewestPoints = 5;
/** Minutes of an analysis. */
const analysisMinutes = 60;

/**
 * The classifier of Kayenta's judge: an increase if the lower bound of the confidence interval of the shift between the
 * samples is above `tolerance` times the Hodges–Lehmann estimate of the shift. The interval is that of R's `wilcox.test` for
 * large samples, with its corrections for continuity and ties.
 *
 * Source: `MannWhitneyClassifier` and `MannWhitney` of https://github.com/spinnaker/kayenta.
 */
export class MannWhitney {
  readonly #tolerance: number;
  readonly #z: number;

  constructor(tolerance: number, z = z99) {
    this.#tolerance = tolerance;
    this.#z = z;
  }

  /** The minute after which the rates of the new version are classified as higher, from 1; 0 for never. */
  condemnedAt({ requests, bad, controlRequests, controlBad }: Minutes): number {
    const experiment: number[] = [];
    const control: number[] = [];
    for (let k = 0; k < analysisMinutes; k += 1) {
      // A minute without requests has no rate.
      if ((requests[k] as number) > 0) experiment.push((bad[k] as number) / (requests[k] as number));
      if ((controlRequests[k] as number) > 0) {
        control.push((controlBad[k] as number) / (controlRequests[k] as number));
      }
      if (experiment.length < fewestPoints || control.length < fewestPoints) continue;
      if (this.isHigher(experiment, control)) return k + 1;
    }
    return 0;
  }

  /** Whether the values of the experiment are higher. */
  isHigher(experiment: readonly number[], control: readonly number[]): boolean {
    // The bound of a shift is at least 0, so that an interval that reaches 0 decides at once.
    if (standardized(experiment, control, 0) <= this.#z) return false;
    const estimate = medianShift(experiment, control);
    return standardized(experiment, control, this.#tolerance * Math.abs(estimate)) > this.#z;
  }
}

/** The rank sum of the experiment less `shift`, standardized; it falls with the shift. */
function standardized(experiment: readonly number[], control: readonly number[], shift: number): number {
  const [n, m] = [experiment.length, control.length];
  const values = [
    ...experiment.map((value) => ({ value: value - shift, isOwn: true })),
    ...control.map((value) => ({ value, isOwn: false })),
  ].sort((a, b) => a.value - b.value);
  let ranks = 0;
  let ties = 0;
  for (let from = 0; from < values.length; ) {
    let to = from + 1;
    while (to < values.length && values[to]?.value === values[from]?.value) to += 1;
    const tied = to - from;
    for (let i = from; i < to; i += 1) if (values[i]?.isOwn) ranks += (from + 1 + to) / 2;
    ties += tied ** 3 - tied;
    from = to;
  }
  const difference = ranks - (n * (n + 1)) / 2 - (n * m) / 2;
  const variance = ((n * m) / 12) * (n + m + 1 - ties / ((n + m) * (n + m - 1)));
  if (variance <= 0) return 0;
  return (difference - Math.sign(difference) * 0.5) / Math.sqrt(variance);
}

/** The Hodges–Lehmann estimate: the median of all differences. */
function medianShift(experiment: readonly number[], control: readonly number[]): number {
  const differences = Float64Array.from(
    experiment.flatMap((own) => control.map((other) => own - other)),
  ).sort();
  const middle = differences.length >> 1;
  return differences.length % 2 === 1
    ? (differences[middle] as number)
    : ((differences[middle - 1] as number) + (differences[middle] as number)) / 2;
}
