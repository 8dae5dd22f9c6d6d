import { minuteMs } from './sequential/baseline.ts';
import type { Shift } from './sequential/clock.ts';

/** A share that nobody saw. It decides nothing but whether the full shift warms up again, and half of the traffic has. */
const unseenShare = 0.5;

/** What a look finds of the traffic of a new version. */
export interface TrafficSeen {
  /** The part of the requests that it has, 0 to 1. */
  readonly share: number;
  readonly isShifting: boolean;
  /** When its first traffic came, ms since the epoch; undefined where that is not known, or none came. */
  readonly servedFrom: number | undefined;
  /** Since when it has had all traffic, ms since the epoch; undefined while it has not. */
  readonly aloneFrom: number | undefined;
  /** ms since the epoch */
  readonly now: number;
}

/**
 * How the share of a new version grew, by this look and those before it. Its beginning and its end are by CodeDeploy's clock, so
 * that a look that comes late takes no minute of the control from the comparison; a share in between is as old as its look.
 *
 * Shares that fall are left out: whatever takes traffic from a version is no step of its own release.
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

/** The shift of a version of which only the first traffic is known, and since when it has had all, ms since the epoch. */
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

/** The version that serves beside a new one: the one before, where both have had traffic at the same time. */
export function controlOf(
  shifts: readonly Shift[],
  fromVersion: string,
  toVersion: string,
): string | undefined {
  const wasSplit = shifts.some(({ share }) => share < 1);
  return wasSplit && fromVersion !== toVersion ? fromVersion : undefined;
}
