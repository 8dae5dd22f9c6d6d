import fc from 'fast-check';
import { parseStatistic, type Samples } from '../../../account/cloudwatch/statistic.ts';

/** 10 × 10 ms, 5 × 20 ms, 4 × 50 ms, 1 × 400 ms. */
const samples: Samples = { values: [10, 20, 30, 50, 400], counts: [10, 5, 0, 4, 1] };

describe('parseStatistic', () => {
  it.each([
    ['SampleCount', 20],
    ['Sum', 800],
    ['Average', 40],
    ['Minimum', 10],
    ['Maximum', 400],
    ['p0', 10],
    ['p50', 10],
    ['p50.1', 20],
    ['p75', 20],
    ['p95', 50],
    ['p99', 400],
    ['p100', 400],
    ['TC(:20)', 15],
    ['TC(20:)', 5],
    ['TC(10:50)', 9],
    ['TC(9.5:10)', 10],
    ['TC(400:)', 0],
    ['PR(:10)', 50],
    ['PR(20:)', 25],
    ['PR(10:50)', 45],
  ])('computes %s', (name, value) => {
    expect(parseStatistic(name)(samples)).toBeCloseTo(value, 9);
  });

  it.each(['TM(10%:90%)', 'TC(10%:90%)', 'tm99', 'tc90', 'WM(:95%)', 'IQM', 'TS(80%:)'])(
    'refuses %s by name',
    (name) => {
      expect(() => parseStatistic(name)).toThrow(`does not simulate the statistic ${name}`);
    },
  );

  it.each(['p101', 'p', 'Median', 'TC(:)', 'sum', ''])('refuses %j, which is no statistic', (name) => {
    expect(() => parseStatistic(name)).toThrow();
  });

  const anySamples = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 0, max: 50 })), {
      minLength: 1,
      maxLength: 40,
    })
    .map((pairs) => {
      const byValue = new Map(pairs.map(([value, count]) => [value, count + 1]));
      const values = [...byValue.keys()].sort((a, b) => a - b);
      return { values, counts: values.map((value) => byValue.get(value) as number) };
    });
  const limit = fc.integer({ min: 0, max: 6_000 });

  it('orders percentiles, between the minimum and the maximum', () => {
    fc.assert(
      fc.property(anySamples, (any) => {
        const ladder = ['Minimum', 'p1', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'Maximum'].map((name) =>
          parseStatistic(name)(any),
        );
        expect(ladder).toEqual([...ladder].sort((a, b) => a - b));
      }),
    );
  });

  it('counts every sample on exactly one side of a boundary', () => {
    fc.assert(
      fc.property(anySamples, limit, (any, boundary) => {
        const below = parseStatistic(`TC(:${boundary})`)(any);
        const above = parseStatistic(`TC(${boundary}:)`)(any);
        expect(below + above).toBe(parseStatistic('SampleCount')(any));
        expect(parseStatistic(`PR(${boundary}:)`)(any)).toBeCloseTo((100 * above) / (above + below), 9);
      }),
    );
  });

  it('counts no more beyond a higher boundary', () => {
    fc.assert(
      fc.property(anySamples, limit, limit, (any, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(parseStatistic(`TC(${low}:)`)(any)).toBeGreaterThanOrEqual(
          parseStatistic(`TC(${high}:)`)(any),
        );
      }),
    );
  });

  it('agrees with itself: the percentile is the least value not exceeded by that part', () => {
    fc.assert(
      fc.property(anySamples, fc.integer({ min: 1, max: 99 }), (any, percent) => {
        const value = parseStatistic(`p${percent}`)(any);
        expect(parseStatistic(`PR(:${value})`)(any)).toBeGreaterThanOrEqual(percent - 1e-6);
        expect(parseStatistic(`PR(:${value - 0.5})`)(any)).toBeLessThan(percent + 1e-6);
      }),
    );
  });
});
