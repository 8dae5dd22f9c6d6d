import fc from 'fast-check';
import { LedgerDouble } from '../../fixtures/ledger-double.ts';
import { NOW } from '../../fixtures/times.ts';

const pace = { of: 'aliases', perSecond: 2, burst: 3 };
let ledger: LedgerDouble;
beforeEach(() => {
  ledger = new LedgerDouble();
});

it('lets a burst begin at once, and the others evenly after it', async () => {
  const moments: number[] = [];
  for (let one = 0; one < 6; one += 1) moments.push(await ledger.paces.take(pace));
  expect(moments.map((moment) => Math.max(0, moment - NOW))).toEqual([0, 0, 0, 500, 1000, 1500]);
});

it('lets a burst begin again after a rest, and never more', async () => {
  for (let one = 0; one < 6; one += 1) await ledger.paces.take(pace);
  ledger.now += 60_000;
  const moments: number[] = [];
  for (let one = 0; one < 4; one += 1) moments.push(await ledger.paces.take(pace));
  expect(moments.map((moment) => Math.max(0, moment - ledger.now))).toEqual([0, 0, 0, 500]);
});

it('counts a request that takes several', async () => {
  await ledger.paces.take(pace, 8);
  expect((await ledger.paces.take(pace)) - NOW).toBe(3000);
});

it('keeps limits separate', async () => {
  await ledger.paces.take(pace, 100);
  expect(await ledger.paces.take({ ...pace, of: 'stages' })).toBe(NOW);
});

it('gives each of simultaneous requests its own moment', async () => {
  const moments = await Promise.all(Array.from({ length: 20 }, () => ledger.paces.take(pace)));
  const later = moments.filter((moment) => moment > NOW);
  expect(new Set(later).size).toBe(later.length);
});

it('never lets more begin in a span of time than its rate and burst allow', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(2000), { minLength: 1, maxLength: 25 }), async (rests) => {
      ledger = new LedgerDouble();
      const begun: number[] = [];
      for (const rest of rests) {
        ledger.now += rest;
        begun.push(Math.max(ledger.now, await ledger.paces.take(pace)));
      }
      begun.sort((a, b) => a - b);
      for (const [from, first] of begun.entries()) {
        for (const [to, last] of begun.entries()) {
          if (to <= from) continue;
          expect(to - from + 1).toBeLessThanOrEqual(
            pace.burst + ((last - first) / 1000) * pace.perSecond + 1e-6,
          );
        }
      }
    }),
    { numRuns: 30 },
  );
});
