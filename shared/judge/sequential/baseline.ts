import { against, type Count, type Normal } from './against.ts';
import { evidencePath } from './evidence-path.ts';
import { condemns } from './thresholds.ts';

export const minuteMs = 60_000;
export const hourMs = 3_600_000;
/** CloudWatch keeps points of five minutes for 63 days, of one minute for 15 only. */
export const historyStepMs = 300_000;
const stepsOfHour = hourMs / historyStepMs;

/** Counts of a service in one step that begins at `at`, ms since the epoch. */
export interface TimedCount extends Count {
  readonly at: number;
}

/** A span of time, ms since the epoch: from `from` on, before `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Steps of five minutes, as CloudWatch returned them: steps without requests may be missing. */
export interface History extends Span {
  readonly steps: readonly TimedCount[];
  /** Spans of incidents and bad releases, which were not normal. */
  readonly leftOut?: readonly Span[];
}

/** Sums over hours that determine the highest normal rate. They are additive: more hours are a sum. */
export interface HourSums {
  /** Hours that had requests. */
  readonly hours: number;
  readonly requests: number;
  readonly bad: number;
  readonly requestsSquared: number;
  /** Sum of bad² / requests. */
  readonly badSquaredPerRequest: number;
}

/** Summary of the history of one kind of bad event; about thirty numbers, kept with the release. */
export interface Baseline extends HourSums {
  /** Number of bad events that come together, at least 1. */
  readonly clustering: number;
  /** Factor on the normal rate with which the history is quiet under the test itself. */
  readonly backtestFactor: number;
  /** Beginnings of the watches that need this factor, ms since the epoch. */
  readonly bursts: readonly number[];
  /** Weight of a request by hour of the day (UTC); absent if hours are not distinguished. */
  readonly hourFactors?: readonly number[] | undefined;
}

/** The 99.9 % point of a normal distribution. */
const z999 = 3.09;

/**
 * The 99.9 % point of a gamma distribution (Wilson, Hilferty, *The distribution of chi-square*, 1931).
 *
 * With the 99 % point, up to 0.14 % of healthy watches were condemned if hours differ.
 */
export function gammaBound(shape: number, rate: number): number {
  const root = 1 - 1 / (9 * shape) + z999 / (3 * Math.sqrt(shape));
  return (shape / rate) * Math.max(0, root) ** 3;
}

/** Sums of hours. */
export function sumHours(hours: readonly Count[]): HourSums {
  const busy = hours.filter(({ requests }) => requests > 0);
  const total = (of: (hour: Count) => number): number => busy.reduce((sum, hour) => sum + of(hour), 0);
  return {
    hours: busy.length,
    requests: total(({ requests }) => requests),
    bad: total(({ bad }) => bad),
    requestsSquared: total(({ requests }) => requests ** 2),
    badSquaredPerRequest: total(({ requests, bad }) => bad ** 2 / requests),
  };
}

/** The sums of two groups of hours. */
export function addHours(a: HourSums, b: HourSums): HourSums {
  return {
    hours: a.hours + b.hours,
    requests: a.requests + b.requests,
    bad: a.bad + b.bad,
    requestsSquared: a.requestsSquared + b.requestsSquared,
    badSquaredPerRequest: a.badSquaredPerRequest + b.badSquaredPerRequest,
  };
}

/**
 * The rate that a service does not exceed in 999 of 1,000 hours, from the mean and the spread of its hours; 1 without hours.
 *
 * It bounds hours, not their mean: a level that drifts by 1 % a day stays below it. If nearly all bad events fell into one
 * hour, the approximation of the gamma distribution ends at 0; the bound is never below that of equal hours.
 */
export function highestNormalRate({
  hours,
  requests,
  bad,
  requestsSquared,
  badSquaredPerRequest,
}: HourSums): number {
  if (hours === 0) return 1;
  const mean = (bad + 0.5) / requests;
  const spread = badSquaredPerRequest - 2 * mean * bad + mean ** 2 * requests;
  const independent = requests - requestsSquared / requests;
  const between = hours === 1 ? 0 : Math.max(0, (spread - (hours - 1) * mean) / independent);
  const boundOf = (variance: number): number => {
    const shape = mean ** 2 / variance;
    return gammaBound(shape, shape / mean);
  };
  return Math.min(1, Math.max(boundOf(between + mean / requests), boundOf(mean / requests)));
}

