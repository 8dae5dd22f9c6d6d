import { parseMetricMath } from '../../../account/cloudwatch/metric-math.ts';

const at = (expression: string, values: Record<string, number | undefined>) =>
  parseMetricMath(expression).evaluate((id) => values[id]);

describe('parseMetricMath', () => {
  it.each([
    ['m1 + m2 * 3', 2 + 15],
    ['(m1 + m2) * 3', 21],
    ['m1 - m2 - 1', -4],
    ['100 * m1 / m2', 40],
    ['-m1 * -2', 4],
    ['m1/m2/2', 0.2],
    ['1.5e1 * m1', 30],
  ])('computes %s', (expression, value) => {
    expect(at(expression, { m1: 2, m2: 5 })).toBeCloseTo(value, 12);
  });

  it('counts a missing value as 0 beside an existing one', () => {
    expect(at('m1 + m2', { m1: 2 })).toBe(2);
    expect(at('100 * errors / requests', { requests: 50 })).toBe(0);
  });

  it('has no data point where none of its metrics has one', () => {
    expect(at('m1 + m2', {})).toBeUndefined();
    expect(at('1 - m1', {})).toBeUndefined();
    expect(at('-m1', {})).toBeUndefined();
  });

  it('drops a data point that would divide by zero', () => {
    expect(at('m1 / m2', { m1: 1, m2: 0 })).toBeUndefined();
    expect(at('m1 / m2', { m1: 1 })).toBeUndefined();
  });

  it('names the ids it needs', () => {
    expect(parseMetricMath('a + b / a').ids).toEqual(['a', 'b']);
  });

  it.each([
    ['SUM([m1, m2])', 'SUM'],
    ['m1 ^ 2', '^'],
    ['m1 > 3', '>'],
    ['IF(m1, 1)', 'IF'],
    ['(m1', 'too early'],
    ['m1 +', 'too early'],
    ['m1 m2', 'm2'],
    ['3 * 4', 'not a time series'],
    ['', 'too early'],
    ['SELECT AVG(x) FROM y', 'SELECT'],
  ])('refuses %j', (expression, reason) => {
    expect(() => parseMetricMath(expression)).toThrow(reason);
  });
});
