import { minuteMs, type TimedCount } from './baseline.ts';

/** From `at` on, ms since the epoch, the alias sends `share` of its requests to the new version. */
export interface Shift {
  readonly at: number;
  readonly share: number;
}

/** A clock minute of a watch. */
export interface Minute {
  /** Its beginning, ms since the epoch. */
  readonly at: number;
  /** Whether a control serves beside the new version. */
  readonly hasControl: boolean;
  /** Number of the warm-up that the minute belongs to, from 0; absent if it is judged. */
  readonly warmUp?: number;
}

/**
 * A control with less than a hundredth of the new version's share is too small: the split is over.
 *
 * The weights of the alias decide, not the counts: at six requests a minute a control often has none for a minute.
 */
const leastControl = 0.01;

/** Growth factor of a share that starts new environments for most of its requests: they warm up again. */
const warmsUpAgain = 3;

/**
 * The clock minutes of a watch, from the new version's first traffic to the last finished minute. All metrics and functions
 * of a release share them, with or without requests: a fault's beginning is counted in clock minutes.
 *
 * @param shifts in chronological order
 * @param until end of the last minute whose metrics are read, ms since the epoch
 * @param warmUpMinutes of cold starts that are not judged: the minute of the first traffic and those after it
 */
export function minutesOfWatch(
  shifts: readonly Shift[],
  firstTraffic: number | undefined,
  until: number,
  warmUpMinutes: number,
): Minute[] {
  if (firstTraffic === undefined) return [];
  const first = floor(firstTraffic);
  const warmUps = [first, ...shifts.filter(isWarmUp).map(({ at }) => floor(at))]
    .filter((at, index) => index === 0 || at > first)
    .sort((a, b) => a - b);
  const full = fullFrom(shifts);
  const minutes: Minute[] = [];
  for (let at = first; at + minuteMs <= until; at += minuteMs) {
    const warmUp = warmUps.findLastIndex((begin) => begin <= at && at < begin + warmUpMinutes * minuteMs);
    minutes.push({ at, hasControl: at < full, ...(warmUp >= 0 && { warmUp }) });
  }
  return minutes;
}

function isWarmUp({ share }: Shift, index: number, shifts: readonly Shift[]): boolean {
  const before = shifts[index - 1]?.share ?? 0;
  // In floating point, three times 0.1 is more than 0.3.
  return share > 0 && share - warmsUpAgain * before > -Number.EPSILON;
}

/** Beginning of the first minute without a control; `Infinity` while the traffic is split. */
function fullFrom(shifts: readonly Shift[]): number {
  const isFull = ({ share }: Shift): boolean => 1 - share < leastControl * share;
  const index = shifts.findLastIndex((shift) => !isFull(shift)) + 1;
  const shift = shifts[index];
  if (!shift) return shifts.length === 0 ? 0 : Number.POSITIVE_INFINITY;
  // In the minute of the shift the control still served. In a shift of all traffic at once, it served before the new
  // version, not beside it.
  const before = shifts[index - 1];
  return !before || before.share === 0 ? floor(shift.at) : Math.ceil(shift.at / minuteMs) * minuteMs;
}

/** One version's counts in the given minutes; a minute that CloudWatch did not return had no requests. */
export function countsIn(minutes: readonly Minute[], counts: readonly TimedCount[]): TimedCount[] {
  const byMinute = new Map<number, { requests: number; bad: number }>();
  for (const { at, requests, bad } of counts) {
    const sum = byMinute.get(floor(at));
    byMinute.set(floor(at), {
      requests: (sum?.requests ?? 0) + requests,
      bad: (sum?.bad ?? 0) + bad,
    });
  }
  return minutes.map(({ at }) => ({ at, ...(byMinute.get(at) ?? { requests: 0, bad: 0 }) }));
}

function floor(at: number): number {
  return Math.floor(at / minuteMs) * minuteMs;
}
