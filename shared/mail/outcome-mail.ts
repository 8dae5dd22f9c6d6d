import { awsCommand } from '../by-hand/command.ts';
import { regionOf, startCommand } from '../by-hand/start-execution.ts';
import type { ApprovalRecord } from '../ledger/approval-ledger.ts';
import {
  type ConcurrentReleaseRecord,
  type IncidentRecord,
  isTrafficBack,
  type Outcome,
  type ReleaseRecord,
  type ServiceResult,
} from '../ledger/records.ts';
import { aliasCommand } from '../targets/alias/restoring.ts';
import { expectedDuration } from '../targets/expected-duration.ts';
import type { RollbackPlan, ServicePlan } from '../targets/service-plan.ts';
import { isPin } from '../targets/waves.ts';
import { alarmsBeforeSection } from './alarm-section.ts';
import { concurrentReleaseInWords } from './concurrent-release-mail.ts';
import { approvalLines, incidentLinks, incidentMail, isOnWord, ownPlan, why } from './incident-mails.ts';
import { startLink } from './links.ts';
import {
  duration,
  instant,
  type Line,
  type MailText,
  rollbackInput,
  rows,
  runLines,
  type Section,
  type Severity,
  shortList,
  type Task,
  whole,
} from './mail-text.ts';
import { outcomeSections } from './outcome-sections.ts';
import { planSections } from './plan-sections.ts';
import { releaseSections, type ToldPlan } from './release-section.ts';
import { meetNew, nextShiftInWords, type UsersMeet } from './users-meet.ts';

/** Facts of the outcome mail, besides the incident. */
export interface OutcomeFacts {
  /** The bad release; undefined if the ledger lacks it. */
  readonly release?: ReleaseRecord | undefined;
  readonly outcome: Outcome;
  readonly closedAt: number;
  readonly services: readonly ServiceResult[];
  /** The services of the plan, in order; empty if there is none. */
  readonly planned: readonly (Pick<ServicePlan, 'service' | 'toRelease' | 'waitsFor' | 'usualSeconds'> &
    ToldPlan)[];
  readonly meet: UsersMeet;
  /** Services whose users an earlier attempt put back. */
  readonly back?: readonly string[];
  /** The person's answer, if a person approved the plan. */
  readonly approval?: Pick<ApprovalRecord, 'by' | 'reason' | 'answeredAt'> | undefined;
  /** Targets left as they are on purpose, in words. */
  readonly leftOnPurpose?: readonly string[];
  /** The commands that finish the rollback by hand; empty if there is no plan. */
  readonly byHand: readonly Line[];
  /** Result of checking the services after the rollback, or the shifts stopped of a frozen service, in words. */
  readonly recovery: string | undefined;
  /** The services are still bad: going back did not help. */
  readonly notRecovered?: boolean;
  /** Deployments that began on its services during the rollback. */
  readonly concurrentReleases: readonly ConcurrentReleaseRecord[];
  /** The error that stopped the automation, in words; undefined if there was none. */
  readonly failure: string | undefined;
  /** There is no release to go back to; the aliases of the bad release as they were before it. */
  readonly withoutRestorePoint?: readonly AliasBefore[] | undefined;
  /** The reason why the rollback was not permitted, if it was not. */
  readonly withheld?: Withheld | undefined;
}

/** An alias, and its version before a release. */
export interface AliasBefore {
  readonly function: string;
  readonly alias: string;
  readonly version: string;
}

/** A plan that the coordinator was not allowed to execute. */
export interface Withheld {
  /** A person said no. */
  readonly refused: boolean;
  readonly reason: string;
  /** The plan, to be shown and to be executed by hand; undefined if there was none. */
  readonly plan: RollbackPlan | undefined;
}

/** The end of an incident, for the subject and the first sentence, and the reader's task. */
interface Ending {
  readonly headline: string;
  readonly happened: string;
  readonly todo: 'nothing' | Task;
}

