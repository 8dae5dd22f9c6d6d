import type { IncidentRecord } from '../ledger/records.ts';
import type { RollbackPlan } from '../targets/service-plan.ts';
import { footer, why } from './incident-mails.ts';
import { instant, layOut, type Mail } from './mail-text.ts';
import { planSections } from './plan-sections.ts';

/** What the mail that asks for an approval says besides the incident itself. */
export interface ApprovalNews {
  readonly plan: RollbackPlan;
  /** Why it is asked. */
  readonly reason: string;
  /** Until when it is waited for, ISO 8601. */
  readonly deadline: string;
}

/** The mail that asks a person whether a plan may be executed: why, what would be done, and how to answer. */
export function approvalMail(
  environment: string,
  incident: IncidentRecord,
  { plan, reason, deadline }: ApprovalNews,
): Mail {
  const answer = (one: string) =>
    `{"incidentId": "${incident.incidentId}", "answer": "${one}", "by": "YOUR NAME", "reason": "WHY"}`;
  return layOut(
    `[${environment}] ${incident.service}: bad release, needs a person to approve its rollback`,
    `${incident.service}: a release is bad, and its rollback waits for a person until ${instant(deadline)}. ` +
      'Nothing has been changed.',
    [
      why(incident),
      { heading: 'Why a person is asked', lines: [reason] },
      {
        heading: 'How to answer',
        lines: [
          'Lambda console, the function of the stack output AnswerApproval, Test, with',
          answer('approve'),
          answer('refuse'),
          `or from a clone: npx rollback-coordinator approve ${incident.incidentId} --by "YOUR NAME" (or refuse)`,
          'If anything has moved since this plan was made, what is approved is not executed, and a mail says why.',
        ],
      },
      ...planSections(plan, (service) => `What would be done to ${service}`),
    ],
    footer(incident),
  );
}
