import { requestsPerMinute } from '../../traffic/rate.ts';

const start = Date.parse('2026-10-01T00:00:00Z');
const HOUR = 3_600_000;

describe('requestsPerMinute', () => {
  it('is constant for a number', () => {
    expect(requestsPerMinute(120, start + HOUR, start)).toBe(120);
  });

  it('peaks at the peak hour and is lowest half a day later', () => {
    const rate = { mean: 100, swing: 0.5, peakHour: 14 };
    expect(requestsPerMinute(rate, start + 14 * HOUR, start)).toBeCloseTo(150);
    expect(requestsPerMinute(rate, start + 2 * HOUR, start)).toBeCloseTo(50);
    expect(requestsPerMinute(rate, start + 20 * HOUR, start)).toBeCloseTo(100);
  });

  it('never falls below zero', () => {
    expect(requestsPerMinute({ mean: 100, swing: 2, peakHour: 12 }, start, start)).toBe(0);
  });

  it('follows its steps, the first one also before the start', () => {
    const steps = [
      { from: 0, requestsPerMinute: 60 },
      { from: HOUR, requestsPerMinute: 0 },
      { from: 2 * HOUR, requestsPerMinute: 30 },
    ];
    const at = (offset: number) => requestsPerMinute(steps, start + offset, start);
    expect([at(-HOUR), at(0), at(HOUR - 1), at(HOUR), at(3 * HOUR)]).toEqual([60, 60, 60, 0, 30]);
  });
});
