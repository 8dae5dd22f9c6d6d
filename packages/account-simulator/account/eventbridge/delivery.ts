import type { Timer, VirtualClock } from '../../clock/virtual-clock.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { AwsError } from '../service.ts';
import { type DeliveryFailure, toDeliveryFailure } from './delivery-failure.ts';
import type { BusEvent } from './event.ts';

/** The number and duration of retries for a target. */
export interface RetryPolicy {
  /** 0 to 185; 185 by default. */
  readonly MaximumRetryAttempts?: number;
  /** 60 to 86,400; a day by default. */
  readonly MaximumEventAgeInSeconds?: number;
}

/** An event that could not be delivered, with EventBridge's message attributes. */
export interface DeadLetter {
  readonly event: BusEvent;
  readonly attributes: Readonly<Record<string, string>>;
}

/** One event on its way to one target. */
export interface Delivery {
  readonly event: BusEvent;
  readonly ruleArn: string;
  readonly targetArn: string;
  /** Additional ms before the first attempt. */
  readonly delayMs: number;
  readonly policy: Required<RetryPolicy>;
  /** Delivers the event; throws (or rejects) if it cannot. */
  attempt(): unknown;
  deadLetter?(letter: DeadLetter): void;
}

const FIRST_RETRY_MS = 1_000;
/** 185 attempts must fit into the documented default of 24 hours: about one in eight minutes. */
const LONGEST_BACKOFF_MS = 480_000;

/** Fills in and checks a retry policy (EventBridge API Reference, RetryPolicy). */
export function checkedRetryPolicy(policy: RetryPolicy = {}): Required<RetryPolicy> {
  const { MaximumRetryAttempts = 185, MaximumEventAgeInSeconds = 86_400 } = policy;
  const within = (value: number, low: number, high: number) =>
    Number.isInteger(value) && value >= low && value <= high;
  if (!within(MaximumRetryAttempts, 0, 185)) {
    throw new AwsError(
      'ValidationException',
      `MaximumRetryAttempts ${MaximumRetryAttempts} is not in 0..185.`,
    );
  }
  if (!within(MaximumEventAgeInSeconds, 60, 86_400)) {
    throw new AwsError(
      'ValidationException',
      `MaximumEventAgeInSeconds ${MaximumEventAgeInSeconds} is not in 60..86400.`,
    );
  }
  return { MaximumRetryAttempts, MaximumEventAgeInSeconds };
}

/**
 * Delivers events to targets: first within 0.2 to 2 s, then again with exponential backoff and jitter until the retry policy
 * is exhausted, then to the dead-letter queue, if there is one (EventBridge User Guide, "How EventBridge retries delivering
 * events"; the figures of the backoff are ours).
 */
export class Deliveries {
  readonly #clock: Pick<VirtualClock, 'now' | 'after' | 'cancel'>;
  readonly #timers = new Set<Timer>();

  constructor(clock: Pick<VirtualClock, 'now' | 'after' | 'cancel'>) {
    this.#clock = clock;
  }

  /** The number of deliveries that wait for an attempt. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** @param random generator of this delivery alone, so that other deliveries do not change its times */
  send(delivery: Delivery, random: SeededRandom): void {
    const usual = 200 + 1_800 * random.uniform();
    this.#attemptAfter(delivery.delayMs + usual, delivery, random, 0, this.#clock.now());
  }

  #attemptAfter(
    ms: number,
    delivery: Delivery,
    random: SeededRandom,
    retries: number,
    acceptedAt: number,
  ): void {
    const timer = this.#clock.after(ms, () => {
      this.#timers.delete(timer);
      void this.#attempt(delivery, random, retries, acceptedAt);
    });
    this.#timers.add(timer);
  }

  async #attempt(
    delivery: Delivery,
    random: SeededRandom,
    retries: number,
    acceptedAt: number,
  ): Promise<void> {
    try {
      await delivery.attempt();
    } catch (error) {
      const failure = toDeliveryFailure(error);
      const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = delivery.policy;
      const backoff =
        Math.min(LONGEST_BACKOFF_MS, FIRST_RETRY_MS * 2 ** retries) * (0.9 + 0.2 * random.uniform());
      const ageAtNext = this.#clock.now() + backoff - acceptedAt;
      if (!failure.retry) {
        giveUp(delivery, failure, retries, undefined);
      } else if (retries >= MaximumRetryAttempts) {
        giveUp(delivery, failure, retries, 'MaximumRetryAttempts');
      } else if (ageAtNext > MaximumEventAgeInSeconds * 1_000) {
        giveUp(delivery, failure, retries, 'MaximumEventAgeInSeconds');
      } else {
        this.#attemptAfter(backoff, delivery, random, retries + 1, acceptedAt);
      }
    }
  }
}

function giveUp(
  delivery: Delivery,
  failure: DeliveryFailure,
  retries: number,
  condition: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds' | undefined,
): void {
  delivery.deadLetter?.({
    event: delivery.event,
    attributes: {
      RULE_ARN: delivery.ruleArn,
      TARGET_ARN: delivery.targetArn,
      ERROR_CODE: failure.code,
      ERROR_MESSAGE: failure.message,
      ...(condition === undefined ? {} : { EXHAUSTED_RETRY_CONDITION: condition }),
      RETRY_ATTEMPTS: String(retries),
    },
  });
}
