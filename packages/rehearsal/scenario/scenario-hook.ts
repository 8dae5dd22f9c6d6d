import * as z from 'zod';
import { positiveDuration } from './duration.ts';

/** The behaviour of a function that is a hook of rollbacks. */
export const rollbackHook = z.strictObject({
  /** Its name in the targets. */
  function: z.string(),
  /**
   * `FailedBare` fails without an error and a message; `Refused` fails at once, even with a callback; `Silent` never
   * answers; `Missing` was never deployed.
   */
  result: z.enum(['Succeeded', 'Failed', 'FailedBare', 'Refused', 'Silent', 'Missing']).default('Succeeded'),
  /** Its duration; a hook that answers by callback sends a heartbeat every minute until then. */
  after: positiveDuration.prefault('5s'),
  /** The message of its failure. */
  message: z.string().default('the migration cannot be undone'),
});
export type RollbackHook = z.infer<typeof rollbackHook>;
