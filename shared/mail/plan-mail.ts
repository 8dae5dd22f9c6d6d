import { startCommand } from '../by-hand/start-execution.ts';
import { serviceOfRelease } from '../ledger/records.ts';
import type { RollbackPlan } from '../targets/service-plan.ts';
import { executionUrl } from './links.ts';
import { counted, type MailText, runLines, whole } from './mail-text.ts';
import { planSections } from './plan-sections.ts';
import { meetLines, nextShiftInWords, type UsersMeet } from './users-meet.ts';

/** Facts of the mail about a plan that was only asked for. */
export interface PlanFacts {
  readonly releaseId: string;
  readonly executionArn: string;
  readonly meet: UsersMeet;
  /** Undefined if none can be made. */
  readonly plan: RollbackPlan | undefined;
  /** Reason why there is nothing to execute. */
  readonly reason: string | undefined;
}

/** The mail that shows a rollback's plan without executing it. */
export function planMail(
  environment: string,
  { releaseId, executionArn, meet, plan, reason }: PlanFacts,
): MailText {
  const service = serviceOfRelease(releaseId);
  const common = {
    environment,
    severity: 'info' as const,
    about: service,
    thread: releaseId,
    now: meetLines(meet, { service, isBad: false }),
    next: nextShiftInWords(meet) ?? 'stays so',
    todo: 'nothing' as const,
    footer: [`Plan for the release ${releaseId}; nothing was changed`, executionUrl(executionArn)],
  };
  if (!plan) {
    return {
      ...common,
      headline: 'there is no way to roll back now',
      happened: `${service}: a plan for rolling back was asked for, and there is nothing that could be done.`,
      plan: [],
      why: [reason ?? 'no reason is known'],
      details: [],
    };
  }
  const input = `{"service": "${service}", "planDigest": "${plan.digest}"}`;
  const sections = planSections(plan);
  return {
    ...common,
    headline: `plan for a rollback of ${counted(plan.services.length, 'service')}`,
    happened: `${service}: this is what a rollback would do now. Nothing has been changed.`,
    plan: [
      ...sections.plan,
      {
        heading: 'To do exactly this',
        lines: [
          'Start coordinate-rollback with',
          whole(input),
          'or run',
          ...runLines(
            startCommand(executionArn, 'coordinate-rollback', { service, planDigest: plan.digest }),
          ),
          'If anything has moved by then, it is refused and says what.',
        ],
      },
    ],
    why: [],
    details: [...sections.details],
  };
}
