/** A documented request limit: a bucket of tokens that refills in virtual time. */
export class TokenBucket {
  readonly #capacity: number;
  readonly #perSecond: number;
  #tokens: number;
  #at = Number.NEGATIVE_INFINITY;

  /** @param capacity requests at once; by default the requests of one second */
  constructor(perSecond: number, capacity = perSecond) {
    this.#capacity = capacity;
    this.#perSecond = perSecond;
    this.#tokens = capacity;
  }

  /** Takes a token at `now` (ms); false if none is left. */
  take(now: number): boolean {
    const refilled = Math.max(0, now - this.#at) * (this.#perSecond / 1000);
    this.#tokens = Math.min(this.#capacity, this.#tokens + refilled);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
