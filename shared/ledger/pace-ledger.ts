import * as z from 'zod';
import { TransientFailure } from '../errors.ts';
import type { Key, LedgerTable } from './ledger-table.ts';

const paceRecord = z.strictObject({
  /** Earliest time of the next step if steps came evenly, ms since the epoch. */
  nextAt: z.number(),
});

/** Rate at which all incidents of the account together may begin steps. */
export interface Pace {
  /** Name of the shared limit. */
  readonly of: string;
  readonly perSecond: number;
  /** Number of steps that may begin at once after a pause. */
  readonly burst: number;
}

/** Two writes decide unless others come in between, each time at the very edge of a pause. */
const maxTries = 10;

/**
 * Assigns the times at which steps may begin, over all incidents, by the generic cell rate algorithm (ITU-T I.371): one time
 * per limit, advanced by every step. Each caller gets a time of its own, and need not ask again.
 */
export class PaceLedger {
  readonly #table: LedgerTable;
  readonly #now: () => number;

  constructor(table: LedgerTable, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  /**
   * Takes the next time; taking it twice, because an answer was lost, only delays later callers.
   *
   * @param count number of steps that this one counts for
   * @returns ms since the epoch; now, or earlier, if the step may begin at once
   */
  async take({ of, perSecond, burst }: Pace, count = 1): Promise<number> {
    const interval = 1000 / perSecond;
    const step = Math.round(interval * count);
    const allowance = Math.round(interval * (burst - 1));
    for (let tries = 0; tries < maxTries; tries += 1) {
      const now = this.#now();
      const moved = await this.#table.updated(
        paceKey(of),
        { expression: 'SET #next = #next + :step', names: { '#next': 'nextAt' }, values: { ':step': step } },
        { expression: '#next >= :now', values: { ':now': now } },
        paceRecord,
      );
      if (moved) return moved.nextAt - step - allowance;
      const rested = {
        expression: 'attribute_not_exists(pk) OR #next < :now',
        names: { '#next': 'nextAt' },
        values: { ':now': now },
      };
      if (await this.#table.put(paceKey(of), { nextAt: now + step }, { condition: rested })) return now;
    }
    throw new TransientFailure(`${maxTries} others took the next moment of ${of} before.`);
  }
}

function paceKey(of: string): Key {
  return { pk: `PACE#${of}`, sk: 'PACE' };
}
