/** Counts of one version, or an alias, in one minute or step. */
export interface MinuteCount {
  /** Its start, ms since the epoch. */
  readonly at: number;
  readonly requests: number;
  readonly errors: number;
  /** Requests that Lambda refused for lack of concurrency, besides `requests`; absent if it refused none. */
  readonly throttled?: number;
  /** Requests with a known duration; absent if no boundary was asked for. */
  readonly timed?: number;
  /** Those slower than the policy's boundary; absent if it has none. */
  readonly slow?: number;
  /** Those slower than each boundary of the usual durations; absent if none is known. */
  readonly over?: readonly number[];
}

/** Sums minutes into one count. */
export function totalOf(minutes: readonly MinuteCount[]): {
  requests: number;
  errors: number;
  slow: number;
  minutes: number;
} {
  const total = { requests: 0, errors: 0, slow: 0, minutes: minutes.length };
  for (const minute of minutes) {
    total.requests += minute.requests;
    total.errors += minute.errors;
    total.slow += minute.slow ?? 0;
  }
  return total;
}
