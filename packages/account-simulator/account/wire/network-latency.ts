import type { SeededRandom } from '../../random/seeded-random.ts';

/** Median round trip of one call, in ms: a control-plane call takes longer than a table read. Estimates. */
const MEDIAN_MS: Readonly<Record<string, number>> = { dynamodb: 8, s3: 18, sns: 20, ssm: 16 };
const DEFAULT_MEDIAN_MS = 25;

/** Spread of the logarithm: 95 % of calls lie between a half and twice the median. */
const SIGMA = 0.35;
const MINIMUM_MS = 4;
const MAXIMUM_MS = 400;

/** Round-trip times of calls, log-normal about each service's median. */
export class NetworkLatency {
  readonly #random: SeededRandom;
  readonly #ofService = new Map<string, SeededRandom>();

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** The round-trip time of the next call of `service`, in whole ms. */
  draw(service: string): number {
    let random = this.#ofService.get(service);
    if (!random) {
      random = this.#random.fork(service);
      this.#ofService.set(service, random);
    }
    const median = MEDIAN_MS[service] ?? DEFAULT_MEDIAN_MS;
    const drawn = Math.round(median * Math.exp(SIGMA * random.normal()));
    return Math.min(MAXIMUM_MS, Math.max(MINIMUM_MS, drawn));
  }
}
