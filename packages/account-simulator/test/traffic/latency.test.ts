import { SeededRandom } from '../../random/seeded-random.ts';
import { LATENCY_VALUES, type LatencyCounts, LatencyModel } from '../../traffic/latency.ts';

function total({ counts }: LatencyCounts): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function partAbove({ bins, counts }: LatencyCounts, limit: number): number {
  let above = 0;
  bins.forEach((bin, i) => {
    if ((LATENCY_VALUES[bin] as number) > limit) above += counts[i] as number;
  });
  return above / total({ bins, counts });
}

describe('LatencyModel', () => {
  it.each([0, 1, 7, 500, 100_000])('draws exactly %d durations', (n) => {
    expect(total(new LatencyModel(120, 0.4).draw(new SeededRandom(3), n))).toBe(n);
  });

  it('is log-normal around the median, drawn in bulk', () => {
    const drawn = new LatencyModel(120, 0.4).draw(new SeededRandom('bulk'), 1_000_000);
    expect(partAbove(drawn, 120)).toBeCloseTo(0.5, 1);
    expect(partAbove(drawn, 120 * Math.exp(0.4))).toBeCloseTo(0.1587, 2);
    expect(partAbove(drawn, 120 * Math.exp(-0.8))).toBeCloseTo(0.9772, 2);
    expect(partAbove(drawn, 120 * Math.exp(4 * 0.4))).toBeLessThan(0.0001);
  });

  it('gives exactly the part it draws above a limit', () => {
    const model = new LatencyModel(120, 0.4);
    const drawn = model.draw(new SeededRandom('limit'), 1_000_000);
    for (const limit of [5, 60, 120, 179, 300, 900]) {
      expect(Math.abs(partAbove(drawn, limit) - model.partAbove(limit))).toBeLessThan(0.002);
    }
    expect(model.partAbove(1)).toBe(1);
    expect(model.partAbove(900_000)).toBe(0);
    expect(model.partAbove(300)).toBeCloseTo(0.011, 3);
  });

  it('carries nothing over from one draw to the next', () => {
    const model = new LatencyModel(120, 0.4);
    model.draw(new SeededRandom(1), 5_000);
    const after = model.draw(new SeededRandom(2), 50);
    expect(after).toEqual(new LatencyModel(120, 0.4).draw(new SeededRandom(2), 50));
  });

  it('draws the same one by one as in bulk', () => {
    const model = new LatencyModel(80, 0.6);
    const random = new SeededRandom('single');
    let above = 0;
    for (let i = 0; i < 200; i += 1) above += partAbove(model.draw(random, 500), 150);
    const bulk = partAbove(model.draw(new SeededRandom('bulk'), 1_000_000), 150);
    expect(Math.abs(above / 200 - bulk)).toBeLessThan(0.005);
  });

  it('always takes the median without spread', () => {
    const { bins, counts } = new LatencyModel(100, 0).draw(new SeededRandom(1), 50);
    expect([...counts]).toEqual([50]);
    expect(Math.abs((LATENCY_VALUES[bins[0] as number] as number) / 100 - 1)).toBeLessThan(0.02);
  });

  it("stays within Lambda's limits", () => {
    const { bins } = new LatencyModel(800_000, 2).draw(new SeededRandom(1), 10_000);
    expect(LATENCY_VALUES[bins.at(-1) as number]).toBeLessThanOrEqual(920_000);
    expect(LATENCY_VALUES[0]).toBeGreaterThanOrEqual(1);
  });

  it('has ascending values', () => {
    for (let i = 1; i < LATENCY_VALUES.length; i += 1) {
      expect(LATENCY_VALUES[i]).toBeGreaterThan(LATENCY_VALUES[i - 1] as number);
    }
  });
});
