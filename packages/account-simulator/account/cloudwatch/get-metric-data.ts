import type { GetMetricDataInput, GetMetricDataOutput, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { MINUTE_MS } from '../../traffic/version-minute.ts';
import { AwsError } from '../service.ts';
import type { LambdaMetrics } from './lambda-metrics.ts';
import { type CompiledQuery, compileQueries } from './metric-query.ts';

const MOST_QUERIES = 500;
const MOST_DATAPOINTS = 100_800;
const DAY_MS = 86_400_000;

interface Retention {
  readonly multipleOf: number;
  readonly keptMs: number;
  readonly of: string;
}

/** Retention of data points by period (CloudWatch User Guide, "Metrics retention"), the longest first. */
const retentions: readonly Retention[] = [
  { multipleOf: 60 * MINUTE_MS, keptMs: 455 * DAY_MS, of: 'an hour' },
  { multipleOf: 5 * MINUTE_MS, keptMs: 63 * DAY_MS, of: 'five minutes' },
  { multipleOf: MINUTE_MS, keptMs: 15 * DAY_MS, of: 'a minute' },
];

/**
 * GetMetricData (CloudWatch API Reference): data points from StartTime (included, rounded down to the minute) to EndTime
 * (excluded), newest first unless ScanBy says otherwise. Periods are counted from the rounded StartTime, as in the examples
 * of that page. A page ends at MaxDatapoints: a metric that is cut short is `PartialData`.
 */
export function getMetricData(
  input: GetMetricDataInput,
  metrics: LambdaMetrics,
  account: { accountId: string; now: number },
): GetMetricDataOutput {
  const { MetricDataQueries: queries, StartTime: startTime, EndTime: endTime } = input;
  if (queries === undefined || startTime === undefined || endTime === undefined) {
    throw new AwsError(
      'MissingRequiredParameterException',
      'MetricDataQueries, StartTime and EndTime are required.',
    );
  }
  if (queries.length > MOST_QUERIES) {
    throw new AwsError(
      'ValidationException',
      `Maximum number of allowed metrics exceeded: ${queries.length}`,
    );
  }
  if (startTime.getTime() >= endTime.getTime()) {
    throw new AwsError(
      'ValidationException',
      'The parameter StartTime must be less than the parameter EndTime.',
    );
  }
  const most = input.MaxDatapoints ?? MOST_DATAPOINTS;
  if (!Number.isInteger(most) || most < 1 || most > MOST_DATAPOINTS) {
    throw new AwsError('InvalidParameterValueException', `MaxDatapoints must be in 1..${MOST_DATAPOINTS}.`);
  }
  const compiled = compileQueries(queries, metrics, account.accountId);
  const age = account.now - startTime.getTime();
  for (const { id, periodMs } of compiled) {
    const { keptMs, of } = retentions.find(({ multipleOf }) => periodMs % multipleOf === 0) as Retention;
    if (age <= keptMs) continue;
    throw new AwsError(
      'InvalidParameterValueException',
      `StartTime is ${Math.floor(age / DAY_MS)} days ago: ${id} has to ask for periods longer than ${of}.`,
    );
  }
  return new Page(input, compiled, most).read();
}

interface Position {
  readonly query: number;
  /** Start of the next data point, ms since the epoch. */
  readonly time: number;
}

class Page {
  readonly #queries: readonly CompiledQuery[];
  readonly #descending: boolean;
  readonly #start: number;
  readonly #end: number;
  readonly #from: Position | undefined;
  #left: number;
  #next: Position | undefined;

  constructor(input: GetMetricDataInput, compiled: readonly CompiledQuery[], most: number) {
    this.#queries = compiled.filter((query) => query.returnData);
    this.#descending = input.ScanBy !== 'TimestampAscending';
    this.#start = Math.floor((input.StartTime as Date).getTime() / MINUTE_MS) * MINUTE_MS;
    // A minute is included if it begins before EndTime.
    this.#end = Math.ceil((input.EndTime as Date).getTime() / MINUTE_MS) * MINUTE_MS;
    this.#from = input.NextToken === undefined ? undefined : decode(input.NextToken, this.#queries.length);
    this.#left = most;
  }

  read(): GetMetricDataOutput {
    const results: MetricDataResult[] = [];
    for (let index = this.#from?.query ?? 0; index < this.#queries.length; index += 1) {
      results.push(this.#result(this.#queries[index] as CompiledQuery, index));
    }
    // "NextToken is not returned if you are performing a math expression" (MetricDataResult, StatusCode).
    const token = this.#queries.some((query) => query.isExpression) ? undefined : this.#next;
    return {
      MetricDataResults: results,
      ...(token === undefined ? {} : { NextToken: encode(token) }),
      Messages: [],
    };
  }

  #result(query: CompiledQuery, index: number): MetricDataResult {
    const { periodMs } = query;
    const last = this.#start + Math.floor((this.#end - 1 - this.#start) / periodMs) * periodMs;
    const step = this.#descending ? -periodMs : periodMs;
    let start = this.#descending ? last : this.#start;
    if (this.#from?.query === index) start = this.#from.time;
    // Allocated in full size: a monitor reads millions of points a day, and growing arrays would be most of its cost.
    const size = this.#next === undefined ? Math.min(this.#left, (last - this.#start) / periodMs + 1) : 0;
    const timestamps = new Array<Date>(size);
    const values = new Array<number>(size);
    let points = 0;
    for (; start >= this.#start && start <= last && this.#next === undefined; start += step) {
      const value = query.value(start, Math.min(start + periodMs, this.#end));
      if (value === undefined) continue;
      if (points === this.#left) {
        this.#next = { query: index, time: start };
        break;
      }
      timestamps[points] = query.date(start);
      values[points] = value;
      points += 1;
    }
    timestamps.length = points;
    values.length = points;
    this.#left -= points;
    return {
      Id: query.id,
      Label: query.label,
      Timestamps: timestamps,
      Values: values,
      StatusCode: this.#next === undefined ? 'Complete' : 'PartialData',
    };
  }
}

function encode({ query, time }: Position): string {
  return Buffer.from(`${query}/${time}`).toString('base64');
}

function decode(token: string, queries: number): Position {
  const match = /^(\d+)\/(-?\d+)$/.exec(Buffer.from(token, 'base64').toString());
  const query = Number(match?.[1]);
  if (match === null || query >= queries) {
    throw new AwsError('InvalidNextToken', 'The next token specified is invalid.');
  }
  return { query, time: Number(match[2]) };
}
