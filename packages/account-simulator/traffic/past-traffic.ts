import type { SeededRandom } from '../random/seeded-random.ts';
import type { Answers } from './behaviour.ts';
import { binomial } from './binomial.ts';
import { type Rate, requestsPerMinute } from './rate.ts';
import { MINUTE_MS } from './version-minute.ts';

/** CloudWatch keeps five-minute points for weeks and one-minute points for days. */
export const PAST_STEP_MS = 5 * MINUTE_MS;

/** Requests and errors on an alias over a time in its past. */
export interface PastCount {
  readonly requests: number;
  readonly errors: number;
}

/**
 * The requests of an alias before its first version was published here: the metrics of a service that has lived for weeks.
 * Steps of five minutes, all drawn at the first use: weeks take milliseconds.
 */
export class PastTraffic {
  /** The answers of the code during the whole past. */
  readonly answers: Answers;
  readonly #from: number;
  readonly #requests: Float64Array;
  readonly #errors: Float64Array;

  /** @param until end of the past, ms since the epoch; the step that contains it is left out */
  constructor(
    random: SeededRandom,
    { rate, answers, until, lengthMs }: { rate: Rate; answers: Answers; until: number; lengthMs: number },
  ) {
    const steps = Math.floor(lengthMs / PAST_STEP_MS);
    this.answers = answers;
    this.#from = (Math.floor(until / PAST_STEP_MS) - steps) * PAST_STEP_MS;
    this.#requests = new Float64Array(steps);
    this.#errors = new Float64Array(steps);
    for (let step = 0; step < steps; step += 1) {
      const middle = this.#from + (step + 0.5) * PAST_STEP_MS;
      const expected = (requestsPerMinute(rate, middle, until) * PAST_STEP_MS) / MINUTE_MS;
      const requests = random.poisson(expected);
      this.#requests[step] = requests;
      this.#errors[step] = binomial(random, requests, answers.errorRate);
    }
  }

  /** The requests and errors of the steps that begin in `[start, end)`, ms since the epoch. */
  count(start: number, end: number): PastCount {
    let requests = 0;
    let errors = 0;
    const first = Math.max(0, Math.ceil((start - this.#from) / PAST_STEP_MS));
    for (let step = first; this.#from + step * PAST_STEP_MS < end; step += 1) {
      requests += this.#requests[step] ?? 0;
      errors += this.#errors[step] ?? 0;
      if (step >= this.#requests.length) break;
    }
    return { requests, errors };
  }
}
