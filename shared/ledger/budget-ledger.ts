import * as z from 'zod';
import { TransientFailure } from '../errors.ts';
import type { Key, LedgerTable } from './ledger-table.ts';

const budgetRecord = z.strictObject({
  /** Rises with every write: of two concurrent writers one fails and reads again. */
  version: z.number().int(),
  /** Rollbacks that began without a person. */
  uses: z.array(z.strictObject({ owner: z.string(), at: z.iso.datetime() })),
});

/** Size of a budget. */
export interface Budget {
  /** The owner: a service's name, or {@link accountBudget}. */
  readonly of: string;
  readonly rollbacks: number;
  readonly hours: number;
}

/** The budget of all services together. No service has this name. */
export const accountBudget = '*';

const hourMs = 3_600_000;
/** The longest window of a policy; older uses are deleted. */
const keptMs = 168 * hourMs;
/** Tries against concurrent writers of one budget: as many as incidents begin within a second. */
const tries = 5;

/**
 * Whether a budget is used up.
 *
 * @param begun times at which rollbacks began without a person, ms since the epoch
 */
export function isUsedUp(
  { rollbacks, hours }: Pick<Budget, 'rollbacks' | 'hours'>,
  begun: readonly number[],
  now: number,
): boolean {
  return begun.filter((at) => at > now - hours * hourMs).length >= rollbacks;
}

/** Counts the rollbacks that begin without a person. */
export class BudgetLedger {
  readonly #table: LedgerTable;
  readonly #now: () => number;

  constructor(table: LedgerTable, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  /**
   * Takes one rollback from a budget for `owner`; a repeated call of the same owner takes none.
   *
   * @returns false if the window is used up
   * @throws TransientFailure while others keep writing the same budget
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
