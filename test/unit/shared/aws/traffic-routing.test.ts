import { nextShift } from '../../../../shared/aws/traffic-routing.ts';

const minute = 60_000;
const canary = {
  type: 'TimeBasedCanary' as const,
  timeBasedCanary: { canaryInterval: 5, canaryPercentage: 10 },
};
const linear = {
  type: 'TimeBasedLinear' as const,
  timeBasedLinear: { linearInterval: 1, linearPercentage: 30 },
};

it('of a canary is everything, after its interval', () => {
  expect(nextShift(canary, 1000, 1000)).toEqual({ at: 1000 + 5 * minute, share: 1 });
  expect(nextShift(canary, 0, 9 * minute)).toEqual({ at: 5 * minute, share: 1 });
});

it.each([
  [0, 1, 0.6],
  [59_999, 1, 0.6],
  [60_000, 2, 0.9],
  [150_000, 3, 1],
  [900_000, 3, 1],
])('of a linear one at %i ms is step %i', (now, step, share) => {
  expect(nextShift(linear, 0, now)).toEqual({ at: step * minute, share });
});

it('is absent where all is moved at once, or nothing is known', () => {
  expect(nextShift({ type: 'AllAtOnce' }, 0, 0)).toBeUndefined();
  expect(nextShift(undefined, 0, 0)).toBeUndefined();
});
