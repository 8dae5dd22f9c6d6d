import type { Dimension } from '@aws-sdk/client-cloudwatch';
import { LATENCY_VALUES } from '../../traffic/latency.ts';
import { PAST_STEP_MS, type PastTraffic } from '../../traffic/past-traffic.ts';
import type { Traffic } from '../../traffic/traffic.ts';
import { MINUTE_MS, SLOT_MS, SLOTS_PER_MINUTE, type VersionMinute } from '../../traffic/version-minute.ts';
import { AwsError } from '../service.ts';
import { PointCache } from './point-cache.ts';
import { parseStatistic, type Samples, type Statistic } from './statistic.ts';
import type { MinuteVisibility, Visibility } from './visibility.ts';

/** The simulated metrics of AWS/Lambda, with the unit in which Lambda sends them. */
export const LAMBDA_METRIC_UNITS: Readonly<Record<string, string>> = {
  Invocations: 'Count',
  Errors: 'Count',
  Throttles: 'Count',
  Duration: 'Milliseconds',
};

/** One metric as CloudWatch stores it. */
export interface MetricSeries {
  /** Reads the metric's data points for a statistic and a period (ms, whole minutes). */
  reader(statistic: string, periodMs: number): PointReader;
}

/** The data points of a metric for one statistic and period. */
export interface PointReader {
  /**
   * The data point over `[start, end)` (ms since the epoch, whole minutes, at most a period) as it is visible now, or
   * undefined if there is none.
   */
  value(start: number, end: number): number | undefined;
  /** The `Date` of a data point's start; shared, not to be changed. */
  date(start: number): Date;
}

/** Whether Lambda sends metrics by ExecutedVersion for requests on an alias even while the alias has no weights. */
export type VersionMetrics = 'only-with-weights' | 'always';

/** The requests that a series counts. */
interface Selection {
  readonly functionName: string;
  readonly alias?: string;
  readonly version?: string;
}

/**
 * The metrics that Lambda sends to CloudWatch, made from the simulated traffic (Lambda Developer Guide, "Types of metrics
 * for Lambda functions").
 *
 * Each invocation is one sample: Invocations 1, Errors 0 or 1, Throttles 0, Duration in ms; a throttled request is a sample
 * of Throttles alone, 1. So the Average of Errors is the error rate, and a minute without invocations has no data point at
 * all.
 *
 * Unverified on AWS: the guide shows ExecutedVersion for aliases with weights and does not mention others. Both answers can
 * be played ({@link VersionMetrics}).
 */
export class LambdaMetrics {
  readonly #now: () => number;
  readonly #traffic: Traffic;
  readonly #visibility: Visibility;
  readonly #options: { readonly versionMetrics?: VersionMetrics };
  readonly #seen = new WeakMap<VersionMinute, MinuteVisibility>();
  readonly #series = new Map<string, LambdaSeries>();
  /** The `Date` of each minute that was ever read; shared, must not be changed. */
  readonly dates = new PointCache();

  constructor(options: {
    now: () => number;
    traffic: Traffic;
    visibility: Visibility;
    versionMetrics?: VersionMetrics;
  }) {
    this.#now = options.now;
    this.#traffic = options.traffic;
    this.#visibility = options.visibility;
    this.#options = options;
  }