/** The mail that ends an incident's thread: changes, duration, remaining work. */
export function outcomeMail(environment: string, incident: IncidentRecord, facts: OutcomeFacts): MailText {
  const { withheld, meet, recovery, approval } = facts;
  const { headline, happened, todo } = endingOf(incident, facts);
  const planned = withheld?.plan ? planSections(withheld.plan) : undefined;
  const { result, details } = withheld
    ? { result: [], details: [] }
    : outcomeSections(facts.planned, facts.services, facts.back);
  const isFrozen = facts.outcome === 'frozen';
  const recoveryLines = recovery ? recovery.split('\n') : [];
  return incidentMail(environment, incident, meet, {
    severity: severityOf(incident, facts, todo),
    headline,
    happened,
    next:
      nextShiftInWords(meet) ??
      (todo === 'nothing' ? 'stays so' : 'stays so until somebody acts; nothing more happens by itself'),
    todo,
    plan: [
      { heading: 'Why nothing was done', lines: withheld ? [withheld.reason] : [] },
      { heading: 'Stopped', lines: isFrozen ? recoveryLines : [] },
      { heading: 'Why it did not go on', lines: facts.failure ? [facts.failure] : [] },
      ...(planned?.plan ?? []),
      ...result,
      { heading: 'Left on purpose', lines: [...(facts.leftOnPurpose ?? [])] },
      { heading: 'Deployed meanwhile', lines: facts.concurrentReleases.map(concurrentReleaseInWords) },
      { heading: 'Health since', lines: isFrozen ? [] : recoveryLines },
    ],
    why: why(incident),
    details: [
      ...(todo === 'nothing' ? [] : releaseSections(facts.release, ownPlan(incident, facts.planned))),
      { heading: 'Approved', lines: approval ? approvalLines(approval) : [] },
      ...(planned?.details ?? []),
      ...details,
      alarmsBeforeSection(facts.release),
      byHandSection(facts, todo),
      {
        heading: 'When',
        lines: rows([
          ['detected', instant(incident.detectedAt)],
          ...tookRows(facts),
          ['closed', instant(facts.closedAt)],
        ]),
      },
    ],
  });
}

/** A person is woken if users may be on bad code and nothing more happens automatically. */
function severityOf(incident: IncidentRecord, facts: OutcomeFacts, todo: 'nothing' | Task): Severity {
  if (facts.notRecovered) return 'critical';
  if (todo === 'nothing') return 'info';
  // The person who asked for the rollback sees its end, and there is no evidence against the release.
  if (isOnWord(incident) && facts.services.length === 0) return 'warning';
  return meetNew(facts.meet) === 'no' || facts.outcome === 'traffic-restored' ? 'warning' : 'critical';
}

/** Start of the first service and duration of all, beside the expected duration; empty if none began. */
function tookRows({ services, planned }: OutcomeFacts): [string, string][] {
  if (services.length === 0) return [];
  const began = Math.min(...services.map(({ startedAt }) => Date.parse(startedAt)));
  const ended = Math.max(...services.map(({ finishedAt }) => Date.parse(finishedAt)));
  const { seconds } = expectedDuration(planned);
  const expected = seconds === undefined ? '' : `, expected ${duration(seconds * 1000)}`;
  return [
    ['rollback began', instant(began)],
    ['services took', `${duration(ended - began)}${expected}`],
  ];
}

function endingOf(incident: IncidentRecord, facts: OutcomeFacts): Ending {
  const { outcome, withheld, meet } = facts;
  const { service } = incident;
  const took = `${duration(facts.closedAt - Date.parse(incident.detectedAt))} after it was detected`;
  const back = facts.services.filter(isTrafficBack).length;
  if (withheld?.refused) {
    return {
      headline: 'its rollback was refused',
      happened: `${service}: a person refused the rollback, so ${meetNew(meet) === 'no' ? 'nothing more is done' : 'its release stays as it is'}.`,
      todo: 'nothing',
    };
  }
  if (withheld) return withheldEnding(incident, facts, withheld);
  if (facts.notRecovered) {
    const done = outcome === 'partly-rolled-back' ? 'partly rolled back' : 'rolled back';
    return {
      headline: `${done}, but NOT recovered, needs a person`,
      happened: `${service} was ${done} and is still bad: going back did not help, ${took}.`,
      todo: outcome === 'needs-person' ? notRecoveredTask(incident) : restartTask(incident, facts),
    };
  }
  switch (outcome) {
    case 'rolled-back':
      return {
        headline: 'rolled back',
        happened: `${service}: rolled back, ${took}. All users are on good code again.`,
        todo: 'nothing',
      };
    case 'not-needed':
      return {
        headline: 'no rollback was needed',
        happened: `${service}: no rollback was needed, ${took}. Nothing was changed.`,
        todo: 'nothing',
      };
    case 'traffic-restored':
      return {
        headline: 'users are back, a stack needs a person',
        happened: `${service}: all users are on good code again, ${took}; a stack still differs.`,
        todo: stacksTask(incident, facts),
      };
    case 'partly-rolled-back':
      return {
        headline: 'only partly rolled back, needs a person',
        happened: `${service}: only partly rolled back, ${took}. Users of ${back} of ${facts.planned.length} services are back.`,
        todo: restartTask(incident, facts),
      };
    case 'frozen':
      return {
        headline: 'frozen, needs a person',
        happened: `${service} is bad and cannot go back: a service that would have to go back is declared irreversible.`,
        todo: {
          task: `Mend ${service} with a new release; a restart would find the same.`,
          by: soonAs(facts.meet),
          how: ['"Why it did not go on" below names the service that cannot go back.'],
          links: incidentLinks(incident, '"… is declared irreversible"'),
        },
      };
    case 'needs-person':
      return isOnWord(incident) && facts.services.length === 0
        ? onWordEnding(incident, facts)
        : {
            headline: 'not rolled back, needs a person',
            happened: `${service} is bad and was not rolled back.`,
            todo: facts.withoutRestorePoint
              ? wayByHandTask(incident, facts, facts.withoutRestorePoint)
              : restartTask(incident, facts),
          };
  }
}

