import { coordinatorCommand } from '../by-hand/command.ts';
import { type CriticalMail, latestOf, type UnansweredMails } from '../ledger/critical-mail.ts';
import { runbookLink } from './links.ts';
import { duration, instant, type MailText, rows, runLines, whole } from './mail-text.ts';
import { meetLines, meetNew, nextShiftInWords, type UsersMeet } from './users-meet.ts';

/** Facts of an escalated mail, besides the unanswered mails. */
export interface EscalationFacts {
  readonly asked: UnansweredMails;
  /** The addresses that were asked. */
  readonly addresses: readonly string[];
  readonly meet: UsersMeet;
  /** ms since the epoch */
  readonly now: number;
}

const heading = '"… unanswered: …"';

/** The mail to the escalation topic: nobody has answered a critical mail. It repeats the latest one. */
export function escalationMail(
  environment: string,
  { asked, addresses, meet, now }: EscalationFacts,
): MailText {
  const [first] = asked;
  const { service, about, headline, happened, task, by, deadline, how, links, footer } = latestOf(asked);
  const [link, ...otherLinks] = links;
  const shift = nextShiftInWords(meet);
  return {
    environment,
    severity: 'critical',
    about: service,
    headline: `unanswered: ${headline.replace(/^reminder: /, '')}`,
    ...(about !== undefined && { thread: about }),
    happened: `${happened} The first mail was ${duration(now - first.askedAt)} ago and has no answer.`,
    now: meetLines(meet, { service, isBad: true }),
    meet,
    next: shift ? `${shift}, unless somebody acts first` : 'stays so until somebody acts',
    todo: {
      task,
      by,
      // A deadline that has passed no longer needs attention.
      ...(deadline !== undefined && Date.parse(deadline) > now && { deadline }),
      how,
      links: link ? [link, ...otherLinks, runbookLink(heading)] : [runbookLink(heading)],
    },
    plan: [
      {
        heading: 'Asked before you',
        lines: rows([
          ['who', addresses.join(', ')],
          ...asked.map((one, index): [string, string] => [
            index === 0 ? 'first' : 'again',
            `${instant(one.askedAt)}: ${one.headline}`,
          ]),
        ]),
      },
    ],
    why: [],
    details: [
      {
        heading: 'Who is asked next',
        lines: ['Nobody: this mail is sent once. If you cannot do it, call somebody who can.'],
      },
    ],
    footer,
  };
}

/**
 * A critical mail about an incident or a release, with the consequence of leaving it unanswered. Other mails are unchanged.
 *
 * @param minutes minutes to wait for an answer; 0 for ever
 */
export function withEscalation(mail: MailText, minutes: number, region: string): MailText {
  const { severity, todo, thread, environment } = mail;
  if (severity !== 'critical' || todo === 'nothing' || thread === undefined || minutes === 0) return mail;
  const acknowledge = coordinatorCommand({ environment, region }, ['acknowledge', thread], {
    by: 'YOUR NAME',
  });
  const lines = [
    `After ${duration(minutes * 60_000)} this mail also goes to the escalation topic. To acknowledge it, start answer-approval with`,
    whole(`{"incidentId": "${thread}", "answer": "acknowledge", "by": "YOUR NAME"}`),
    'or run',
    ...runLines(acknowledge),
  ];
  return { ...mail, details: [...mail.details, { heading: 'If nobody answers', lines }] };
}

/** The record of a critical mail that is kept until it is answered. */
export function criticalMailOf(
  sent: Pick<CriticalMail, 'thread' | 'step' | 'owner'>,
  { about, thread, headline, happened, meet, footer }: MailText,
  { task, by, deadline, how, links }: Exclude<MailText['todo'], 'nothing'>,
  askedAt: number,
): CriticalMail {
  const aliases = meet?.aliases ?? [];
  return {
    ...sent,
    askedAt,
    service: about,
    ...(thread !== undefined && { about: thread }),
    headline,
    happened,
    task,
    by,
    ...(deadline !== undefined && { deadline }),
    how: [...how],
    links: [...links],
    footer: [...footer],
    aliases: aliases.map(({ state: _, unread: _unread, nextShift: _nextShift, ...alias }) => alias),
    trafficAnswers: meet?.notRead === 0 && meetNew(meet) !== 'no',
  };
}
