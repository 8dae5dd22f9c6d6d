import * as z from 'zod';
import type { LedgerTable } from './ledger-table.ts';

/** A mail that waits for the digest instead of being sent alone. */
export const collectedMail = z.strictObject({
  thread: z.string(),
  step: z.string(),
  /** The service. */
  about: z.string(),
  /** The event, in one sentence. */
  happened: z.string(),
  /** Time of writing, ms since the epoch. */
  at: z.number(),
});
export type CollectedMail = z.infer<typeof collectedMail>;

/** Partition of the mails that wait for the digest: one day's. */
const waiting = 'DIGEST';

/** The mails that wait for the digest. */
export class DigestLedger {
  readonly #table: LedgerTable;

  constructor(table: LedgerTable) {
    this.#table = table;
  }

  async collect(mail: CollectedMail): Promise<void> {
    await this.#table.put(keyOf(mail), mail);
  }

  /** Mails written before a time, ms since the epoch, oldest first. */
  async collectedBefore(time: number): Promise<CollectedMail[]> {
    const mails = await this.#table.query(waiting, 'MAIL#', collectedMail);
    return mails.filter(({ at }) => at < time).sort((a, b) => a.at - b.at);
  }

  /** Removes a mail from the list after a digest has included it. */
  async forget(mail: Pick<CollectedMail, 'thread' | 'step'>): Promise<void> {
    await this.#table.delete(keyOf(mail), { expression: 'attribute_exists(pk)' });
  }
}

function keyOf({ thread, step }: Pick<CollectedMail, 'thread' | 'step'>) {
  return { pk: waiting, sk: `MAIL#${thread}#${step}` };
}
