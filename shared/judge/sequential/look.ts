import type { Count } from './against.ts';
import type { Baseline, NormalRate, TimedCount } from './baseline.ts';
import type { Shift } from './clock.ts';

/** The durations, ms, against which both versions are measured. */
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
   * History of the alias; absent if there is none. For slow requests it counts those above the *control's* boundary. Above
   * 1.25 times of it, the new version's boundary, history has too few: a version at most 1.2 times as slow would be
   * condemned in 3 of 1,000 splits.
   */
  readonly baseline?: Baseline;
}

/** One kind of bad event of one function. */
export interface Metric {
  /** Equal for all functions of a release. */
  readonly name: string;
  /** Predicate of bad requests, after their number: `failed`, `were throttled`; `took`, before `over 250 ms`. */
  readonly verb: string;
  readonly family: 'errors' | 'slow' | 'throttles' | 'own';
  /**
   * One series. Slow requests have one for each boundary: the control counts requests above it, the new version those above
   * 1.25 times of it, so that a version up to so much slower is never condemned.
   */
  readonly series: readonly Series[];
  /** The tolerated rate; with little history, the normal rate is not below it. */
  readonly limit?: number;
  /** The team has set the limit, so it is also a bound by itself. */
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

/** A service that does not depend on the judged one, directly or indirectly, and is not being deployed. */
export interface ControlService {
  readonly service: string;
  readonly counts: readonly TimedCount[];
  readonly baseline?: Baseline;
}

/** Input of the sequential tests for a release at one look. Minutes may come in any order. */
export interface Look {
  readonly functions: readonly WatchedFunction[];
  /** Number of functions of the release; more than `functions` if each monitor sees only its own. */
  readonly functionsOfRelease?: number;
  readonly shifts: readonly Shift[];
  /** End of the last minute read, ms since the epoch. */
  readonly until: number;
  /** Minutes of cold starts that are not judged. 0 if a hook before the traffic warms the version up. */
  readonly warmUpMinutes?: number;
  /** Requests that stay together on one version: 1, or 3 to 10 if routing is not per request. */
  readonly cluster?: number;
  readonly controls?: readonly ControlService[];
  /** Whether every health check is healthy. */
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

/** The result of one test, in numbers for programs and words for people. */
export interface TestEvidence {
  readonly rule: SequentialRule;
  /** `breach` is evidence against the release, `clear` for it, `note` neither. */
  readonly finding: 'breach' | 'clear' | 'note';
  readonly metric: string;
  /** The boundary of the series with the strongest evidence; for slow requests. */
  readonly boundary?: Boundary;
  /** The version; absent if the evidence combines several. */
  readonly subject?: string;
  /** Natural logarithm of the evidence, weights included. */
  readonly logEvidence: number;
  /** Evidence from which the finding holds. */
  readonly threshold: number;
  /** The minutes whose rates are named: from the most likely beginning. ms since the epoch. */
  readonly from?: number;
  readonly to?: number;
  readonly released?: Count;
  /** The control in the same minutes; absent without one. */
  readonly control?: Count;
  readonly normal?: NormalRate;
  /** Weights of the evidence: the metric among metrics, the function among functions. */
  readonly weights?: { readonly metric: number; readonly functions: number };
  /** Other causes that the evidence excludes. */
  readonly ruledOut: readonly string[];
  readonly detail: string;
}

/** The verdict of one look. */
export interface LookVerdict {
  readonly verdict: 'healthy' | 'unhealthy' | 'insufficient';
  /** There is evidence against the release, but not enough to condemn it: the next look is in a minute. */
  readonly isSuspected: boolean;
  /** A person is called, although nothing is rolled back. */
  readonly needsPerson: boolean;
  /** The first breach, or why there is no verdict, or that there is no evidence against it. */
  readonly reason: string;
  readonly evidence: readonly TestEvidence[];
}
