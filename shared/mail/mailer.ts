import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { regionOf } from '../by-hand/start-execution.ts';
import { type CriticalMail, latestOf, type UnansweredMails } from '../ledger/critical-mail.ts';
import type { DigestLedger } from '../ledger/digest-ledger.ts';
import type { KeptMail, MailLedger } from '../ledger/mail-ledger.ts';
import { chatMessage } from './chat-message.ts';
import { digestMail, digestUntil } from './digest-mail.ts';
import { criticalMailOf, withEscalation } from './escalation-mail.ts';
import { withGraph } from './graph-link.ts';
import { layOut, type MailText } from './mail-text.ts';

/** Ways of sending besides mail, and the escalation of unanswered mails. */
export interface MailSettings {
  /** Minutes that a critical mail waits for an answer; 0 for ever. */
  readonly escalationMinutes: number;
  /** The second topic; only the escalating function knows it. */
  readonly escalationTopicArn?: string;
  /** The topic of a chat channel; absent if there is none. */
  readonly chatTopicArn?: string;
  /** A phone gets the subjects of critical mails as short messages. */
  readonly hasPhone?: boolean;
  /** Time of the digest, `HH:MM` UTC; absent if each mail is sent on its own. */
  readonly digestAt?: string;
}

/** The ledgers that a mailer writes. */
export interface MailLedgers {
  readonly mails: MailLedger;
  readonly digests: DigestLedger;
}

/**
 * Sends mails to the stakeholders' topic, each once. A mail that SNS refuses goes into an outbox, from which the sweep sends
 * it: no work fails or waits because of a mail.
 */
export class Mailer {
  readonly #client: SNSClient;
  readonly #topicArn: string;
  readonly #mails: MailLedger;
  readonly #digests: DigestLedger;
  readonly #now: () => number;
  readonly #settings: MailSettings;

  constructor(
    client: SNSClient,
    topicArn: string,
    { mails, digests }: MailLedgers,
    now: () => number,
    settings: MailSettings = { escalationMinutes: 0 },
  ) {
    this.#client = client;
    this.#topicArn = topicArn;
    this.#mails = mails;
    this.#digests = digests;
    this.#now = now;
    this.#settings = settings;
  }

