/** What one version did in one minute. */
export interface MinuteCount {
  /** Start of the minute, ms since the epoch. */
  readonly at: number;
  readonly requests: number;
  readonly errors: number;
  /** Requests slower than the policy's boundary; absent where the policy names none. */
  readonly slow?: number;
}

/** Consecutive minutes pooled until they hold enough requests to be worth judging. */
export interface Sample {
  readonly requests: number;
  readonly errors: number;
  readonly slow: number;
  /** Start of the first minute, ms since the epoch. */
  readonly from: number;
  /** Number of minutes that had requests. */
  readonly minutes: number;
}

/**
 * Pools minutes, oldest first, into samples of at least `atLeast` requests.
 *
 * Thin traffic gives fewer, longer samples instead of rates of one in two; what is left at the end, too thin to
 * be a sample, is left out until more arrives.
 */
export function poolMinutes(minutes: readonly MinuteCount[], atLeast: number): Sample[] {
  const samples: Sample[] = [];
  let open: Sample | undefined;
  for (const minute of minutes) {
    if (minute.requests <= 0) continue;
    open = {
      requests: (open?.requests ?? 0) + minute.requests,
      errors: (open?.errors ?? 0) + minute.errors,
      slow: (open?.slow ?? 0) + (minute.slow ?? 0),
      from: open?.from ?? minute.at,
      minutes: (open?.minutes ?? 0) + 1,
    };
    if (open.requests >= atLeast) {
      samples.push(open);
      open = undefined;
    }
  }
  return samples;
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