  /**
   * The series of a metric, or undefined where there is no data: a function without traffic, dimensions that Lambda does not
   * use (CloudWatch finds no data for them either), a custom namespace.
   *
   * @throws AwsError for other AWS namespaces and Lambda metrics, whose data points are not simulated
   */
  series(namespace: string, metricName: string, dimensions: readonly Dimension[]): MetricSeries | undefined {
    if (namespace !== 'AWS/Lambda') {
      if (!namespace.startsWith('AWS/')) return undefined;
      throw new AwsError(
        'InvalidParameterValueException',
        `The rehearsal does not simulate the metrics of ${namespace}.`,
      );
    }
    if (!(metricName in LAMBDA_METRIC_UNITS)) {
      throw new AwsError(
        'InvalidParameterValueException',
        `The rehearsal does not simulate the metric ${metricName} of AWS/Lambda.`,
      );
    }
    const selection = select(dimensions);
    if (selection === undefined) return undefined;
    const { functionName, alias, version } = selection;
    const key = `${metricName}/${functionName}:${alias ?? ''}:${version ?? ''}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      // Read again each time: a function may get aliases later.
      const aliases = () => this.#traffic.aliases(functionName).filter((name) => name === (alias ?? name));
      series = new LambdaSeries(this, metricName, functionName, aliases, version);
      this.#series.set(key, series);
    }
    return series;
  }

  /** The arrived part of a minute: the number of its slots, and whether more may come. */
  arrived(functionName: string, minute: VersionMinute): { slots: number; settled: boolean } {
    let visibility = this.#seen.get(minute);
    if (visibility === undefined) {
      visibility = this.#visibility(functionName, minute.version, minute.minute);
      this.#seen.set(minute, visibility);
    }
    const { delayMs, portion = 1 } = visibility;
    const total = Math.round(portion * SLOTS_PER_MINUTE);
    const overSince = this.#now() - delayMs - minute.minute;
    const slots = Math.max(0, Math.min(total, Math.floor(overSince / SLOT_MS)));
    return { slots, settled: slots === total || delayMs === Number.POSITIVE_INFINITY };
  }

  past(functionName: string, alias: string): PastTraffic | undefined {
    return this.#traffic.past(functionName, alias);
  }

  durations({ answers }: PastTraffic, requests: number): Float64Array {
    return this.#traffic.expectedDurations(answers, requests);
  }

  beganAt(functionName: string, alias: string): number | undefined {
    return this.#traffic.beganAt(functionName, alias);
  }

  minutes(functionName: string, alias: string, minute: number): readonly VersionMinute[] {
    return this.#traffic.minute(functionName, alias, minute);
  }

  /** Whether the requests of a slot are counted by version too. */
  countsVersions(functionName: string, alias: string, slotStart: number): boolean {
    if ((this.#options.versionMetrics ?? 'always') === 'always') return true;
    return this.#traffic.isSplit(functionName, alias, slotStart, slotStart + SLOT_MS);
  }

  isOver(time: number): boolean {
    return time <= this.#now();
  }
}

class LambdaSeries implements MetricSeries {
  readonly #metrics: LambdaMetrics;
  readonly #metricName: string;
  readonly #functionName: string;
  readonly #aliases: () => readonly string[];
  readonly #version: string | undefined;
  readonly #readers = new Map<string, PointReader>();
  #began: number | undefined;

  constructor(
    metrics: LambdaMetrics,
    metricName: string,
    functionName: string,
    aliases: () => readonly string[],
    version: string | undefined,
  ) {
    this.#metrics = metrics;
    this.#metricName = metricName;
    this.#functionName = functionName;
    this.#aliases = aliases;
    this.#version = version;
  }

  reader(statistic: string, periodMs: number): PointReader {
    const key = `${statistic}/${periodMs}`;
    let reader = this.#readers.get(key);
    if (reader === undefined) {
      const compute = parseStatistic(statistic);
      const settled = new PointCache();
      const { dates } = this.#metrics;
      const past = this.#pastReader(statistic, compute);
      reader = {
        value: (start, end) => {
          // Callers ask for a long history, most of it from before the first version.
          if (end <= this.#beganAt()) return periodMs % PAST_STEP_MS === 0 ? past(start, end) : undefined;
          const index = start / MINUTE_MS;
          const whole = end - start === periodMs;
          const known = whole ? settled.get(index) : undefined;
          if (known !== undefined) return known ?? undefined;
          const collected = new Collected(this.#metricName);
          const isSettled = this.#collect(collected, start, end);
          const value = collected.requests === 0 ? undefined : compute(collected.samples());
          if (whole && isSettled) settled.set(index, value ?? null);
          return value;
        },
        date: (start) => dates.date(start / MINUTE_MS, start),
      };
      this.#readers.set(key, reader);
    }
    return reader;
  }

  /** Only all versions together, in periods of whole steps: older data has no finer resolution. */
  #pastReader(statistic: string, compute: Statistic): (start: number, end: number) => number | undefined {
    if (this.#version !== undefined) return () => undefined;
    const pasts = new Map<string, { past: PastTraffic; portion: number | undefined }>();
    const isPart = this.#metricName === 'Duration' && /^(SampleCount|TC)/.test(statistic);
    /** Weeks of durations are counted in one go: the distribution over durations is the same throughout. */
    const known = (alias: string) => {
      const found = pasts.get(alias);
      if (found) return found;
      const past = this.#metrics.past(this.#functionName, alias);
      if (!past) return undefined;
      const samples = () => this.#metrics.durations(past, PER_REQUESTS);
      const portion = isPart
        ? compute({ values: LATENCY_VALUES, counts: samples() }) / PER_REQUESTS
        : undefined;
      pasts.set(alias, { past, portion });
      return { past, portion };
    };
    return (start, end) => {
      const collected = new Collected(this.#metricName);
      let part = 0;
      for (const alias of this.#aliases()) {
        const found = known(alias);
        if (!found) continue;
        const { requests, errors } = found.past.count(start, end);
        if (requests === 0) continue;
        if (found.portion !== undefined) part += Math.round(found.portion * requests);
        collected.addCounts(requests, errors, () =>
          isPart ? NO_DURATIONS : this.#metrics.durations(found.past, requests),
        );
      }
      if (collected.requests === 0) return undefined;
      return isPart ? part : compute(collected.samples());
    };
  }

  /** Kept once it is known: an alias that is made later begins later. */
  #beganAt(): number {
    if (this.#began === undefined) {
      const began = Math.min(
        ...this.#aliases().map((alias) => this.#metrics.beganAt(this.#functionName, alias) ?? Infinity),
      );
      if (began === Infinity) return began;
      this.#began = began;
    }
    return this.#began;
  }

  #collect(collected: Collected, start: number, end: number): boolean {
    let settled = true;
    for (let minute = start; minute < end; minute += MINUTE_MS) {
      if (!this.#metrics.isOver(minute + MINUTE_MS)) settled = false;
      if (!this.#metrics.isOver(minute)) break;
      for (const alias of this.#aliases()) {
        for (const version of this.#metrics.minutes(this.#functionName, alias, minute)) {
          if (this.#version !== undefined && version.version !== this.#version) continue;
          const arrived = this.#metrics.arrived(this.#functionName, version);
          if (!arrived.settled) settled = false;
          for (let slot = 0; slot < arrived.slots; slot += 1) {
            if (this.#counts(alias, minute + slot * SLOT_MS)) collected.add(version, slot);
          }
        }
      }
    }
    return settled;
  }

  #counts(alias: string, slotStart: number): boolean {
    if (this.#version === undefined) return true;
    return this.#metrics.countsVersions(this.#functionName, alias, slotStart);
  }
}

/** The expected durations are computed for this number of requests. */
const PER_REQUESTS = 1e9;
const NO_DURATIONS = new Float64Array(0);
const ONES = [1];
const ZERO_OR_ONE = [0, 1];
/** Used by one {@link Collected} at a time: its samples are read before the next one is made. */
const LATENCY_SCRATCH = new Float64Array(LATENCY_VALUES.length);

/** The samples of a metric over some slots. */
class Collected {
  requests = 0;
  #errors = 0;
  #throttles = 0;
  readonly #metricName: string;
  readonly #latency: Float64Array | undefined;

  constructor(metricName: string) {
    this.#metricName = metricName;
    if (metricName === 'Duration') this.#latency = LATENCY_SCRATCH.fill(0);
  }

  add(version: VersionMinute, slot: number): void {
    const throttles = this.#metricName === 'Throttles' ? (version.throttles[slot] as number) : 0;
    const requests = (version.invocations[slot] as number) + throttles;
    if (requests === 0) return;
    this.requests += requests;
    this.#throttles += throttles;
    this.#errors += version.errors[slot] as number;
    if (this.#latency === undefined) return;
    const { bins, counts } = version.latency(slot);
    for (let i = 0; i < bins.length; i += 1) {
      const bin = bins[i] as number;
      this.#latency[bin] = (this.#latency[bin] as number) + (counts[i] as number);
    }
  }

  addCounts(requests: number, errors: number, durations: () => Float64Array): void {
    this.requests += requests;
    this.#errors += errors;
    if (this.#latency === undefined) return;
    for (const [bin, count] of durations().entries()) {
      this.#latency[bin] = (this.#latency[bin] as number) + count;
    }
  }

  samples(): Samples {
    if (this.#latency !== undefined) return { values: LATENCY_VALUES, counts: this.#latency };
    if (this.#metricName === 'Errors') {
      return { values: ZERO_OR_ONE, counts: [this.requests - this.#errors, this.#errors] };
    }
    if (this.#metricName === 'Throttles') {
      return { values: ZERO_OR_ONE, counts: [this.requests - this.#throttles, this.#throttles] };
    }
    return { values: ONES, counts: [this.requests] };
  }
}

/** Lambda sends FunctionName; FunctionName and Resource; or FunctionName, Resource and ExecutedVersion. */
function select(dimensions: readonly Dimension[]): Selection | undefined {
  let functionName: string | undefined;
  let resource: string | undefined;
  let version: string | undefined;
  for (const { Name: name, Value: value } of dimensions) {
    if (name === 'FunctionName') functionName = value;
    else if (name === 'Resource') resource = value;
    else if (name === 'ExecutedVersion') version = value;
    else return undefined;
  }
  if (functionName === undefined) return undefined;
  if (dimensions.length === 1) return { functionName };
  if (resource?.startsWith(`${functionName}:`) !== true) return undefined;
  const alias = resource.slice(functionName.length + 1);
  if (dimensions.length === 2) return { functionName, alias };
  return version === undefined || dimensions.length > 3 ? undefined : { functionName, alias, version };
}
