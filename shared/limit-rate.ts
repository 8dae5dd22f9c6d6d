/** Waits until one more may begin. */
export type Slot = () => Promise<void>;

/**
 * Lets at most `count` begin within any `ms`; the others wait in the order in which they came. The first `count` after a
 * rest begin at once.
 */
export function limitRate(count: number, ms: number): Slot {
  let begun = 0;
  const waiting: (() => void)[] = [];
  const giveBackLater = () => {
    const timer = setTimeout(() => {
      const next = waiting.shift();
      if (!next) begun -= 1;
      else {
        giveBackLater();
        next();
      }
    }, ms);
    // It keeps no process alive that has nothing else to do.
    timer.unref();
  };
  return async () => {
    if (begun >= count) return new Promise<void>((resolve) => waiting.push(resolve));
    begun += 1;
    giveBackLater();
  };
}
