/** Waits until another call may begin. */
export type Slot = () => Promise<void>;

/**
 * Lets at most `count` calls begin within any `ms`; the others wait in order of arrival. After a pause the first `count`
 * begin at once.
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
    // The timer does not keep an idle process alive.
    timer.unref();
  };
  return async () => {
    if (begun >= count) return new Promise<void>((resolve) => waiting.push(resolve));
    begun += 1;
    giveBackLater();
  };
}
