import fc from 'fast-check';
import { firstShareAt, isSplitBetween, shareAt, sharesBetween } from '../../traffic/shares.ts';

const history = [
  { at: 1_000, shares: { '4': 1 } },
  { at: 2_000, shares: { '4': 0.9, '5': 0.1 } },
  { at: 3_000, shares: { '5': 1 } },
];

describe('isSplitBetween', () => {
  it.each([
    [0, 900, false],
    [1_200, 2_000, false],
    [1_200, 2_001, true],
    [2_500, 2_600, true],
    [2_999, 9_000, true],
    [3_000, 9_000, false],
  ])('from %i to %i: %s', (from, to, split) => {
    expect(isSplitBetween(history, from, to)).toBe(split);
  });

  it('is false where one version followed another within the time', () => {
    const moved = [
      { at: 0, shares: { '4': 1 } },
      { at: 500, shares: { '5': 1 } },
    ];
    expect(isSplitBetween(moved, 0, 1_000)).toBe(false);
  });
});

describe('sharesBetween', () => {
  it('is the one share where nothing changed', () => {
    expect(sharesBetween(history, 1_200, 1_900)).toEqual({ '4': 1 });
    expect(sharesBetween(history, 5_000, 6_000)).toEqual({ '5': 1 });
  });

  it('does not see a change at its end', () => {
    expect(sharesBetween(history, 1_000, 2_000)).toEqual({ '4': 1 });
  });

  it('weighs by time where it changed', () => {
    const shares = sharesBetween(history, 1_500, 3_500);
    expect(shares['4']).toBeCloseTo(0.25 + 0.45);
    expect(shares['5']).toBeCloseTo(0.05 + 0.25);
  });

  it('counts nothing before the alias exists', () => {
    expect(sharesBetween(history, 0, 900)).toEqual({});
    expect(sharesBetween(history, 500, 1_500)).toEqual({ '4': 0.5 });
    expect(sharesBetween([], 0, 10)).toEqual({});
  });

  it('adds up to one while the alias exists', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000, max: 3_900 }),
        fc.integer({ min: 1, max: 3_000 }),
        (from, length) => {
          const shares = sharesBetween(history, from, from + length);
          const sum = Object.values(shares).reduce((total, share) => total + share, 0);
          expect(sum).toBeCloseTo(1, 9);
        },
      ),
    );
  });
});

describe('shareAt and firstShareAt', () => {
  it("give a version's share and its beginning", () => {
    expect(shareAt(history, '5', 1_999)).toBe(0);
    expect(shareAt(history, '5', 2_000)).toBe(0.1);
    expect(firstShareAt(history, '5')).toBe(2_000);
    expect(firstShareAt(history, '6')).toBeUndefined();
  });
});
