import type { VirtualClock } from '../../clock/virtual-clock.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import type { AccountIdentity } from '../wire/account-identity.ts';

/** A message in a queue. */
export interface QueueMessage {
  readonly messageId: string;
  readonly body: string;
  /** String attributes by name (`RULE_ARN`, `ERROR_CODE`, …). */
  readonly attributes: Readonly<Record<string, string>>;
  /** Virtual time of sending, ms since the epoch. */
  readonly sentAt: number;
}

/** The parts of a queue. */
export interface QueueParts {
  readonly name: string;
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly account: AccountIdentity;
}

/** Largest message, in bytes (Amazon SQS Developer Guide, "Message quotas", since August 2025). */
const MAXIMUM_MESSAGE_BYTES = 1024 * 1024;

/**
 * A standard queue that only collects: the dead-letter queue of a rule or function. It has no consumer; tests and reports
 * read {@link messages}.
 */
export class Queue {
  readonly name: string;
  readonly arn: string;
  readonly url: string;
  readonly messages: QueueMessage[] = [];
  readonly #clock: VirtualClock;
  readonly #random: SeededRandom;

  constructor({ name, clock, random, account: { accountId, region } }: QueueParts) {
    if (name.endsWith('.fifo')) throw new RangeError(`${name}: a dead-letter queue must be a standard queue`);
    this.name = name;
    this.arn = `arn:aws:sqs:${region}:${accountId}:${name}`;
    this.url = `https://sqs.${region}.amazonaws.com/${accountId}/${name}`;
    this.#clock = clock;
    this.#random = random.fork(`sqs/${name}`);
  }

  /** Adds a message at the end of the queue. */
  send(body: string, attributes: Readonly<Record<string, string>> = {}): QueueMessage {
    if (body === '' || Buffer.byteLength(body) > MAXIMUM_MESSAGE_BYTES) {
      throw new RangeError('a message must have between 1 byte and 1 MiB');
    }
    const messageId = this.#random.uuid();
    const message = { messageId, body, attributes: { ...attributes }, sentAt: this.#clock.now() };
    this.messages.push(message);
    return message;
  }
}
