import { coordinatorCommand } from '../by-hand/command.ts';
import { regionOf, startCommand } from '../by-hand/start-execution.ts';
import type { IncidentRecord, ReleaseRecord } from '../ledger/records.ts';
import type { RollbackPlan } from '../targets/service-plan.ts';
import { alarmsBeforeSection } from './alarm-section.ts';
import { incidentLinks, incidentMail, namesOrCount, ownPlan, why } from './incident-mails.ts';
import { startLink } from './links.ts';
import { instant, type MailText, runLines, shortList, whole } from './mail-text.ts';
import { planSections } from './plan-sections.ts';
import { releaseSections } from './release-section.ts';
import { meetNew, nextShiftInWords, type UsersMeet } from './users-meet.ts';

/**
 * The shift of the bad release while a person is asked; without `shift`, nothing was shifting. If `consumers` of it go back
 * first, it goes on in spite of the policy.
 */
export type Meanwhile =
  | { readonly shift?: never }
  | { readonly shift: 'goes-on'; readonly consumers?: readonly string[] }
  | { readonly shift: 'to-be-stopped' }
  | { readonly shift: 'stopped'; readonly deployments: readonly string[] };

/** Facts of the mail that asks for an approval, besides the incident. */
export interface ApprovalFacts {
  readonly plan: RollbackPlan;
  /** The bad release; undefined if the ledger lacks it. */
  readonly release?: ReleaseRecord | undefined;
  readonly meet: UsersMeet;
  readonly meanwhile: Meanwhile;
  /** Reason for asking. */
  readonly reason: string;
  /** End of the wait, ISO 8601. */
  readonly deadline: string;
  /** The question was asked before, and nobody has answered yet. */
  readonly isReminder?: boolean;
}

/** The mail that asks a person whether a plan may be executed: the reason, the plan and how to answer. */
export function approvalMail(
  environment: string,
  incident: IncidentRecord,
  { plan, release, meet, meanwhile, reason, deadline, isReminder = false }: ApprovalFacts,
): MailText {
  const { service, incidentId, executionArn } = incident;
  const until = instant(deadline);
  const place = { environment, region: regionOf(executionArn) };
  const input = (answer: string) =>
    `{"incidentId": "${incidentId}", "answer": "${answer}", "by": "YOUR NAME", "reason": "WHY"}`;
  const sections = planSections(plan);
  const changed =
    meanwhile.shift === 'stopped'
      ? 'Its shift was stopped, and nothing else was done.'
      : 'Nothing was changed.';
  return incidentMail(environment, incident, meet, {
    severity: 'critical',
    approval: { incidentId, planDigest: plan.digest },
    headline: `${isReminder ? 'reminder: ' : ''}approve its rollback`,
    happened: isReminder
      ? `${service} is bad, and nobody has answered yet whether it may be rolled back.`
      : `${service} is bad, and its policy asks a person before it is rolled back. ${changed}`,
    next: nextInWords(meanwhile, meet),
    todo: {
      task: `Approve or refuse the rollback of ${namesOrCount(plan.services)}.`,
      by: `${until}; after that nothing is rolled back by itself`,
      deadline,
      how: [
        'Start answer-approval (the first link) with one of',
        whole(input('approve')),
        whole(input('refuse')),
        'or run one of',
        ...['approve', 'refuse'].flatMap((answer) =>
          runLines(coordinatorCommand(place, [answer, incidentId], { by: 'YOUR NAME', reason: 'WHY' })),
        ),
        'or, where that command is not installed, with "approve" or "refuse",',
        ...runLines(
          startCommand(executionArn, 'answer-approval', {
            incidentId,
            answer: 'approve',
            by: 'YOUR NAME',
            reason: 'WHY',
          }),
        ),
        'If anything has moved since this plan was made, what is approved is not executed, and a mail says why.',
      ],
      links: [
        startLink(executionArn, 'answer-approval'),
        ...incidentLinks(incident, '"… approve its rollback"'),
      ],
    },
    plan: [
      ...sections.plan,
      { heading: 'Until you answer', lines: meanwhileLines(meanwhile, meet) },
      { heading: 'Why a person is asked', lines: [reason] },
    ],
    why: why(incident),
    details: [
      ...releaseSections(release, ownPlan(incident, plan.services)),
      ...sections.details,
      alarmsBeforeSection(release),
    ],
  });
}

function nextInWords(meanwhile: Meanwhile, meet: UsersMeet): string {
  if (meanwhile.shift === 'stopped') {
    return meetNew(meet) === 'no'
      ? 'stays so until you answer'
      : 'CodeDeploy takes users back to the old versions; nothing more until you answer';
  }
  const shift = nextShiftInWords(meet);
  return shift ? `${shift}, unless you approve first` : 'stays so until you answer';
}

function meanwhileLines(meanwhile: Meanwhile, meet: UsersMeet): string[] {
  switch (meanwhile.shift) {
    case 'stopped':
      return [
        `The shift was stopped, as its policy says: CodeDeploy was asked to stop ${shortList(meanwhile.deployments)} ` +
          'and to take the users back. A stack whose update waited for that takes itself back. Nothing more is done until you answer.',
      ];
    case 'to-be-stopped':
      return ['The shift is stopped as soon as another incident is done with the service.'];
    case 'goes-on': {
      const { consumers } = meanwhile;
      if (consumers) {
        return [
          `Traffic keeps shifting until you answer. Its policy says to stop that, but ${shortList(consumers)} ` +
            'was released on top of it and goes back first.',
        ];
      }
      return nextShiftInWords(meet) ? ['Traffic keeps shifting until you answer.'] : [];
    }
    default:
      return [];
  }
}
