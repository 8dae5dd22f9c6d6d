import fc from 'fast-check';
import { SeededRandom } from '../../random/seeded-random.ts';

describe('SeededRandom', () => {
  it('gives the same numbers for the same seed, and others for another', () => {
    const draw = (seed: number) => Array.from({ length: 5 }, () => new SeededRandom(seed).uniform());
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('gives a fork numbers that do not depend on other draws', () => {
    const quiet = new SeededRandom(7);
    const busy = new SeededRandom(7);
    for (let i = 0; i < 100; i += 1) busy.uniform();
    expect(busy.fork('traffic').uniform()).toBe(quiet.fork('traffic').uniform());
    expect(quiet.fork('traffic').uniform()).not.toBe(quiet.fork('latency').uniform());
  });

  it('keeps every draw in its range', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(5000), (seed, mean) => {
        const random = new SeededRandom(seed);
        const at = random.integer(3, 9);
        expect(at).toBeGreaterThanOrEqual(3);
        expect(at).toBeLessThanOrEqual(9);
        expect(random.uniform()).toBeLessThan(1);
        expect(random.poisson(mean)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it.each([3, 29, 31, 400])('draws Poisson counts of mean %d with that mean and variance', (mean) => {
    const random = new SeededRandom(42);
    const draws = Array.from({ length: 4000 }, () => random.poisson(mean));
    const average = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - average) ** 2, 0) / draws.length;
    // Five standard errors of the mean; the variance of 4,000 draws is within 12 % of the truth.
    expect(Math.abs(average - mean)).toBeLessThan(5 * Math.sqrt(mean / draws.length));
    expect(variance / mean).toBeGreaterThan(0.88);
    expect(variance / mean).toBeLessThan(1.12);
  });

  it('makes version 4 UUIDs', () => {
    expect(new SeededRandom(1).uuid()).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});
