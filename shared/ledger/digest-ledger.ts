import * as z from 'zod';
import type { LedgerTable } from './ledger-table.ts';

/** A mail that waits for the digest instead of being sent for itself. */
export const collectedMail = z.strictObject({
  thread: z.string(),
  step: z.string(),
  /** The service. */
  about: z.string(),
  /** What happened, in one sentence. */
  happened: z.string(),
  /** When it was written, ms since the epoch. */
  at: z.number(),
});
export type CollectedMail = z.infer<typeof collectedMail>;

/** Partition of the mails that wait for the digest: those of a day. */
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

  /** What was written before a time, ms since the epoch, oldest first. */
  async collectedBefore(time: number): Promise<CollectedMail[]> {
    const mails = await this.#table.query(waiting, 'MAIL#', collectedMail);
    return mails.filter(({ at }) => at < time).sort((a, b) => a.at - b.at);
  }

  /** Takes a mail from the list: a digest has it. */
  async forget(mail: Pick<CollectedMail, 'thread' | 'step'>): Promise<void> {
    await this.#table.delete(keyOf(mail), { expression: 'attribute_exists(pk)' });
  }
}

function keyOf({ thread, step }: Pick<CollectedMail, 'thread' | 'step'>) {
  return { pk: waiting, sk: `MAIL#${thread}#${step}` };
}