function withheldEnding(incident: IncidentRecord, { meet }: OutcomeFacts, { plan }: Withheld): Ending {
  const { service, executionArn } = incident;
  if (!plan) {
    return {
      headline: 'bad release, needs a person',
      happened: `${service} is bad, and nothing has been changed: the coordinator may not act, and has no plan.`,
      todo: restartOnly(incident, meet, `Decide what becomes of ${service}: roll it back, or mend it.`),
    };
  }
  const input = `{"service": "${service}", "planDigest": "${plan.digest}"}`;
  // CodeDeploy may have taken users back, by itself or because the shift was stopped while a person was asked.
  const isOff = meetNew(meet) === 'no';
  return {
    headline: 'bad release, rollback recommended, needs a person',
    happened: `${service} is bad, and ${isOff ? 'users are off it' : 'nothing has been changed'}: its rollback is for a person to start.`,
    todo: {
      task: `Start the plan below, or leave the release as it is.`,
      by: soonAs(meet),
      how: [
        'To do exactly this, start coordinate-rollback (the first link) with',
        whole(input),
        'or run',
        ...runLines(startCommand(executionArn, 'coordinate-rollback', { service, planDigest: plan.digest })),
        'If anything has moved by then, it is refused and says what. Without the digest it is planned afresh.',
      ],
      links: incidentLinks(incident, '"… rollback recommended, needs a person"'),
    },
  };
}

/** A start by hand that changed nothing: the name may be mistyped, and the service healthy. */
function onWordEnding(incident: IncidentRecord, facts: OutcomeFacts): Ending {
  const { service } = incident;
  return {
    headline: 'not rolled back as asked',
    happened: `${service}: a person asked for a rollback, and it was not done. Nothing was changed.`,
    todo: {
      task: `Check that ${service} was meant: the coordinator has seen nothing bad of it.`,
      by: 'no deadline: the person who asked decides',
      how: facts.withoutRestorePoint
        ? [
            'If it was meant, one of these puts it right by hand:',
            ...waysByHand(incident, facts.withoutRestorePoint),
          ]
        : [
            'If it was meant, put right what is named below, then start coordinate-rollback with',
            whole(rollbackInput(incident)),
          ],
      links: incidentLinks(incident, 'Roll a service back by hand'),
    },
  };
}

function notRecoveredTask(incident: IncidentRecord): Task {
  return {
    task: 'Look at what the services stand on: the cause lies elsewhere.',
    by: 'now: users still meet errors, and nothing more is done by itself',
    how: [
      'Everything that was planned is back. Look at databases, queues and services of others, and at what changed outside of releases.',
    ],
    links: incidentLinks(incident, '"CRITICAL … rolled back, but NOT recovered"'),
  };
}

function stacksTask(incident: IncidentRecord, facts: OutcomeFacts): Task {
  const open = facts.services
    .filter(({ status }) => status === 'traffic-restored')
    .map(({ service }) => service);
  const unpinned = unpinnedServices(facts.services);
  const names = shortList(unpinned.length > 0 ? unpinned : open);
  return {
    task:
      unpinned.length > 0
        ? `Do not deploy ${names} before the stack is pinned: finish it first.`
        : `Finish the stack of ${names}.`,
    by: `before the next deployment of ${names}; users do not wait for it`,
    how: [
      ...(unpinned.length > 0
        ? ['A deployment before that would fail, and CloudFormation would take users back to the bad code.']
        : []),
      ...restartLines(incident, facts),
    ],
    links: incidentLinks(incident, '"Users are back, a stack needs a person" (`traffic-restored`)'),
  };
}

