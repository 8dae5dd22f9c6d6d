import fc from 'fast-check';
import { TokenBucket } from '../../faults/token-bucket.ts';

describe('TokenBucket', () => {
  it('gives its capacity at once and no more', () => {
    const bucket = new TokenBucket(3);
    expect([1, 2, 3, 4].map(() => bucket.take(0))).toEqual([true, true, true, false]);
  });

  it('refills in virtual time', () => {
    const bucket = new TokenBucket(2, 1);
    expect(bucket.take(0)).toBe(true);
    expect(bucket.take(499)).toBe(false);
    expect(bucket.take(1_000)).toBe(true);
  });

  it('never gives more than its capacity and the tokens refilled since', () => {
    const requests = fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 200 });
    fc.assert(
      fc.property(requests, fc.integer({ min: 1, max: 40 }), (gaps, perSecond) => {
        const bucket = new TokenBucket(perSecond);
        let now = 0;
        let taken = 0;
        for (const gap of gaps) {
          now += gap;
          if (bucket.take(now)) taken += 1;
        }
        expect(taken).toBeLessThanOrEqual(perSecond + (now * perSecond) / 1000 + 1e-6);
      }),
    );
  });
});
