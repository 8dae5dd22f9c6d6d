const PlatformDate = Date;

/**
 * A `Date` that reads its time from `now` (ms since the epoch). It makes plain dates of the platform, so that they stay
 * what they are when the clock is gone, and costs no more than one of them: a run makes millions.
 */
export function virtualDate(now: () => number): DateConstructor {
  function VirtualDate(...parts: []): Date | string {
    if (new.target === undefined) return new PlatformDate(now()).toString();
    return parts.length === 0 ? new PlatformDate(now()) : new PlatformDate(...parts);
  }
  return Object.assign(VirtualDate, {
    now,
    parse: PlatformDate.parse,
    UTC: PlatformDate.UTC,
    prototype: PlatformDate.prototype,
  }) as unknown as DateConstructor;
}
