import * as z from 'zod';
import type { Attempt } from './incident-ledger.ts';
import type { Key, LedgerTable } from './ledger-table.ts';

/**
 * The result of a request: a person approved or refused it; `breach`: a limit was broken during the wait and the policy then
 * does not wait; `expired`: nobody answered in time.
 */
export const approvalAnswer = z.enum(['approve', 'refuse', 'breach', 'expired']);
export type ApprovalAnswer = z.infer<typeof approvalAnswer>;

/** A plan that a person is asked to approve. */
export const approvalRecord = z.strictObject({
  attempt: z.number().int().positive(),
  /** Digest of the shown plan, and of no other. */
  planDigest: z.string(),
  askedAt: z.iso.datetime(),
  /** End of the wait. */
  deadline: z.iso.datetime(),
  /** Token of the waiting task, until it is used. It is kept here only: never in a log or a mail. */
  token: z.string().optional(),
  answer: approvalAnswer.optional(),
  /** The person who answered. */
  by: z.string().optional(),
  reason: z.string().optional(),
  answeredAt: z.iso.datetime().optional(),
});
export type ApprovalRecord = z.infer<typeof approvalRecord>;

/** The person's answer. */
export type GivenAnswer = Required<Pick<ApprovalRecord, 'answer' | 'by' | 'answeredAt'>> &
  Pick<ApprovalRecord, 'reason'>;

/** Requests for approval: one per attempt of an incident, answered once. */
export class ApprovalLedger {
  readonly #table: LedgerTable;

  constructor(table: LedgerTable) {
    this.#table = table;
  }

  async find(attempt: Attempt): Promise<ApprovalRecord | undefined> {
    return this.#table.get(approvalKey(attempt), approvalRecord);
  }

  /** Opens the request of an attempt; an existing one stays as it is. */
  async ask(attempt: Attempt, request: ApprovalRecord): Promise<void> {
    await this.#table.put(approvalKey(attempt), request, { onlyIfNew: true });
  }

  /** Replaces the token: a retried task has a new one. */
  async wait(attempt: Attempt, token: string): Promise<void> {
    await this.#table.update(approvalKey(attempt), {
      expression: 'SET #token = :token',
      names: { '#token': 'token' },
      values: { ':token': token },
    });
  }

  /** Deletes a used token, unless the task waits with another one by now. */
  async forget(attempt: Attempt, token: string): Promise<void> {
    await this.#table.update(
      approvalKey(attempt),
      { expression: 'REMOVE #token', names: { '#token': 'token' } },
      { expression: '#token = :token', values: { ':token': token } },
    );
  }

  /** Answers the request; false if it was answered before. */
  async answer(attempt: Attempt, { answer, by, reason, answeredAt }: GivenAnswer): Promise<boolean> {
    return this.#table.update(
      approvalKey(attempt),
      {
        expression: `SET #answer = :answer, #by = :by, #at = :at${reason ? ', #reason = :reason' : ''}`,
        names: {
          '#answer': 'answer',
          '#by': 'by',
          '#at': 'answeredAt',
          ...(reason && { '#reason': 'reason' }),
        },
        values: { ':answer': answer, ':by': by, ':at': answeredAt, ...(reason && { ':reason': reason }) },
      },
      { expression: 'attribute_not_exists(#answer)' },
    );
  }
}

function approvalKey({ incidentId, attempt }: Attempt): Key {
  return { pk: `INCIDENT#${incidentId}`, sk: `APPROVAL#${attempt}` };
}
