import { install } from '@sinonjs/fake-timers';
import { limitRate } from '../../../shared/limit-rate.ts';

let time: ReturnType<typeof install>;
beforeEach(() => {
  time = install({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => time.uninstall());

it('lets the given number begin at once, and never more within the time', async () => {
  const slot = limitRate(3, 1000);
  const begun: number[] = [];
  const start = Date.now();
  const all = Array.from({ length: 8 }, (_, index) => slot().then(() => begun.push(index)));
  await time.tickAsync(0);
  expect(begun).toEqual([0, 1, 2]);
  await time.tickAsync(999);
  expect(begun).toEqual([0, 1, 2]);
  await time.tickAsync(1);
  expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
  await time.tickAsync(1000);
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  await Promise.all(all);
  expect(Date.now() - start).toBe(2000);
});

it('lets as many begin at once again after a rest', async () => {
  const slot = limitRate(2, 1000);
  await Promise.all([slot(), slot()]);
  await time.tickAsync(1000);
  const begun: number[] = [];
  for (const one of [1, 2, 3]) slot().then(() => begun.push(one));
  await time.tickAsync(0);
  expect(begun).toEqual([1, 2]);
});
