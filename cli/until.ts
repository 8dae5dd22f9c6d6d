import { isoTime } from '../shared/iso-time.ts';

const units = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * The moment in a person's words: `30m`, `2h` or `1d` from now on, or ISO 8601 with its offset from UTC.
 *
 * @param now ms since the epoch
 * @returns ISO 8601, UTC; undefined for a text of another form
 */
export function momentOf(text: string, now: number): string | undefined {
  const [, count, unit] = /^(\d{1,4})([mhd])$/.exec(text) ?? [];
  if (count && unit) return new Date(now + Number(count) * units[unit as keyof typeof units]).toISOString();
  const time = isoTime(text);
  return time === undefined ? undefined : new Date(time).toISOString();
}

/** A time in the past: ISO 8601 with its offset from UTC, or a day, which begins at midnight UTC. ms since the epoch. */
export function dayOrTime(text: string): number | undefined {
  return isoTime(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00Z` : text);
}
