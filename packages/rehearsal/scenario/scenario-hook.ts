import * as z from 'zod';
import { positiveDuration } from './duration.ts';

/** How a function that is a hook of rollbacks behaves. */
export const rollbackHook = z.strictObject({
  /** Its name, as targets have it. */
  function: z.string(),
  /**
   * `FailedBare` fails without an error and a message; `Refused` fails at once, a callback too; `Silent` never answers;
   * `Missing` was never deployed.
   */
  result: z.enum(['Succeeded', 'Failed', 'FailedBare', 'Refused', 'Silent', 'Missing']).default('Succeeded'),
  /** How long it takes; one that answers by callback sends a heartbeat every minute until then. */
  after: positiveDuration.prefault('5s'),
  /** What it fails with. */
  message: z.string().default('the migration cannot be undone'),
});
export type RollbackHook = z.infer<typeof rollbackHook>;
