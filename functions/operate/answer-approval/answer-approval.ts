import * as z from 'zod';
import type { TaskTokens } from '../../../shared/aws/task-tokens.ts';
import { InvalidInput } from '../../../shared/errors.ts';
import { releaseId } from '../../../shared/ids.ts';
import { approved, refused } from '../../../shared/incident/permission-answer.ts';
import type { ApprovalLedger, ApprovalRecord } from '../../../shared/ledger/approval-ledger.ts';
import type { IncidentLedger } from '../../../shared/ledger/incident-ledger.ts';
import type { MailLedger } from '../../../shared/ledger/mail-ledger.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import { sentence, signature } from '../../../shared/plain-text.ts';

const answers = ['approve', 'refuse', 'acknowledge'] as const;

/** A person's answer, as typed into the Step Functions console. */
export const answerApprovalInput = z.strictObject({
  incidentId: releaseId,
  /** `acknowledge`: somebody works on the incident or the release, so that its mails are not escalated. */
  answer: z.enum(answers, { error: 'must be "approve", "refuse" or "acknowledge"' }),
  /** The plan that is answered, from a button of the chat: an answer to an older plan does not count. */
  planDigest: z
    .string()
    .regex(/^[0-9a-f]{16}$/, 'must be the 16 digits of the plan that the mail is about')
    .optional(),
  /** The person who answers, for the ledger and the mail. */
  by: signature,
  /** Reason in a sentence. */
  reason: sentence.optional(),
});

/** The answer, and the plan that it is about. */
export type AnsweredApproval =
  | {
      readonly incidentId: string;
      readonly answer: 'approve' | 'refuse';
      readonly planDigest: string;
    }
  // An acknowledgement is about no plan.
  | { readonly incidentId: string; readonly answer: 'acknowledge' };

export interface AnswerApprovalDeps {
  readonly incidents: IncidentLedger;
  readonly mails: Pick<MailLedger, 'acknowledge'>;
  readonly releases: Pick<ReleaseLedger, 'find'>;
  readonly approvals: ApprovalLedger;
  readonly tokens: TaskTokens;
  readonly now: () => number;
}

/**
 * Records a person's answer to an incident that waits for one, by the incident's id. The answer is written first: if
 * notifying the waiting execution fails, its next look finds the answer within a minute. An acknowledgement does not change
 * a rollback; a later one replaces an earlier one.
 *
 * @throws InvalidInput if nothing waits for an answer, another plan does, or another answer was given before; the message
 * says which
 */
export function answerApproval({ incidents, mails, releases, approvals, tokens, now }: AnswerApprovalDeps) {
  return async (input: z.infer<typeof answerApprovalInput>): Promise<AnsweredApproval> => {
    const { incidentId, answer, by, reason, planDigest } = input;
    const incident = await incidents.find(incidentId);
    const answeredAt = new Date(now()).toISOString();
    if (answer === 'acknowledge') {
      // Mails about a release that looks bad come before an incident, or without one.
      if (!incident && !(await releases.find(incidentId))) {
        throw new InvalidInput(`incidentId: there is no incident and no release "${incidentId}"`);
      }
      await mails.acknowledge(incidentId, { by, at: answeredAt, ...(reason && { reason }) });
      return { incidentId, answer };
    }
    if (!incident) throw new InvalidInput(`incidentId: there is no incident "${incidentId}"`);
    if (incident.status === 'closed') {
      throw new InvalidInput(`incidentId: incident ${incidentId} is closed, it ended ${incident.outcome}`);
    }
    const asked = await approvals.find(incident);
    if (!asked) throw new InvalidInput(`incidentId: incident ${incidentId} does not wait for an approval`);
    if (planDigest !== undefined && planDigest !== asked.planDigest) {
      throw new InvalidInput(
        `planDigest: incident ${incidentId} waits for an answer to plan ${asked.planDigest} by now; read its latest mail`,
      );
    }
    await approvals.answer(incident, { answer, by, answeredAt, ...(reason && { reason }) });
    // Read again: a retried write may report a failed condition although its first try succeeded.
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
