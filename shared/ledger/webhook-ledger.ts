import type { LedgerTable } from './ledger-table.ts';

/** Signatures of requests that the webhook has accepted: each counts once. */
export class WebhookLedger {
  readonly #table: LedgerTable;

  constructor(table: LedgerTable) {
    this.#table = table;
  }

  /** Whether this call is the first to claim a signature. @param at ISO 8601 */
  async claim(signature: string, at: string): Promise<boolean> {
    return this.#table.put({ pk: `WEBHOOK#${signature}`, sk: 'WEBHOOK' }, { at }, { onlyIfNew: true });
  }
}
