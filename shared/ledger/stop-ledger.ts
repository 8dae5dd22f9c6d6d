import * as z from 'zod';
import type { Key, LedgerTable } from './ledger-table.ts';

const stopRecord = z.strictObject({
  /** Whether CodeDeploy was asked to roll it back as well. */
  rollback: z.boolean(),
  /** When it was asked last, ms since the epoch. */
  askedAt: z.number(),
});

/**
 * A lifecycle hook has an hour to answer (CodeDeploy user guide, quotas), and a stop may take effect only after that. What
 * still runs some minutes later does not run because of a hook.
 */
const patienceMs = 65 * 60_000;

/** Deployments that CodeDeploy was asked to stop: it says nothing of that while a lifecycle hook of theirs runs. */
export class StopLedger {
  readonly #table: LedgerTable;
  readonly #now: () => number;

  constructor(table: LedgerTable, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  /**
   * Whether it was asked, and is to be waited for.
   *
   * @param rollback whether it has to have been asked to roll the deployment back as well
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
