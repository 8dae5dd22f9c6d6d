import { minuteMs } from './sequential/baseline.ts';
import type { Shift } from './sequential/clock.ts';

/** Assumed share if nobody saw it. It only decides whether the full shift warms up again, and half of the traffic has. */
const unseenShare = 0.5;

/** The traffic of a new version at a look. */
export interface TrafficSeen {
  /** Its share of the requests, 0 to 1. */
  readonly share: number;
  readonly isShifting: boolean;
  /** Its first traffic, ms since the epoch; undefined if it is unknown, or there was none. */
  readonly servedFrom: number | undefined;
  /** Time from which it has had all traffic, ms since the epoch; undefined while it has not. */
  readonly aloneFrom: number | undefined;
  /** ms since the epoch */
  readonly now: number;
}

/**
 * Growth of a new version's share, by this look and those before it. Its beginning and its end are by CodeDeploy's clock, so
 * that a late look takes no minute of the control from the comparison; a share in between has the time of its look.
 *
 * Falling shares are left out: they are no step of the version's own release.
 */
export function grownShifts(
  before: readonly Shift[],
  { share, isShifting, servedFrom, aloneFrom, now }: TrafficSeen,
): Shift[] {
  const last = before.at(-1);
  if (!last) {
    if (servedFrom === undefined && share === 0) return [];
    const seen = share > 0 && share < 1 ? share : unseenShare;
    return shiftsBetween(servedFrom ?? Math.min(now, aloneFrom ?? now), aloneFrom, seen);
  }
  if (last.share < 1 && aloneFrom !== undefined) return [...before, { at: aloneFrom, share: 1 }];
  return isShifting && share > last.share ? [...before, { at: now, share }] : [...before];
}

/**
 * The shifts of a version of which only the first traffic is known, and the time from which it has had all, ms since the
 * epoch.
 */
export function shiftsBetween(
  servedFrom: number,
  aloneFrom: number | undefined,
  share = unseenShare,
): Shift[] {
  if (aloneFrom === undefined) return [{ at: servedFrom, share }];
  if (aloneFrom - servedFrom < minuteMs) return [{ at: servedFrom, share: 1 }];
  return [
    { at: servedFrom, share },
    { at: aloneFrom, share: 1 },
  ];
}

/** The version that serves beside a new one: the one before, if both have had traffic at the same time. */
export function controlOf(
  shifts: readonly Shift[],
  fromVersion: string,
  toVersion: string,
): string | undefined {
  const wasSplit = shifts.some(({ share }) => share < 1);
  return wasSplit && fromVersion !== toVersion ? fromVersion : undefined;
}
