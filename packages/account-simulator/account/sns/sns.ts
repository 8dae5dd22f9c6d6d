import type {
  CreateTopicCommandInput,
  ListSubscriptionsByTopicCommandInput,
  PublishCommandInput,
  SubscribeCommandInput,
  UnsubscribeCommandInput,
} from '@aws-sdk/client-sns';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { AwsError, type CallContext, type SimulatedService } from '../service.ts';
import type { AccountIdentity } from '../wire/account-identity.ts';
import { refuseUnknownMembers, unsupported } from '../wire/unsupported.ts';
import {
  checkMessage,
  checkSubject,
  invalidParameter,
  MAXIMUM_SMS_CHARACTERS,
  textFor,
} from './message-rules.ts';
import type { FilterPolicy, Mail, Protocol, Subscription, Topic } from './topic.ts';

/** The parts of the simulated SNS. */
export interface SnsParts {
  readonly random: SeededRandom;
  readonly account: AccountIdentity;
}

/** Subject of a mail that was published without one. */
const DEFAULT_SUBJECT = 'AWS Notification Message';
const PENDING = 'PendingConfirmation';
/** The form of each protocol's endpoints (SNS API reference, Subscribe). */
const endpoints: Readonly<Record<Protocol, RegExp>> = {
  email: /^[^@\s]+@[^@\s]+$/,
  sms: /^\+[1-9]\d{1,14}$/,
  https: /^https:\/\/\S+$/,
};

/**
 * SNS: standard topics with subscribers by e-mail, SMS and HTTPS, whose messages end in an inbox. FIFO topics (which cannot send
 * mail), other protocols, operators of filters and batches are refused by name.
 */
export class Sns implements SimulatedService {
  readonly operations = {
    CreateTopic: (input: CreateTopicCommandInput) => {
      refuseUnknownMembers('sns', 'CreateTopic', input, ['Name']);
      return { TopicArn: this.createTopic(input.Name ?? '').arn };
    },
    ListTopics: () => ({ Topics: [...this.#topics.keys()].map((TopicArn) => ({ TopicArn })) }),
    Publish: (input: PublishCommandInput, call: CallContext) => this.#publish(input, call),
    Subscribe: (input: SubscribeCommandInput) => this.#subscribe(input),
    Unsubscribe: (input: UnsubscribeCommandInput) => this.#unsubscribe(input),
    ListSubscriptionsByTopic: (input: ListSubscriptionsByTopicCommandInput) => this.#subscriptions(input),
  };
  readonly #random: SeededRandom;
  readonly #account: AccountIdentity;
  readonly #topics = new Map<string, Topic>();
  readonly #inbox: Mail[] = [];

  constructor({ random, account }: SnsParts) {
    this.#random = random.fork('sns');
    this.#account = account;
  }

  /** The topic with that name, created if it does not exist. */
  createTopic(name: string): Topic {
    if (name.endsWith('.fifo')) {
      throw unsupported('sns', 'CreateTopic', 'a FIFO topic');
    }
    if (!/^[A-Za-z0-9_-]{1,256}$/.test(name)) throw invalidParameter('Topic Name');
    const arn = `arn:aws:sns:${this.#account.region}:${this.#account.accountId}:${name}`;
    const topic = this.#topics.get(arn) ?? { arn, name, subscriptions: [] };
    this.#topics.set(arn, topic);
    return topic;
  }

  /** Subscribes a confirmed address to the messages that pass its filter policy. */
  subscribe(
    topicArn: string,
    address: string,
    filterPolicy?: FilterPolicy,
    protocol: Protocol = 'email',
  ): Subscription {
    const subscription = this.#add(topicArn, address, protocol);
    subscription.confirmed = true;
    if (filterPolicy) subscription.filterPolicy = filterPolicy;
    return subscription;
  }

  /** All mail delivered so far, in order. */
  inbox(): readonly Mail[] {
    return this.#inbox;
  }

  #publish(input: PublishCommandInput, { caller, now }: CallContext): object {
    const known = ['TopicArn', 'Message', 'Subject', 'MessageStructure', 'MessageAttributes'];
    refuseUnknownMembers('sns', 'Publish', input, known);
    const topic = this.#topic(input.TopicArn);
    checkMessage(input.Message);
    if (input.Subject !== undefined) checkSubject(input.Subject);
    if (input.MessageStructure !== undefined && input.MessageStructure !== 'json') {
      throw invalidParameter('MessageStructure');
    }
    const { Message: message } = input;
    const bodyFor = (protocol: Protocol) =>
      input.MessageStructure === 'json' ? textFor(protocol, message) : message;
    bodyFor('email');
    const messageId = this.#random.uuid();
    for (const { endpoint, confirmed, filterPolicy, protocol } of topic.subscriptions) {
      if (!confirmed || !passes(filterPolicy, input.MessageAttributes)) continue;
      const body = bodyFor(protocol);
      if (protocol === 'sms' && body.length > MAXIMUM_SMS_CHARACTERS) continue;
      this.#inbox.push({
        at: now,
        topicArn: topic.arn,
        to: endpoint,
        subject: input.Subject ?? DEFAULT_SUBJECT,
        body,
        messageId,
        publishedBy: caller.principal,
      });
    }
    return { MessageId: messageId };
  }

