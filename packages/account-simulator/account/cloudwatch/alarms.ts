import type {
  CompositeAlarm,
  LogAlarm,
  MetricAlarm,
  PutCompositeAlarmInput,
  PutLogAlarmInput,
  PutMetricAlarmInput,
  StateValue,
} from '@aws-sdk/client-cloudwatch';
import type { Timer, VirtualClock } from '../../clock/virtual-clock.ts';
import type { EventEntry } from '../eventbridge/event.ts';
import { AwsError } from '../service.ts';
import {
  type Alarm,
  type AlarmChange,
  type AlarmKind,
  type AlarmScriptStep,
  type AlarmState,
  actionsFor,
} from './alarm.ts';
import { evaluateAlarm } from './alarm-evaluation.ts';
import { alarmStateChangeEvent, queriesInEvent } from './alarm-event.ts';
import { AlarmHistory } from './alarm-history.ts';
import { alarmReason, alarmReasonData } from './alarm-reason.ts';
import type { AlarmRule } from './alarm-rule.ts';
import { AlarmScripts } from './alarm-scripts.ts';
import { compositeReason } from './composite-reason.ts';
import type { MetricAlarmDefinition } from './metric-alarm.ts';
import type { MuteWindow } from './mute-rules.ts';

const MINUTE_MS = 60_000;

/**
 * The time within a minute at which alarms are evaluated. CloudWatch does not document it; after 25 s a healthy account's
 * metrics of the previous minute are complete, so that a breach shows half a minute after its minute ends.
 */
const EVALUATED_AT_MS = 25_000;

interface Entry extends Alarm {
  readonly definition?: MetricAlarmDefinition;
  readonly rule?: AlarmRule;
}

/** The clock and callbacks that the alarms use. */
export interface AlarmsOptions {
  readonly clock: Pick<VirtualClock, 'now' | 'at' | 'cancel'>;
  /** `arn:aws:cloudwatch:<region>:<account>:alarm:` */
  readonly arnPrefix: string;
  emit(event: EventEntry): void;
  /** The active window of a rule that mutes an alarm. */
  muting(name: string): MuteWindow | undefined;
  /** Runs an alarm action, such as a publication to an SNS topic. */
  act(actionArn: string, change: AlarmChange): void;
}

/**
 * The alarms of the account and their states. Metric alarms are evaluated once a minute between {@link start} and {@link
 * stop}; composite alarms when one of their children changes; scripted ones only by their script. The logs that log alarms
 * query are not simulated: a script or SetAlarmState decides their state.
 */
export class Alarms {
  readonly history = new AlarmHistory();
  readonly #options: AlarmsOptions;
  readonly #alarms = new Map<string, Entry>();
  /** Names of alarms with disabled actions, for alarms that a script creates. */
  readonly #disabled = new Set<string>();
  readonly #listeners = new Set<(change: AlarmChange) => void>();
  readonly #scripts: AlarmScripts;
  #tick: Timer | undefined;
  #started = false;

