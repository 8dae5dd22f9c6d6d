import fc from 'fast-check';
import { expectedDuration, usualSeconds } from '../../../../shared/targets/expected-duration.ts';

const of = (service: string, usual: number | undefined, ...waitsFor: string[]) => ({
  service,
  waitsFor,
  ...(usual !== undefined && { usualSeconds: usual }),
});

it('is the longest path, and not the sum', () => {
  const diamond = [
    of('top', 60),
    of('left', 300, 'top'),
    of('right', 20, 'top'),
    of('base', 10, 'left', 'right'),
  ];
  expect(expectedDuration(diamond)).toEqual({ seconds: 370, path: ['top', 'left', 'base'], unknown: [] });
});

it('names what is not known, and counts it as nothing', () => {
  expect(expectedDuration([of('a', 60), of('b', undefined, 'a')])).toEqual({
    seconds: 60,
    path: ['a'],
    unknown: ['b'],
  });
  expect(expectedDuration([of('a', undefined)]).seconds).toBeUndefined();
});

it('is never less than any service, nor more than all of them one after the other', () => {
  const plans = fc.array(fc.tuple(fc.nat(600), fc.array(fc.nat(20), { maxLength: 4 })), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(plans, (drawn) => {
      const services = drawn.map(([usual, before], index) =>
        of(`s${index}`, usual, ...before.filter((one) => one < index).map((one) => `s${one}`)),
      );
      const { seconds = -1, path } = expectedDuration(services);
      const took = services.map(({ usualSeconds: usual = 0 }) => usual);
      expect(seconds).toBeGreaterThanOrEqual(Math.max(...took));
      expect(seconds).toBeLessThanOrEqual(took.reduce((sum, one) => sum + one, 0));
      const along = path.map((name) => services.find(({ service }) => service === name)?.usualSeconds ?? 0);
      expect(along.reduce((sum, one) => sum + one, 0)).toBe(seconds);
    }),
  );
});

it('takes the median of the latest five rollbacks', () => {
  const releases = [{}, ...[90, 10, 50, 70, 30, 5000].map((restoredIn) => ({ restoredIn }))];
  expect(usualSeconds(releases)).toBe(50);
  expect(usualSeconds([{}])).toBeUndefined();
});
