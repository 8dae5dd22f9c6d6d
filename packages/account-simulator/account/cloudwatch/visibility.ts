import type { SeededRandom } from '../../random/seeded-random.ts';

/** The arrival in CloudWatch of one minute of a version's metrics. */
export interface MinuteVisibility {
  /** ms from the end of each of the minute's ten-second slots until its requests count; Infinity: never. */
  readonly delayMs: number;
  /** The part of the minute's slots that ever arrive, the first ones; all by default. */
  readonly portion?: number;
}

/**
 * The visibility of a version's minute (ms since the epoch at which it begins). The answer for a minute must always be the
 * same: it is read once and kept. Faults (missing, late, partial metrics) replace it.
 */
export type Visibility = (functionName: string, version: string, minute: number) => MinuteVisibility;

/**
 * Metrics of a healthy account: a finished minute is complete 5 to 20 s after its end, and the current minute is partly
 * visible. AWS documents no figure; this is commonly seen of Lambda's metrics.
 */
export function promptVisibility(random: SeededRandom): Visibility {
  const delays = random.fork('visibility');
  return (functionName, version, minute) => ({
    delayMs: 5_000 + 15_000 * delays.fork(`${functionName}:${version}/${minute}`).uniform(),
  });
}
