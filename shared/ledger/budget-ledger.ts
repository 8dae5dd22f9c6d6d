import * as z from 'zod';
import { TransientFailure } from '../errors.ts';
import type { Key, LedgerTable } from './ledger-table.ts';

const budgetRecord = z.strictObject({
  /** Rises with every write, so that of two who write at the same moment one reads again. */
  version: z.number().int(),
  /** Rollbacks that were begun without a person. */
  uses: z.array(z.strictObject({ owner: z.string(), at: z.iso.datetime() })),
});

/** How much of a budget there is. */
export interface Budget {
  /** Whose: a service's name, or {@link accountBudget}. */
  readonly of: string;
  readonly rollbacks: number;
  readonly hours: number;
}

/** The budget of all services together. No service has this name. */
export const accountBudget = '*';

const hourMs = 3_600_000;
/** The longest window a policy may ask for; older uses are forgotten. */
const keptMs = 168 * hourMs;
/** Writers of one budget at the same moment: as many as incidents begin within a second. */
const tries = 5;

/**
 * Whether a budget is used up.
 *
 * @param begun when rollbacks were begun without a person, ms since the epoch
 */
export function isUsedUp(
  { rollbacks, hours }: Pick<Budget, 'rollbacks' | 'hours'>,
  begun: readonly number[],
  now: number,
): boolean {
  return begun.filter((at) => at > now - hours * hourMs).length >= rollbacks;
}

/** Counts the rollbacks that are begun without a person. */
export class BudgetLedger {
  readonly #table: LedgerTable;
  readonly #now: () => number;

  constructor(table: LedgerTable, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  /**
   * Takes one rollback of a budget for `owner`; whoever has taken it before does not take it again.
   *
   * @returns false where the window is used up
   * @throws TransientFailure while others write the same budget again and again
   */
  async take({ of, rollbacks, hours }: Budget, owner: string): Promise<boolean> {
    for (let n = 0; n < tries; n += 1) {
      const now = this.#now();
      const { version, uses } = (await this.#table.get(budgetKey(of), budgetRecord)) ?? {
        version: 0,
        uses: [],
      };
      if (uses.some((use) => use.owner === owner)) return true;
      const begun = uses.map(({ at }) => Date.parse(at));
      if (isUsedUp({ rollbacks, hours }, begun, now)) return false;
      const kept = uses.filter(({ at }) => Date.parse(at) > now - keptMs);
      const next = { version: version + 1, uses: [...kept, { owner, at: new Date(now).toISOString() }] };
      const written = await this.#table.put(
        budgetKey(of),
        next,
        version === 0
          ? { onlyIfNew: true }
          : {
              condition: {
                expression: '#version = :version',
                names: { '#version': 'version' },
                values: { ':version': version },
              },
            },
      );
      if (written) return true;
    }
    throw new TransientFailure(`The budget of ${of} is being written by others; nothing was taken.`);
  }
}

function budgetKey(of: string): Key {
  return { pk: `BUDGET#${of}`, sk: 'BUDGET' };
}
