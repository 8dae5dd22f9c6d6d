import * as fc from 'fast-check';
import { TransientFailure } from '../../../../shared/errors.ts';
import { LedgerDouble } from '../../fixtures/ledger-double.ts';

fc.configureGlobal({ seed: 1 });

const hour = 3_600_000;
const budget = { of: 'orders', rollbacks: 2, hours: 24 };
let ledger: LedgerDouble;
beforeEach(() => {
  ledger = new LedgerDouble();
});

it('grants as many as there are, and no more', async () => {
  await expect(ledger.budgets.take(budget, 'a')).resolves.toBe(true);
  await expect(ledger.budgets.take(budget, 'b')).resolves.toBe(true);
  await expect(ledger.budgets.take(budget, 'c')).resolves.toBe(false);
  await expect(ledger.budgets.take({ ...budget, of: 'cart' }, 'c')).resolves.toBe(true);
});

it('counts a repeated request once', async () => {
  for (const owner of ['a', 'a', 'a', 'b', 'a', 'b']) {
    await expect(ledger.budgets.take(budget, owner)).resolves.toBe(true);
  }
});

it('counts uses from before the window again', async () => {
  await ledger.budgets.take(budget, 'a');
  ledger.now += hour;
  await ledger.budgets.take(budget, 'b');
  ledger.now += 23 * hour - 1;
  await expect(ledger.budgets.take(budget, 'c')).resolves.toBe(false);
  ledger.now += 1;
  await expect(ledger.budgets.take(budget, 'c')).resolves.toBe(true);
  await expect(ledger.budgets.take(budget, 'd')).resolves.toBe(false);
});

it('grants nothing where there is nothing', async () => {
  await expect(ledger.budgets.take({ ...budget, rollbacks: 0 }, 'a')).resolves.toBe(false);
});

it('is never overdrawn by simultaneous requests', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 4 }),
      fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 5 }),
      async (rollbacks, owners) => {
        const { budgets } = new LedgerDouble();
        const taken = await Promise.all(
          owners.map(async (owner) => ((await budgets.take({ ...budget, rollbacks }, owner)) ? owner : '')),
        );
        const granted = new Set(taken.filter(Boolean));
        expect(granted.size).toBe(Math.min(rollbacks, new Set(owners).size));
      },
    ),
    { numRuns: 30 },
  );
});

it('gives up, to be retried, while others keep writing it', async () => {
  await ledger.budgets.take(budget, 'a');
  const { table } = ledger;
  jest.spyOn(table, 'put').mockResolvedValue(false);
  await expect(ledger.budgets.take(budget, 'b')).rejects.toBeInstanceOf(TransientFailure);
});
