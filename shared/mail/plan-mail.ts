import { serviceOfRelease } from '../ledger/records.ts';
import type { RollbackPlan } from '../targets/service-plan.ts';
import { executionUrl, layOut, type Mail } from './mail-text.ts';
import { planSections } from './plan-sections.ts';

/** What the mail of a plan that was only asked for says. */
export interface PlanNews {
  readonly releaseId: string;
  readonly executionArn: string;
  /** Undefined where none can be made. */
  readonly plan: RollbackPlan | undefined;
  /** Why there is nothing to execute. */
  readonly reason: string | undefined;
}

/** The mail that says what a rollback would do, without doing it. */
export function planMail(environment: string, { releaseId, executionArn, plan, reason }: PlanNews): Mail {
  const service = serviceOfRelease(releaseId);
  const footer = [`Plan for the release ${releaseId}; nothing was changed`, executionUrl(executionArn)];
  if (!plan) {
    return layOut(
      `[${environment}] ${service}: there is no way to roll back now`,
      `${service}: a plan for rolling back was asked for, and there is nothing that could be done.`,
      [{ heading: 'Why', lines: [reason ?? 'no reason is known'] }],
      footer,
    );
  }
  const count = plan.services.length;
  return layOut(
    `[${environment}] ${service}: plan for a rollback of ${count === 1 ? '1 service' : `${count} services`}`,
    `${service}: this is what a rollback would do now. Nothing has been changed.`,
    [
      ...planSections(plan, (one) => `What would be done to ${one}`),
      {
        heading: 'To do exactly this',
        lines: [
          'Start the machine coordinate-rollback with',
          `{"service": "${service}", "planDigest": "${plan.digest}"}`,
          'If anything has moved by then, it is refused and says what.',
        ],
      },
    ],
    footer,
  );
}
