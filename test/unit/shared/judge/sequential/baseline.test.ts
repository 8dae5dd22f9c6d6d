import * as fc from 'fast-check';
import {
  backtest,
  backtestFactors,
  baselineOf,
  clusteringOf,
  gammaBound,
  type History,
  highestNormalRate,
  historyStepMs,
  hourFactors,
  hourMs,
  normalRate,
  sumHours,
  type TimedCount,
} from '../../../../../shared/judge/sequential/baseline.ts';

fc.configureGlobal({ seed: 1 });

const from = Date.UTC(2026, 0, 5);
const hours = (count: number, requests: number, bad: number) =>
  Array.from({ length: count }, () => ({ requests, bad }));
const parts = (count: number, requests: number, bad: number) => hours(count, requests, bad);

/** Days of history, with each step computed by `of`. */
function history(days: number, of: (step: number, at: number) => { requests: number; bad: number }): History {
  const to = from + days * 24 * hourMs;
  const steps: TimedCount[] = [];
  for (let at = from; at < to; at += historyStepMs) steps.push({ at, ...of(steps.length, at) });
  return { from, to, steps };
}

describe('the 99.9 % point of a gamma distribution', () => {
  it.each([
    [0.5, 1e6, 5.5778_0235e-6],
    [10.5, 100_000, 0.000234583807],
    [1000.5, 1e6, 0.00110110069],
    [2, 2000, 0.00468063046],
  ])('of shape %d and rate %d', (shape, rate, expected) => {
    expect(gammaBound(shape, rate).toPrecision(9)).toBe(expected.toPrecision(9));
  });
});

describe('the highest normal rate', () => {
  it.each([
    ['equal hours', hours(24, 3600, 4), 0.00150164231],
    ['two kinds of hours', [...hours(12, 3600, 2), ...hours(12, 3600, 10)], 0.00601337881],
    ['hours without a bad event', hours(336, 360, 0), 4.6112784e-5],
  ])('of %s', (_, counts, expected) => {
    const rate = highestNormalRate(sumHours(counts));
    expect(rate.toPrecision(9)).toBe(expected.toPrecision(9));
  });

  it('leaves out hours without requests', () => {
    const busy = hours(24, 3600, 4);
    expect(highestNormalRate(sumHours([...busy, ...hours(10, 0, 0)]))).toBe(
      highestNormalRate(sumHours(busy)),
    );
  });

  it('is never below the mean, and never above 1', () => {
    const hour = fc
      .tuple(fc.nat(5000), fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([requests, share]) => ({ requests, bad: Math.floor(requests * share) }));
    fc.assert(
      fc.property(fc.array(hour, { maxLength: 100 }), (counts) => {
        const sums = sumHours(counts);
        const rate = highestNormalRate(sums);
        expect(rate).toBeLessThanOrEqual(1);
        expect(rate).toBeGreaterThan(0);
        if (sums.requests > 0) expect(rate).toBeGreaterThanOrEqual(sums.bad / sums.requests);
      }),
    );
  });

  it('does not end at 0 where all bad events fell into one hour', () => {
    const rate = highestNormalRate(sumHours([...hours(335, 1000, 0), { requests: 1000, bad: 1000 }]));
    expect(rate).toBeGreaterThan(1 / 336);
  });

  it('is 1 where nothing is known', () => {
    expect(highestNormalRate(sumHours([]))).toBe(1);
  });
});

describe('clustering', () => {
  it.each([
    ['one bad event in each step', parts(12, 300, 1), '1.000000'],
    ['twelve in one step', [...parts(11, 300, 0), ...parts(1, 300, 12)], '12.000000'],
    [
      'none and three in turn',
      parts(12, 300, 0).map((part, k) => ({ ...part, bad: k % 2 === 0 ? 0 : 3 })),
      '1.636364',
    ],
    ['no bad event', parts(12, 300, 0), '1.000000'],
    ['no request', parts(12, 0, 0), '1.000000'],
  ])('of %s', (_, hour, expected) => {
    expect(clusteringOf([hour]).toFixed(6)).toBe(expected);
  });
});

describe('the backtest', () => {
  const quiet = history(2, () => ({ requests: 300, bad: 0 }));

  it('leaves a quiet history as it is', () => {
    expect(backtest(quiet, { rate: 0.001 })).toEqual({ factor: 1, bursts: [] });
  });

  it('raises the rate until the test is quiet, and says for which watches', () => {
    const burst = history(2, (step) => ({ requests: 300, bad: step === 30 ? 9 : 0 }));
    const { factor, bursts } = backtest(burst, { rate: 0.001 });
    expect(factor).toBeGreaterThan(1);
    expect(backtestFactors).toContain(factor);
    expect(bursts).toEqual([from + 2 * hourMs]);
    expect(backtest(burst, { rate: 0.001 * factor }).bursts).toEqual([]);
  });

  it('takes no watch that overlaps an incident', () => {
    const burst = history(2, (step) => ({ requests: 300, bad: step === 30 ? 300 : 0 }));
    const incident = { from: from + 30 * historyStepMs, to: from + 31 * historyStepMs };
    expect(backtest({ ...burst, leftOut: [incident] }, { rate: 0.001 })).toEqual({ factor: 1, bursts: [] });
  });

  it('makes anything normal where the largest factor is too small', () => {
    const wild = history(2, (step) => ({ requests: 300, bad: step % 24 === 0 ? 300 : 0 }));
    const { factor } = backtest(wild, { rate: 0.0001 });
    expect(0.0001 * factor).toBeGreaterThanOrEqual(1);
  });
});

