import * as z from 'zod';
import type { Key, LedgerTable } from './ledger-table.ts';

const figureMarker = z.strictObject({ owner: z.string(), writtenAt: z.iso.datetime().optional() });

/** The facts that have been counted: CloudWatch adds up every line, and does not recognize a second line of one fact. */
export class FigureLedger {
  readonly #table: LedgerTable;

  constructor(table: LedgerTable) {
    this.#table = table;
  }

  /**
   * Claims a fact for `owner`.
   *
   * @returns false if it was counted already, or another owner is counting it
   */
  async claim(releaseId: string, fact: string, owner: string): Promise<boolean> {
    const key = figureKey(releaseId, fact);
    if (await this.#table.put(key, { owner }, { onlyIfNew: true })) return true;
    const marker = await this.#table.get(key, figureMarker);
    return marker?.owner === owner && marker.writtenAt === undefined;
  }

  /** Records that a fact was counted by `owner`, which had claimed it. */
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
