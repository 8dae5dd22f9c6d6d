import fc from 'fast-check';
import { SeededRandom } from '../../local/random/seeded-random.ts';

describe('SeededRandom', () => {
  it('gives the same numbers for the same seed, and others for another', () => {
    const draw = (seed: number) => Array.from({ length: 5 }, () => new SeededRandom(seed).uniform());
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('gives a fork numbers that do not depend on what others drew', () => {
    const quiet = new SeededRandom(7);
    const busy = new SeededRandom(7);
    for (let i = 0; i < 100; i += 1) busy.uniform();
    expect(busy.fork('traffic').uniform()).toBe(quiet.fork('traffic').uniform());
    expect(quiet.fork('traffic').uniform()).not.toBe(quiet.fork('latency').uniform());
  });

  it('keeps every draw in its range', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(5000), fc.double({ min: 0, max: 1, noNaN: true }), (seed, n, p) => {
        const random = new SeededRandom(seed);
        const successes = random.binomial(n, p);
        expect(successes).toBeGreaterThanOrEqual(0);
        expect(successes).toBeLessThanOrEqual(n);
        const at = random.integer(3, 9);
        expect(at).toBeGreaterThanOrEqual(3);
        expect(at).toBeLessThanOrEqual(9);
        expect(random.uniform()).toBeLessThan(1);
        expect(random.poisson(n)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it.each([
    [20, 0.3],
    [200, 0.02],
    [2000, 0.4],
    [2000, 0.9],
  ])('draws binomials of n = %d, p = %d with the right mean and variance', (n, p) => {
    const random = new SeededRandom(42);
    const draws = Array.from({ length: 4000 }, () => random.binomial(n, p));
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    // Five standard errors of the mean; the variance of 4,000 draws is within 12 % of the truth.
    expect(Math.abs(mean - n * p)).toBeLessThan(5 * Math.sqrt((n * p * (1 - p)) / draws.length));
    expect(variance / (n * p * (1 - p))).toBeGreaterThan(0.88);
    expect(variance / (n * p * (1 - p))).toBeLessThan(1.12);
  });

  it('makes version 4 UUIDs', () => {
    expect(new SeededRandom(1).uuid()).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});
