import type { Timer, VirtualClock } from '../../clock/virtual-clock.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { AwsError, type Operations, type SimulatedService } from '../service.ts';
import { checkedRetryPolicy, type DeadLetter, Deliveries, type RetryPolicy } from './delivery.ts';
import type { BusEvent, EventEntry } from './event.ts';
import { compileEventPattern, type EventTest } from './event-pattern.ts';
import { putEvents } from './put-events.ts';
import { compileSchedule } from './schedule.ts';
import { compileTargetInput, type InputContext, type TargetInput } from './target-input.ts';

/** A target of a rule. */
export interface RuleTarget extends TargetInput {
  readonly id: string;
  readonly arn: string;
  /**
   * Receives the input made from an event; throws or rejects if it cannot, which is retried by the retry policy. The input
   * may be shared with other targets and must not be changed.
   */
  receive(input: unknown, event: BusEvent): unknown;
  readonly retryPolicy?: RetryPolicy;
  /** The target's dead-letter queue; without it, an undeliverable event is dropped. */
  readonly deadLetter?: (letter: DeadLetter) => void;
}

/** A rule of the default event bus: either a pattern or a schedule. */
export interface RuleDefinition {
  readonly name: string;
  /** The pattern, or its JSON text. */
  readonly eventPattern?: object | string;
  /** `rate(...)` or `cron(...)`. */
  readonly scheduleExpression?: string;
  readonly state?: 'ENABLED' | 'DISABLED';
  readonly targets: readonly RuleTarget[];
}

/** The name and ARN of a rule. */
export interface RuleReference {
  readonly name: string;
  readonly arn: string;
}

/**
 * Intercepts the events from a matching rule to its targets: calling `deliver` once passes the event on, never loses it,
 * twice duplicates it, and with a delay (ms) delays or reorders it.
 */
export type DeliveryInterceptor = (
  event: BusEvent,
  rule: RuleReference,
  deliver: (delayMs?: number) => void,
) => void;

interface Rule extends RuleReference {
  readonly enabled: boolean;
  readonly matches: EventTest | undefined;
  readonly next: ((after: number) => number | undefined) | undefined;
  readonly targets: readonly CompiledTarget[];
  timer: Timer | undefined;
}

interface CompiledTarget {
  readonly target: RuleTarget;
  readonly policy: Required<RetryPolicy>;
  readonly toInput: (event: BusEvent, context: InputContext) => unknown;
}

/** Scheduled rules run within the minute in which they are due, not on its second (same page as the schedules). */
const SCHEDULE_SLACK_MS = 60_000;

/** The default event bus of the account: accepts events, matches rules, delivers to targets, in virtual time. */
export class EventBridge implements SimulatedService {
  readonly operations: Operations;
  readonly #clock: Pick<VirtualClock, 'now' | 'at' | 'after' | 'cancel'>;
  readonly #account: { readonly accountId: string; readonly region: string };
  readonly #ids: SeededRandom;
  readonly #delays: SeededRandom;
  readonly #rules = new Map<string, Rule>();
  readonly #interceptors: DeliveryInterceptor[] = [];
  readonly #history: BusEvent[] = [];
  readonly #deliveries: Deliveries;
  #started = false;

  constructor(options: {
    clock: Pick<VirtualClock, 'now' | 'at' | 'after' | 'cancel'>;
    random: SeededRandom;
    account: { readonly accountId: string; readonly region: string };
  }) {
    const random = options.random.fork('eventbridge');
    this.#clock = options.clock;
    this.#account = options.account;
    this.#ids = random.fork('ids');
    this.#delays = random.fork('delays');
    this.#deliveries = new Deliveries(options.clock);
    this.operations = { PutEvents: putEvents((entry) => this.putEvent(entry)) };
  }

  /** Puts an event on the bus and returns it with its envelope; matching rules deliver it later. */
  putEvent(entry: EventEntry): BusEvent {
    const event = this.#envelope(entry);
    this.#history.push(event);
    for (const rule of this.#rules.values()) {
      if (rule.enabled && rule.matches?.(event) === true) this.#dispatch(event, rule);
    }
    return event;
  }

