const PlatformDate = Date;

/**
 * A `Date` that reads its time from `now` (ms since the epoch). It creates plain dates of the platform, which stay valid
 * when the clock is gone and cost no more than any other date: a run makes millions.
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
