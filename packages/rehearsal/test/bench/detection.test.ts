import { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import { bounds } from '../../bench/detection/bounds.ts';
import { detectionDelays, falseAlarms } from '../../bench/detection/grid.ts';
import { lateFaults } from '../../bench/detection/late.ts';
import { MannWhitney } from '../../bench/detection/mann-whitney.ts';
import { FastJudge } from '../../bench/detection/ours.ts';
import { outages } from '../../bench/detection/outages.ts';
import { PoissonTable } from '../../bench/detection/poisson-table.ts';
import { alarmAt, argoAt, type Datapoint, flaggerAt, hardLimitsAt } from '../../bench/detection/rivals.ts';
import { condemnedByJudge } from '../../bench/detection/same-as-judge.ts';
import { afterTheShift } from '../../bench/detection/shifted.ts';
import { slowRequests } from '../../bench/detection/slow.ts';
import { delays, exactInterval, quantile } from '../../bench/detection/statistics.ts';
import {
  badRate,
  cells,
  faultCells,
  Minutes,
  MinuteTraffic,
  steadyNormal,
} from '../../bench/detection/traffic.ts';

/** `X` breaches, `0` does not, `-` is missing. */
const points = (text: string): Datapoint[] =>
  [...text].map((letter) => (letter === 'X' ? 'breach' : letter === '0' ? 'fine' : 'missing'));

describe('the fast judge', () => {
  it.each([1, 2, 5, 20])('condemns in the same minute as the judge, at %d times the rate', (ratio) => {
    const random = new SeededRandom(3);
    for (const cell of [
      { perMinute: 6, share: 0.5, base: 0.01 },
      { perMinute: 600, share: 0.1, base: 0.001 },
      { perMinute: 600, share: 0.5, base: 0 },
    ]) {
      const normal = steadyNormal(cell);
      const judge = new FastJudge({ normal });
      const rate = ratio === 1 ? cell.base : badRate(cell, ratio);
      const traffic = new MinuteTraffic(cell, rate, cell.base);
      const minutes = new Minutes();
      for (let i = 0; i < 3; i += 1) {
        do traffic.draw(minutes, random);
        while (minutes.requests[0] === 0);
        expect(judge.condemnedAt(minutes)).toBe(condemnedByJudge(minutes, cell));
      }
    }
  });
});

describe('bounds', () => {
  it.each([
    [600, 0.1, 0.001, 20, 2.8, 3.9],
    [60, 0.1, 0.001, 500, 0.4, 0.9],
    [60, 0.1, 0, 20, 8.3, 24.9],
    [6_000, 0.1, 0, 2, 0.8, 2.5],
  ])('of %d requests a minute, %d, %d, x%d', (perMinute, share, base, ratio, known, free) => {
    const found = bounds({ perMinute, share, base, ratio });
    expect(Number(found.known.toFixed(1))).toBe(known);
    expect(Math.abs(found.free - free)).toBeLessThanOrEqual(0.06);
  });
});

describe('rules of others, by their documentation', () => {
  it('a CloudWatch alarm of three periods: AWS, "Configuring how alarms treat missing data", first table', () => {
    expect(alarmAt(points('0XX-X'), 3)).toBe(5);
    expect(alarmAt(points('0-X-X'), 3)).toBe(0);
    expect(alarmAt(points('-----'), 3)).toBe(0);
  });

  it('a CloudWatch alarm of two periods', () => {
    expect(alarmAt(points('X0X0XX'), 2)).toBe(6);
    expect(alarmAt(points('X---X'), 2)).toBe(0);
    expect(alarmAt(points('X0'), 1)).toBe(1);
  });

  it('Flagger: rolls back after interval x threshold, its failed checks need not be in a row', () => {
    expect(flaggerAt(points('XXXXX'), 5)).toBe(5);
    expect(flaggerAt(points('X0X0X0X-X'), 5)).toBe(8);
    expect(flaggerAt(points('0000XXXX'), 5)).toBe(0);
  });

  it('Argo: failureLimit is the number of tolerated failures; the fifth error in a row is too many', () => {
    expect(argoAt(points('XXX0X'), 3)).toBe(5);
    expect(argoAt(points('X'), 0)).toBe(1);
    expect(argoAt(points('-----'), 3)).toBe(5);
    expect(argoAt(points('----0----'), 3)).toBe(0);
  });

  // The samples of Kayenta's ClassifierSuite, rounded: the experiment passes, is high, and is low.
  const control = [
    11.1, 10, 7.1, 7.3, 9.8, 9.6, 6.2, 12.3, 10.4, 8.6, 9.9, 10.4, 14.2, 10.9, 10.2, 11.7, 10.9, 12.8,
  ];
  const alike = [9.8, 10.6, 7.8, 9.3, 8.4, 8.9, 8.3, 9.7, 11.6, 9.3, 8.2, 10.6, 13.5, 11.1, 7, 12.5, 9, 4.9];
  const high = [
    20.9, 21.8, 19.7, 15.9, 19.5, 19.4, 22.9, 17.2, 18.7, 23.4, 24.1, 22.6, 22, 21.7, 20.1, 22.1, 16.4, 21.6,
  ];

  it('Kayenta: one sample passes, one is high, one is low', () => {
    const judge = new MannWhitney(0.1, 1.959964);
    expect(judge.isHigher(alike, control)).toBe(false);
    expect(judge.isHigher(high, control)).toBe(true);
    expect(judge.isHigher(control, high)).toBe(false);
  });

  it('Kayenta: the bound is that of the ordered differences of two samples without ties', () => {
    // All 25 differences of {6..10} and {1..5} are above 0; the 98 % bound of five against five is not above a quarter of 5.
    expect(new MannWhitney(0).isHigher([6, 7, 8, 9, 10], [1, 2, 3, 4, 5])).toBe(true);
    expect(new MannWhitney(0.25).isHigher([6, 7, 8, 9, 10], [1, 2, 3, 4, 5])).toBe(false);
    expect(new MannWhitney(0).isHigher([6, 7, 8, 9], [1, 2, 3, 4])).toBe(false);
  });

  it("the coordinator's former fixed limit: two errors in thirty are above 5 %, one is not", () => {
    const thirty = (...bad: number[]) => ({
      requests: Float64Array.from(bad, () => 30),
      bad: Float64Array.from(bad),
    });
    expect(hardLimitsAt(thirty(2, 0, 2))).toBe(3);
    expect(hardLimitsAt(thirty(2, 0, 0, 2))).toBe(0);
    expect(hardLimitsAt(thirty(1, 1, 1, 1))).toBe(0);
    expect(
      hardLimitsAt({ requests: Float64Array.from([20, 20, 20, 20]), bad: Float64Array.from([2, 2, 2, 2]) }),
    ).toBe(4);
  });
});

describe('statistics', () => {
  it('has the exact interval', () => {
    // Clopper and Pearson: none of n is at most 1 - 0.025^(1/n).
    const [lower, upper] = exactInterval(0, 3688);
    expect(lower).toBe(0);
    expect(upper).toBeCloseTo(1 - 0.025 ** (1 / 3688), 9);
    const [low, high] = exactInterval(15, 100_000);
    expect([low.toExponential(1), high.toExponential(1)]).toEqual(['8.4e-5', '2.5e-4']);
    expect(exactInterval(10, 10)[1]).toBe(1);
  });

  it('has quantiles of delays that may never end', () => {
    const found = [1, 2, 3, 4, Number.POSITIVE_INFINITY];
    expect([0.5, 0.95].map((part) => quantile(found, part))).toEqual([3, Number.POSITIVE_INFINITY]);
    expect(delays(found)).toBe('3/– (80 %)');
  });

  it.each([0, 0.3, 5, 400, 54_000])('draws from a Poisson distribution of mean %d', (mean) => {
    const table = new PoissonTable(mean);
    const random = new SeededRandom(5);
    const draws = Array.from({ length: 20_000 }, () => table.draw(random));
    const average = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    const variance = draws.reduce((sum, draw) => sum + (draw - average) ** 2, 0) / draws.length;
    expect(Math.abs(average - mean)).toBeLessThanOrEqual(4 * Math.sqrt(mean / draws.length));
    expect(Math.abs(variance - mean)).toBeLessThanOrEqual(0.06 * mean);
  });
});

describe('the grid', () => {
  it('has sixty conditions, and faults that leave half of the requests', () => {
    expect(cells).toHaveLength(60);
    expect(faultCells).toHaveLength(60 * 3 + 45);
  });

  const effort = { healthy: 0, reference: 10, bad: 40, rival: 10, each: 1000, seed: 7 };

  it('fails where a cell has too many false alarms to be certain of few', () => {
    const report = falseAlarms({ ...effort, healthy: 10 });
    expect(report.failed.length).toBeGreaterThan(0);
    expect(report.failed[0]).toMatch(/0 of 10, up to 31 %/);
  });

  it('is played again from its seed', () => {
    expect(detectionDelays(effort)).toEqual(detectionDelays(effort));
  });

  it.each([lateFaults, outages, slowRequests, afterTheShift])('%p is played again from its seed', (part) => {
    expect(part({ ...effort, bad: 10 })).toEqual(part({ ...effort, bad: 10 }));
  });

  it('attributes the remaining false alarms to an outage in the split: the comparison alone has none', () => {
    const { figures } = outages({ ...effort, bad: 100 }) as {
      figures: { rows: { ours: number; compared: number }[] };
    };
    expect(figures.rows.every(({ compared }) => compared === 0)).toBe(true);
    expect(figures.rows.some(({ ours }) => ours > 0)).toBe(true);
  });
});
