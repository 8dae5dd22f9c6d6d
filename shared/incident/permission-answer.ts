import * as z from 'zod';
import type { ApprovalRecord } from '../ledger/approval-ledger.ts';

/**
 * The answer to an execution that waits for permission. `plan-again`: the plan is made afresh, and executed if it still has
 * the approved digest; without a digest, because a hard breach decided, any plan may be executed. `superseded`: a newer
 * release proved good during the wait.
 */
export const permissionAnswer = z.discriminatedUnion('answer', [
  z.object({ answer: z.literal('act') }),
  z.object({ answer: z.literal('plan-again'), planDigest: z.string().optional() }),
  z.object({ answer: z.enum(['report', 'refused']), reason: z.string() }),
  z.object({ answer: z.literal('superseded'), supersededBy: z.string() }),
]);
export type PermissionAnswer = z.infer<typeof permissionAnswer>;

/** The answer for an approval: exactly the plan that was shown. */
export function approved({ planDigest }: Pick<ApprovalRecord, 'planDigest'>): PermissionAnswer {
  return { answer: 'plan-again', planDigest };
}

/** The answer for a refusal, with the person's reason. */
export function refused({
  by = 'a person',
  reason,
}: Pick<ApprovalRecord, 'by' | 'reason'>): PermissionAnswer {
  return { answer: 'refused', reason: `Refused by ${by}${reason ? `: ${reason}` : ''}` };
}
