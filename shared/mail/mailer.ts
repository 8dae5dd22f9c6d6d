import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { regionOf } from '../by-hand/start-execution.ts';
import { type CriticalMail, latestOf, type UnansweredMails } from '../ledger/critical-mail.ts';
import type { IncidentLedger, KeptMail } from '../ledger/incident-ledger.ts';
import { criticalMailOf, withEscalation } from './escalation-mail.ts';
import { layOut, type MailText } from './mail-text.ts';

/** How unanswered critical mails are escalated. */
export interface EscalationSettings {
  /** How long an answer is waited for; 0 for ever. */
  readonly minutes: number;
  /** The second topic; only the function that escalates knows it. */
  readonly topicArn?: string;
}

/**
 * Sends mails to the stakeholders' topic, each once. A mail that SNS does not take goes into an outbox, from which the sweep
 * sends it: no work fails or waits because of a mail.
 */
export class Mailer {
  readonly #client: SNSClient;
  readonly #topicArn: string;
  readonly #ledger: IncidentLedger;
  readonly #now: () => number;
  readonly #escalation: EscalationSettings;

  constructor(
    client: SNSClient,
    topicArn: string,
    ledger: IncidentLedger,
    now: () => number,
    escalation: EscalationSettings = { minutes: 0 },
  ) {
    this.#client = client;
    this.#topicArn = topicArn;
    this.#ledger = ledger;
    this.#now = now;
    this.#escalation = escalation;
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
    if (!(await this.#ledger.claimMail(thread, step, owner))) return;
    const mail = await this.#write(thread, step, owner, typeof text === 'function' ? await text() : text);
    const kept: KeptMail = { thread, step, owner, mail, keptAt: this.#now() };
    const { failure } = await this.#publish(kept);
    if (failure) await this.#ledger.keepMail(kept);
  }

  /** Puts a mail into the outbox, before a step after which nobody else would know of it. {@link send} sends it. */
  async keep(thread: string, step: string, owner: string, text: MailText): Promise<void> {
    if (!(await this.#ledger.claimMail(thread, step, owner))) return;
    const mail = await this.#write(thread, step, owner, text);
    await this.#ledger.keepMail({ thread, step, owner, mail, keptAt: this.#now() });
  }

  /**
   * Tells the escalation topic that nobody has answered some mails of one thread: never not at all, since the mail is in the
   * outbox before it is claimed, and twice only if the sweep dies between publishing and recording it.
   */
  async escalate(asked: UnansweredMails, text: MailText): Promise<void> {
    const latest = latestOf(asked);
    const { thread } = latest;
    const step = escalationOf(latest);
    const owner = `escalation-${this.#now()}`;
    const kept: KeptMail = {
      thread,
      step,
      owner,
      mail: layOut(text),
      keptAt: this.#now(),
      to: 'escalation',
    };
    await this.#ledger.keepMail(kept);
    const isOwn = await this.#ledger.claimMail(thread, step, owner);
    const { failure } = isOwn ? await this.#publish(kept) : {};
    if (isOwn && !failure) await this.#ledger.forgetMail(kept);
    for (const one of asked) await this.#ledger.stopExpectingAnswer(one);
  }

  /**
   * Sends what is in the outbox and nobody has tried to send since a time, ms since the epoch.
   *
   * @returns what SNS answered for those that could still not be sent
   */
  async sendKept(until: number): Promise<Error[]> {
    const failures: Error[] = [];
    for (const kept of await this.#ledger.keptMails()) {
      if (kept.keptAt >= until) continue;
      const { failure } = (await this.#ledger.isMailed(kept)) ? {} : await this.#publish(kept);
      if (failure) failures.push(failure);
      else await this.#ledger.forgetMail(kept);
    }
    return failures;
  }

  /** Lays a mail out. One that somebody has to answer is listed before it can go out: whoever dies then has it escalated. */
  async #write(thread: string, step: string, owner: string, text: MailText) {
    const { minutes } = this.#escalation;
    if (text.severity !== 'critical' || text.todo === 'nothing' || minutes === 0) return layOut(text);
    await this.#ledger.expectAnswer(criticalMailOf({ thread, step, owner }, text, text.todo, this.#now()));
    return layOut(withEscalation(text, minutes, regionOf(this.#topicArn)));
  }

  /** Publishes a mail and records that it went out; answers why SNS did not take it, where it did not. */
  async #publish({ thread, step, owner, mail, to }: KeptMail): Promise<{ readonly failure?: Error }> {
    const command = new PublishCommand({
      TopicArn: to === 'escalation' ? this.#escalation.topicArn : this.#topicArn,
      Subject: mail.subject,
      Message: mail.body,
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
    await this.#ledger.recordMail(thread, step, owner, messageId);
    return {};
  }
}

/** The mail to the escalation topic, as a step of the thread of the mail that it repeats. */
function escalationOf({ step }: CriticalMail): string {
  return `escalation-of-${step}`;
}
