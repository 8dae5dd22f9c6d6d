import type { RetryStrategyConfiguration } from '@smithy/types';
import type { SeededRandom } from '../../random/seeded-random.ts';

/** Longest back-off of the SDK, in ms. */
const MAXIMUM_BACKOFF_MS = 20_000;

/** The used part of the SDK's standard retry strategy: its back-off, and the strategy inside the adaptive one. */
interface Strategy {
  retryBackoffStrategy?: unknown;
  standardRetryStrategy?: Strategy;
}

/**
 * A runtime extension that leaves a client its own retry strategy but draws the jitter of its back-off from `random` instead
 * of `Math.random`: uniform below `base · 2^attempt`, at most 20 s.
 *
 * Source: `DefaultRetryBackoffStrategy` of @smithy/core.
 */
export function seedRetries(random: SeededRandom): (client: RetryStrategyConfiguration) => void {
  let clients = 0;
  return (client) => {
    const jitter = random.fork(`client-${clients}`);
    clients += 1;
    const given = client.retryStrategy();
    let seeded: ReturnType<typeof given> | undefined;
    client.setRetryStrategy(() => {
      seeded ??= Promise.resolve(given()).then((strategy) => seed(strategy, jitter));
      return seeded;
    });
  };
}

function seed<T>(strategy: T, jitter: SeededRandom): T {
  const standard = (strategy as Strategy).standardRetryStrategy ?? (strategy as Strategy);
  if (standard.retryBackoffStrategy?.constructor.name === 'DefaultRetryBackoffStrategy') {
    standard.retryBackoffStrategy = new SeededBackoff(jitter);
  }
  return strategy;
}

class SeededBackoff {
  readonly #jitter: SeededRandom;
  #base = 0;

  constructor(jitter: SeededRandom) {
    this.#jitter = jitter;
  }

  /** Set by the strategy before each delay: longer after a throttle than after a failure. */
  setDelayBase(base: number): void {
    this.#base = base;
  }

  computeNextBackoffDelay(attempt: number): number {
    return Math.floor(this.#jitter.uniform() * Math.min(this.#base * 2 ** attempt, MAXIMUM_BACKOFF_MS));
  }
}
