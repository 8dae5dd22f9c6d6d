import { countsIn, type Minute, minutesOfWatch } from '../../../../../shared/judge/sequential/clock.ts';
import { byChance, percent } from '../../../../../shared/judge/sequential/words.ts';
import { minuteMs, start } from './looks.ts';

const at = (minute: number): number => start + minute * minuteMs;
const minuteNumbers = (minutes: readonly Minute[], keep: (minute: Minute) => boolean): number[] =>
  minutes.filter(keep).map((minute) => (minute.at - start) / minuteMs);

describe('the minutes of a watch', () => {
  it('begin with the minute of the first traffic, and end with the last that is over', () => {
    const minutes = minutesOfWatch([{ at: at(0), share: 0.1 }], at(2) + 30_000, at(5) + 59_999, 0);
    expect(minuteNumbers(minutes, () => true)).toEqual([2, 3, 4]);
  });

  it('are none without traffic', () => {
    expect(minutesOfWatch([{ at: at(0), share: 0.1 }], undefined, at(9), 2)).toEqual([]);
  });

  it('warm up first, and again where the share grows to three times as much', () => {
    const shifts = [0.1, 0.2, 0.6, 1].map((share, index) => ({ at: at(10 * index), share }));
    const minutes = minutesOfWatch(shifts, at(0), at(40), 2);
    expect(minuteNumbers(minutes, ({ warmUp }) => warmUp === 0)).toEqual([0, 1]);
    expect(minuteNumbers(minutes, ({ warmUp }) => warmUp === 1)).toEqual([20, 21]);
    expect(minuteNumbers(minutes, ({ warmUp }) => warmUp !== undefined)).toHaveLength(4);
  });

  it.each([
    [0.1, 0.3, true],
    [0.2, 0.6, true],
    [0.05, 0.15, true],
    [0.1, 0.29, false],
    [0.5, 1, false],
  ])('from %d to %d, warm up again: %s', (before, after, expected) => {
    const shifts = [before, after].map((share, index) => ({ at: at(10 * index), share }));
    const minutes = minutesOfWatch(shifts, at(0), at(20), 2);
    expect(minutes.some(({ warmUp }) => warmUp === 1)).toBe(expected);
  });

  it('warm up again where the version got no traffic meanwhile', () => {
    const shifts = [0.1, 0, 0.1].map((share, index) => ({ at: at(10 * index), share }));
    const minutes = minutesOfWatch(shifts, at(0), at(30), 1);
    expect(minuteNumbers(minutes, ({ warmUp }) => warmUp !== undefined)).toEqual([0, 20]);
  });

  it('have a control until the minute after the last shift to all traffic', () => {
    const shifts = [
      { at: at(0), share: 0.1 },
      { at: at(3) + 20_000, share: 1 },
    ];
    expect(minuteNumbers(minutesOfWatch(shifts, at(0), at(6), 0), ({ hasControl }) => hasControl)).toEqual([
      0, 1, 2, 3,
    ]);
  });

  it('have none where all traffic went at once: the previous version served before it', () => {
    const once = minutesOfWatch([{ at: at(0) + 20_000, share: 1 }], at(0), at(3), 0);
    expect(minuteNumbers(once, ({ hasControl }) => hasControl)).toEqual([]);
    expect(minuteNumbers(minutesOfWatch([], at(0), at(3), 0), ({ hasControl }) => hasControl)).toEqual([]);
  });

  it('have none where it gets less than a hundredth', () => {
    const of = (share: number) => minutesOfWatch([{ at: at(0), share }], at(0), at(1), 0)[0]?.hasControl;
    expect([of(0.99), of(0.995)]).toEqual([true, false]);
  });

  it('have it again after a shift back', () => {
    const shifts = [1, 0.5].map((share, index) => ({ at: at(10 * index), share }));
    expect(minutesOfWatch(shifts, at(0), at(20), 0).every(({ hasControl }) => hasControl)).toBe(true);
  });
});

it('counts of a minute are summed, wherever in the minute they are stamped', () => {
  const minutes = minutesOfWatch([{ at: at(0), share: 0.1 }], at(0), at(2), 0);
  const counts = [
    { at: at(0), requests: 5, bad: 1 },
    { at: at(0) + 30_000, requests: 6, bad: 2 },
    { at: at(7), requests: 9, bad: 9 },
  ];
  expect(countsIn(minutes, counts)).toEqual([
    { at: at(0), requests: 11, bad: 3 },
    { at: at(1), requests: 0, bad: 0 },
  ]);
});

it.each([
  [0, 'no evidence'],
  [Math.log(119_800), '1 in 120,000'],
  [Math.log(4_000), '1 in 4,000'],
  [900, 'less than 1 in 1,000,000,000,000'],
])('evidence of e^%d is %s by chance', (log, words) => {
  expect(byChance(log)).toBe(words);
});

it.each([
  [0, '0 %'],
  [0.000_301, '0.03 %'],
  [0.0129, '1.3 %'],
  [0.214, '21 %'],
  [1, '100 %'],
])('a rate of %d is %s', (rate, words) => {
  expect(percent(rate)).toBe(words);
});
