import { strikeCounter } from '../../faults/strike-counter.ts';

const first = (count: number, strikes: () => boolean) => Array.from({ length: count }, strikes);

describe('strikeCounter', () => {
  it('strikes the given number of times after those it skips', () => {
    const strikes = strikeCounter({ skip: 1, times: 2 });
    expect(first(5, strikes)).toEqual([false, true, true, false, false]);
  });

  it('draws its chance if it has one, and counts only its strikes', () => {
    const draws = [0.9, 0.1, 0.9, 0.1, 0.1];
    const strikes = strikeCounter({ skip: 0, times: 2, chance: 0.5, draw: () => draws.shift() ?? 1 });
    expect(first(5, strikes)).toEqual([false, true, false, true, false]);
  });
});
