import type {
  DeleteAlarmMuteRuleInput,
  DeleteAlarmsInput,
  DescribeAlarmHistoryInput,
  DescribeAlarmsInput,
  DisableAlarmActionsInput,
  EnableAlarmActionsInput,
  GetAlarmMuteRuleInput,
  GetMetricDataInput,
  ListAlarmMuteRulesInput,
  PutAlarmMuteRuleInput,
  PutCompositeAlarmInput,
  PutLogAlarmInput,
  PutMetricAlarmInput,
  SetAlarmStateInput,
  StateValue,
} from '@aws-sdk/client-cloudwatch';
import type { VirtualClock } from '../../clock/virtual-clock.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import type { Traffic } from '../../traffic/traffic.ts';
import type { EventEntry } from '../eventbridge/event.ts';
import { mergeLazily, pickLazily } from '../merge-lazily.ts';
import { AwsError, type Operations, type SimulatedService } from '../service.ts';
import type { AlarmChange, AlarmKind, AlarmScriptStep } from './alarm.ts';
import { parseAlarmRule } from './alarm-rule.ts';
import { Alarms } from './alarms.ts';
import { describeAlarms } from './describe-alarms.ts';
import { getMetricData } from './get-metric-data.ts';
import { LambdaMetrics, type VersionMetrics } from './lambda-metrics.ts';
import { defineMetricAlarm } from './metric-alarm.ts';
import { MuteRules } from './mute-rules.ts';
import { promptVisibility, type Visibility } from './visibility.ts';

const MOST_DELETED = 100;
const STATES: readonly unknown[] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] satisfies StateValue[];

/** The parts and options of the simulated CloudWatch. */
export interface CloudWatchOptions {
  readonly clock: Pick<VirtualClock, 'now' | 'at' | 'cancel'>;
  readonly random: SeededRandom;
  readonly account: { readonly accountId: string; readonly region: string };
  readonly traffic: Traffic;
  /** Receives "CloudWatch Alarm State Change" events. */
  readonly emit?: (event: EventEntry) => void;
  /** Runs alarm actions by their ARN; without it, DescribeAlarms lists the actions but they never run. */
  readonly act?: (actionArn: string, change: AlarmChange) => void;
  /** The arrival of metrics; prompt by default, as in a healthy account. */
  readonly visibility?: Visibility;
  /** Whether metrics by ExecutedVersion need weights on the alias; by default they do not. */
  readonly versionMetrics?: VersionMetrics;
}

/**
 * The part of CloudWatch that watches a release: AWS/Lambda metrics of the simulated traffic, and alarms on them. Features
 * that are not simulated are refused by name.
 */
export class CloudWatch implements SimulatedService {
  readonly operations: Operations;
  readonly #alarms: Alarms;

