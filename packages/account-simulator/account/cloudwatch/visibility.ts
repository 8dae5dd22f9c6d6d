import type { SeededRandom } from '../../random/seeded-random.ts';

/** How what happened in one minute of a version reaches CloudWatch. */
export interface MinuteVisibility {
  /** ms from the end of each of the minute's ten-second slots until its requests count; Infinity: never. */
  readonly delayMs: number;
  /** The part of the minute's slots that ever arrive, the first ones; left out: all. */
  readonly portion?: number;
}

/**
 * Tells how a version's minute (ms since the epoch at which it begins) becomes visible. The answer for a minute
 * must always be the same: it is asked once and remembered. Faults (missing, late, partial metrics) replace it.
 */
export type Visibility = (functionName: string, version: string, minute: number) => MinuteVisibility;

/**
 * Metrics as a healthy account shows them: a finished minute is complete 5 to 20 s after its end, and the one
 * under way is visible in part. AWS documents no figure; this is what is commonly seen of Lambda's metrics.
 */
export function promptVisibility(random: SeededRandom): Visibility {
  const delays = random.fork('visibility');
  return (functionName, version, minute) => ({
    delayMs: 5_000 + 15_000 * delays.fork(`${functionName}:${version}/${minute}`).uniform(),
  });
}