  /**
   * Creates or replaces a rule.
   *
   * @throws AwsError for an invalid pattern, schedule, input or retry policy, naming the place
   */
  putRule(definition: RuleDefinition): RuleReference {
    const { name, eventPattern, scheduleExpression } = definition;
    if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(name)) {
      throw new AwsError('ValidationException', `${JSON.stringify(name)} is not a valid rule name.`);
    }
    if ((eventPattern === undefined) === (scheduleExpression === undefined)) {
      throw new AwsError('ValidationException', `The rule ${name} needs either a pattern or a schedule.`);
    }
    const rule: Rule = {
      name,
      arn: `arn:aws:events:${this.#account.region}:${this.#account.accountId}:rule/${name}`,
      enabled: definition.state !== 'DISABLED',
      matches: eventPattern === undefined ? undefined : compileEventPattern(asObject(eventPattern, name)),
      next:
        scheduleExpression === undefined ? undefined : compileSchedule(scheduleExpression, this.#clock.now()),
      targets: definition.targets.map((target) => ({
        target,
        policy: checkedRetryPolicy(target.retryPolicy),
        toInput: compileTargetInput(target),
      })),
      timer: undefined,
    };
    this.removeRule(name);
    this.#rules.set(name, rule);
    if (this.#started) this.#schedule(rule, this.#clock.now());
    return { name, arn: rule.arn };
  }

  /** Removes a rule if it exists; its deliveries in progress still arrive. */
  removeRule(name: string): void {
    const rule = this.#rules.get(name);
    if (rule?.timer !== undefined) this.#clock.cancel(rule.timer);
    this.#rules.delete(name);
  }

  /** Starts scheduled rules. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    for (const rule of this.#rules.values()) this.#schedule(rule, this.#clock.now());
  }

  /** Stops scheduled rules, so that they do not keep a rehearsal alive; deliveries in progress continue. */
  stop(): void {
    this.#started = false;
    for (const rule of this.#rules.values()) {
      if (rule.timer !== undefined) this.#clock.cancel(rule.timer);
      rule.timer = undefined;
    }
  }

  /** Adds a fault between rules and targets; a later interceptor is nearer to the targets. */
  interceptDelivery(interceptor: DeliveryInterceptor): void {
    this.#interceptors.push(interceptor);
  }

  /** Every event, scheduled ones included, in order. */
  history(): readonly BusEvent[] {
    return this.#history;
  }

  /** Deliveries that still wait for an attempt, retries included. */
  get pendingDeliveries(): number {
    return this.#deliveries.waiting;
  }

  #envelope(entry: EventEntry): BusEvent {
    return {
      version: '0',
      id: this.#ids.uuid(),
      'detail-type': entry.detailType,
      source: entry.source,
      account: this.#account.accountId,
      time: `${new Date(this.#clock.now()).toISOString().slice(0, 19)}Z`,
      region: this.#account.region,
      resources: [...(entry.resources ?? [])],
      // An event travels as JSON: no later change of the sender's object, no Date, no undefined.
      detail: JSON.parse(JSON.stringify(entry.detail)) as Record<string, unknown>,
    };
  }

  #dispatch(event: BusEvent, rule: Rule): void {
    let copies = 0;
    const send = (delayMs: number): void => {
      copies += 1;
      for (const target of rule.targets) this.#send(event, rule, target, delayMs, copies);
    };
    const pass = (index: number, delayMs: number): void => {
      const interceptor = this.#interceptors[index];
      if (interceptor === undefined) send(delayMs);
      else
        interceptor(event, { name: rule.name, arn: rule.arn }, (more = 0) => pass(index + 1, delayMs + more));
    };
    pass(0, 0);
  }

  #send(event: BusEvent, rule: Rule, compiled: CompiledTarget, delayMs: number, copy: number): void {
    const { target, policy, toInput } = compiled;
    const context = {
      ruleArn: rule.arn,
      ruleName: rule.name,
      ingestionTime: new Date(this.#clock.now()).toISOString(),
    };
    this.#deliveries.send(
      {
        event,
        ruleArn: rule.arn,
        targetArn: target.arn,
        delayMs,
        policy,
        attempt: () => target.receive(toInput(event, context), event),
        ...(target.deadLetter === undefined ? {} : { deadLetter: target.deadLetter }),
      },
      this.#delays.fork(`${event.id}/${rule.name}/${target.id}/${copy}`),
    );
  }

  #schedule(rule: Rule, after: number): void {
    const due = rule.enabled ? rule.next?.(after) : undefined;
    if (due === undefined) return;
    const slack = this.#delays.fork(`${rule.name}/${due}`).uniform() * SCHEDULE_SLACK_MS;
    rule.timer = this.#clock.at(due + slack, () => {
      rule.timer = undefined;
      const event = this.#envelope({
        source: 'aws.events',
        detailType: 'Scheduled Event',
        resources: [rule.arn],
        detail: {},
      });
      this.#history.push(event);
      this.#dispatch(event, rule);
      this.#schedule(rule, due);
    });
  }
}

function asObject(pattern: object | string, rule: string): unknown {
  if (typeof pattern !== 'string') return pattern;
  try {
    return JSON.parse(pattern);
  } catch {
    throw new AwsError('InvalidEventPatternException', `The event pattern of ${rule} is not JSON.`);
  }
}
