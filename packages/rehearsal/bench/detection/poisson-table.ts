import type { SeededRandom } from 'account-simulator/random/seeded-random.ts';

/** Deviations beyond this many standard deviations are rarer than the 1 in 2³² that a draw can tell apart. */
const widest = 8;
/** Entries of the guide, from which the search for a draw begins: the result is then one or two steps away. */
const guideLength = 1024;

/**
 * Draws from a Poisson distribution by inversion of its table (Chen, Asau, *On generating random variates from an
 * empirical distribution*, 1974): exact for every mean, and one random number a draw.
 */
export class PoissonTable {
  readonly #lowest: number;
  readonly #cumulative: Float64Array;
  readonly #guide: Int32Array;

  constructor(mean: number) {
    const spread = widest * Math.sqrt(mean) + 20;
    this.#lowest = Math.max(0, Math.floor(mean - spread));
    const length = Math.ceil(mean + spread) - this.#lowest + 1;
    this.#cumulative = new Float64Array(length);
    // From the mode outwards: the first term of the table itself may be too small for a number.
    const mode = Math.floor(mean) - this.#lowest;
    const terms = new Float64Array(length);
    terms[mode] = 1;
    for (let i = mode + 1; i < length; i += 1)
      terms[i] = ((terms[i - 1] as number) * mean) / (i + this.#lowest);
    for (let i = mode - 1; i >= 0; i -= 1)
      terms[i] = ((terms[i + 1] as number) * (i + 1 + this.#lowest)) / mean;
    const total = terms.reduce((sum, term) => sum + term, 0);
    let sum = 0;
    for (let i = 0; i < length; i += 1) {
      sum += (terms[i] as number) / total;
      this.#cumulative[i] = sum;
    }
    this.#cumulative[length - 1] = 1;
    this.#guide = new Int32Array(guideLength);
    for (let g = 0, i = 0; g < guideLength; g += 1) {
      while ((this.#cumulative[i] as number) <= g / guideLength) i += 1;
      this.#guide[g] = i;
    }
  }

  /** One number. */
  draw(random: SeededRandom): number {
    const uniform = random.uniform();
    let i = this.#guide[(uniform * guideLength) | 0] as number;
    while ((this.#cumulative[i] as number) <= uniform) i += 1;
    return i + this.#lowest;
  }
}
