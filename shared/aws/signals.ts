import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import { TransientFailure } from '../errors.ts';
import type { AlarmReading } from '../judge/declared-alarms.ts';
import { percentiles, releasedBoundary, type UsualDurations } from '../judge/latency.ts';
import type { MinuteCount } from '../judge/samples.ts';
import { limitConcurrency } from '../limit-concurrency.ts';
import { historiesAtOnce, readAlarmChanges } from './alarm-history.ts';
import { describeAlarms, standingOf } from './describe-alarms.ts';

/** One version behind an alias, over a span of time. */
export interface VersionSpan {
  readonly function: string;
  readonly alias: string;
  readonly version: string;
  /** ms since the epoch; minutes that began before are left out */
  readonly from: number;
  /** ms since the epoch; only minutes that have ended by then are returned */
  readonly to: number;
  /** Boundary over which a request counts as slow, ms. */
  readonly slowOverMs?: number | undefined;
  /**
   * Boundaries of the usual durations, ms: the control is measured against them, the version itself against 1.25 times of
   * them.
   */
  readonly boundaries?: readonly number[] | undefined;
  /** Time span in which the alias had this version alone; undefined if unknown. */
  readonly alone?: TimeSpan | undefined;
  /** The version that serves beside it while the alias has weights; undefined if none does. */
  readonly control?: string | undefined;
}

/** Counts of a version and its control in the same minutes, oldest first. */
export interface SideBySide {
  readonly released: readonly MinuteCount[];
  readonly control: readonly MinuteCount[];
  /** End of the last minute that counts, ms since the epoch. */
  readonly until: number;
}

/** An alias over a span of time, ms since the epoch. */
export type AliasSpan = Pick<VersionSpan, 'function' | 'alias' | 'from' | 'to' | 'slowOverMs' | 'boundaries'>;

/** Times in ms since the epoch. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

const minuteMs = 60_000;
/** CloudWatch keeps points of five minutes for 63 days, of one minute for 15 (CloudWatch user guide, metrics retention). */
const historyStepMs = 300_000;
const hourMs = 3_600_000;
/** A metric of Lambda may arrive so much later than its minute, and almost never later. */
const lateMs = 3 * minuteMs;

/** CloudWatch, as the coordinator uses it. */
export class Signals {
  readonly #client: CloudWatchClient;

  constructor(client: CloudWatchClient) {
    this.#client = client;
  }

  /** Requests, errors and slow requests of one version, minute by minute, oldest first: see {@link sideBySide}. */
  async minutes(span: VersionSpan): Promise<readonly MinuteCount[]> {
    return (await this.sideBySide(span)).released;
  }

  /**
   * Requests, errors and slow requests of one version and its control, minute by minute.
   *
   * The `ExecutedVersion` dimension tells the two versions of a weighted alias apart. It is not documented whether an alias
   * without weights has it: while the version is alone, the alias's own metrics are read too, and count if there are none by
   * version. `Errors` leaves out throttles and handled HTTP 5xx answers (Lambda developer guide, monitoring-metrics). Slow
   * requests are counted by the trimmed count `TC(boundary:)` of Duration.
   *
   * Requests and errors are two statistics of `Errors`, so they always cover the same data points. If Lambda does not record
   * a success there as a zero, `Invocations` are the requests, and the newest minute is left out: its errors may come later
   * than its requests.
   *
   * @throws TransientFailure when CloudWatch returns only part of the data: missing data is not "no errors"
   */
  async sideBySide(span: VersionSpan): Promise<SideBySide> {
    const from = Math.floor(span.from / minuteMs) * minuteMs;
    const to = Math.floor(span.to / minuteMs) * minuteMs;
    if (to <= from) return { released: [], control: [], until: Math.max(from, to) };
    const { alone, control } = span;
    const isAlone = (time: number) =>
      alone !== undefined && alone.from <= time && time + minuteMs <= alone.to;
    const ofReleased = { ...span, boundaries: span.boundaries?.map(releasedBoundary) };
    const subjects = [byVersion];
    const queries = queriesOf(ofReleased, byVersion, minuteMs, span.version);
    if (control !== undefined) {
      subjects.push(byControl);
      queries.push(...queriesOf(span, byControl, minuteMs, control));
    }
    if (alone && alone.to - alone.from >= minuteMs) {
      subjects.push(byAlias);
      queries.push(...queriesOf(ofReleased, byAlias, minuteMs));
    }
    const series = await this.#read(queries, from, to);
    const short = subjects.flatMap((ids) => notCounted(series, ids));
    const countsSuccesses = short.every((at) => at >= to - lateMs);
    // Samples that a new minute lacks may still arrive.
    const until = countsSuccesses ? Math.min(to, ...short) : to - minuteMs;
    const counted = (ids: QueryIds) =>
      countsOf(series, ids, countsSuccesses).filter(({ at }) => at + minuteMs <= until);
    const released = counted(byVersion);
    // If the version has metrics of its own, they count: they always exist, or the alias has weights again.
    const ownFrom = Math.min(...released.map(({ at }) => at).filter(isAlone));
    const ofAlias = counted(byAlias).filter(({ at }) => isAlone(at));
    const others = ofAlias.filter(({ at }) => at < ownFrom);
    // A throttled request is never executed: whether it counts for a version is not documented.
    const throttled = new Map(ofAlias.map((minute) => [minute.at, minute.throttled]));
    const own = released.map((minute) => {
      const most = minute.throttled ?? throttled.get(minute.at);
      return most === undefined ? minute : { ...minute, throttled: most };
    });
    return {
      released: [...own, ...others].sort((a, b) => a.at - b.at),
      control: counted(byControl),
      until,
    };
  }

