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
  /** When it ends by itself; without it, it lasts until somebody lifts it. */
  until: z.iso.datetime().optional(),
});
export type HoldRecord = z.infer<typeof holdRecord>;

/** All services. No service has this name. */
export const everyService = '*';

/** One partition: a handful of services is on hold at any time. */
const partition = 'HOLDS';

/** Services that are on hold. */
export class HoldLedger {
  readonly #table: LedgerTable;
  readonly #now: () => number;

  constructor(table: LedgerTable, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  async set(hold: HoldRecord): Promise<void> {
    await this.#table.put({ pk: partition, sk: `HOLD#${hold.service}` }, hold);
  }

  /** Everything that is on hold now. */
  async list(): Promise<HoldRecord[]> {
    return (await this.listLatest()).filter(
      ({ held, until }) => held && !(until && Date.parse(until) <= this.#now()),
    );
  }

  /** The latest word on each service that was ever on hold, and on everything: also what has been let go again. */
  async listLatest(): Promise<HoldRecord[]> {
    return this.#table.query(partition, 'HOLD#', holdRecord);
  }
}