  /**
   * Publishes a mail unless it went out before, or another owner is sending it. A mail is never lost, since it goes into the
   * outbox if it cannot be published, and is sent twice only if the owner dies between publishing and recording it. (A topic
   * that de-duplicates is no help: FIFO topics cannot mail.)
   *
   * @param thread subject of the mail: an incident's or a release's id
   * @param step name of the mail within its thread
   * @param owner the sender; the same over all its retries
   * @param text the mail, or a function that writes it: called just before sending, so that it reads the traffic of that
   * moment
   */
  async send(
    thread: string,
    step: string,
    owner: string,
    text: MailText | (() => Promise<MailText>),
  ): Promise<void> {
    if (!(await this.#mails.claim(thread, step, owner))) return;
    const written = typeof text === 'function' ? await text() : text;
    if (this.#settings.digestAt !== undefined && mayWait(written)) {
      const { about, happened } = written;
      await this.#digests.collect({ thread, step, about, happened, at: this.#now() });
      await this.#mails.recordSent(thread, step, owner, 'digest');
      return;
    }
    const kept = await this.#write(thread, step, owner, written);
    const { failure } = await this.#publish(kept);
    if (failure) await this.#mails.keep(kept);
    await this.#tellChat(kept, written, (chat) => this.#sendChat(chat));
  }

  /** Puts a mail into the outbox, before a step after which no retry would know of it. {@link send} sends it. */
  async keep(thread: string, step: string, owner: string, text: MailText): Promise<void> {
    if (!(await this.#mails.claim(thread, step, owner))) return;
    const kept = await this.#write(thread, step, owner, text);
    await this.#mails.keep(kept);
    await this.#tellChat(kept, text, (chat) => this.#mails.keep(chat));
  }

  /**
   * Mails the escalation topic that nobody has answered some mails of one thread. The mail is never lost, since it is in the
   * outbox before it is claimed, and is sent twice only if the sweep dies between publishing and recording it.
   */
  async escalate(asked: UnansweredMails, text: MailText): Promise<void> {
    const latest = latestOf(asked);
    await this.#sendOnce({
      thread: latest.thread,
      step: escalationOf(latest),
      owner: `escalation-${this.#now()}`,
      mail: layOut(withGraph(text, regionOf(this.#topicArn))),
      keptAt: this.#now(),
      to: 'escalation',
    });
    for (const one of asked) await this.#mails.stopExpectingAnswer(one);
  }

  /**
   * Sends the digest that is due, if any mails were collected for it: once, as {@link escalate} does.
   *
   * @returns the number of mails that it replaced
   */
  async sendDigest(environment: string): Promise<number> {
    const until = digestUntil(this.#now(), this.#settings.digestAt);
    const mails = await this.#digests.collectedBefore(until);
    if (mails.length === 0) return 0;
    const text = digestMail(environment, mails, until);
    const kept: KeptMail = {
      thread: 'digest',
      step: new Date(until).toISOString(),
      owner: `digest-${this.#now()}`,
      mail: layOut(text),
      keptAt: this.#now(),
    };
    if (await this.#sendOnce(kept)) await this.#tellChat(kept, text, (chat) => this.#sendChat(chat));
    for (const one of mails) await this.#digests.forget(one);
    return mails.length;
  }

  /**
   * Sends the mails of the outbox that nobody has tried to send since a time, ms since the epoch.
   *
   * @returns the errors of SNS for those that could still not be sent
   */
  async sendKept(until: number): Promise<Error[]> {
    const failures: Error[] = [];
    for (const kept of await this.#mails.outbox()) {
      if (kept.keptAt >= until) continue;
      const { failure } = (await this.#mails.isSent(kept)) ? {} : await this.#publish(kept);
      if (failure) failures.push(failure);
      else await this.#mails.takeFromOutbox(kept);
    }
    return failures;
  }

  /** Sends a mail through the outbox: of two concurrent senders, one publishes it. Returns whether this one did. */
  async #sendOnce(kept: KeptMail): Promise<boolean> {
    await this.#mails.keep(kept);
    if (!(await this.#mails.claim(kept.thread, kept.step, kept.owner))) return false;
    const { failure } = await this.#publish(kept);
    if (!failure) await this.#mails.takeFromOutbox(kept);
    return true;
  }

  async #sendChat(chat: KeptMail): Promise<void> {
    if (await this.#mails.isSent(chat)) return;
    const { failure } = await this.#publish(chat);
    if (failure) await this.#mails.keep(chat);
  }

  /**
   * Lays a mail out. A mail that needs an answer is listed before it can go out, so that it is escalated even if its sender
   * dies.
   */
  async #write(thread: string, step: string, owner: string, text: MailText): Promise<KeptMail> {
    const { escalationMinutes: minutes } = this.#settings;
    const region = regionOf(this.#topicArn);
    const shown = withEscalation(withGraph(text, region), minutes, region);
    if (text.severity === 'critical' && text.todo !== 'nothing' && minutes > 0) {
      await this.#mails.expectAnswer(criticalMailOf({ thread, step, owner }, text, text.todo, this.#now()));
    }
    return { thread, step, owner, mail: layOut(shown), keptAt: this.#now() };
  }

  /** Sends the same text to the chat, if there is one. A failure of the chat stops no mail and no work. */
  async #tellChat(
    { mail, ...kept }: KeptMail,
    text: MailText,
    tell: (chat: KeptMail) => Promise<void>,
  ): Promise<void> {
    const { chatTopicArn } = this.#settings;
    if (chatTopicArn === undefined) return;
    try {
      const body = chatMessage(withGraph(text, regionOf(this.#topicArn)), chatTopicArn);
      await tell({ ...kept, step: `chat-of-${kept.step}`, mail: { ...mail, body }, to: 'chat' });
    } catch {
      // The mail has the same content.
    }
  }

  /** Publishes a mail and records that it went out; returns the error of SNS, if there was one. */
  async #publish({ thread, step, owner, mail, to }: KeptMail): Promise<{ readonly failure?: Error }> {
    const { escalationTopicArn, chatTopicArn, hasPhone } = this.#settings;
    // The chat was turned off meanwhile.
    if (to === 'chat' && !chatTopicArn) return {};
    const topics = { escalation: escalationTopicArn, chat: chatTopicArn };
    const isShort = hasPhone && mail.severity === 'critical' && to === undefined;
    const command = new PublishCommand({
      TopicArn: to === undefined ? this.#topicArn : topics[to],
      Subject: mail.subject,
      // A phone gets at most 1,600 characters (SNS developer guide, "Publishing to a mobile phone"), and nothing of a longer
      // text.
      Message: isShort ? JSON.stringify({ default: mail.body, sms: mail.subject }) : mail.body,
      ...(isShort && { MessageStructure: 'json' }),
      // For the filter policies of the subscriptions. A mail kept by an older version may have none.
      MessageAttributes: {
        severity: { DataType: 'String', StringValue: mail.severity ?? 'warning' },
      },
    });
    let messageId: string;
    try {
      messageId = (await this.#client.send(command)).MessageId ?? '';
    } catch (error) {
      return { failure: error as Error };
    }
    await this.#mails.recordSent(thread, step, owner, messageId);
    return {};
  }
}

/** Only a mail without a task or urgency may wait. */
function mayWait({ mayWait: may, severity, todo }: MailText): boolean {
  return may === true && severity === 'info' && todo === 'nothing';
}

/** The step of the mail to the escalation topic, in the thread of the mail that it repeats. */
function escalationOf({ step }: CriticalMail): string {
  return `escalation-of-${step}`;
}
