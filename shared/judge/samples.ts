/** What one version, or an alias, did in one minute or step. */
export interface MinuteCount {
  /** Its start, ms since the epoch. */
  readonly at: number;
  readonly requests: number;
  readonly errors: number;
  /** Requests that Lambda refused for want of concurrency, besides `requests`; absent where it refused none. */
  readonly throttled?: number;
  /** Requests whose duration is known; absent where no boundary was asked for. */
  readonly timed?: number;
  /** Those of them that were slower than the policy's boundary; absent where it names none. */
  readonly slow?: number;
  /** Those of them that were slower than each boundary of the usual durations; absent where none is known. */
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
