import * as z from 'zod';

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const form = /^(-)?((\d+(\.\d+)?)(ms|s|m|h|d)\s*)+$/;

/** The longest run: one-minute metrics are kept in memory, and CloudWatch itself keeps them for 15 days. */
const longestMs = 90 * unitMs.d;

/**
 * A span of time as scenarios write it: `90s`, `10m`, `1h 30m`, `2d`; `-1h` is an hour before. Parsed to ms.
 */
export const duration = z
  .string()
  .regex(form, 'must be a duration such as 90s, 10m, 1h 30m or 2d')
  .transform(parseDuration)
  .refine((ms) => Math.abs(ms) <= longestMs, 'must be at most 90d');

/** A duration that cannot lie in the past. */
export const positiveDuration = duration.refine((ms) => ms >= 0, 'must not be negative');

function parseDuration(text: string): number {
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    ms += Number(amount) * unitMs[unit as keyof typeof unitMs];
  }
  return text.startsWith('-') ? -ms : ms;
}
