/** A mail as it arrives at a subscriber. */
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

/** An e-mail subscription; mail goes only to those whose owner has confirmed. */
export interface Subscription {
  readonly arn: string;
  readonly endpoint: string;
  confirmed: boolean;
}

/** A standard topic. */
export interface Topic {
  readonly arn: string;
  readonly name: string;
  readonly subscriptions: Subscription[];
}