/**
 * Number of bad events that come together: the spread of five-minute steps within their hours, divided by the spread if each
 * event came alone; at least 1.
 *
 * @param hours complete hours, each with its steps; steps without requests may be missing
 */
export function clusteringOf(hours: readonly (readonly Count[])[]): number {
  let spread = 0;
  let expected = 0;
  for (const steps of hours) {
    const requests = steps.reduce((sum, step) => sum + step.requests, 0);
    const bad = steps.reduce((sum, step) => sum + step.bad, 0);
    if (requests === 0) continue;
    expected += bad;
    for (const step of steps) spread += (step.bad - (step.requests * bad) / requests) ** 2;
  }
  if (expected === 0) return 1;
  return Math.max(1, ((spread / expected) * stepsOfHour) / (stepsOfHour - 1));
}

/** Bad events, expected and found, added to each hour of the day: an hour with few is weak evidence. */
const hourPrior = 10;

/**
 * Factor by which a request of each hour of the day (UTC) brings more bad events than the average request. Multiplying
 * counts of requests by it takes the daily curve out of a rate.
 */
export function hourFactors(steps: readonly TimedCount[]): number[] {
  const requests = new Array<number>(24).fill(0);
  const bad = new Array<number>(24).fill(0);
  for (const step of steps) {
    const hour = hourOfDay(step.at);
    requests[hour] = (requests[hour] as number) + step.requests;
    bad[hour] = (bad[hour] as number) + step.bad;
  }
  const all = requests.reduce((sum, value) => sum + value, 0);
  if (all === 0) return requests.map(() => 1);
  const mean = (bad.reduce((sum, value) => sum + value, 0) + 0.5) / all;
  return requests.map((value, hour) => ((bad[hour] as number) + hourPrior) / (mean * value + hourPrior));
}

/** A count with its requests scaled for their hour. */
export function scaleForHour<T extends TimedCount>(count: T, factors: readonly number[] | undefined): T {
  if (!factors) return count;
  return { ...count, requests: count.requests * (factors[hourOfDay(count.at)] ?? 1) };
}

function hourOfDay(at: number): number {
  return Math.floor(at / hourMs) % 24;
}

/** Length of a watch in the backtest: that of most bakes. */
const watchMs = 2 * hourMs;

/** Factors on the normal rate: a service beyond the largest has no normal rate. */
export const backtestFactors = [1, 1.5, 2, 3, 5, 8, 12, 20, 30, 50, 100] as const;

/**
 * Cuts the history into watches and judges each by the test that will judge the release. Returns the first factor with which
 * the normal rate condemns none of them, and the watches that the rate itself would have condemned. If the largest factor is
 * too small, the factor makes anything normal.
 */
export function backtest(
  { from, to, steps, leftOut = [] }: History,
  { rate, clustering = 1 }: Normal,
): { readonly factor: number; readonly bursts: readonly number[] } {
  const length = watchMs / historyStepMs;
  const watches = new Map<number, Count[]>();
  for (const step of steps) {
    const index = Math.floor((step.at - from) / historyStepMs);
    const watch = Math.floor(index / length);
    const began = from + watch * watchMs;
    if (index < 0 || began + watchMs > to) continue;
    if (leftOut.some((span) => span.from < began + watchMs && span.to > began)) continue;
    const counts = watches.get(began) ?? Array.from({ length }, () => ({ requests: 0, bad: 0 }));
    counts[index % length] = step;
    watches.set(began, counts);
  }
  const isLoud = (counts: readonly Count[], factor: number): boolean =>
    evidencePath(against(counts, { rate: factor * rate, clustering })).some(
      (log) => log >= Math.log(condemns),
    );
  // A higher rate never makes a watch louder: only watches still loud under one factor meet the next.
  let loud = [...watches].filter(([, counts]) => isLoud(counts, 1));
  const bursts = loud.map(([began]) => began).sort((a, b) => a - b);
  for (const factor of backtestFactors) {
    if (factor > 1) loud = loud.filter(([, counts]) => isLoud(counts, factor));
    if (loud.length === 0) return { factor, bursts };
  }
  return { factor: Math.ceil(1 / rate), bursts };
}

/**
 * Summary of the history of an alias for one kind of bad event: read once, when a deployment opens.
 *
 * @param options `hoursOfDay`: whether requests are scaled for their hour of the day
 */
