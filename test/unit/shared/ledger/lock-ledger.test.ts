import * as fc from 'fast-check';
import { LockLost } from '../../../../shared/errors.ts';
import { leaseMs } from '../../../../shared/ledger/lock-ledger.ts';
import { LedgerDouble } from '../../fixtures/ledger-double.ts';

fc.configureGlobal({ seed: 1 });

let ledger: LedgerDouble;
beforeEach(() => {
  ledger = new LedgerDouble();
});

describe('two owners of one lock', () => {
  it('have it one after the other', async () => {
    await expect(ledger.locks.acquire('orders', 'a')).resolves.toBe(true);
    await expect(ledger.locks.acquire('orders', 'b')).resolves.toBe(false);
    await ledger.locks.unlock('orders', 'a');
    await expect(ledger.locks.acquire('orders', 'b')).resolves.toBe(true);
    await expect(ledger.locks.renew('orders', 'a')).rejects.toBeInstanceOf(LockLost);
  });

  it('change when the lease of the first is over, and not before', async () => {
    await ledger.locks.acquire('orders', 'a');
    ledger.now += leaseMs - 1;
    await expect(ledger.locks.acquire('orders', 'b')).resolves.toBe(false);
    ledger.now += 1;
    await expect(ledger.locks.acquire('orders', 'b')).resolves.toBe(true);
    await expect(ledger.locks.renew('orders', 'a')).rejects.toBeInstanceOf(LockLost);
  });

  it('do not change while the first renews', async () => {
    await ledger.locks.acquire('orders', 'a');
    ledger.now += leaseMs - 1;
    await ledger.locks.renew('orders', 'a');
    ledger.now += leaseMs - 1;
    await expect(ledger.locks.acquire('orders', 'b')).resolves.toBe(false);
  });

  it('have it alone when both try at once', async () => {
    const taken = await Promise.all(['a', 'b', 'c'].map((owner) => ledger.locks.acquire('orders', owner)));
    expect(taken.filter(Boolean)).toEqual([true]);
  });

  it('have it alone when both try at once after its lease is over', async () => {
    await ledger.locks.acquire('orders', 'dead');
    ledger.now += leaseMs;
    const taken = await Promise.all(['a', 'b', 'c'].map((owner) => ledger.locks.acquire('orders', owner)));
    expect(taken.filter(Boolean)).toEqual([true]);
  });
});

it('stays with an owner who renews a lapsed lease between the read and the write of another', async () => {
  await ledger.locks.acquire('orders', 'a');
  ledger.now += leaseMs;
  // b reads the lock before a renews it, and tries to take it afterwards.
  const grabbed = ledger.locks.acquire('orders', 'b');
  await ledger.locks.renew('orders', 'a');
  await expect(grabbed).resolves.toBe(false);
  expect(ledger.calls.slice(-3)).toEqual(['GetItem', 'UpdateItem', 'UpdateItem']);
  await expect(ledger.locks.find('orders')).resolves.toMatchObject({ owner: 'a' });
});

it('keeps a lock for its owner, for a new lease', async () => {
  await ledger.locks.acquire('orders', 'a');
  ledger.now += 60_000;
  await expect(ledger.locks.acquire('orders', 'a')).resolves.toBe(true);
  await expect(ledger.locks.find('orders')).resolves.toEqual({
    owner: 'a',
    leaseUntil: ledger.now + leaseMs,
  });
});

it('prolongs a lease that ran out, as long as no other owner took the lock', async () => {
  await ledger.locks.acquire('orders', 'a');
  ledger.now += 2 * leaseMs;
  await ledger.locks.renew('orders', 'a');
  await expect(ledger.locks.acquire('orders', 'b')).resolves.toBe(false);
});

it('keeps the locks of each service separate', async () => {
  await ledger.locks.acquire('orders', 'a');
  await expect(ledger.locks.acquire('billing', 'b')).resolves.toBe(true);
});

it('throws LockLost for a lock that was never taken, naming service and owner', async () => {
  await expect(ledger.locks.renew('orders', 'a')).rejects.toThrow(
    'The lock on orders is no longer held for a.',
  );
});

it("does not free another owner's lock", async () => {
  await ledger.locks.acquire('orders', 'a');
  await ledger.locks.unlock('orders', 'b');
  await ledger.locks.unlock('billing', 'b');
  await expect(ledger.locks.find('orders')).resolves.toMatchObject({ owner: 'a' });
  await expect(ledger.locks.find('billing')).resolves.toBeUndefined();
});

describe('for any order of acquiring, renewing, releasing and time passing', () => {
  const owner = fc.constantFrom('a', 'b', 'c');
  const step = fc.oneof(
    fc.record({ do: fc.constantFrom('acquire', 'renew', 'release'), owner }),
    fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(1, leaseMs / 2, leaseMs - 1, leaseMs) }),
  );

  it('at most one owner has the lock at a time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const double = new LedgerDouble();
        /** The time until which each owner may believe that it has the lock. */
        const believes = new Map<string, number>();
        const others = (name: string) =>
          [...believes].filter(([one, until]) => one !== name && until > double.now).map(([one]) => one);
        for (const one of steps) {
          if ('ms' in one) {
            double.now += one.ms;
            continue;
          }
          if (one.do === 'release') {
            await double.locks.unlock('orders', one.owner);
            believes.delete(one.owner);
            continue;
          }
          if (one.do === 'acquire') {
            const taken = await double.locks.acquire('orders', one.owner);
            // The lock is free, or the owner's own: it is acquired.
            if (others(one.owner).length === 0) expect(taken).toBe(true);
            if (!taken) continue;
          } else {
            const renewed = await double.locks.renew('orders', one.owner).then(
              () => true,
              () => false,
            );
            if (!renewed) {
              expect(believes.get(one.owner) ?? 0).toBeLessThanOrEqual(double.now);
              continue;
            }
          }
          expect(others(one.owner)).toEqual([]);
          believes.set(one.owner, double.now + leaseMs);
        }
      }),
      { numRuns: 60 },
    );
  });
});
