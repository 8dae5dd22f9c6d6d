import * as z from 'zod';
import type { Key, LedgerTable } from './ledger-table.ts';

const stopRecord = z.strictObject({
  /** Whether CodeDeploy was asked to roll it back as well. */
  rollback: z.boolean(),
  /** Time of the last request, ms since the epoch. */
  askedAt: z.number(),
});

/**
 * A lifecycle hook has an hour to answer (CodeDeploy user guide, quotas), and a stop may take effect only after that. A
 * deployment that still runs some minutes later is not waiting for a hook.
 */
const patienceMs = 65 * 60_000;

/** Deployments that CodeDeploy was asked to stop: CodeDeploy does not show the request while their lifecycle hook runs. */
export class StopLedger {
  readonly #table: LedgerTable;
  readonly #now: () => number;

  constructor(table: LedgerTable, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  /**
   * Whether a stop was requested, and should still be waited for.
   *
   * @param rollback whether the request must have included the rollback
   */
  async isAsked(deploymentId: string, { rollback }: { readonly rollback: boolean }): Promise<boolean> {
    const stop = await this.#table.get(stopKey(deploymentId), stopRecord);
    if (!stop || this.#now() - stop.askedAt > patienceMs) return false;
    return stop.rollback || !rollback;
  }

  async record(deploymentId: string, { rollback }: { readonly rollback: boolean }): Promise<void> {
    const record: z.infer<typeof stopRecord> = { rollback, askedAt: this.#now() };
    await this.#table.put(stopKey(deploymentId), record);
  }
}

function stopKey(deploymentId: string): Key {
  return { pk: `STOP#${deploymentId}`, sk: 'STOP' };
}
