import type {
  DescribeAlarmsInput,
  DescribeAlarmsOutput,
  GetMetricDataInput,
  GetMetricDataOutput,
  MetricDataQuery,
  PutMetricAlarmInput,
} from '@aws-sdk/client-cloudwatch';
import { CloudWatch, type CloudWatchOptions } from '../../../account/cloudwatch/cloudwatch.ts';
import type { EventEntry } from '../../../account/eventbridge/event.ts';
import { VirtualClock } from '../../../clock/virtual-clock.ts';
import { SeededRandom } from '../../../random/seeded-random.ts';
import type { Behaviour } from '../../../traffic/behaviour.ts';
import type { Rate } from '../../../traffic/rate.ts';
import type { ShareChange } from '../../../traffic/shares.ts';
import { Traffic } from '../../../traffic/traffic.ts';

export const START = Date.parse('2026-10-01T08:00:00Z');
export const MINUTE = 60_000;
export const CALL = { caller: { principal: 'test' }, now: START };

const healthy: Behaviour = { errorRate: 0.01, latencyMs: 100, latencySpread: 0.3 };

/** An account with one function, `orders`, with traffic on its alias `live`. */
export function account(
  options: {
    seed?: number;
    rate?: Rate;
    pastMs?: number;
    shares?: readonly ShareChange[];
    behaviours?: Record<string, Behaviour>;
  } & Partial<Pick<CloudWatchOptions, 'visibility' | 'act' | 'versionMetrics'>> = {},
) {
  const clock = VirtualClock.install(START);
  const random = new SeededRandom(options.seed ?? 1);
  const events: EventEntry[] = [];
  const traffic = new Traffic({
    clock,
    random,
    sources: [
      {
        functionName: 'orders',
        alias: 'live',
        rate: options.rate ?? 600,
        ...(options.pastMs !== undefined && { pastMs: options.pastMs }),
      },
    ],
    ports: {
      shares: () => options.shares ?? [{ at: Number.NEGATIVE_INFINITY, shares: { '4': 0.8, '5': 0.2 } }],
      behaviour: (_functionName, version) => options.behaviours?.[version] ?? healthy,
    },
  });
  const cloudWatch = new CloudWatch({
    clock,
    random,
    account: { accountId: '123456789012', region: 'eu-west-1' },
    traffic,
    emit: (event) => events.push(event),
    ...(options.visibility === undefined ? {} : { visibility: options.visibility }),
    ...(options.act === undefined ? {} : { act: options.act }),
    ...(options.versionMetrics === undefined ? {} : { versionMetrics: options.versionMetrics }),
  });
  const call = <Output>(operation: string, input: object): Output => {
    const run = cloudWatch.operations[operation];
    if (run === undefined) throw new Error(`no operation ${operation}`);
    return run(input as never, { ...CALL, now: clock.now() }) as Output;
  };
  return {
    clock,
    cloudWatch,
    events,
    call,
    /** Lets virtual time pass. */
    until: (time: number) => {
      clock.at(time, () => {});
      return clock.run(() => clock.now() >= time);
    },
    read: (queries: MetricDataQuery[], range: Partial<GetMetricDataInput> = {}) =>
      call<GetMetricDataOutput>('GetMetricData', {
        StartTime: new Date(clock.now() - 10 * MINUTE),
        EndTime: new Date(clock.now()),
        MetricDataQueries: queries,
        ...range,
      }),
    putAlarm: (alarm: Partial<PutMetricAlarmInput> = {}) =>
      call('PutMetricAlarm', { ...errorAlarm, ...alarm }),
    describe: (input: DescribeAlarmsInput = {}) => call<DescribeAlarmsOutput>('DescribeAlarms', input),
  };
}

/** More than 20 errors of `orders` in each of 2 of 3 minutes. */
export const errorAlarm = {
  AlarmName: 'orders-errors',
  Namespace: 'AWS/Lambda',
  MetricName: 'Errors',
  Dimensions: [{ Name: 'FunctionName', Value: 'orders' }],
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 3,
  DatapointsToAlarm: 2,
  Threshold: 20,
  ComparisonOperator: 'GreaterThanThreshold',
} as const satisfies PutMetricAlarmInput;

/** A query of a metric of `orders`, of its alias, or of a version behind it. */
export function query(
  id: string,
  metricName: string,
  stat: string,
  of: { alias?: string; version?: string; period?: number } = {},
): MetricDataQuery {
  return {
    Id: id,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/Lambda',
        MetricName: metricName,
        Dimensions: [
          { Name: 'FunctionName', Value: 'orders' },
          ...(of.alias === undefined ? [] : [{ Name: 'Resource', Value: `orders:${of.alias}` }]),
          ...(of.version === undefined ? [] : [{ Name: 'ExecutedVersion', Value: of.version }]),
        ],
      },
      Period: of.period ?? 60,
      Stat: stat,
    },
  };
}
