import * as z from 'zod';
import type { Key, LedgerTable } from './ledger-table.ts';

const figureMarker = z.strictObject({ owner: z.string(), writtenAt: z.iso.datetime().optional() });

/** Which facts have been counted: CloudWatch adds up whatever it is sent, and does not know a second line of one fact. */
export class FigureLedger {
  readonly #table: LedgerTable;

  constructor(table: LedgerTable) {
    this.#table = table;
  }

  /**
   * Claims a fact for `owner`.
   *
   * @returns false when it was counted already, or when another owner is counting it
   */
  async claim(releaseId: string, fact: string, owner: string): Promise<boolean> {
    const key = figureKey(releaseId, fact);
    if (await this.#table.put(key, { owner }, { onlyIfNew: true })) return true;
    const marker = await this.#table.get(key, figureMarker);
    return marker?.owner === owner && marker.writtenAt === undefined;
  }

  /** Records that a fact was counted by `owner`, who claimed it. */
  async confirm(releaseId: string, fact: string, owner: string, writtenAt: string): Promise<void> {
    await this.#table.put(
      figureKey(releaseId, fact),
      { owner, writtenAt },
      { condition: { expression: 'attribute_not_exists(writtenAt)' } },
    );
  }
}

function figureKey(releaseId: string, fact: string): Key {
  return { pk: `FIGURES#${releaseId}`, sk: fact };
}
