import type { SeededRandom } from '../random/seeded-random.ts';
import { binomial } from './binomial.ts';

/** Width of a bin: durations are known to 1 % up or down, like a measurement with that resolution. */
const RATIO = 1.02;
const LOG_RATIO = Math.log(RATIO);
/** Lambda bills from 1 ms and stops a function at 15 minutes. */
const LONGEST_MS = 900_000;
const BINS = Math.ceil(Math.log(LONGEST_MS) / LOG_RATIO);

/**
 * The duration in ms that stands for each bin, ascending: bin i holds durations in [1.02^i, 1.02^(i+1)) ms. Every request of
 * a bin counts with exactly this duration, so that all statistics come from the same set of values and cannot contradict
 * each other.
 */
export const LATENCY_VALUES: readonly number[] = Array.from(
  { length: BINS },
  (_, bin) => Math.round(RATIO ** (bin + 0.5) * 100) / 100,
);

/** The number of requests by bin; only bins with requests, ascending. */
export interface LatencyCounts {
  readonly bins: Uint16Array;
  readonly counts: Uint32Array;
}

/** Nothing is drawn beyond six sigma: 2 in a thousand million. */
const REACH = 6;
const GUIDE_SIZE = 256;

/** Log-normal durations, drawn directly into bins. */
export class LatencyModel {
  readonly #firstBin: number;
  /** Probability of each bin and all bins below it. */
  readonly #cumulative: Float64Array;
  /** For each 256th of the probability, the bin to start searching from. */
  readonly #guide = new Uint16Array(GUIDE_SIZE);
  readonly #scratch: Uint32Array;

  constructor(medianMs: number, spread: number) {
    const centre = Math.log(medianMs) / LOG_RATIO;
    const width = spread / LOG_RATIO;
    this.#firstBin = clampBin(Math.floor(centre - REACH * width));
    const lastBin = clampBin(Math.floor(centre + REACH * width));
    const size = lastBin - this.#firstBin + 1;
    this.#cumulative = new Float64Array(size);
    this.#scratch = new Uint32Array(size);
    for (let i = 0; i < size - 1; i += 1) {
      const z = (this.#firstBin + i + 1 - centre) / width;
      this.#cumulative[i] = normalCdf(z);
    }
    this.#cumulative[size - 1] = 1;
    let bin = 0;
    for (let slice = 0; slice < GUIDE_SIZE; slice += 1) {
      while ((this.#cumulative[bin] as number) <= slice / GUIDE_SIZE) bin += 1;
      this.#guide[slice] = bin;
    }
  }

  /**
   * The durations of `n` requests: one by one while they are few against the bins, else as a multinomial by
   * conditional binomials. Both are the same distribution.
   */
  draw(random: SeededRandom, n: number): LatencyCounts {
    const counts = this.#scratch;
    const cumulative = this.#cumulative;
    let lowest = counts.length;
    let highest = -1;
    if (n <= 4 * counts.length) {
      const guide = this.#guide;
      for (let i = 0; i < n; i += 1) {
        const u = random.uniform();
        let bin = guide[Math.floor(u * GUIDE_SIZE)] as number;
        while (u >= (cumulative[bin] as number)) bin += 1;
        counts[bin] = (counts[bin] as number) + 1;
        if (bin < lowest) lowest = bin;
        if (bin > highest) highest = bin;
      }
    } else {
      let left = n;
      let below = 0;
      lowest = 0;
      while (left > 0) {
        highest += 1;
        const upTo = cumulative[highest] as number;
        const isLast = highest === counts.length - 1;
        const inBin = isLast ? left : binomial(random, left, (upTo - below) / (1 - below));
        counts[highest] = inBin;
        left -= inBin;
        below = upTo;
      }
    }
    return this.#take(lowest, highest);
  }

  /** The expected number of `n` requests in each bin of {@link LATENCY_VALUES}; not drawn, and not whole. */
  expected(n: number): Float64Array {
    const counts = new Float64Array(BINS);
    let below = 0;
    for (const [bin, upTo] of this.#cumulative.entries()) {
      counts[this.#firstBin + bin] = n * (upTo - below);
      below = upTo;
    }
    return counts;
  }

  /** The probability of a duration above `limitMs`, exactly as drawn (bins included). */
  partAbove(limitMs: number): number {
    let bin = -1;
    while (
      bin + 1 < this.#cumulative.length &&
      (LATENCY_VALUES[this.#firstBin + bin + 1] as number) <= limitMs
    ) {
      bin += 1;
    }
    return bin < 0 ? 1 : 1 - (this.#cumulative[bin] as number);
  }

  /** Takes the counts between two bins out of the scratch, which is empty afterwards. */
  #take(lowest: number, highest: number): LatencyCounts {
    const scratch = this.#scratch;
    let used = 0;
    for (let bin = lowest; bin <= highest; bin += 1) if (scratch[bin] !== 0) used += 1;
    const bins = new Uint16Array(used);
    const counts = new Uint32Array(used);
    let at = 0;
    for (let bin = lowest; bin <= highest; bin += 1) {
      const count = scratch[bin] as number;
      if (count === 0) continue;
      bins[at] = this.#firstBin + bin;
      counts[at] = count;
      scratch[bin] = 0;
      at += 1;
    }
    return { bins, counts };
  }
}

function clampBin(bin: number): number {
  return Math.min(BINS - 1, Math.max(0, bin));
}

/** Abramowitz and Stegun 26.2.17 (error under 7.5e-8); exact 0 and 1 for a distribution without spread. */
function normalCdf(z: number): number {
  if (Math.abs(z) > 8) return z > 0 ? 1 : 0;
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const poly =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upper = 0.3989422804014327 * Math.exp((-z * z) / 2) * poly;
  return z >= 0 ? 1 - upper : upper;
}
