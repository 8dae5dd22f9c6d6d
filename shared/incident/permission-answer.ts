import * as z from 'zod';
import type { ApprovalRecord } from '../ledger/approval-ledger.ts';

/**
 * The answer to an execution that waits for permission. `plan-again`: the approved plan is made afresh, and executed
 * if it is still that; where the numbers answered there is no digest, and anything may be executed. `superseded`: a
 * newer release proved good while a person was waited for.
 */
export const permissionAnswer = z.discriminatedUnion('answer', [
  z.object({ answer: z.literal('act') }),
  z.object({ answer: z.literal('plan-again'), planDigest: z.string().optional() }),
  z.object({ answer: z.enum(['report', 'refused']), reason: z.string() }),
  z.object({ answer: z.literal('superseded'), supersededBy: z.string() }),
]);
export type PermissionAnswer = z.infer<typeof permissionAnswer>;

/** What an approval means: exactly the plan that was shown. */
export function approved({ planDigest }: Pick<ApprovalRecord, 'planDigest'>): PermissionAnswer {
  return { answer: 'plan-again', planDigest };
}

/** What a refusal means, with the words of whoever refused. */
export function refused({
  by = 'a person',
  reason,
}: Pick<ApprovalRecord, 'by' | 'reason'>): PermissionAnswer {
  return { answer: 'refused', reason: `Refused by ${by}${reason ? `: ${reason}` : ''}` };
}