  constructor(options: CloudWatchOptions) {
    const { clock, random, account, traffic } = options;
    const metrics = new LambdaMetrics(
      mergeLazily(pickLazily(options, ['versionMetrics']), {
        now: () => clock.now(),
        traffic,
        visibility: options.visibility ?? promptVisibility(random.fork('cloudwatch')),
      }),
    );
    const arnOf = (type: string) => `arn:aws:cloudwatch:${account.region}:${account.accountId}:${type}:`;
    const muteRules = new MuteRules(arnOf('alarm-mute-rule'), () => clock.now());
    const alarms = new Alarms({
      clock,
      arnPrefix: arnOf('alarm'),
      muting: (name) => muteRules.muting(name),
      emit: (event) => options.emit?.(event),
      act: (actionArn, change) => options.act?.(actionArn, change),
    });
    this.#alarms = alarms;
    this.operations = {
      GetMetricData: (input: GetMetricDataInput) =>
        getMetricData(input, metrics, { accountId: account.accountId, now: clock.now() }),
      GetMetricStatistics: () => {
        throw invalid('The rehearsal does not simulate GetMetricStatistics: use GetMetricData.');
      },
      DescribeAlarms: (input: DescribeAlarmsInput) => describeAlarms(input, alarms.all()),
      DescribeAlarmHistory: (input: DescribeAlarmHistoryInput) => alarms.history.describe(input, clock.now()),
      EnableAlarmActions: ({ AlarmNames }: EnableAlarmActionsInput) => {
        alarms.enableActions(AlarmNames ?? [], true);
        return {};
      },
      DisableAlarmActions: ({ AlarmNames }: DisableAlarmActionsInput) => {
        alarms.enableActions(AlarmNames ?? [], false);
        return {};
      },
      PutAlarmMuteRule: (input: PutAlarmMuteRuleInput) => muteRules.put(input),
      GetAlarmMuteRule: (input: GetAlarmMuteRuleInput) => muteRules.get(input),
      ListAlarmMuteRules: (input: ListAlarmMuteRulesInput) => muteRules.list(input),
      DeleteAlarmMuteRule: (input: DeleteAlarmMuteRuleInput) => muteRules.delete(input),
      PutMetricAlarm: (input: PutMetricAlarmInput) => {
        requireName(input.AlarmName);
        alarms.putMetric(input, defineMetricAlarm(input, metrics, account.accountId));
        return {};
      },
      PutCompositeAlarm: (input: PutCompositeAlarmInput) => {
        requireName(input.AlarmName);
        if (input.ActionsSuppressor !== undefined) {
          throw invalid('The rehearsal does not simulate ActionsSuppressor of a composite alarm.');
        }
        alarms.putComposite(input, parseAlarmRule(input.AlarmRule ?? ''));
        return {};
      },
      PutLogAlarm: (input: PutLogAlarmInput) => {
        requireName(input.AlarmName);
        alarms.putLog(input);
        return {};
      },
      DeleteAlarms: (input: DeleteAlarmsInput) => {
        deleteAlarms(input.AlarmNames ?? [], alarms);
        return {};
      },
      SetAlarmState: (input: SetAlarmStateInput) => {
        if (!STATES.includes(input.StateValue))
          throw invalid(`The value ${input.StateValue} is not a StateValue.`);
        const name = requireName(input.AlarmName);
        alarms.setState(name, input.StateValue as StateValue, input.StateReason ?? '', input.StateReasonData);
        return {};
      },
    };
  }

  /** Starts to evaluate metric alarms, once a minute. */
  start(): void {
    this.#alarms.start();
  }

  /** Takes all timers of CloudWatch off the clock, so that a rehearsal can end. */
  stop(): void {
    this.#alarms.stop();
  }

  /** The state of an alarm of any kind, or undefined if there is none of that name. */
  state(name: string): StateValue | undefined {
    return this.#alarms.get(name)?.state.value;
  }

  /**
   * Calls `listener` for every alarm that is created, changes its state or is deleted, until the returned function is
   * called.
   */
  onChange(listener: (change: AlarmChange) => void): () => void {
    return this.#alarms.onChange(listener);
  }

  /**
   * Lets a scenario decide an alarm's state, whether or not an alarm of that name is created: firing since before, flapping,
   * deleted in the middle.
   *
   * @param kind of an alarm that the script creates; a metric alarm by default
   */
  scriptAlarm(name: string, steps: readonly AlarmScriptStep[], kind?: AlarmKind): void {
    this.#alarms.script(name, steps, kind);
  }

  /** Disables the actions of an alarm, even of one that its script creates later. */
  disableActions(name: string): void {
    this.#alarms.enableActions([name], false);
  }
}

function deleteAlarms(names: readonly string[], alarms: Alarms): void {
  if (names.length > MOST_DELETED) throw invalid(`At most ${MOST_DELETED} alarms can be deleted at once.`);
  if (names.filter((name) => alarms.get(name)?.kind === 'composite').length > 1) {
    throw new AwsError('ValidationException', 'At most one composite alarm can be deleted at once.');
  }
  for (const name of names) {
    const parents = alarms.parentsOf(name).filter((parent) => !names.includes(parent));
    if (parents.length > 0) {
      throw new AwsError(
        'ValidationException',
        `Cannot delete ${name} as there are composite alarm(s) depending on it.`,
      );
    }
  }
  for (const name of names) alarms.delete(name);
}

function requireName(name: string | undefined): string {
  if (name === undefined || name === '' || name.length > 255) {
    throw invalid('AlarmName must have 1 to 255 characters.');
  }
  return name;
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message);
}
