import { type MinuteCount, totalOf } from '../../../../shared/judge/samples.ts';

const minute = (at: number, requests: number, errors = 0, slow?: number): MinuteCount => ({
  at,
  requests,
  errors,
  ...(slow !== undefined && { slow }),
});

describe('the total of minutes', () => {
  it('is the sum of each count', () => {
    expect(totalOf([minute(0, 10, 1), minute(1, 0), minute(2, 5, 2, 3)])).toEqual({
      requests: 15,
      errors: 3,
      slow: 3,
      minutes: 3,
    });
  });

  it('of none is zero', () => {
    expect(totalOf([])).toEqual({ requests: 0, errors: 0, slow: 0, minutes: 0 });
  });
});
