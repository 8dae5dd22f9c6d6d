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

/** Alarms of the account among which the nearest name is looked for: 2,000, since DescribeAlarms takes 9 requests a second. */
const mostAlarmPages = 20;

/** CloudWatch, as far as alarms themselves are looked at, and not the releases that they watch. */
export class AlarmReader {
  readonly #client: CloudWatchClient;

  constructor(client: CloudWatchClient) {
    this.#client = client;
  }

  /** Alarms with what tells whether they can say anything, and whether anybody hears them. */
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
   * How often each of these alarms went into ALARM in the 14 days before a time; without those that never did. One that has
   * been in its state for longer did not, and is not asked about.
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

  /** The mute rule of each of these alarms that is active now, by its name; without those that none mutes. */
  async activeMutes(names: readonly string[]): Promise<Map<string, string>> {
    const mutes = new Map<string, string>();
    // Mute rules are rare: where none is active at all, no alarm has to be asked about.
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

  /** For names that no alarm has, the alarm of the account that may be meant; without those that none is like. */
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

/** The metrics of Lambda that an alarm looks at, or those of its expression; undefined where it looks at others. */
function metricsOf(alarm: DescribedAlarm): WatchedMetric[] | undefined {
  if (!('MetricName' in alarm || 'Metrics' in alarm)) return undefined;
  const { Namespace, Dimensions, Metrics = [] } = alarm;
  if (Metrics.length === 0) return Namespace === 'AWS/Lambda' ? [watchedMetric(Dimensions)] : undefined;
  // An expression that finds its metrics by itself may find any.
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
