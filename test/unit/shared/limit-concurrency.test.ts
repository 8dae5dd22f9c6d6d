import { limitConcurrency } from '../../../shared/limit-concurrency.ts';

it('runs no more at a time than allowed, in their order, and all of them', async () => {
  const limited = limitConcurrency(2);
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const results = await Promise.all(
    [1, 2, 3, 4, 5].map((one) =>
      limited(async () => {
        begun.push(one);
        running += 1;
        most = Math.max(most, running);
        await new Promise(setImmediate);
        running -= 1;
        return one * 10;
      }),
    ),
  );
  expect(results).toEqual([10, 20, 30, 40, 50]);
  expect(begun).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
});

it('gives the place of a failed one to the next', async () => {
  const limited = limitConcurrency(1);
  const failed = limited(() => Promise.reject(new Error('no')));
  const next = limited(async () => 'done');
  await expect(failed).rejects.toThrow('no');
  await expect(next).resolves.toBe('done');
});
