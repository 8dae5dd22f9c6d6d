import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { IncidentLedger } from '../ledger/incident-ledger.ts';
import type { Mail } from './mail-text.ts';

/** Sends mails to the stakeholders' topic, each once. */
export class MailRoom {
  readonly #client: SNSClient;
  readonly #topicArn: string;
  readonly #ledger: IncidentLedger;

  constructor(client: SNSClient, topicArn: string, ledger: IncidentLedger) {
    this.#client = client;
    this.#topicArn = topicArn;
    this.#ledger = ledger;
  }

  /**
   * Publishes a mail unless it went out before, or another owner is sending it: never not at all, since its
   * owner is retried until it is out, and twice only if the owner dies between publishing and recording it.
   * (A topic that de-duplicates is no help: FIFO topics cannot mail.)
   *
   * @param thread what the mail is about: an incident's or a release's id
   * @param step which mail of the thread it is
   * @param owner who sends it; the same over all retries of one sender
   */
  async send(thread: string, step: string, owner: string, mail: Mail): Promise<void> {
    if (!(await this.#ledger.claimMail(thread, step, owner))) return;
    const { MessageId = '' } = await this.#client.send(
      new PublishCommand({
        TopicArn: this.#topicArn,
        Subject: mail.subject,
        Message: mail.body,
        // For the filter policy of a subscription that is to ring.
        MessageAttributes: {
          severity: { DataType: 'String', StringValue: mail.severity ?? 'normal' },
        },
      }),
    );
    await this.#ledger.recordMail(thread, step, owner, MessageId);
  }
}