  /**
   * Requests, errors and slow requests of an alias, over all its versions, in steps of five minutes, oldest first.
   *
   * @throws TransientFailure when CloudWatch returns only part of the data
   */
  async history(span: AliasSpan): Promise<readonly MinuteCount[]> {
    const series = await this.#read(queriesOf(span, byAlias, historyStepMs), span.from, span.to);
    return countsOf(series, byAlias, notCounted(series, byAlias).length === 0);
  }

  /**
   * Usual durations of requests to an alias, hour by hour: the {@link percentiles} of Duration.
   *
   * @throws TransientFailure when CloudWatch returns only part of the data
   */
  async usualDurations(span: Pick<AliasSpan, 'function' | 'alias' | 'from' | 'to'>): Promise<UsualDurations> {
    const ids = percentiles.map((percentile) => `p${percentile}`);
    const queries = ids.map((id) => metricQuery(span, hourMs, { id, metric: 'Duration', stat: id }));
    const series = await this.#read(queries, span.from, span.to);
    return ids.map((id) => [...(series.get(id) ?? [])].map(([at, value]) => ({ at, value })));
  }

  /** Alarms in their states; an alarm that CloudWatch does not return does not exist. */
  async alarms(names: readonly string[]): Promise<AlarmReading[]> {
    const found = await describeAlarms(this.#client, names);
    return names.map((name) => standingOf(name, found.get(name)));
  }

  /**
   * Alarms in their states, with the history of those that changed since a time: an alarm that rang between two looks shows
   * only there. The history of a missing alarm is read too, because it may have been deleted since.
   *
   * @param since ms since the epoch
   */
  async alarmsSince(names: readonly string[], since: number): Promise<AlarmReading[]> {
    const limited = limitConcurrency(historiesAtOnce);
    const readings = await this.alarms(names);
    return Promise.all(
      readings.map(async (alarm) =>
        alarm.since !== undefined && alarm.since < since
          ? alarm
          : { ...alarm, changes: await limited(() => readAlarmChanges(this.#client, alarm.name, since)) },
      ),
    );
  }

  async #read(
    queries: MetricDataQuery[],
    from: number,
    to: number,
  ): Promise<Map<string, Map<number, number>>> {
    const series = new Map<string, Map<number, number>>();
    let token: string | undefined;
    do {
      const page = await this.#client.send(
        new GetMetricDataCommand({
          MetricDataQueries: queries,
          StartTime: new Date(from),
          EndTime: new Date(to),
          ScanBy: 'TimestampAscending',
          ...(token && { NextToken: token }),
        }),
      );
      for (const { Id = '', StatusCode, Timestamps = [], Values = [] } of page.MetricDataResults ?? []) {
        if (StatusCode !== 'Complete' && !page.NextToken) {
          throw new TransientFailure(`CloudWatch answered ${StatusCode} for ${Id}: not all data is there.`);
        }
        const points = series.get(Id) ?? new Map<number, number>();
        for (const [index, time] of Timestamps.entries()) points.set(time.getTime(), Values[index] ?? 0);
        series.set(Id, points);
      }
      token = page.NextToken;
    } while (token);
    return series;
  }
}

/** Ids of the queries of one subject: a version, its control, or the whole alias. */
interface QueryIds {
  readonly requests: string;
  readonly errors: string;
  readonly invocations: string;
  readonly throttles: string;
  readonly timed: string;
  readonly slow: string;
  readonly over: (index: number) => string;
}
const byVersion = idsOf('');
const byControl = idsOf('control');
const byAlias = idsOf('alias');

function idsOf(subject: string): QueryIds {
  const id = (name: string) =>
    subject === '' ? name : `${subject}${name[0]?.toUpperCase()}${name.slice(1)}`;
  return {
    requests: id('requests'),
    errors: id('errors'),
    invocations: id('invocations'),
    throttles: id('throttles'),
    timed: id('timed'),
    slow: id('slow'),
    over: (index) => id(`over${index}`),
  };
}

interface Statistic {
  readonly id: string;
  readonly metric: string;
  readonly stat: string;
}

/** @param version of the alias; left out, the alias as a whole */
function queriesOf(span: AliasSpan, ids: QueryIds, periodMs: number, version?: string): MetricDataQuery[] {
  const { slowOverMs, boundaries = [] } = span;
  const over = (id: string, ms: number) => ({ id, metric: 'Duration', stat: `TC(${ms}:)` });
  const durations = [
    ...(slowOverMs === undefined ? [] : [over(ids.slow, slowOverMs)]),
    ...boundaries.map((ms, index) => over(ids.over(index), ms)),
  ];
  const statistics: Statistic[] = [
    { id: ids.requests, metric: 'Errors', stat: 'SampleCount' },
    { id: ids.errors, metric: 'Errors', stat: 'Sum' },
    { id: ids.invocations, metric: 'Invocations', stat: 'Sum' },
    { id: ids.throttles, metric: 'Throttles', stat: 'Sum' },
    ...(durations.length === 0
      ? []
      : [{ id: ids.timed, metric: 'Duration', stat: 'SampleCount' }, ...durations]),
  ];
  return statistics.map((statistic) => metricQuery(span, periodMs, statistic, version));
}

function metricQuery(
  { function: name, alias }: Pick<AliasSpan, 'function' | 'alias'>,
  periodMs: number,
  { id, metric, stat }: Statistic,
  version?: string,
): MetricDataQuery {
  return {
    Id: id,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/Lambda',
        MetricName: metric,
        Dimensions: [
          { Name: 'FunctionName', Value: name },
          { Name: 'Resource', Value: `${name}:${alias}` },
          ...(version === undefined ? [] : [{ Name: 'ExecutedVersion', Value: version }]),
        ],
      },
      Period: periodMs / 1000,
      Stat: stat,
    },
  };
}

