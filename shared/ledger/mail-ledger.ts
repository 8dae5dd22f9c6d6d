import * as z from 'zod';
import { type Acknowledgement, acknowledgement, type CriticalMail, criticalMail } from './critical-mail.ts';
import type { Key, LedgerTable } from './ledger-table.ts';

const keptMail = z.strictObject({
  thread: z.string(),
  step: z.string(),
  owner: z.string(),
  mail: z.strictObject({
    subject: z.string(),
    body: z.string(),
    /** Absent in mails of older versions that were not critical. */
    severity: z.enum(['info', 'warning', 'critical']).optional(),
  }),
  /** Time of its last try, or of its planned first one, ms since the epoch. */
  keptAt: z.number(),
  /** Absent for the stakeholders' topic. */
  to: z.enum(['escalation', 'chat']).optional(),
});
/** A mail in the outbox: it has not gone out, or its sender has not recorded that. */
export type KeptMail = z.infer<typeof keptMail>;
const mailMarker = z.strictObject({ owner: z.string(), messageId: z.string().optional() });

/** Partition of the mails that still have to be sent: usually none. */
const outboxList = 'OUTBOX';

/** Partition of the critical mails that may still have to be escalated: a handful at any time. */
const unansweredList = 'UNANSWERED';

/** Mails: sent, still to be sent, and not yet answered. */
export class MailLedger {
  readonly #table: LedgerTable;

  constructor(table: LedgerTable) {
    this.#table = table;
  }

  /**
   * Claims one mail of a thread (an incident's or a release's) for `owner`.
   *
   * @returns false if it went out already, or another owner is sending it
   */
  async claim(thread: string, step: string, owner: string): Promise<boolean> {
    const key = mailKey(thread, step);
    if (await this.#table.put(key, { owner }, { onlyIfNew: true })) return true;
    const marker = await this.#table.get(key, mailMarker);
    return marker?.owner === owner && marker.messageId === undefined;
  }

  /** Records that a mail was published by `owner`, which had claimed it; an earlier record stays. */
  async recordSent(thread: string, step: string, owner: string, messageId: string): Promise<void> {
    await this.#table.put(
      mailKey(thread, step),
      { owner, messageId },
      { condition: { expression: 'attribute_not_exists(messageId)' } },
    );
  }

  /** Keeps a mail in the outbox until it has gone out. */
  async keep(mail: KeptMail): Promise<void> {
    await this.#table.put(outboxKey(mail), mail);
  }

  /** The mails in the outbox. */
  async outbox(): Promise<KeptMail[]> {
    return this.#table.query(outboxList, 'MAIL#', keptMail);
  }

  /** Whether a mail of the outbox has gone out since. */
  async isSent({ thread, step }: Pick<KeptMail, 'thread' | 'step'>): Promise<boolean> {
    return (await this.#table.get(mailKey(thread, step), mailMarker))?.messageId !== undefined;
  }

  /** Removes a mail that has gone out from the outbox. */
  async takeFromOutbox(mail: Pick<KeptMail, 'thread' | 'step'>): Promise<void> {
    await this.#table.delete(outboxKey(mail), { expression: 'attribute_exists(pk)' });
  }

  /** Lists a critical mail as unanswered; a listed one stays as it is. */
  async expectAnswer(mail: CriticalMail): Promise<void> {
    await this.#table.put(unansweredKey(mail), mail, { onlyIfNew: true });
  }

  /** The critical mails that are listed as unanswered, oldest first. */
  async unanswered(): Promise<CriticalMail[]> {
    const mails = await this.#table.query(unansweredList, 'MAIL#', criticalMail);
    return mails.sort((a, b) => a.askedAt - b.askedAt);
  }

  /** Removes a mail from the list: it was answered, or escalated. */
  async stopExpectingAnswer(mail: Pick<CriticalMail, 'thread' | 'step'>): Promise<void> {
    await this.#table.delete(unansweredKey(mail), { expression: 'attribute_exists(pk)' });
  }

  /** Records that somebody works on an incident or a release; the latest record stands. */
  async acknowledge(about: string, said: Acknowledgement): Promise<void> {
    await this.#table.put(acknowledgementKey(about), said);
  }

  /** The latest acknowledgement of an incident or a release. */
  async acknowledgementOf(about: string): Promise<Acknowledgement | undefined> {
    return this.#table.get(acknowledgementKey(about), acknowledgement);
  }
}

function outboxKey({ thread, step }: Pick<KeptMail, 'thread' | 'step'>): Key {
  return { pk: outboxList, sk: `MAIL#${thread}#${step}` };
}

function unansweredKey({ thread, step }: Pick<CriticalMail, 'thread' | 'step'>): Key {
  return { pk: unansweredList, sk: `MAIL#${thread}#${step}` };
}

function acknowledgementKey(about: string): Key {
  return { pk: `MAIL#${about}`, sk: 'ACKNOWLEDGED' };
}

function mailKey(thread: string, step: string): Key {
  return { pk: `MAIL#${thread}`, sk: step };
}