  constructor(options: AlarmsOptions) {
    this.#options = options;
    this.#scripts = new AlarmScripts(options.clock, (name, step, wasBefore) =>
      this.#applyStep(name, step, wasBefore),
    );
  }

  /** Starts the evaluation; a timer exists only while there is an alarm to evaluate. */
  start(): void {
    this.#started = true;
    this.#schedule();
  }

  /** Stops the evaluation and drops future script steps, so that no timer is left on the clock. */
  stop(): void {
    this.#started = false;
    if (this.#tick !== undefined) this.#options.clock.cancel(this.#tick);
    this.#tick = undefined;
    this.#scripts.stop();
  }

  /** Calls `listener` for every change from now on, until the returned function is called. */
  onChange(listener: (change: AlarmChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get(name: string): Alarm | undefined {
    return this.#alarms.get(name);
  }

  /** All alarms by name. */
  all(): Alarm[] {
    return [...this.#alarms.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Creates the alarm, or replaces its configuration and keeps its state. */
  putMetric(input: PutMetricAlarmInput, definition: MetricAlarmDefinition): void {
    const { Tags: _tags, ...configured } = input;
    this.#put({
      kind: 'metric',
      name: input.AlarmName as string,
      description: { ActionsEnabled: true, ...configured } as MetricAlarm,
      configuration: {
        ...(input.AlarmDescription === undefined ? {} : { description: input.AlarmDescription }),
        metrics: queriesInEvent(definition.queries),
      },
      definition,
    });
    this.#schedule();
  }

  /** Creates or replaces a composite alarm and evaluates it. */
  putComposite(input: PutCompositeAlarmInput, rule: AlarmRule): void {
    const { Tags: _tags, ...configured } = input;
    const name = input.AlarmName as string;
    const unknown = rule.children.filter((child) => !this.#alarms.has(child));
    if (unknown.length > 0) {
      throw new AwsError(
        'ValidationException',
        `AlarmRule refers to alarms that do not exist: ${unknown.join(', ')}`,
      );
    }
    if (rule.children.some((child) => this.#reaches(child, name))) {
      throw new AwsError('ValidationException', `The rehearsal does not simulate alarms in a cycle: ${name}`);
    }
    this.#put({
      kind: 'composite',
      name,
      description: { ActionsEnabled: true, ...configured } as CompositeAlarm,
      configuration: { alarmRule: input.AlarmRule },
      rule,
    });
    this.#evaluateComposite(this.#alarms.get(name) as Entry, undefined);
  }

  /** Creates or replaces a log alarm. */
  putLog(input: PutLogAlarmInput): void {
    const { Tags: _tags, ...configured } = input;
    this.#put({
      kind: 'log',
      name: input.AlarmName as string,
      description: { ActionsEnabled: true, ...configured } as LogAlarm,
      configuration: {
        ...(input.AlarmDescription === undefined ? {} : { description: input.AlarmDescription }),
      },
    });
  }

  /** Enables or disables the actions of alarms; an unknown name is kept for when a script creates the alarm. */
  enableActions(names: readonly string[], enabled: boolean): void {
    for (const name of names) {
      if (enabled) this.#disabled.delete(name);
      else this.#disabled.add(name);
      const entry = this.#alarms.get(name);
      if (entry === undefined) continue;
      const description = { ...entry.description, ActionsEnabled: enabled };
      this.#alarms.set(name, { ...entry, description });
      this.history.configured(entry, this.#options.clock.now(), 'updated');
    }
  }

  /** Deletes an alarm if it exists. */
  delete(name: string): void {
    const entry = this.#alarms.get(name);
    if (entry === undefined) return;
    this.#alarms.delete(name);
    this.history.configured(entry, this.#options.clock.now(), 'deleted');
    this.#notify({ name, previous: entry.state, current: undefined });
    this.#evaluateParents(name);
  }

  /** Names of the composite alarms whose rule refers to the alarm. */
  parentsOf(name: string): string[] {
    return [...this.#alarms.values()]
      .filter((entry) => entry.rule?.children.includes(name) === true)
      .map((entry) => entry.name);
  }

  /** Sets the state of an alarm by hand; the next evaluation corrects it. */
  setState(name: string, value: StateValue, reason: string, reasonData?: string): void {
    const entry = this.#alarms.get(name);
    if (entry === undefined) throw new AwsError('ResourceNotFound', `Alarm ${name} does not exist.`, 404);
    this.#transition(entry, value, reason, reasonData);
  }

  /**
   * Lets a script decide an alarm's state instead of its metric. Past steps are history: they set the state without any
   * notification. An alarm that only the script creates does not exist before the first step.
   */
  script(name: string, steps: readonly AlarmScriptStep[], kind: AlarmKind = 'metric'): void {
    this.#scripts.play(name, steps, kind);
  }

  #applyStep(name: string, { at, state }: AlarmScriptStep, wasBefore: boolean): void {
    if (state === 'DELETED') {
      this.delete(name);
      return;
    }
    if (!this.#alarms.has(name)) {
      this.#put({
        kind: this.#scripts.kind(name),
        name,
        description: {
          AlarmDescription: 'scripted by the scenario',
          ActionsEnabled: !this.#disabled.has(name),
        },
        configuration: { description: 'scripted by the scenario', metrics: [] },
      });
    }
    const entry = this.#alarms.get(name) as Entry;
    const reason = `Scripted: the scenario sets ${state}`;
    if (!wasBefore) {
      this.#transition(entry, state, reason);
      return;
    }
    const previous = entry.state;
    entry.state = { value: state, reason, since: at };
    if (previous.value !== state) this.history.stateChanged(entry, previous, entry.state);
  }

  #put(described: Omit<Entry, 'arn' | 'state'>): void {
    const { name } = described;
    const { clock, arnPrefix } = this.#options;
    const existing = this.#alarms.get(name);
    if (existing !== undefined && existing.kind !== described.kind) {
      throw new AwsError('ValidationException', `The alarm ${name} exists and is a ${existing.kind} alarm.`);
    }
    const now = clock.now();
    const arn = `${arnPrefix}${name}`;
    this.#alarms.set(name, {
      ...described,
      arn,
      description: {
        ...described.description,
        AlarmName: name,
        AlarmArn: arn,
        AlarmConfigurationUpdatedTimestamp: new Date(now),
      },
      state: existing?.state ?? {
        value: 'INSUFFICIENT_DATA',
        reason: 'Unchecked: Initial alarm creation',
        since: now,
      },
    });
    const entry = this.#alarms.get(name) as Entry;
    this.history.configured(entry, now, existing === undefined ? 'created' : 'updated');
    if (existing === undefined) this.#notify({ name, previous: undefined, current: entry.state });
  }

  #schedule(): void {
    if (!this.#started || this.#tick !== undefined || this.#evaluated().length === 0) return;
    const { clock } = this.#options;
    const minutes = Math.floor((clock.now() - EVALUATED_AT_MS) / MINUTE_MS) + 1;
    this.#tick = clock.at(minutes * MINUTE_MS + EVALUATED_AT_MS, () => {
      this.#tick = undefined;
      for (const entry of this.#evaluated()) {
        // A listener of one alarm may delete or replace another.
        if (this.#alarms.get(entry.name) === entry) this.#evaluateMetric(entry);
      }
      this.#schedule();
    });
  }

  #evaluated(): Entry[] {
    return [...this.#alarms.values()].filter(
      ({ name, definition }) => definition !== undefined && !this.#scripts.has(name),
    );
  }

  #evaluateMetric(entry: Entry): void {
    const definition = entry.definition as MetricAlarmDefinition;
    const now = this.#options.clock.now();
    const verdict = evaluateAlarm(definition.range(now), definition.criteria);
    if (verdict.state === undefined || verdict.state === entry.state.value) return;
    const { criteria, periodMs, statistic, unit } = definition;
    this.#transition(
      entry,
      verdict.state,
      alarmReason(verdict.state, verdict, criteria),
      alarmReasonData({ now, periodMs, verdict, threshold: criteria.threshold, statistic, unit }),
    );
  }

  #evaluateComposite(entry: Entry, trigger: Alarm | undefined): void {
    const rule = entry.rule as AlarmRule;
    const value = rule.holds((name) => this.#alarms.get(name)?.state.value) ? 'ALARM' : 'OK';
    if (value === entry.state.value) return;
    const { reason, reasonData } = compositeReason(
      entry,
      value,
      trigger,
      rule.children.map((child) => this.#alarms.get(child)).filter((child) => child !== undefined),
      this.#options.clock.now(),
    );
    this.#transition(entry, value, reason, reasonData);
  }

  #evaluateParents(name: string): void {
    const trigger = this.#alarms.get(name);
    for (const parent of this.parentsOf(name)) {
      this.#evaluateComposite(this.#alarms.get(parent) as Entry, trigger);
    }
  }

  #transition(entry: Entry, value: StateValue, reason: string, reasonData?: string): void {
    const since = this.#options.clock.now();
    const previous = entry.state;
    const current: AlarmState = { value, reason, since, ...(reasonData === undefined ? {} : { reasonData }) };
    if (previous.value === value) {
      entry.state = { ...current, since: previous.since };
      return;
    }
    entry.state = current;
    this.history.stateChanged(entry, previous, current);
    const muting = this.#options.muting(entry.name);
    this.#options.emit(alarmStateChangeEvent(entry, previous, muting));
    const change = { name: entry.name, previous, current };
    this.#notify(change);
    if (entry.description.ActionsEnabled !== false && muting === undefined) {
      for (const action of actionsFor(entry, value)) {
        this.history.acted(entry, since, action);
        this.#options.act(action, change);
      }
    }
    this.#evaluateParents(entry.name);
  }

  #notify(change: AlarmChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }

  #reaches(from: string, to: string): boolean {
    if (from === to) return true;
    return this.#alarms.get(from)?.rule?.children.some((child) => this.#reaches(child, to)) === true;
  }
}
