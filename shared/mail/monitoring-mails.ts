import {
  deploymentLink,
  executionLink,
  executionUrl,
  parameterLink,
  runbookLink,
  startLink,
} from './links.ts';
import { forOwners, type MailText } from './mail-text.ts';
import { meetLines, nextShiftInWords, type UsersMeet } from './users-meet.ts';

/** The mail that says that a deployment is no longer watched, because its execution broke. */
export function monitoringFailedMail(
  environment: string,
  facts: {
    readonly deploymentId: string;
    readonly executionArn: string;
    readonly why: string;
    readonly meet: UsersMeet;
  },
): MailText {
  const { deploymentId, executionArn, why, meet } = facts;
  return {
    environment,
    severity: 'warning',
    about: `deployment ${deploymentId}`,
    headline: 'not being watched',
    happened: `The watch of deployment ${deploymentId} broke off: it goes on, and nothing will roll it back by itself.`,
    now: meetLines(meet, { service: meet.aliases[0]?.service ?? '', isBad: false }),
    next: nextShiftInWords(meet) ?? 'CodeDeploy ends the deployment by its own configuration',
    todo: {
      task: 'Look at the deployment, and redrive the execution to have it watched again.',
      by: 'before the deployment ends: a bad release would stay',
      how: ['Open the execution (the first link) and choose "Redrive".'],
      links: [
        executionLink(executionArn),
        deploymentLink(executionArn, deploymentId),
        runbookLink('"Deployment d-…: not being watched"'),
      ],
    },
    plan: [],
    why: [why],
    details: [],
    footer: [executionUrl(executionArn)],
  };
}

/** A rollback that broke before it had an incident. */
export interface NotBegunFacts {
  readonly service: string;
  readonly executionArn: string;
  readonly why: string;
  readonly meet: UsersMeet;
  /** A person started it: there is no evidence against the release. */
  readonly isByPerson: boolean;
}

/** The mail that says that a rollback broke before it had an incident: nothing was changed, and nothing will be. */
export function rollbackNotBegunMail(environment: string, facts: NotBegunFacts): MailText {
  const { service, executionArn, why, meet, isByPerson } = facts;
  const common = {
    environment,
    about: service,
    now: meetLines(meet, { service, isBad: !isByPerson }),
    meet,
    plan: [],
    why: [why],
    details: [],
    footer: [executionUrl(executionArn)],
  };
  const links = [
    startLink(executionArn, 'coordinate-rollback'),
    executionLink(executionArn),
    runbookLink('Roll a service back by hand'),
  ] as const;
  if (isByPerson) {
    return {
      ...common,
      severity: 'info',
      headline: 'a rollback that was asked for did not begin',
      happened: `${service}: a person's start of a rollback broke before it changed anything.`,
      next: 'stays so; the coordinator holds nothing against the release',
      todo: 'nothing',
      details: [
        {
          heading: 'If the rollback was meant',
          lines: [
            'Whoever started it starts coordinate-rollback again: the execution below shows the input.',
          ],
        },
      ],
    };
  }
  return {
    ...common,
    severity: 'critical',
    headline: 'a rollback could not begin, needs a person',
    happened: `${service} is bad, and its rollback broke before it changed anything. The release is still live.`,
    next: nextShiftInWords(meet) ?? 'stays so until somebody acts; nothing more happens by itself',
    todo: {
      task: 'Start coordinate-rollback once more, with the same input.',
      by: 'now: users may meet the bad release, and nothing more happens by itself',
      how: ['The execution shows the input. Copy it, open the first link and choose "Start execution".'],
      links: [...links],
    },
  };
}

/** A parameter of the catalog with problems. */
export interface RefusedParameter {
  readonly service: string;
  readonly parameter: string;
  /** Path and reason of each problem. */
  readonly reason: string;
  /** The form of the service in force: its last good form, nothing, or the parameter in spite of its problems. */
  readonly stands: 'last-good-form' | 'nothing' | 'as-written' | 'unlinked';
  /** Recipients of the mail: the owners in the parameter, if they can be read, or in its last good form. */
  readonly owners: readonly string[];
}

const consequences: Readonly<Record<RefusedParameter['stands'], string>> = {
  'last-good-form': 'Its last good form stays in force.',
  nothing: 'The service is not looked after until it is mended.',
  'as-written': 'It is in force all the same: what it names is looked after once it is there.',
  unlinked: 'It is in force all the same, but the service does not go back with that provider.',
};

/** The mail that says that a parameter of the catalog was refused, or names a stack that does not exist. */
export function catalogRefusedMail(
  environment: string,
  region: string,
  { service, parameter, reason, stands, owners }: RefusedParameter,
): MailText {
  const refused = stands === 'last-good-form' || stands === 'nothing';
  return {
    environment,
    severity: 'warning',
    about: 'catalog',
    headline: `the parameter of ${service} ${refused ? 'was refused' : 'names what does not exist'}`,
    happened: refused
      ? `The catalog entry of ${service} was refused; everything else is in force.`
      : `The catalog entry of ${service} names what does not exist.`,
    now: ['not read: the catalog changes nothing that users meet'],
    next: consequences[stands],
    todo: {
      task: 'Mend the parameter: the catalog is compiled again when it is written.',
      by: stands === 'nothing' ? 'before the next release of the service' : 'no deadline',
      how: [],
      links: [parameterLink(region, parameter), runbookLink('Change the catalog')],
    },
    plan: [],
    why: [parameter, reason],
    details: [],
    footer: [...forOwners(owners), `Parameter ${parameter}`],
  };
}

/** The mail that says that a service has left the catalog. */
export function catalogDeletedMail(
  environment: string,
  service: string,
  owners: readonly string[] | undefined,
): MailText {
  return {
    environment,
    severity: 'info',
    about: 'catalog',
    headline: `${service} is no longer watched`,
    happened: `${service}: its parameter was deleted, so it is no longer watched. Nothing was changed.`,
    now: ['not read: the catalog changes nothing that users meet'],
    next: 'stays so; nothing of the service is put back by itself',
    todo: 'nothing',
    plan: [
      {
        heading: 'To have it watched again',
        lines: ['Write the parameter again; its history is kept.'],
      },
    ],
    why: [],
    details: [],
    footer: forOwners(owners),
  };
}
