import { latencyBoundaries, releasedBoundary } from '../../../../shared/judge/latency.ts';

const hour = 3_600_000;
const hours = (...values: number[]) => values.map((value, index) => ({ at: index * hour, value }));

describe('the boundaries of slow requests', () => {
  it('are the medians of the hours, so that one hour of trouble moves none', () => {
    expect(
      latencyBoundaries([hours(100, 9000, 104), hours(200, 9000, 210), hours(400, 9000, 430)], []),
    ).toEqual([104, 210, 430]);
  });

  it('leave out the hours in which a bad release was live, as a whole and in part', () => {
    const leftOut = [{ from: 1.5 * hour, to: 2.5 * hour }];
    expect(latencyBoundaries([hours(100, 900, 900, 100)], leftOut)).toEqual([100]);
  });

  it('are one where percentiles coincide, and none for an alias without requests', () => {
    expect(latencyBoundaries([hours(100), hours(100), hours(300)], [])).toEqual([100, 300]);
    expect(latencyBoundaries([[], [], []], [])).toEqual([]);
  });

  it("are kept to three digits, in CloudWatch's form", () => {
    expect(latencyBoundaries([hours(0.123456), hours(1234.56), hours(899_999.9)], [])).toEqual([
      0.123, 1230, 900_000,
    ]);
  });

  it('are 1.25 times as large for the new version', () => {
    expect([100, 104, 0.123].map(releasedBoundary)).toEqual([125, 130, 0.1537]);
  });
});
