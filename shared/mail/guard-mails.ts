import type { Command } from '../by-hand/command.ts';
import { withoutAliases } from '../targets/cloudformation/continued-rollback.ts';
import { executionLink, type Link, runbookLink, stackLink, startLink } from './links.ts';
import { type Line, type MailText, rows, runLines, type Section } from './mail-text.ts';
import { meetLines, type UsersMeet } from './users-meet.ts';

/** Aliases that were moved to undone code by a rollback that the coordinator did not ask for. */
export interface StrayFacts {
  readonly service: string;
  /** The cause, as a sentence without its end. It holds no text that a person typed. */
  readonly told: string;
  /** The stack that still has the undone code; undefined for a service without a stack. */
  readonly stack: string | undefined;
  /** The Region of its aliases and its stack. */
  readonly region: string;
  /** The incident that undid the code, and its execution. */
  readonly incidentId: string;
  readonly executionArn: string;
  readonly moved: readonly {
    readonly alias: string;
    readonly from: string;
    readonly to: string;
    /** The command that restores it by hand. */
    readonly byHand: Command;
  }[];
  /** Traffic before anything was pointed back. */
  readonly meet: UsersMeet;
  /** The person who put the service on hold; absent if nobody did. */
  readonly heldBy?: string;
}

/** The mail that says that users were moved back to the bad release, and what is done about it. */
export function strayMail(environment: string, facts: StrayFacts): MailText {
  const { service, told, stack, region, incidentId, executionArn, moved, meet, heldBy } = facts;
  const common = {
    environment,
    about: service,
    thread: incidentId,
    happened: `${service}: ${told}.`,
    now: meetLines(meet, { service, isBad: true }),
    meet,
    why: [],
    footer: [`About incident ${incidentId}`],
  };
  const links: [Link, ...Link[]] = [
    executionLink(executionArn),
    ...(stack === undefined ? [] : [stackLink(executionArn, stack)]),
    runbookLink('Stacks that are put back'),
  ];
  if (heldBy !== undefined) {
    return {
      ...common,
      severity: 'critical',
      headline: 'users on the bad release again, needs a person',
      next: 'stays so: the service is on hold, so nothing is changed by itself',
      todo: {
        task: 'Point the aliases back, or end the hold.',
        by: 'now: users meet the bad release, and nothing more happens by itself',
        how: moved.flatMap(({ byHand }) => runLines(byHand)),
        links: [...links, startLink(executionArn, 'coordinate-rollback')],
      },
      plan: [{ heading: 'On hold', lines: [`put there by ${heldBy}`] }, ...stackSection(region, stack)],
      details: [],
    };
  }
  return {
    ...common,
    severity: 'warning',
    headline: 'users were on the bad release again',
    next: `the aliases are being pointed back to what incident ${incidentId} restored`,
    todo:
      stack === undefined
        ? 'nothing'
        : {
            task: `Deploy a good release, or pin stack ${stack}.`,
            by: 'before the next update of the stack: one that fails leads there again',
            how: whatIsLeft(region, stack),
            links,
          },
    plan: [
      {
        heading: 'Done',
        lines: rows(moved.map(({ alias, from, to }) => [alias, `pointed from version ${from} to ${to}`])),
      },
    ],
    details: [],
  };
}

function stackSection(region: string, stack: string | undefined): Section[] {
  return stack === undefined ? [] : [{ heading: 'The stack', lines: whatIsLeft(region, stack) }];
}

function whatIsLeft(region: string, stack: string): Line[] {
  return [
    `Stack ${stack} still has the bad release: any update of it that fails leads there again. Deploy a good release with all ` +
      'its aliases, or pin the stack as the mail of the incident says.',
    'Where it is UPDATE_ROLLBACK_FAILED, because its deployment found the alias moved, end its rollback without the alias:',
    ...runLines(withoutAliases({ region }, stack)),
  ];
}