describe('hours of the day', () => {
  it('weigh as many bad events as their requests bring, drawn to 1 where they are few', () => {
    const steps = history(10, (_, at) => ({
      requests: 600,
      bad: new Date(at).getUTCHours() < 12 ? 9 : 3,
    })).steps;
    const factors = hourFactors(steps);
    expect(factors).toHaveLength(24);
    // 10 days of 12 steps: 1,080 and 360 bad ones of 72,000, of which 720.06 would be usual.
    expect(factors[0]).toBeCloseTo((1080 + 10) / (720.025 + 10), 3);
    expect(factors[23]).toBeCloseTo((360 + 10) / (720.025 + 10), 3);
  });

  it('are all alike where there is no history', () => {
    expect(hourFactors([])).toEqual(new Array(24).fill(1));
  });

  it('take the curve of the day out of the normal rate', () => {
    const curve = history(10, (_, at) => ({
      requests: 60_000,
      bad: Math.round(60 * (1 + 0.8 * Math.sin((2 * Math.PI * new Date(at).getUTCHours()) / 24))),
    }));
    const flat = highestNormalRate(baselineOf(curve));
    const peaks = highestNormalRate(baselineOf(curve, { hoursOfDay: false }));
    expect(flat).toBeLessThan(0.0012);
    expect(peaks).toBeGreaterThan(0.0025);
  });
});

describe('a baseline', () => {
  const even = history(3, () => ({ requests: 300, bad: 1 }));

  it('has the sums of its hours', () => {
    expect(baselineOf(even, { hoursOfDay: false })).toEqual({
      ...sumHours(hours(72, 3600, 12)),
      clustering: 1,
      backtestFactor: 1,
      bursts: [],
    });
  });

  it('includes nothing of an incident', () => {
    const bad = history(3, (step) => ({ requests: 300, bad: step >= 300 && step < 310 ? 300 : 1 }));
    const leftOut = [{ from: from + 300 * historyStepMs, to: from + 310 * historyStepMs }];
    const {
      bad: found,
      requests,
      clustering,
      backtestFactor,
    } = baselineOf({ ...bad, leftOut }, { hoursOfDay: false });
    expect({ found, requests, clustering, backtestFactor }).toEqual({
      found: 864 - 10,
      requests: (864 - 10) * 300,
      clustering: 1,
      backtestFactor: 1,
    });
  });

  it('does not depend on the order in which CloudWatch returned its steps', () => {
    const reversed = baselineOf({ ...even, steps: even.steps.toReversed() });
    const straight = baselineOf(even);
    expect(highestNormalRate(reversed)).toBeCloseTo(highestNormalRate(straight), 12);
    expect(reversed.backtestFactor).toBe(straight.backtestFactor);
    expect(reversed.clustering).toBeCloseTo(straight.clustering, 9);
  });

  it('survives JSON, however wild the history is', () => {
    const wild = baselineOf(history(2, (step) => ({ requests: 300, bad: step % 24 === 0 ? 300 : 0 })));
    expect(JSON.parse(JSON.stringify(wild))).toEqual(wild);
  });
});

describe('the tested rate', () => {
  const long = baselineOf(history(3, () => ({ requests: 300, bad: 0 })));
  const short = baselineOf(history(0.5, () => ({ requests: 300, bad: 0 })));

  it('is the highest normal one of a long history', () => {
    expect(normalRate(long, { limit: 0.05 })).toMatchObject({
      rate: highestNormalRate(long),
      source: 'history',
      hours: 72,
    });
  });

  it('is raised by the backtest, and at most 1', () => {
    expect(normalRate({ ...long, backtestFactor: 3 })?.rate).toBeCloseTo(3 * highestNormalRate(long), 12);
    expect(normalRate({ ...long, backtestFactor: 1e9 })?.rate).toBe(1);
  });

  it('is not below the limit where there are fewer than 24 hours', () => {
    expect(normalRate(short, { limit: 0.05 })).toMatchObject({
      rate: 0.05,
      source: 'little-history',
      hours: 12,
    });
  });

  it('is not below the limit where the requests could not have shown it', () => {
    const thin = baselineOf(history(3, (step) => ({ requests: step % 12 === 0 ? 1 : 0, bad: 0 })));
    expect(thin.hours).toBe(72);
    expect(normalRate(thin, { limit: 0.05 })).toMatchObject({ source: 'history' });
    expect(normalRate(thin, { limit: 0.03 })).toMatchObject({
      rate: expect.any(Number),
      source: 'little-history',
    });
  });

  it('is that of the control where little history is above the limit', () => {
    const control = [{ at: from, requests: 1000, bad: 200 }];
    const tested = normalRate(undefined, { limit: 0.05, control });
    expect(tested?.source).toBe('little-history');
    expect(tested?.rate).toBe(highestNormalRate(sumHours([{ requests: 1000, bad: 200 }])));
    expect(tested?.rate).toBeGreaterThan(0.2);
  });

  it('is the limit where nothing is known', () => {
    expect(normalRate(undefined, { limit: 0.05 })).toMatchObject({
      rate: 0.05,
      source: 'limit',
      clustering: 1,
    });
  });

  it('is absent without history and limit', () => {
    expect(normalRate(undefined)).toBeUndefined();
    expect(normalRate(short)).toBeUndefined();
  });

  it('uses the larger of both clusterings', () => {
    expect(normalRate({ ...long, clustering: 4 }, { cluster: 3 })?.clustering).toBe(4);
    expect(normalRate({ ...long, clustering: 2 }, { cluster: 3 })?.clustering).toBe(3);
  });
});
