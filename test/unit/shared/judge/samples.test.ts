import * as fc from 'fast-check';
import { type MinuteCount, poolMinutes, totalOf } from '../../../../shared/judge/samples.ts';

fc.configureGlobal({ seed: 1 });

const minute = (at: number, requests: number, errors = 0, slow?: number): MinuteCount => ({
  at,
  requests,
  errors,
  ...(slow !== undefined && { slow }),
});

const minutes = fc
  .array(
    fc.record({
      requests: fc.nat(200),
      errorShare: fc.double({ min: 0, max: 1, noNaN: true }),
      slowShare: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { maxLength: 60 },
  )
  .map((counts) =>
    counts.map(({ requests, errorShare, slowShare }, index) =>
      minute(index * 60_000, requests, Math.floor(requests * errorShare), Math.floor(requests * slowShare)),
    ),
  );
const atLeast = fc.integer({ min: 1, max: 300 });

describe('pooling minutes into samples', () => {
  it('makes every sample as large as it has to be, and no larger than its last minute makes it', () => {
    fc.assert(
      fc.property(minutes, atLeast, (counts, least) => {
        for (const sample of poolMinutes(counts, least)) {
          expect(sample.requests).toBeGreaterThanOrEqual(least);
          const inSample = counts
            .filter(({ at, requests }) => at >= sample.from && requests > 0)
            .slice(0, sample.minutes);
          expect(sample.requests - (inSample.at(-1)?.requests ?? 0)).toBeLessThan(least);
        }
      }),
    );
  });

  it('counts every request, error and slow request once, but for a rest too thin to be a sample', () => {
    fc.assert(
      fc.property(minutes, atLeast, (counts, least) => {
        const samples = poolMinutes(counts, least);
        const used = samples.reduce((sum, sample) => sum + sample.minutes, 0);
        const busy = counts.filter(({ requests }) => requests > 0);
        const rest = totalOf(busy.slice(used));
        const total = totalOf(counts);
        for (const count of ['requests', 'errors', 'slow'] as const) {
          const pooled = samples.reduce((sum, sample) => sum + sample[count], 0);
          expect(pooled + rest[count]).toBe(total[count]);
        }
        expect(rest.requests).toBeLessThan(least);
      }),
    );
  });

  it('keeps them in order', () => {
    fc.assert(
      fc.property(minutes, atLeast, (counts, least) => {
        const starts = poolMinutes(counts, least).map(({ from }) => from);
        expect(starts).toEqual([...starts].sort((a, b) => a - b));
        expect(new Set(starts).size).toBe(starts.length);
      }),
    );
  });

  it('pools thin minutes and leaves full ones alone', () => {
    const counts = [minute(0, 40, 2), minute(1, 10, 1), minute(2, 0), minute(3, 25, 3, 4), minute(4, 29, 9)];
    expect(poolMinutes(counts, 30)).toEqual([
      { requests: 40, errors: 2, slow: 0, from: 0, minutes: 1 },
      { requests: 35, errors: 4, slow: 4, from: 1, minutes: 2 },
    ]);
  });
});

describe('the total of minutes', () => {
  it('is the sum of each count', () => {
    expect(totalOf([minute(0, 10, 1), minute(1, 0), minute(2, 5, 2, 3)])).toEqual({
      requests: 15,
      errors: 3,
      slow: 3,
      minutes: 3,
    });
  });

  it('of none is zero', () => {
    expect(totalOf([])).toEqual({ requests: 0, errors: 0, slow: 0, minutes: 0 });
  });
});
