import type { SeededRandom } from '../../random/seeded-random.ts';
import type { AslError } from '../asl-error.ts';
import type { Retrier } from '../machine.ts';

/**
 * Whether an ErrorEquals names an error (AWS: step-functions/latest/dg/concepts-error-handling): `States.Runtime` never
 * matches; `States.DataLimitExceeded` matches only by its own name; `States.TaskFailed` stands for every error but
 * `States.Timeout`; `States.ALL` for every error.
 *
 * `dataLimitCaught`: `States.ALL` stands for `States.DataLimitExceeded` too, as recordings of 2024 show.
 */
export function matchesError(
  errorEquals: readonly string[],
  error: AslError,
  behaviour: { readonly dataLimitCaught: boolean } = { dataLimitCaught: false },
): boolean {
  if (error.error === 'States.Runtime') return false;
  return errorEquals.some((name) => {
    if (name === error.error || error.aliases.includes(name)) return true;
    if (error.error === 'States.DataLimitExceeded') return name === 'States.ALL' && behaviour.dataLimitCaught;
    return name === 'States.ALL' || (name === 'States.TaskFailed' && error.error !== 'States.Timeout');
  });
}

/**
 * Ms to wait before the retry that follows `taken` retries of the same retrier: interval × rate^taken, at most
 * MaxDelaySeconds, and with full jitter anything between 0 and that.
 */
export function retryDelay(retrier: Retrier, taken: number, random: () => SeededRandom): number {
  const seconds = Math.min(retrier.intervalSeconds * retrier.backoffRate ** taken, retrier.maxDelaySeconds);
  return Math.round(seconds * 1000 * (retrier.fullJitter ? random().uniform() : 1));
}
