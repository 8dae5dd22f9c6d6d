import * as z from 'zod';

/**
 * The state of an incident's services after the rollback: `frozen` if nothing was moved, otherwise a verdict of the judge
 * that condemned them. `superseded`: somebody released a service again, so the rest has to be planned again.
 */
export const recoveryResult = z.object({
  status: z.enum(['recovered', 'unproven', 'not-recovered', 'look-again', 'superseded', 'frozen']),
  detail: z.string(),
});
export type RecoveryResult = z.infer<typeof recoveryResult>;
