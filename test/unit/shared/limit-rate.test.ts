import { limitRate } from '../../../shared/limit-rate.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

it('lets so many begin at once, and never more within the time', async () => {
  const slot = limitRate(3, 1000);
  const begun: number[] = [];
  const start = Date.now();
  const all = Array.from({ length: 8 }, (_, index) => slot().then(() => begun.push(index)));
  await jest.advanceTimersByTimeAsync(0);
  expect(begun).toEqual([0, 1, 2]);
  await jest.advanceTimersByTimeAsync(999);
  expect(begun).toEqual([0, 1, 2]);
  await jest.advanceTimersByTimeAsync(1);
  expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
  await jest.advanceTimersByTimeAsync(1000);
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  await Promise.all(all);
  expect(Date.now() - start).toBe(2000);
});

it('lets as many begin at once again after a rest', async () => {
  const slot = limitRate(2, 1000);
  await Promise.all([slot(), slot()]);
  await jest.advanceTimersByTimeAsync(1000);
  const begun: number[] = [];
  for (const one of [1, 2, 3]) slot().then(() => begun.push(one));
  await jest.advanceTimersByTimeAsync(0);
  expect(begun).toEqual([1, 2]);
});
