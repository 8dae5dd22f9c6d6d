import type { Count } from './against.ts';
import type { Baseline, NormalRate, TimedCount } from './baseline.ts';
import type { Shift } from './clock.ts';

/** The durations, ms, that both versions are held to. */
export interface Boundary {
  readonly released: number;
  readonly control: number;
}

/** One count of bad events out of all requests, of the new version and of its control, minute by minute. */
export interface Series {
  /** The durations, ms, over which requests are counted as bad. */
  readonly boundary?: Boundary;
  readonly released: readonly TimedCount[];
  readonly control: readonly TimedCount[];
  /**
   * What the history of the alias says; absent where there is none. For slow requests it is the history of those above the
   * boundary that the *control* is held to. Above 1.25 times of it, as the new version is counted, history has too few: a
   * version at most 1.2 times as slow would be condemned in 3 of 1,000 splits.
   */
  readonly baseline?: Baseline;
}

/** One kind of bad event of one function. */
export interface Metric {
  /** The same for all functions of a release. */
  readonly name: string;
  /** What a bad request did, after its number: `failed`, `were throttled`; `took`, before `over 250 ms`. */
  readonly verb: string;
  readonly family: 'errors' | 'slow' | 'throttles' | 'own';
  /**
   * One series. Slow requests have one for each boundary: the control counts what is above it, the new version what is above
   * 1.25 times of it, so that a version up to so much slower is never condemned.
   */
  readonly series: readonly Series[];
  /** The rate that is borne at most; with little history, the normal rate is not below it. */
  readonly limit?: number;
  /** The team has set the limit: it is a bound of its own. */
  readonly isLimitSet?: boolean;
  /** How many times as bad as its control a version may be. */
  readonly tolerance?: number;
}

/** One function of a release. */
export interface WatchedFunction {
  /** The version, as evidence and mails name it. */
  readonly name: string;
  readonly metrics: readonly Metric[];
}

/** A service that does not depend on the judged one, directly or not, and is not being deployed. */
export interface ControlService {
  readonly service: string;
  readonly counts: readonly TimedCount[];
  readonly baseline?: Baseline;
}

/** Everything that the sequential tests see of a release at one look. Minutes may come in any order. */
export interface Look {
  readonly functions: readonly WatchedFunction[];
  /** Functions of the release; more than `functions` where their monitors each see only their own. */
  readonly functionsOfRelease?: number;
  readonly shifts: readonly Shift[];
  /** End of the last minute whose metrics were read, ms since the epoch. */
  readonly until: number;
  /** Minutes of cold starts that are not judged. 0 where a hook before the traffic warms the version. */
  readonly warmUpMinutes?: number;
  /** Requests that stay together on one version: 1, or 3 to 10 where routing is not per request. */
  readonly cluster?: number;
  readonly controls?: readonly ControlService[];
  /** Whether every health check says healthy. */
  readonly isHealthyByChecks?: boolean;
}

/** The tests, as evidence names them. */
export type SequentialRule =
  | 'compared-with-control'
  | 'above-normal-while-split'
  | 'above-normal'
  | 'above-limit'
  | 'nothing-works'
  | 'shared-cause'
  | 'attributed-elsewhere'
  | 'proved-healthy';

/** What one test says, in numbers that a program can check and words that a person can read. */
export interface TestEvidence {
  readonly rule: SequentialRule;
  /** `breach` speaks against the release, `clear` for it, `note` for neither. */
  readonly finding: 'breach' | 'clear' | 'note';
  readonly metric: string;
  /** The boundary of the series that says most; of slow requests. */
  readonly boundary?: Boundary;
  /** The version; absent where the evidence is of several together. */
  readonly subject?: string;
  /** Natural logarithm of the evidence, weights included. */
  readonly logEvidence: number;
  /** Evidence from which on the finding holds. */
  readonly threshold: number;
  /** The minutes whose rates are named: from when it most likely began. ms since the epoch. */
  readonly from?: number;
  readonly to?: number;
  readonly released?: Count;
  /** The control in the same minutes; absent without one. */
  readonly control?: Count;
  readonly normal?: NormalRate;
  /** How the evidence was weighed: the metric among metrics, the function among functions. */
  readonly weights?: { readonly metric: number; readonly functions: number };
  /** Other causes that the evidence excludes. */
  readonly ruledOut: readonly string[];
  readonly detail: string;
}

/** The verdict of one look. */
export interface LookVerdict {
  readonly verdict: 'healthy' | 'unhealthy' | 'insufficient';
  /** Something speaks against the release, not enough to condemn it: the next look is in a minute. */
  readonly isSuspected: boolean;
  /** A person is called, although nothing is rolled back. */
  readonly needsPerson: boolean;
  /** The first breach, or why there is no verdict, or that nothing speaks against it. */
  readonly reason: string;
  readonly evidence: readonly TestEvidence[];
}