  #subscribe(input: SubscribeCommandInput): object {
    refuseUnknownMembers('sns', 'Subscribe', input, [
      'TopicArn',
      'Protocol',
      'Endpoint',
      'ReturnSubscriptionArn',
    ]);
    const protocol = input.Protocol as Protocol;
    if (!(protocol in endpoints)) throw unsupported('sns', 'Subscribe', `protocol ${input.Protocol}`);
    const subscription = this.#add(input.TopicArn, input.Endpoint ?? '', protocol);
    const visible = subscription.confirmed || input.ReturnSubscriptionArn;
    return { SubscriptionArn: visible ? subscription.arn : 'pending confirmation' };
  }

  #unsubscribe({ SubscriptionArn: arn }: UnsubscribeCommandInput): undefined {
    for (const { subscriptions } of this.#topics.values()) {
      const position = subscriptions.findIndex((subscription) => subscription.arn === arn);
      if (position >= 0) subscriptions.splice(position, 1);
    }
  }

  #subscriptions({ TopicArn }: ListSubscriptionsByTopicCommandInput): object {
    const topic = this.#topic(TopicArn);
    return {
      Subscriptions: topic.subscriptions.map(({ arn, endpoint, confirmed, protocol }) => ({
        SubscriptionArn: confirmed ? arn : PENDING,
        Owner: this.#account.accountId,
        Protocol: protocol,
        Endpoint: endpoint,
        TopicArn: topic.arn,
      })),
    };
  }

  #add(topicArn: string | undefined, address: string, protocol: Protocol): Subscription {
    const topic = this.#topic(topicArn);
    if (!endpoints[protocol].test(address)) throw invalidParameter(`Endpoint for ${protocol}`);
    const existing = topic.subscriptions.find(({ endpoint }) => endpoint === address);
    if (existing) return existing;
    const subscription = {
      arn: `${topic.arn}:${this.#random.uuid()}`,
      protocol,
      endpoint: address,
      confirmed: false,
    };
    topic.subscriptions.push(subscription);
    return subscription;
  }

  #topic(arn: string | undefined): Topic {
    const topic = this.#topics.get(arn ?? '');
    if (!topic) throw new AwsError('NotFoundException', 'Topic does not exist', 404);
    return topic;
  }
}

/** Whether a message has every attribute that a filter policy names, with one of its values. */
function passes(
  policy: FilterPolicy = {},
  attributes: PublishCommandInput['MessageAttributes'] = {},
): boolean {
  return Object.entries(policy).every(([name, values]) =>
    values.includes(attributes[name]?.StringValue ?? ''),
  );
}
