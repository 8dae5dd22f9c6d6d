/** The protocol of a subscription. */
export type Protocol = 'email' | 'sms' | 'https';

/** A message as it arrives at a subscriber. */
export interface Mail {
  /** Virtual time of delivery, ms since the epoch. */
  readonly at: number;
  readonly topicArn: string;
  readonly to: string;
  readonly subject: string;
  readonly body: string;
  /** The same in all mails of one publication. */
  readonly messageId: string;
  /** Principal of the publisher. */
  readonly publishedBy: string;
}

/** Accepted values of message attributes by name (SNS developer guide, "Message filtering"): strings only, no operators. */
export type FilterPolicy = Readonly<Record<string, readonly string[]>>;

/** A subscription; messages go only to confirmed ones. */
export interface Subscription {
  readonly arn: string;
  readonly protocol: Protocol;
  readonly endpoint: string;
  confirmed: boolean;
  filterPolicy?: FilterPolicy;
}

/** A standard topic. */
export interface Topic {
  readonly arn: string;
  readonly name: string;
  readonly subscriptions: Subscription[];
}
