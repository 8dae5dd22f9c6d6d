import * as z from 'zod';

/**
 * How the services of an incident were found after the work on them: `frozen` where nothing was moved, otherwise by the
 * judge that condemned them. `superseded`: somebody released a service again, so that the rest has to be planned again.
 */
export const recoveryResult = z.object({
  status: z.enum(['recovered', 'unproven', 'not-recovered', 'look-again', 'superseded', 'frozen']),
  detail: z.string(),
});
export type RecoveryResult = z.infer<typeof recoveryResult>;
