import * as z from 'zod';
import type { Key, LedgerTable } from './ledger-table.ts';

/** Written by the state `AwaitNextLook` of monitor-deployment itself. */
const waitingRecord = z.strictObject({ token: z.string() });

const subscription = z.strictObject({ deploymentId: z.string() });

/** Watches that wait for their next look, and the alarms that may end their waits. */
export class WatchLedger {
  readonly #table: LedgerTable;

  constructor(table: LedgerTable) {
    this.#table = table;
  }

  /** The token of the latest wait of a deployment's watch, which may be over; undefined if it never waited with one. */
  async tokenOf(deploymentId: string): Promise<string | undefined> {
    return (await this.#table.get(waitingKey(deploymentId), waitingRecord))?.token;
  }

  /** Lets an alarm wake the watch of a deployment. The latest deployment of an alias replaces the one before. */
  async subscribe(alarm: string, alias: string, deploymentId: string): Promise<void> {
    await this.#table.put(subscriptionKey(alarm, alias), { deploymentId });
  }

  /** Deployments whose watches an alarm wakes. */
  async deploymentsOf(alarm: string): Promise<string[]> {
    const { pk } = subscriptionKey(alarm, '');
    const found = await this.#table.query(pk, 'WATCH#', subscription);
    return [...new Set(found.map(({ deploymentId }) => deploymentId))];
  }
}

function waitingKey(deploymentId: string): Key {
  return { pk: `WATCH#${deploymentId}`, sk: 'WAITING' };
}

function subscriptionKey(alarm: string, alias: string): Key {
  return { pk: `ALARM#${alarm}`, sk: `WATCH#${alias}` };
}