export function baselineOf(
  history: History,
  { hoursOfDay = true }: { readonly hoursOfDay?: boolean } = {},
): Baseline {
  const { from, to, leftOut = [] } = history;
  const kept = history.steps.filter(
    ({ at }) =>
      at >= from &&
      at + historyStepMs <= to &&
      !leftOut.some((span) => span.from < at + historyStepMs && span.to > at),
  );
  const factors = hoursOfDay ? hourFactors(kept) : undefined;
  const steps = kept.map((step) => scaleForHour(step, factors));
  const hours = new Map<number, TimedCount[]>();
  for (const step of steps) {
    const hour = Math.floor(step.at / hourMs) * hourMs;
    const already = hours.get(hour);
    if (already) already.push(step);
    else hours.set(hour, [step]);
  }
  const sums = sumHours(
    [...hours.values()].map((parts) => ({
      requests: parts.reduce((sum, { requests }) => sum + requests, 0),
      bad: parts.reduce((sum, { bad }) => sum + bad, 0),
    })),
  );
  const isWhole = (hour: number): boolean =>
    hour >= from &&
    hour + hourMs <= to &&
    !leftOut.some((span) => span.from < hour + hourMs && span.to > hour);
  const clustering = clusteringOf([...hours].filter(([hour]) => isWhole(hour)).map(([, parts]) => parts));
  const { factor, bursts } = backtest(
    { from, to, steps, leftOut },
    { rate: highestNormalRate(sums), clustering },
  );
  return {
    ...sums,
    clustering,
    backtestFactor: factor,
    bursts,
    ...(factors && { hourFactors: factors }),
  };
}

/** Hours from which on a history covers every hour of the day. */
const fewestHours = 24;
/** Expected bad events at the limit: if none occurs, the rate is below the limit with 95 % (rule of three). */
const fewestBadAtLimit = 3;

/** The rate that a version is tested against, and its basis. */
export interface NormalRate extends Required<Normal> {
  readonly backtestFactor: number;
  readonly bursts: readonly number[];
  readonly hourFactors?: readonly number[];
  /** `history`: enough hours and requests. `little-history`: not below the limit. `limit`: nothing else is known. */
  readonly source: 'history' | 'little-history' | 'limit';
  readonly hours: number;
  readonly requests: number;
}

/**
 * The rate for *against*; undefined without history and limit.
 *
 * @param limit the team's bound; with little history the rate is not below it
 * @param control minutes of the control of this split; they complete a history that is too short
 * @param cluster requests that stay together, by the policy
 */
export function normalRate(
  baseline: Baseline | undefined,
  {
    limit,
    control = [],
    cluster = 1,
  }: { readonly limit?: number; readonly control?: readonly TimedCount[]; readonly cluster?: number } = {},
): NormalRate | undefined {
  const clustering = Math.max(cluster, baseline?.clustering ?? 1);
  const backtestFactor = baseline?.backtestFactor ?? 1;
  const known = {
    clustering,
    backtestFactor,
    bursts: baseline?.bursts ?? [],
    ...(baseline?.hourFactors && { hourFactors: baseline.hourFactors }),
  };
  const enough = limit ? fewestBadAtLimit / limit : 0;
  if (baseline && baseline.hours >= fewestHours && baseline.requests >= enough) {
    const { hours, requests } = baseline;
    const rate = Math.min(1, highestNormalRate(baseline) * backtestFactor);
    return { ...known, rate, source: 'history', hours, requests };
  }
  if (limit === undefined) return undefined;
  const ofControl = new Map<number, { requests: number; bad: number }>();
  for (const minute of control) {
    const { at, requests, bad } = scaleForHour(minute, baseline?.hourFactors);
    const hour = Math.floor(at / hourMs);
    const sum = ofControl.get(hour) ?? { requests: 0, bad: 0 };
    ofControl.set(hour, { requests: sum.requests + requests, bad: sum.bad + bad });
  }
  const controlSums = sumHours([...ofControl.values()]);
  const sums = baseline ? addHours(baseline, controlSums) : controlSums;
  const { hours, requests } = sums;
  if (hours === 0) return { ...known, rate: limit, source: 'limit', hours, requests };
  const rate = Math.min(1, Math.max(limit, highestNormalRate(sums) * backtestFactor));
  return { ...known, rate, source: 'little-history', hours, requests };
}
