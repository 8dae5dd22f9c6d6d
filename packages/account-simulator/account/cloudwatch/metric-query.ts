import type { MetricDataQuery, MetricStat } from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../service.ts';
import { LAMBDA_METRIC_UNITS, type LambdaMetrics, type PointReader } from './lambda-metrics.ts';
import { parseMetricMath, type ValueAt } from './metric-math.ts';
import { parseStatistic } from './statistic.ts';

/** A parsed query that can be read. */
export interface CompiledQuery {
  readonly id: string;
  readonly label: string;
  readonly returnData: boolean;
  readonly isExpression: boolean;
  /** Length of a data point, in ms. */
  readonly periodMs: number;
  /** The query's data point over `[start, end)` as visible now. */
  readonly value: ValueAt;
  /** The `Date` of a data point's start; shared, must not be changed. */
  date(start: number): Date;
}

const NO_POINTS: PointReader = { value: () => undefined, date: (start) => new Date(start) };
const ID = /^[a-z][a-zA-Z0-9_]*$/;

/**
 * Parses the queries of one GetMetricData call or one alarm.
 *
 * @throws AwsError for queries that CloudWatch refuses, and by name for features that are not simulated: functions in
 *   expressions, periods below a minute, dynamic labels, other accounts
 */
export function compileQueries(
  queries: readonly MetricDataQuery[],
  metrics: LambdaMetrics,
  accountId: string,
): CompiledQuery[] {
  const byId = new Map<string, MetricDataQuery>();
  for (const query of queries) {
    const id = query.Id ?? '';
    if (!ID.test(id)) {
      throw invalid(
        `The value ${JSON.stringify(id)} for parameter MetricDataQueries.Id is not matching ${ID}.`,
      );
    }
    if (byId.has(id))
      throw invalid(`The values for parameter id in MetricDataQueries are not unique: ${id}.`);
    byId.set(id, query);
  }
  const compiled = new Map<string, CompiledQuery>();
  const open = new Set<string>();

  const compile = (id: string): CompiledQuery => {
    const done = compiled.get(id);
    if (done !== undefined) return done;
    const query = byId.get(id);
    if (query === undefined) throw invalid(`The expression refers to the id ${id}, which no query has.`);
    if (open.has(id)) throw invalid(`The expression ${id} refers to itself.`);
    if (query.AccountId !== undefined && query.AccountId !== accountId) {
      throw invalid(`The rehearsal has one account: AccountId ${query.AccountId} is not it.`);
    }
    if (query.Label?.includes('${') === true) {
      throw invalid(`The rehearsal does not simulate dynamic labels: ${query.Label}`);
    }
    open.add(id);
    const result =
      query.Expression === undefined ? fromMetric(query, metrics) : fromExpression(query, compile);
    open.delete(id);
    compiled.set(id, result);
    return result;
  };
  return queries.map((query) => compile(query.Id as string));
}

function fromMetric(query: MetricDataQuery, metrics: LambdaMetrics): CompiledQuery {
  const stat = query.MetricStat;
  if (stat === undefined) {
    throw new AwsError(
      'MissingRequiredParameterException',
      `The query ${query.Id} has neither a MetricStat nor an Expression.`,
    );
  }
  const { Namespace: namespace, MetricName: metricName, Dimensions: dimensions } = stat.Metric ?? {};
  if (namespace === undefined || metricName === undefined || stat.Stat === undefined) {
    throw new AwsError(
      'MissingRequiredParameterException',
      `The query ${query.Id} needs Metric.Namespace, Metric.MetricName and Stat.`,
    );
  }
  parseStatistic(stat.Stat);
  const periodMs = checkedPeriod(stat);
  const series = unitMatches(stat) ? metrics.series(namespace, metricName, dimensions ?? []) : undefined;
  const reader = series?.reader(stat.Stat, periodMs) ?? NO_POINTS;
  return {
    id: query.Id as string,
    label: query.Label ?? metricName,
    returnData: query.ReturnData !== false,
    isExpression: false,
    periodMs,
    value: reader.value,
    date: reader.date,
  };
}

function fromExpression(query: MetricDataQuery, compile: (id: string) => CompiledQuery): CompiledQuery {
  if (query.MetricStat !== undefined) {
    throw new AwsError(
      'InvalidParameterCombinationException',
      `The query ${query.Id} has both a MetricStat and an Expression.`,
    );
  }
  const math = parseMetricMath(query.Expression as string);
  const operands = new Map(math.ids.map((id) => [id, compile(id)]));
  const [first, ...others] = operands.values();
  if (first === undefined) throw invalid(`The expression ${query.Id} has no metric.`);
  if (others.some((operand) => operand.periodMs !== first.periodMs)) {
    throw invalid(`The rehearsal does not mix periods in one expression: ${query.Expression}`);
  }
  return {
    id: query.Id as string,
    label: query.Label ?? (query.Id as string),
    returnData: query.ReturnData !== false,
    isExpression: true,
    periodMs: first.periodMs,
    value: (start, end) => math.evaluate((id) => operands.get(id)?.value(start, end)),
    date: (start) => first.date(start),
  };
}

function checkedPeriod({ Period: period }: MetricStat): number {
  if (period === undefined) throw new AwsError('MissingRequiredParameterException', 'Period is required.');
  if (!Number.isInteger(period) || period < 60 || period % 60 !== 0) {
    throw invalid(`The value ${period} for parameter Period is not a multiple of 60.`);
  }
  return period * 1000;
}

/** Data with another unit than the requested one is not found; CloudWatch does not convert. */
function unitMatches({ Unit: unit, Metric: metric }: MetricStat): boolean {
  return unit === undefined || LAMBDA_METRIC_UNITS[metric?.MetricName ?? ''] === unit;
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message);
}
