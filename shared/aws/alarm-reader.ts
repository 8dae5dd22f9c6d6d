import {
  type CloudWatchClient,
  DescribeAlarmsCommand,
  type DescribeAlarmsCommandOutput,
  type Dimension,
  ListAlarmMuteRulesCommand,
} from '@aws-sdk/client-cloudwatch';
import type { AlarmDetails } from '../judge/alarm-conditions.ts';
import type { WatchedMetric } from '../judge/alarm-sight.ts';
import type { AlarmReading } from '../judge/declared-alarms.ts';
import { limitConcurrency } from '../limit-concurrency.ts';
import { nearestName } from '../nearest-name.ts';
import { countRings, everyAlarmType, historiesAtOnce, ringsSince } from './alarm-history.ts';
import {
  alarmsOf,
  alarmsPerCall,
  type DescribedAlarm,
  describeAlarms,
  standingOf,
} from './describe-alarms.ts';

const minuteMs = 60_000;

/**
 * Pages of the account's alarms among which the nearest name is sought: 2,000 alarms, since DescribeAlarms allows 9 requests
 * a second.
 */
const mostAlarmPages = 20;

/** CloudWatch alarms as such, apart from the releases that they watch. */
export class AlarmReader {
  readonly #client: CloudWatchClient;

  constructor(client: CloudWatchClient) {
    this.#client = client;
  }

  /** Alarms with the facts that show whether they can ring, and whether anybody is notified. */
  async details(names: readonly string[]): Promise<AlarmDetails[]> {
    const found = await describeAlarms(this.#client, names);
    return names.map((name) => {
      const alarm = found.get(name);
      const standing = standingOf(name, alarm);
      if (!alarm || standing.state === 'missing') return standing;
      const warmUp = 'WarmUpConfiguration' in alarm ? alarm.WarmUpConfiguration : undefined;
      const configuredAt = alarm.AlarmConfigurationUpdatedTimestamp?.getTime();
      return {
        ...standing,
        actionsEnabled: alarm.ActionsEnabled,
        metrics: metricsOf(alarm),
        ...('EvaluationState' in alarm && { evaluation: alarm.EvaluationState }),
        ...('ActionsSuppressedBy' in alarm && {
          suppressed: alarm.ActionsSuppressedReason ?? alarm.ActionsSuppressedBy,
        }),
        ...(warmUp &&
          configuredAt !== undefined && {
            warmsUpUntil: configuredAt + (warmUp.WarmUpPeriodDurationInMinutes ?? 0) * minuteMs,
          }),
      };
    });
  }

  /**
   * Number of times each of these alarms went into ALARM in the 14 days before a time; alarms that never did are left out.
   * An alarm that has been in its state for longer did not ring, and its history is not read.
   *
   * @param before ms since the epoch
   */
  async ringsBefore(alarms: readonly AlarmReading[], before: number): Promise<Record<string, number>> {
    const limited = limitConcurrency(historiesAtOnce);
    const changed = alarms.filter(
      ({ state, since }) => state !== 'missing' && (since === undefined || since >= ringsSince(before)),
    );
    const counts = await Promise.all(
      changed.map(
        async ({ name }) => [name, await limited(() => countRings(this.#client, name, before))] as const,
      ),
    );
    return Object.fromEntries(counts.filter(([, rings]) => rings > 0));
  }

  /** The active mute rule of each of these alarms, by the alarm's name; alarms without one are left out. */
  async activeMutes(names: readonly string[]): Promise<Map<string, string>> {
    const mutes = new Map<string, string>();
    // Mute rules are rare: if none is active at all, the alarms need not be asked about.
    if (names.length === 0 || !(await this.#activeMute())) return mutes;
    for (const name of names) {
      const rule = await this.#activeMute(name);
      if (rule !== undefined) mutes.set(name, rule);
    }
    return mutes;
  }

  async #activeMute(AlarmName?: string): Promise<string | undefined> {
    const { AlarmMuteRuleSummaries: [rule] = [] } = await this.#client.send(
      new ListAlarmMuteRulesCommand({ Statuses: ['ACTIVE'], MaxRecords: 1, ...(AlarmName && { AlarmName }) }),
    );
    // arn:aws:cloudwatch:REGION:ACCOUNT:alarm-mute-rule:NAME
    return rule?.AlarmMuteRuleArn?.split(':').slice(6).join(':');
  }

  /** The likely alarm of the account for each name that no alarm has; names without a near one are left out. */
  async nearest(names: readonly string[]): Promise<Map<string, string>> {
    const known: string[] = [];
    let token: string | undefined;
    for (let page = 0; page < mostAlarmPages; page += 1) {
      const answer: DescribeAlarmsCommandOutput = await this.#client.send(
        new DescribeAlarmsCommand({
          AlarmTypes: [...everyAlarmType],
          MaxRecords: alarmsPerCall,
          ...(token && { NextToken: token }),
        }),
      );
      known.push(...alarmsOf(answer).flatMap(({ AlarmName }) => AlarmName ?? []));
      token = answer.NextToken;
      if (!token) break;
    }
    return new Map(
      names.flatMap((name) => {
        const nearest = nearestName(name, known);
        return nearest === undefined ? [] : [[name, nearest] as const];
      }),
    );
  }
}

/** The Lambda metrics that an alarm reads, directly or in its expression; undefined if it reads others. */
function metricsOf(alarm: DescribedAlarm): WatchedMetric[] | undefined {
  if (!('MetricName' in alarm || 'Metrics' in alarm)) return undefined;
  const { Namespace, Dimensions, Metrics = [] } = alarm;
  if (Metrics.length === 0) return Namespace === 'AWS/Lambda' ? [watchedMetric(Dimensions)] : undefined;
  // An expression that searches for its metrics may find any.
  if (Metrics.some(({ Expression = '' }) => /\b(SELECT|SEARCH)\b/i.test(Expression))) return undefined;
  const read = Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []);
  const isLambda = read.length > 0 && read.every((metric) => metric.Namespace === 'AWS/Lambda');
  return isLambda ? read.map((metric) => watchedMetric(metric.Dimensions)) : undefined;
}

function watchedMetric(dimensions: readonly Dimension[] = []): WatchedMetric {
  const dimension = (name: string) => dimensions.find(({ Name }) => Name === name)?.Value;
  return {
    function: dimension('FunctionName'),
    resource: dimension('Resource'),
    version: dimension('ExecutedVersion'),
  };
}
