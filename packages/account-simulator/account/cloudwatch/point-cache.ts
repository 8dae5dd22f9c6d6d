/** A cached period: its value, null where there is no data point, undefined where it is not settled. */
export type SettledPoint = number | null | undefined;

const CHUNK_BITS = 6;
const CHUNK = 1 << CHUNK_BITS;

interface Chunk {
  readonly values: SettledPoint[];
  readonly dates: (Date | undefined)[];
}

/**
 * Settled data points by the number of their period, with the `Date` of each. Monitors ask for the same hour again and
 * again; under a faked clock a `Date` alone costs more than the look-up.
 */
export class PointCache {
  readonly #chunks = new Map<number, Chunk>();
  #last: Chunk | undefined;
  #lastNumber = Number.NaN;

  get(index: number): SettledPoint {
    return this.#chunk(index).values[index & (CHUNK - 1)];
  }

  set(index: number, value: number | null): void {
    this.#chunk(index).values[index & (CHUNK - 1)] = value;
  }

  /** The `Date` of a period that begins at `time`; shared, must not be changed. */
  date(index: number, time: number): Date {
    const { dates } = this.#chunk(index);
    let date = dates[index & (CHUNK - 1)];
    if (date === undefined) {
      date = new Date(time);
      dates[index & (CHUNK - 1)] = date;
    }
    return date;
  }

  #chunk(index: number): Chunk {
    const number = index >> CHUNK_BITS;
    if (number === this.#lastNumber && this.#last !== undefined) return this.#last;
    let chunk = this.#chunks.get(number);
    if (chunk === undefined) {
      chunk = { values: new Array(CHUNK).fill(undefined), dates: new Array(CHUNK).fill(undefined) };
      this.#chunks.set(number, chunk);
    }
    this.#last = chunk;
    this.#lastNumber = number;
    return chunk;
  }
}
