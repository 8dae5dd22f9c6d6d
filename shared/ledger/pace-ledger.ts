import * as z from 'zod';
import { TransientFailure } from '../errors.ts';
import type { Key, LedgerTable } from './ledger-table.ts';

const paceRecord = z.strictObject({
  /** When the next one may begin at the earliest if they came evenly, ms since the epoch. */
  nextAt: z.number(),
});

/** How fast something may be begun by all incidents of the account together. */
export interface Pace {
  /** What shares the limit. */
  readonly of: string;
  readonly perSecond: number;
  /** So many may begin at once after a rest. */
  readonly burst: number;
}

/** Two writes decide it unless others come in between, each time at the very edge of a rest. */
const maxTries = 10;

/**
 * Gives out the moments at which steps may begin, over all incidents, by the generic cell rate algorithm (ITU-T I.371):
 * one time per limit, moved on by every step. Whoever asks gets a moment of its own, and need not ask again.
 */
export class PaceLedger {
  readonly #table: LedgerTable;
  readonly #now: () => number;

  constructor(table: LedgerTable, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  /**
   * Takes the next moment; one that is taken twice, because an answer was lost, only delays those that come after.
   *
   * @param count what begins counts as so many
   * @returns ms since the epoch; now, or earlier, where it may begin at once
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
