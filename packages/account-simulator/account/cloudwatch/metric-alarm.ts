import type { MetricDataQuery, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../service.ts';
import {
  type AlarmCriteria,
  type AlarmDatapoint,
  type Comparison,
  EXTRA_PERIODS,
  type MissingDataTreatment,
} from './alarm-evaluation.ts';
import type { LambdaMetrics } from './lambda-metrics.ts';
import { type CompiledQuery, compileQueries } from './metric-query.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const TREATMENTS = ['missing', 'notBreaching', 'breaching', 'ignore'];
const COMPARISONS = [
  'GreaterThanThreshold',
  'GreaterThanOrEqualToThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
];

/** Members of PutMetricAlarm that would change the result and are not simulated. */
const REFUSED = [
  'ThresholdMetricId',
  'EvaluateLowSampleCountPercentile',
  'EvaluationCriteria',
  'EvaluationInterval',
  'EvaluationWindow',
  'WarmUpConfiguration',
] as const satisfies readonly (keyof PutMetricAlarmInput)[];

/** A parsed metric alarm that can be evaluated. */
export interface MetricAlarmDefinition {
  readonly criteria: AlarmCriteria;
  readonly periodMs: number;
  /** The statistic, for an alarm on one metric. */
  readonly statistic: string | undefined;
  readonly unit: string | undefined;
  /** The queries as events show them. */
  readonly queries: readonly MetricDataQuery[];
  /** The data points of the evaluation range at a time (ms since the epoch), oldest first. */
  range(now: number): AlarmDatapoint[];
}

/**
 * Parses a PutMetricAlarm request: an alarm on one metric, or on the one query of `Metrics` that returns data.
 *
 * @throws AwsError for requests that CloudWatch refuses, and by name for features that are not simulated: anomaly detection,
 *   periods below a minute, evaluation ranges longer than a day
 */
export function defineMetricAlarm(
  input: PutMetricAlarmInput,
  metrics: LambdaMetrics,
  accountId: string,
): MetricAlarmDefinition {
  for (const member of REFUSED) {
    if (input[member] !== undefined) throw invalid(`The rehearsal does not simulate ${member} of an alarm.`);
  }
  const queries = queriesOf(input);
  const watched = watchedQuery(compileQueries(queries, metrics, accountId));
  const criteria = criteriaOf(input);
  const { periodMs } = watched;
  if (periodMs * criteria.evaluationPeriods > DAY_MS) {
    throw invalid('The rehearsal does not simulate alarms over more than a day.');
  }
  return {
    criteria,
    periodMs,
    statistic: input.Statistic ?? input.ExtendedStatistic,
    unit: input.Unit,
    queries,
    range(now) {
      // The window ends with the last whole minute and slides by a minute, whatever the period.
      const end = Math.floor(now / MINUTE_MS) * MINUTE_MS;
      const points: AlarmDatapoint[] = [];
      for (let back = criteria.evaluationPeriods + EXTRA_PERIODS; back >= 1; back -= 1) {
        const start = end - back * periodMs;
        points.push({ start, value: watched.value(start, start + periodMs) });
      }
      return points;
    },
  };
}

function queriesOf(input: PutMetricAlarmInput): MetricDataQuery[] {
  if (input.Metrics !== undefined && input.Metrics.length > 0) {
    if (input.MetricName !== undefined || input.Statistic !== undefined || input.Period !== undefined) {
      throw new AwsError(
        'InvalidParameterCombinationException',
        'Metrics cannot be combined with MetricName, Statistic or Period.',
      );
    }
    return input.Metrics;
  }
  if ((input.Statistic === undefined) === (input.ExtendedStatistic === undefined)) {
    throw new AwsError(
      'InvalidParameterCombinationException',
      'Exactly one of Statistic and ExtendedStatistic must be specified.',
    );
  }
  return [
    {
      Id: 'm1',
      ReturnData: true,
      MetricStat: {
        Metric: {
          Namespace: input.Namespace,
          MetricName: input.MetricName,
          Dimensions: input.Dimensions ?? [],
        },
        Period: input.Period,
        Stat: input.Statistic ?? input.ExtendedStatistic,
        ...(input.Unit === undefined ? {} : { Unit: input.Unit }),
      },
    },
  ];
}

function watchedQuery(queries: readonly CompiledQuery[]): CompiledQuery {
  const [watched, ...others] = queries.filter((query) => query.returnData);
  if (watched === undefined || others.length > 0) {
    throw invalid('Exactly one element of the metrics list should return data.');
  }
  return watched;
}

function criteriaOf(input: PutMetricAlarmInput): AlarmCriteria {
  const evaluationPeriods = input.EvaluationPeriods;
  if (evaluationPeriods === undefined || !Number.isInteger(evaluationPeriods) || evaluationPeriods < 1) {
    throw invalid('EvaluationPeriods must be an integer of 1 or more.');
  }
  const datapointsToAlarm = input.DatapointsToAlarm ?? evaluationPeriods;
  if (
    !Number.isInteger(datapointsToAlarm) ||
    datapointsToAlarm < 1 ||
    datapointsToAlarm > evaluationPeriods
  ) {
    throw invalid('DatapointsToAlarm must be between 1 and EvaluationPeriods.');
  }
  if (input.Threshold === undefined)
    throw invalid('Threshold is required for an alarm on a fixed threshold.');
  const comparison = input.ComparisonOperator as string | undefined;
  if (comparison === undefined || !COMPARISONS.includes(comparison)) {
    throw invalid(`The rehearsal does not simulate the ComparisonOperator ${comparison}.`);
  }
  const treatMissingData = input.TreatMissingData ?? 'missing';
  if (!TREATMENTS.includes(treatMissingData)) {
    throw invalid(
      `The value ${treatMissingData} for parameter TreatMissingData is not one of ${TREATMENTS}.`,
    );
  }
  return {
    evaluationPeriods,
    datapointsToAlarm,
    threshold: input.Threshold,
    comparisonOperator: comparison as Comparison,
    treatMissingData: treatMissingData as MissingDataTreatment,
  };
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message);
}
