/** How code answers requests. */
export interface Answers {
  /** Part of the requests that end in a function error, 0 to 1. */
  readonly errorRate: number;
  /** Part of the requests that Lambda refuses for want of concurrency, 0 to 1; none where it is left out. */
  readonly throttleRate?: number;
  /** Median duration, in ms. */
  readonly latencyMs: number;
  /** Sigma of the log-normal durations; 0.3 puts the 99th percentile at twice the median. */
  readonly latencySpread: number;
  /** Declared by the scenario: code that answers like this should be rolled back. */
  readonly bad?: boolean;
}

/**
 * When the code of a version answers otherwise. Every condition that is given has to hold; what is not given
 * is as in the {@link Behaviour} it belongs to.
 */
export interface Phase extends Partial<Answers> {
  /** What `from` and `until` count from: the start of the rehearsal, or the version's first traffic. */
  readonly since?: 'start' | 'release';
  /** ms, included. */
  readonly from?: number;
  /** ms, excluded. */
  readonly until?: number;
  /** On for the first `forMs` of each `periodMs`, counted as `from` is. */
  readonly every?: { readonly periodMs: number; readonly forMs: number };
  /** Only while the version has at least this part of its alias's traffic, 0 to 1. */
  readonly minShare?: number;
  /** Only at these times, ms since the epoch. */
  readonly when?: (at: number) => boolean;
  /**
   * The part of the requests that answer so, 0 to 1, at a time in ms since the epoch; the others fail as without the
   * phase. The phase does not hold where it is 0.
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

/** How a version's code answers, and when it changes: the first phase whose conditions hold decides. */
export interface Behaviour extends Answers {
  readonly phases?: readonly Phase[];
}

/** What a phase's conditions are held against. */
export interface Moment {
  /** ms since the epoch */
  readonly at: number;
  readonly sinceStartMs: number;
  readonly sinceReleaseMs: number;
  /** The version's part of its alias's traffic. */
  readonly share: number;
  /** The part of the traffic of any alias that a version has at this moment. */
  shareOf(functionName: string, alias: string, version: string): number;
}

/** How the code answers at a moment. */
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

/** Refuses a behaviour that means nothing, naming the member. */
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
