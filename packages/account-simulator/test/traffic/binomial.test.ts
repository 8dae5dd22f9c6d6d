import { SeededRandom } from '../../random/seeded-random.ts';
import { binomial } from '../../traffic/binomial.ts';

/** Exact probabilities of 0..n successes. */
function masses(n: number, p: number): number[] {
  let logMass = n * Math.log1p(-p);
  return Array.from({ length: n + 1 }, (_, k) => {
    if (k > 0) logMass += Math.log((n - k + 1) / k) + Math.log(p / (1 - p));
    return Math.exp(logMass);
  });
}

/**
 * Pearson's statistic against its 0.1 % point (Wilson and Hilferty's approximation): above 1 is a misfit. Cells are
 * pooled until ten draws are expected in each.
 */
function misfit(n: number, p: number, draws: number): number {
  const random = new SeededRandom(`misfit ${n} ${p}`);
  const seen = new Array<number>(n + 1).fill(0);
  for (let i = 0; i < draws; i += 1) {
    const k = binomial(random, n, p);
    seen[k] = (seen[k] as number) + 1;
  }
  let statistic = 0;
  let cells = 0;
  let pooledSeen = 0;
  let pooledExpected = 0;
  masses(n, p).forEach((mass, k) => {
    pooledSeen += seen[k] as number;
    pooledExpected += mass * draws;
    if (pooledExpected < 10) return;
    statistic += (pooledSeen - pooledExpected) ** 2 / pooledExpected;
    cells += 1;
    pooledSeen = 0;
    pooledExpected = 0;
  });
  const freedom = cells - 1;
  const spread = 2 / (9 * freedom);
  return statistic / (freedom * (1 - spread + 3.09 * Math.sqrt(spread)) ** 3);
}

describe('binomial', () => {
  it.each([
    [10, 0.3],
    [65, 0.4],
    [200, 0.02],
    [1_000, 0.05],
    [3_000, 0.5],
    [500, 0.93],
    [20_000, 0.001],
  ])('has the binomial distribution for n = %d, p = %d', (n, p) => {
    expect(misfit(n, p, 100_000)).toBeLessThan(1);
  });

  it('has the tail a normal approximation lacks', () => {
    const [n, p, limit, draws] = [600, 0.02, 26, 200_000];
    const random = new SeededRandom('tail');
    let beyond = 0;
    for (let i = 0; i < draws; i += 1) if (binomial(random, n, p) >= limit) beyond += 1;
    const expected =
      draws *
      masses(n, p)
        .slice(limit)
        .reduce((sum, mass) => sum + mass, 0);
    expect(Math.abs(beyond - expected)).toBeLessThan(4 * Math.sqrt(expected));
  });

  it('is certain where the odds are', () => {
    const random = new SeededRandom(1);
    expect(binomial(random, 0, 0.5)).toBe(0);
    expect(binomial(random, 9, 0)).toBe(0);
    expect(binomial(random, 9, 1)).toBe(9);
  });
});
