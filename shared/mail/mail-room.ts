import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { IncidentLedger, KeptMail } from '../ledger/incident-ledger.ts';
import type { Mail } from './mail-text.ts';

/**
 * Sends mails to the stakeholders' topic, each once. A mail that SNS does not take goes into an outbox, from which the sweep
 * sends it: no work fails or waits because of a mail.
 */
export class MailRoom {
  readonly #client: SNSClient;
  readonly #topicArn: string;
  readonly #ledger: IncidentLedger;
  readonly #now: () => number;

  constructor(client: SNSClient, topicArn: string, ledger: IncidentLedger, now: () => number) {
    this.#client = client;
    this.#topicArn = topicArn;
    this.#ledger = ledger;
    this.#now = now;
  }

  /**
   * Publishes a mail unless it went out before, or another owner is sending it: never not at all, since it is in the outbox
   * where it could not be published, and twice only if the owner dies between publishing and recording it.
   * (A topic that de-duplicates is no help: FIFO topics cannot mail.)
   *
   * @param thread what the mail is about: an incident's or a release's id
   * @param step which mail of the thread it is
   * @param owner who sends it; the same over all retries of one sender
   */
  async send(thread: string, step: string, owner: string, mail: Mail): Promise<void> {
    if (!(await this.#ledger.claimMail(thread, step, owner))) return;
    const kept: KeptMail = { thread, step, owner, mail, keptAt: this.#now() };
    const { failure } = await this.#publish(kept);
    if (failure) await this.#ledger.keepMail(kept);
  }

  /** Puts a mail into the outbox, before a step after which nobody else would know of it. {@link send} sends it. */
  async keep(thread: string, step: string, owner: string, mail: Mail): Promise<void> {
    if (!(await this.#ledger.claimMail(thread, step, owner))) return;
    await this.#ledger.keepMail({ thread, step, owner, mail, keptAt: this.#now() });
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

  /** Publishes a mail and records that it went out; answers why SNS did not take it, where it did not. */
  async #publish({ thread, step, owner, mail }: KeptMail): Promise<{ readonly failure?: Error }> {
    const command = new PublishCommand({
      TopicArn: this.#topicArn,
      Subject: mail.subject,
      Message: mail.body,
      // For the filter policy of a subscription that is to ring.
      MessageAttributes: {
        severity: { DataType: 'String', StringValue: mail.severity ?? 'normal' },
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
