import type { SeededRandom } from '../random/seeded-random.ts';
import type { Answers } from './behaviour.ts';
import { binomial } from './binomial.ts';
import type { LatencyCounts, LatencyModel } from './latency.ts';

/** A minute consists of slots, so that a minute that is not over yet can be read in part. */
export const SLOT_MS = 10_000;
export const MINUTE_MS = 60_000;
export const SLOTS_PER_MINUTE = MINUTE_MS / SLOT_MS;

/** The answers of a version in the slots of one minute that are over. */
export class VersionMinute {
  readonly version: string;
  /** The time at which the minute begins, ms since the epoch. */
  readonly minute: number;
  /** Requests that were answered, by slot. */
  readonly invocations: number[] = [];
  /** Requests that were throttled, by slot. */
  readonly throttles: number[] = [];
  /** Requests that ended in an error, by slot. */
  readonly errors: number[] = [];
  readonly #random: SeededRandom;
  readonly #models: (answers: Answers) => LatencyModel;
  readonly #answers: Answers[] = [];
  #throttleRandom: SeededRandom | undefined;
  #errorRandom: SeededRandom | undefined;
  #latencyRandom: SeededRandom | undefined;
  readonly #latency: LatencyCounts[] = [];

  constructor(
    version: string,
    minute: number,
    random: SeededRandom,
    models: (answers: Answers) => LatencyModel,
  ) {
    this.version = version;
    this.minute = minute;
    this.#random = random;
    this.#models = models;
  }

  /** Adds the next slot with `requests` requests. */
  answer(requests: number, answers: Answers): void {
    const throttled = this.#throttled(requests, answers);
    const served = requests - throttled;
    this.invocations.push(served);
    this.throttles.push(throttled);
    this.#answers.push(answers);
    if (served === 0 || answers.errorRate === 0) {
      this.errors.push(0);
      return;
    }
    this.#errorRandom ??= this.#random.fork('errors');
    this.errors.push(binomial(this.#errorRandom, served, answers.errorRate));
  }

  #throttled(requests: number, { throttleRate = 0 }: Answers): number {
    if (requests === 0 || throttleRate === 0) return 0;
    this.#throttleRandom ??= this.#random.fork('throttles');
    return binomial(this.#throttleRandom, requests, throttleRate);
  }

  /** The durations of a slot's requests; drawn when first asked for, always in the order of the slots. */
  latency(slot: number): LatencyCounts {
    this.#latencyRandom ??= this.#random.fork('latency');
    while (this.#latency.length <= slot) {
      const next = this.#latency.length;
      const answers = this.#answers[next];
      if (answers === undefined) throw new RangeError(`slot ${slot} is not over yet`);
      this.#latency.push(this.#models(answers).draw(this.#latencyRandom, this.invocations[next] as number));
    }
    return this.#latency[slot] as LatencyCounts;
  }
}
