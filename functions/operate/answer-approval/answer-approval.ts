import * as z from 'zod';
import type { TaskTokens } from '../../../shared/aws/task-tokens.ts';
import { InvalidInput } from '../../../shared/errors.ts';
import { approved, refused } from '../../../shared/incident/told-permission.ts';
import type { ApprovalLedger, ApprovalRecord } from '../../../shared/ledger/approval-ledger.ts';
import type { IncidentLedger } from '../../../shared/ledger/incident-ledger.ts';

/** A person's answer, as typed into the Step Functions console. */
export const answerApprovalInput = z.strictObject({
  incidentId: z.string().min(1),
  answer: z.enum(['approve', 'refuse'], { error: 'must be "approve" or "refuse"' }),
  /** Who answers, for the ledger and the mail. */
  by: z.string().min(1).max(100),
  /** Why, in a sentence. */
  reason: z.string().min(1).max(500).optional(),
});

/** What was answered, and for which plan. */
export interface AnsweredApproval {
  readonly incidentId: string;
  readonly answer: 'approve' | 'refuse';
  readonly planDigest: string;
}

/** What the rule needs. */
export interface AnswerApprovalDeps {
  readonly incidents: IncidentLedger;
  readonly approvals: ApprovalLedger;
  readonly tokens: TaskTokens;
  readonly now: () => number;
}

/**
 * Answers the request of an incident that waits for a person, by the incident's id. The answer is written first: if
 * telling the waiting execution fails, its next look finds it within a minute.
 *
 * @throws InvalidInput where nothing waits for an answer, or another one was given before; the message says which
 */
export function answerApproval({ incidents, approvals, tokens, now }: AnswerApprovalDeps) {
  return async (input: z.infer<typeof answerApprovalInput>): Promise<AnsweredApproval> => {
    const { incidentId, answer, by, reason } = input;
    const incident = await incidents.find(incidentId);
    if (!incident) throw new InvalidInput(`incidentId: there is no incident "${incidentId}"`);
    if (incident.status === 'closed') {
      throw new InvalidInput(`incidentId: incident ${incidentId} is closed, it ended ${incident.outcome}`);
    }
    if (!(await approvals.find(incident))) {
      throw new InvalidInput(`incidentId: incident ${incidentId} does not wait for an approval`);
    }
    const answeredAt = new Date(now()).toISOString();
    await approvals.answer(incident, { answer, by, answeredAt, ...(reason && { reason }) });
    // Read, not believed: the answer to a write that took effect may be that its condition no longer holds.
    const request = (await approvals.find(incident)) as ApprovalRecord;
    if (request.answer !== answer) {
      throw new InvalidInput(`answer: ${request.by} answered before: ${request.answer}`);
    }
    if (request.token) {
      await tokens.succeed(request.token, answer === 'approve' ? approved(request) : refused(request));
      await approvals.forget(incident, request.token);
    }
    return { incidentId, answer, planDigest: request.planDigest };
  };
}
