import {
  type CloudWatchClient,
  type CompositeAlarm,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type MetricAlarm,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import { TransientFailure } from '../errors.ts';
import type { AlarmReading } from '../judge/declared-alarms.ts';
import type { MinuteCount } from '../judge/samples.ts';

/** One version behind an alias, over a span of time. */
export interface VersionSpan {
  readonly function: string;
  readonly alias: string;
  readonly version: string;
  /** ms since the epoch; minutes that began before are left out */
  readonly from: number;
  /** ms since the epoch; only minutes that are over by then are returned */
  readonly to: number;
  /** Boundary over which a request counts as slow, ms. */
  readonly slowOverMs?: number | undefined;
  /** When the alias is known to have had this version alone; undefined where nothing is known of it. */
  readonly alone?: TimeSpan | undefined;
}

/** Times in ms since the epoch. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

const minuteMs = 60_000;
/** DescribeAlarms takes and returns at most 100 (CloudWatch API reference); a stack may have more. */
const alarmsPerCall = 100;

/** CloudWatch, as the coordinator uses it. */
export class Signals {
  readonly #client: CloudWatchClient;

  constructor(client: CloudWatchClient) {
    this.#client = client;
  }

  /**
   * Requests, errors and slow requests of one version, minute by minute, oldest first.
   *
   * The `ExecutedVersion` dimension tells the two versions of a weighted alias apart. Whether it is there for an alias
   * without weights is not documented: while the version is alone, the alias's own metrics are read too, and count where
   * there are none by version. `Errors` leaves out throttles and handled HTTP 5xx answers (Lambda developer guide,
   * monitoring-metrics). Slow requests are counted by the trimmed count `TC(boundary:)` of Duration.
   *
   * @throws TransientFailure when CloudWatch answers with part of the data: a part is not "no errors"
   */
  async minutes(span: VersionSpan): Promise<MinuteCount[]> {
    const from = Math.floor(span.from / minuteMs) * minuteMs;
    const to = Math.floor(span.to / minuteMs) * minuteMs;
    if (to <= from) return [];
    const { alone } = span;
    const isAlone = (time: number) =>
      alone !== undefined && alone.from <= time && time + minuteMs <= alone.to;
    const queries = queriesOf(span, byVersion, span.version);
    if (alone && alone.to - alone.from >= minuteMs) queries.push(...queriesOf(span, byAlias));
    const series = await this.#read(queries, from, to);
    const counted = countsOf(series, byVersion);
    // Where the version has metrics of its own they count: they are there always, or the alias has weights again.
    const until = Math.min(...counted.map(({ at }) => at).filter(isAlone));
    const others = countsOf(series, byAlias).filter(({ at }) => isAlone(at) && at < until);
    return [...counted, ...others].sort((a, b) => a.at - b.at);
  }

  /** The declared alarms; one that CloudWatch does not return does not exist. */
  async alarms(names: readonly string[]): Promise<AlarmReading[]> {
    const found = new Map<string | undefined, MetricAlarm | CompositeAlarm>();
    for (let first = 0; first < names.length; first += alarmsPerCall) {
      // Without AlarmTypes only metric alarms come back (CloudWatch API reference, DescribeAlarms).
      const { MetricAlarms = [], CompositeAlarms = [] } = await this.#client.send(
        new DescribeAlarmsCommand({
          AlarmNames: names.slice(first, first + alarmsPerCall),
          AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
          MaxRecords: alarmsPerCall,
        }),
      );
      for (const alarm of [...MetricAlarms, ...CompositeAlarms]) found.set(alarm.AlarmName, alarm);
    }
    return names.map((name) => {
      const alarm = found.get(name);
      if (!alarm?.StateValue) return { name, state: 'missing' };
      const since = alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp;
      return { name, state: alarm.StateValue, since: since?.getTime() };
    });
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

/** Ids of the queries of one subject: a version, or the whole alias. */
interface QueryIds {
  readonly requests: string;
  readonly errors: string;
  readonly slow: string;
}
const byVersion: QueryIds = { requests: 'requests', errors: 'errors', slow: 'slow' };
const byAlias: QueryIds = { requests: 'aliasRequests', errors: 'aliasErrors', slow: 'aliasSlow' };

function queriesOf(
  { function: name, alias, slowOverMs }: VersionSpan,
  ids: QueryIds,
  version?: string,
): MetricDataQuery[] {
  const query = (id: string, metric: string, stat: string): MetricDataQuery => ({
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
      Period: 60,
      Stat: stat,
    },
  });
  return [
    query(ids.requests, 'Invocations', 'Sum'),
    query(ids.errors, 'Errors', 'Sum'),
    ...(slowOverMs === undefined ? [] : [query(ids.slow, 'Duration', `TC(${slowOverMs}:)`)]),
  ];
}

function countsOf(series: ReadonlyMap<string, ReadonlyMap<number, number>>, ids: QueryIds): MinuteCount[] {
  const at = (id: string, time: number) => series.get(id)?.get(time) ?? 0;
  return [...(series.get(ids.requests) ?? [])].map(([time, requests]) => ({
    at: time,
    requests,
    errors: at(ids.errors, time),
    ...(series.has(ids.slow) && { slow: at(ids.slow, time) }),
  }));
}
