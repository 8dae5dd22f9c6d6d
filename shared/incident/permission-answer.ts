import type { ApprovalRecord } from '../ledger/approval-ledger.ts';

/**
 * What the execution that waits for permission is told. `plan-again`: what was approved is planned afresh, and executed
 * if it is still that; where the numbers answered there is no digest, and anything may be executed. `superseded`: a
 * newer release proved good while a person was waited for.
 */
export type PermissionAnswer =
  | { readonly answer: 'act' }
  | { readonly answer: 'plan-again'; readonly planDigest?: string }
  | { readonly answer: 'report' | 'refused'; readonly reason: string }
  | { readonly answer: 'superseded'; readonly supersededBy: string };

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
