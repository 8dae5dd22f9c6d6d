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

/** How mails are sent besides by mail, and how unanswered ones are escalated. */
export interface MailSettings {
  /** How long a critical mail waits for an answer; 0 for ever. */
  readonly escalationMinutes: number;
  /** The second topic; only the function that escalates knows it. */
  readonly escalationTopicArn?: string;
  /** The topic of a chat channel; absent where there is none. */
  readonly chatTopicArn?: string;
  /** A phone gets the critical mails: as a short message, their subjects. */
  readonly hasPhone?: boolean;
  /** When the digest is sent, `HH:MM` UTC; absent where each mail is sent for itself. */
  readonly digestAt?: string;
}

/** What a mailer writes down. */
export interface MailLedgers {
  readonly mails: MailLedger;
  readonly digests: DigestLedger;
}

/**
 * Sends mails to the stakeholders' topic, each once. A mail that SNS does not take goes into an outbox, from which the sweep
 * sends it: no work fails or waits because of a mail.
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
   * Publishes a mail unless it went out before, or another owner is sending it: never not at all, since it is in the outbox
   * where it could not be published, and twice only if the owner dies between publishing and recording it.
   * (A topic that de-duplicates is no help: FIFO topics cannot mail.)
   *
   * @param thread what the mail is about: an incident's or a release's id
   * @param step which mail of the thread it is
   * @param owner who sends it; the same over all retries of one sender
   * @param text the mail, or what writes it: it is asked where the mail is to be sent, so that it reads then what users meet
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

  /** Puts a mail into the outbox, before a step after which nobody else would know of it. {@link send} sends it. */
  async keep(thread: string, step: string, owner: string, text: MailText): Promise<void> {
    if (!(await this.#mails.claim(thread, step, owner))) return;
    const kept = await this.#write(thread, step, owner, text);
    await this.#mails.keep(kept);
    await this.#tellChat(kept, text, (chat) => this.#mails.keep(chat));
  }

  /**
   * Tells the escalation topic that nobody has answered some mails of one thread: never not at all, since the mail is in the
   * outbox before it is claimed, and twice only if the sweep dies between publishing and recording it.
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
   * Sends the digest that is due, if anything was collected for it: once, as {@link escalate} does.
   *
   * @returns how many mails it took the place of
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
   * Sends what is in the outbox and nobody has tried to send since a time, ms since the epoch.
   *
   * @returns what SNS answered for those that could still not be sent
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

  /** Sends a mail by way of the outbox: of two who send it at the same time, one does. Answers whether this one did. */
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

  /** Lays a mail out. One that somebody has to answer is listed before it can go out: whoever dies then has it escalated. */
  async #write(thread: string, step: string, owner: string, text: MailText): Promise<KeptMail> {
    const { escalationMinutes: minutes } = this.#settings;
    const region = regionOf(this.#topicArn);
    const shown = withEscalation(withGraph(text, region), minutes, region);
    if (text.severity === 'critical' && text.todo !== 'nothing' && minutes > 0) {
      await this.#mails.expectAnswer(criticalMailOf({ thread, step, owner }, text, text.todo, this.#now()));
    }
    return { thread, step, owner, mail: layOut(shown), keptAt: this.#now() };
  }

  /** The same text for the chat, where there is one. Whatever goes wrong with the chat stops no mail and no work. */
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
      // The mail says it.
    }
  }

  /** Publishes a mail and records that it went out; answers why SNS did not take it, where it did not. */
  async #publish({ thread, step, owner, mail, to }: KeptMail): Promise<{ readonly failure?: Error }> {
    const { escalationTopicArn, chatTopicArn, hasPhone } = this.#settings;
    // The chat was turned off since.
    if (to === 'chat' && !chatTopicArn) return {};
    const topics = { escalation: escalationTopicArn, chat: chatTopicArn };
    const isShort = hasPhone && mail.severity === 'critical' && to === undefined;
    const command = new PublishCommand({
      TopicArn: to === undefined ? this.#topicArn : topics[to],
      Subject: mail.subject,
      // A phone is sent 1,600 characters at most (SNS developer guide, "Publishing to a mobile phone"), and nothing of a longer text.
      Message: isShort ? JSON.stringify({ default: mail.body, sms: mail.subject }) : mail.body,
      ...(isShort && { MessageStructure: 'json' }),
      // For the filter policies of the subscriptions. A mail that an older version kept may have none.
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

/** Only a mail that asks for nothing and calls nobody waits. */
function mayWait({ mayWait: may, severity, todo }: MailText): boolean {
  return may === true && severity === 'info' && todo === 'nothing';
}

/** The mail to the escalation topic, as a step of the thread of the mail that it repeats. */
function escalationOf({ step }: CriticalMail): string {
  return `escalation-of-${step}`;
}
