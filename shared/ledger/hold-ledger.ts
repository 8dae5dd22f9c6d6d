import * as z from 'zod';
import type { LedgerTable } from './ledger-table.ts';

/** A person's hold on a service, which keeps the coordinator from changing anything by itself, or its end. */
export const holdRecord = z.strictObject({
  /** `*` for all services. */
  service: z.string(),
  held: z.boolean(),
  by: z.string(),
  reason: z.string().optional(),
  at: z.iso.datetime(),
  /** Time of its automatic end; without it, it lasts until somebody lifts it. */
  until: z.iso.datetime().optional(),
});
export type HoldRecord = z.infer<typeof holdRecord>;

/** All services. No service has this name. */
export const everyService = '*';

/** One partition: only a handful of services is on hold at any time. */
const partition = 'HOLDS';

/** Holds on services. */
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

  /** Holds in force. */
  async list(): Promise<HoldRecord[]> {
    return (await this.listLatest()).filter(
      ({ held, until }) => held && !(until && Date.parse(until) <= this.#now()),
    );
  }

  /** The latest hold or resumption of each service that was ever on hold, and of everything. */
  async listLatest(): Promise<HoldRecord[]> {
    return this.#table.query(partition, 'HOLD#', holdRecord);
  }
}