type SeriesById = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** The steps in which `Errors` has fewer samples than there were invocations. */
function notCounted(series: SeriesById, { requests, invocations }: QueryIds): number[] {
  return [...(series.get(invocations) ?? [])].flatMap(([time, value]) =>
    value > (series.get(requests)?.get(time) ?? 0) ? [time] : [],
  );
}

function countsOf(series: SeriesById, ids: QueryIds, countsSuccesses: boolean): MinuteCount[] {
  const at = (id: string, time: number) => series.get(id)?.get(time) ?? 0;
  const isTimed = series.has(ids.timed);
  const hasLimit = series.has(ids.slow);
  const over = percentiles.map((_, index) => ids.over(index)).filter((id) => series.has(id));
  const requests = series.get(countsSuccesses ? ids.requests : ids.invocations) ?? new Map<number, number>();
  const throttled = [...(series.get(ids.throttles) ?? [])].filter(([, value]) => value > 0);
  // If every request is throttled, no invocation can fail.
  const onlyThrottled = throttled.flatMap(([time]) => (requests.has(time) ? [] : [time]));
  return [...requests.keys(), ...onlyThrottled]
    .sort((a, b) => a - b)
    .map((time) => ({
      at: time,
      requests: requests.get(time) ?? 0,
      errors: at(ids.errors, time),
      ...(at(ids.throttles, time) > 0 && { throttled: at(ids.throttles, time) }),
      ...(isTimed && { timed: at(ids.timed, time) }),
      ...(hasLimit && { slow: at(ids.slow, time) }),
      ...(over.length > 0 && { over: over.map((id) => at(id, time)) }),
    }));
}