function restartTask(incident: IncidentRecord, facts: OutcomeFacts): Task {
  const unpinned = unpinnedServices(facts.services);
  return {
    task:
      unpinned.length > 0
        ? `Put right what is named below. Do not deploy ${shortList(unpinned)} before its stack is pinned.`
        : 'Put right what is named below, then start the rollback again.',
    by: soonAs(facts.meet),
    how: restartLines(incident, facts),
    links: incidentLinks(incident, 'Read how an incident ended'),
  };
}

function restartOnly(incident: IncidentRecord, meet: UsersMeet, task: string): Task {
  return {
    task,
    by: soonAs(meet),
    how: ['To roll it back, start coordinate-rollback (the first link) with', whole(rollbackInput(incident))],
    links: incidentLinks(incident, 'Roll a service back by hand'),
  };
}

function restartLines(incident: IncidentRecord, { byHand }: OutcomeFacts): Line[] {
  const input = rollbackInput(incident);
  return [
    'Put right what is named below, then start coordinate-rollback (the first link) with',
    whole(input),
    'or run',
    ...runLines(
      startCommand(incident.executionArn, 'coordinate-rollback', {
        service: incident.service,
        releaseId: incident.releaseId,
      }),
    ),
    'It does only what is left.',
    byHand.length > 0
      ? 'The commands that finish it by hand are at the end of this mail.'
      : 'Nothing was planned, so nothing was changed.',
  ];
}

function wayByHandTask(
  incident: IncidentRecord,
  { meet }: OutcomeFacts,
  aliases: readonly AliasBefore[],
): Task {
  return {
    task: 'Deploy the last commit that worked: there is no release to go back to.',
    by: soonAs(meet),
    how: [
      'A restart would find the same. One of these puts it right by hand:',
      ...waysByHand(incident, aliases),
    ],
    links: incidentLinks(incident, '"The ledger holds no release … that was verified good"', [
      startLink(incident.executionArn, 'record-release'),
    ]),
  };
}

/** The ledger vouches for no release to go back to: a restart would find the same. */
function waysByHand({ service, executionArn }: IncidentRecord, aliases: readonly AliasBefore[]): Line[] {
  return [
    '- Deploy the last commit that worked, with your pipeline.',
    ...(aliases.length > 0
      ? [
          '- Point each alias to a version that worked. This is the one before the release; nothing vouches for it:',
        ]
      : []),
    ...aliases.flatMap(({ function: name, alias, version }) =>
      runLines(
        aliasCommand({ region: regionOf(executionArn) }, { function: name, alias, toVersion: version }),
      ),
    ),
    ...(aliases.length > 0 ? ['  The other versions are listed by'] : []),
    ...aliases.flatMap(({ function: name }) =>
      runLines(
        awsCommand({ region: regionOf(executionArn) }, 'lambda list-versions-by-function', {
          'function-name': name,
        }),
      ),
    ),
    '- When it is well again, start record-release, so that there is a release to go back to from now on, with',
    whole(`{"service": "${service}", "verdict": "good", "reason": "WHY", "requestedBy": "YOUR NAME"}`),
  ];
}

function byHandSection({ byHand, withheld }: OutcomeFacts, todo: 'nothing' | Task): Section {
  const isShown = todo !== 'nothing' && !withheld;
  return {
    heading: 'By hand',
    lines: isShown ? byHand : [],
  };
}

function soonAs(meet: UsersMeet): string {
  return {
    yes: 'now: users meet the new version, and nobody takes it back by itself',
    no: 'no deadline: users do not meet the new version',
    unknown: 'now: users may meet the new version, and nobody takes it back by itself',
  }[meetNew(meet)];
}

/**
 * Services whose users are back and whose stack is not pinned: if a deployment fails, its rollback takes users to the bad
 * code.
 */
function unpinnedServices(services: readonly ServiceResult[]): string[] {
  return services
    .filter((one) => isTrafficBack(one))
    .filter(({ targets }) => targets.some(({ target, status }) => isPin(target) && status !== 'restored'))
    .map(({ service }) => service);
}
