import * as z from 'zod';
import type { LedgerTable } from './ledger-table.ts';

/** Somebody's word that the coordinator changes nothing of a service by itself, or that it may again. */
export const holdRecord = z.strictObject({
  /** `*` for all services. */
  service: z.string(),
  held: z.boolean(),
  by: z.string(),
  reason: z.string().optional(),
  at: z.iso.datetime(),
});
export type HoldRecord = z.infer<typeof holdRecord>;

/** All services. No service has this name. */
export const everyService = '*';

/** One partition: a handful of services is on hold at any time. */
const partition = 'HOLDS';

/** Services that are on hold. */
export class HoldLedger {
  readonly #table: LedgerTable;

  constructor(table: LedgerTable) {
    this.#table = table;
  }

  async set(hold: HoldRecord): Promise<void> {
    await this.#table.put({ pk: partition, sk: `HOLD#${hold.service}` }, hold);
  }

  /** Everything that is on hold now. */
  async list(): Promise<HoldRecord[]> {
    const holds = await this.#table.query(partition, 'HOLD#', holdRecord);
    return holds.filter(({ held }) => held);
  }
}
