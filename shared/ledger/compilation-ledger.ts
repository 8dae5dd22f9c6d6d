import type { Key, LedgerTable } from './ledger-table.ts';

/** One record, which nobody reads: only its condition matters. */
interface CompilationRecord {
  /** End of its lease, ms since the epoch. */
  readonly until: number;
}

/** A compilation ends with its function, after 50 s. */
const leaseMs = 60_000;

const key: Key = { pk: 'COMPILATION', sk: 'COMPILATION' };

/**
 * Allows one compilation of a missing catalog at a time: it reads all parameters of the catalog, and all deployments that
 * find none ask for it at once.
 */
export class CompilationLedger {
  readonly #table: LedgerTable;
  readonly #now: () => number;

  constructor(table: LedgerTable, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  /** Begins a compilation; false if another is under way. */
  async begin(): Promise<boolean> {
    const now = this.#now();
    const until = now + leaseMs;
    return this.#table.put(key, { until } satisfies CompilationRecord, {
      condition: {
        expression: 'attribute_not_exists(pk) OR #until < :now',
        names: { '#until': 'until' },
        values: { ':now': now },
      },
    });
  }

  /** Ends the compilation. */
  async end(): Promise<void> {
    await this.#table.put(key, { until: 0 } satisfies CompilationRecord);
  }
}
