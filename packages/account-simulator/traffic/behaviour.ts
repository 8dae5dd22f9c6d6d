/** Error rate, throttling and latency of a version's code. */
export interface Answers {
  /** Part of the requests that end in a function error, 0 to 1. */
  readonly errorRate: number;
  /** Part of the requests that Lambda refuses for lack of concurrency, 0 to 1; 0 by default. */
  readonly throttleRate?: number;
  /** Median duration, in ms. */
  readonly latencyMs: number;
  /** Sigma of the log-normal durations; 0.3 puts the 99th percentile at twice the median. */
  readonly latencySpread: number;
  /** Declared by the scenario: a version with these answers should be rolled back. */
  readonly bad?: boolean;
}

/**
 * A time during which a version answers differently. All given conditions must hold; absent members are those of the {@link
 * Behaviour} that contains the phase.
 */
export interface Phase extends Partial<Answers> {
  /** The start of `from` and `until`: the start of the rehearsal, or the version's first traffic. */
  readonly since?: 'start' | 'release';
  /** ms, included. */
  readonly from?: number;
  /** ms, excluded. */
  readonly until?: number;
  /** On for the first `forMs` of each `periodMs`, counted from the same start as `from`. */
  readonly every?: { readonly periodMs: number; readonly forMs: number };
  /** Only while the version has at least this part of its alias's traffic, 0 to 1. */
  readonly minShare?: number;
  /** Only at these times, ms since the epoch. */
  readonly when?: (at: number) => boolean;
  /**
   * The part of the requests that the phase applies to, 0 to 1, at a time in ms since the epoch; the others fail as without
   * the phase. The phase does not hold where the part is 0.
   */
  readonly part?: (at: number) => number;
  /** Only while another function's version has at least `minShare` (default: any) of its alias's traffic. */
  readonly beside?: {
    readonly functionName: string;
    readonly alias: string;
    readonly version: string;
    readonly minShare?: number;
  };
}

/** The answers of a version's code, with its phases: the first phase whose conditions hold applies. */
export interface Behaviour extends Answers {
  readonly phases?: readonly Phase[];
}

/** The time and traffic against which a phase's conditions are checked. */
export interface Moment {
  /** ms since the epoch */
  readonly at: number;
  readonly sinceStartMs: number;
  readonly sinceReleaseMs: number;
  /** The version's part of its alias's traffic. */
  readonly share: number;
  /** The part of any alias's traffic that a version has at this moment. */
  shareOf(functionName: string, alias: string, version: string): number;
}

/** The answers of the code at a moment. */
export function answersAt(behaviour: Behaviour, moment: Moment): Answers {
  if (behaviour.phases === undefined) return behaviour;
  const phase = behaviour.phases.find((candidate) => holds(candidate, moment));
  if (phase === undefined) return behaviour;
  const { errorRate = behaviour.errorRate } = phase;
  const part = phase.part?.(moment.at) ?? 1;
  return { ...behaviour, ...phase, errorRate: part * errorRate + (1 - part) * behaviour.errorRate };
}

function holds(phase: Phase, moment: Moment): boolean {
  const elapsed = phase.since === 'release' ? moment.sinceReleaseMs : moment.sinceStartMs;
  if (phase.from !== undefined && elapsed < phase.from) return false;
  if (phase.until !== undefined && elapsed >= phase.until) return false;
  if (phase.when && !phase.when(moment.at)) return false;
  if (phase.part?.(moment.at) === 0) return false;
  if (phase.minShare !== undefined && moment.share < phase.minShare) return false;
  if (phase.every !== undefined) {
    const { periodMs, forMs } = phase.every;
    const into = elapsed - (phase.from ?? 0);
    if (into - Math.floor(into / periodMs) * periodMs >= forMs) return false;
  }
  if (phase.beside !== undefined) {
    const { functionName, alias, version, minShare } = phase.beside;
    const share = moment.shareOf(functionName, alias, version);
    if (share <= 0 || share < (minShare ?? 0)) return false;
  }
  return true;
}

/** Throws for a behaviour with an invalid member, and names the member. */
export function assertBehaviour(behaviour: Behaviour, of: string): void {
  for (const answers of [behaviour, ...(behaviour.phases ?? [])]) {
    const { errorRate, latencyMs, latencySpread, throttleRate = 0 } = { ...behaviour, ...answers };
    if (!(throttleRate >= 0 && throttleRate <= 1))
      throw new RangeError(`${of}: throttleRate ${throttleRate} is not in 0..1`);
    if (!(errorRate >= 0 && errorRate <= 1))
      throw new RangeError(`${of}: errorRate ${errorRate} is not in 0..1`);
    if (!(latencyMs > 0)) throw new RangeError(`${of}: latencyMs ${latencyMs} is not above 0`);
    if (!(latencySpread >= 0)) throw new RangeError(`${of}: latencySpread ${latencySpread} is below 0`);
  }
  for (const { every } of behaviour.phases ?? []) {
    if (every && !(every.periodMs > 0)) throw new RangeError(`${of}: every.periodMs must be above 0`);
  }
}
