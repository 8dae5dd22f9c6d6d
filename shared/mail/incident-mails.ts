import { reasonsInWords } from '../judge/evidence-in-words.ts';
import type { ApprovalRecord } from '../ledger/approval-ledger.ts';
import {
  type IncidentRecord,
  isTrafficBack,
  type ReleaseRecord,
  type ServiceResult,
  secondOfRelease,
} from '../ledger/records.ts';
import { wordsOf } from '../targets/kinds.ts';
import type { RollbackPlan } from '../targets/service-plan.ts';
import { isPin, targetsOfWave } from '../targets/waves.ts';
import { alarmsBeforeSection } from './alarm-section.ts';
import { deploymentLink, executionLink, executionUrl, type Link, runbookLink, startLink } from './links.ts';
import {
  counted,
  duration,
  forOwners,
  instant,
  type Line,
  type MailText,
  rows,
  shorten,
  shortList,
} from './mail-text.ts';
import { outcomeSections } from './outcome-sections.ts';
import { expectedInWords, planSections, riskLines } from './plan-sections.ts';
import { releaseSections, type ToldPlan } from './release-section.ts';
import { meetLines, type UsersMeet } from './users-meet.ts';

/** Lines of a list of targets; a mail may have 256 KiB. */
const linesShown = 200;

/** Common parts of an incident's mails: the service, its traffic and the last lines. */
export function incidentMail(
  environment: string,
  incident: IncidentRecord,
  meet: UsersMeet,
  rest: Omit<MailText, 'environment' | 'about' | 'thread' | 'now' | 'meet' | 'footer'>,
): MailText {
  const { service, incidentId } = incident;
  return {
    environment,
    about: service,
    thread: incidentId,
    now: meetLines(meet, { service, isBad: !isOnWord(incident) }),
    meet,
    footer: footer(incident),
    ...rest,
  };
}

/** A person asked for the rollback, and the coordinator itself has seen nothing bad. */
export function isOnWord({ requestedBy, evidence }: IncidentRecord): boolean {
  return requestedBy !== undefined && evidence.length === 0;
}

/** Facts of the mail that opens a thread, besides the incident. */
export interface OpenedFacts {
  readonly plan: RollbackPlan;
  /** The bad release; undefined if the ledger lacks it. */
  readonly release?: ReleaseRecord | undefined;
  readonly meet: UsersMeet;
  /** The person's answer, if a person approved the plan. */
  readonly approval?: Pick<ApprovalRecord, 'by' | 'reason' | 'answeredAt'> | undefined;
  /** Services whose users an earlier attempt put back. */
  readonly back?: readonly string[];
}

/** The mail that opens an incident's thread: the reason, with numbers, and the plan. */
export function openedMail(
  environment: string,
  incident: IncidentRecord,
  { plan, release, meet, approval, back = [] }: OpenedFacts,
): MailText {
  const again = incident.attempt > 1 ? ` (attempt ${incident.attempt})` : '';
  const { service, releaseId } = incident;
  const sections = planSections(plan, back);
  const expected = expectedInWords(plan.services.filter((one) => !back.includes(one.service)));
  const released = `the release of ${instant(secondOfRelease(releaseId))}`;
  const done = approval ? 'a person approved its rollback, which has started' : 'its rollback has started';
  return incidentMail(environment, incident, meet, {
    severity: 'warning',
    headline: isOnWord(incident) ? `rolling back on request${again}` : `bad release, rolling back${again}`,
    happened: isOnWord(incident)
      ? `${service}: a person asked to undo ${released}; the rollback has started${again}.`
      : `${service}: ${released} is bad, and ${done}${again}.`,
    next: `all users on old versions ${expected ? `in ${expected}` : 'as soon as AWS allows'}; a mail follows when users are safe`,
    todo: 'nothing',
    plan: [...sections.plan],
    why: why(incident),
    details: [
      { heading: 'Approved', lines: approval ? approvalLines(approval) : [] },
      ...releaseSections(release, ownPlan(incident, plan.services)),
      ...sections.details,
      alarmsBeforeSection(release),
      { heading: 'When', lines: rows([['detected', instant(incident.detectedAt)]]) },
    ],
  });
}

/** The plan for the service whose release is bad. */
export function ownPlan<T extends ToldPlan & { readonly service: string }>(
  { service }: Pick<IncidentRecord, 'service'>,
  planned: readonly T[],
): ToldPlan | undefined {
  return planned.find((one) => one.service === service);
}

/** The person who answered, with time and reason. */
export function approvalLines({
  by = 'a person',
  reason = 'no reason was given',
  answeredAt,
}: Pick<ApprovalRecord, 'by' | 'reason' | 'answeredAt'>): Line[] {
  return rows([
    ['by', by],
    ['reason', reason],
    ...(answeredAt ? [['at', instant(answeredAt)] as const] : []),
  ]);
}

/** Facts of the mail that says that users are back, besides the incident. */
export interface TrafficFacts {
  readonly plan: RollbackPlan;
  readonly results: readonly ServiceResult[];
  readonly meet: UsersMeet;
  /** ms since the epoch */
  readonly now: number;
}

/** The mail that says that users are back on good code: sent before the stacks are touched. */
export function trafficMail(
  environment: string,
  incident: IncidentRecord,
  { plan, results, meet, now }: TrafficFacts,
): MailText {
  const { service, executionArn } = incident;
  const back = results.filter(isTrafficBack);
  const planned = plan.services.length;
  const lastBack = Math.max(
    ...back.map(({ trafficBackAt, finishedAt }) => Date.parse(trafficBackAt ?? finishedAt)),
  );
  const took = duration(lastBack - Date.parse(incident.detectedAt));
  const isAll = back.length === planned;
  const headline = isAll
    ? 'users are back on good code'
    : `users of ${back.length} of ${planned} services are back on good code`;
  // The stack of a service that is not back is not touched.
  const isBack = new Set(back.map((one) => one.service));
  const following = plan.services.filter((one) => isBack.has(one.service));
  const left = following.flatMap((one) =>
    [...targetsOfWave(one, 'pins'), ...targetsOfWave(one, 'rest')].map((target): [string, string] => [
      one.service,
      wordsOf(target).inWords(target),
    ]),
  );
  const toPin = following.filter(({ targets }) => targets.some(({ target }) => isPin(target)));
  const { result, details } = outcomeSections(plan.services, results);
  return incidentMail(environment, incident, meet, {
    severity: toPin.length > 0 || !isAll ? 'warning' : 'info',
    headline,
    happened: `${service}: ${headline}, ${took} after the bad release was detected.`,
    next: `${left.length > 0 ? 'stacks are put right, then' : 'then'} the same judge looks again; one more mail ends the incident`,
    todo:
      toPin.length === 0
        ? 'nothing'
        : {
            task: `Do not deploy ${shortList(toPin.map((one) => one.service))} before the mail that ends this incident.`,
            by: 'until then; there is nothing else to do',
            how: [],
            links: [executionLink(executionArn), runbookLink('Whether a deployment may go on')],
          },
    plan: [
      ...result,
      { heading: 'Still to come', lines: shorten(rows(left), linesShown) },
      { heading: 'Risks', lines: riskLines(following) },
    ],
    why: why(incident),
    details: [
      ...details,
      {
        heading: 'When',
        lines: rows([
          ['detected', instant(incident.detectedAt)],
          ['now', instant(now)],
        ]),
      },
    ],
  });
}

/** Links for the person who has to go on with an incident. */
export function incidentLinks(
  { executionArn, deploymentId }: IncidentRecord,
  heading: string,
  more: readonly Link[] = [],
): [Link, ...Link[]] {
  return [
    startLink(executionArn, 'coordinate-rollback'),
    executionLink(executionArn),
    ...(deploymentId === undefined ? [] : [deploymentLink(executionArn, deploymentId)]),
    ...more,
    runbookLink(heading),
  ];
}

/** The reasons why a release is bad, in numbers. */
export function why(incident: IncidentRecord): Line[] {
  const [main, ...others] = reasonsInWords(incident);
  return [main, ...others.map(({ finding, detail }) => (finding === 'breach' ? `also: ${detail}` : detail))];
}

/**
 * The person or watch that began an incident: the verb, and the name.
 *
 * @param release shows whether a watch began an incident that a person has asked for again since
 */
export function sourceOf(
  { deploymentId, requestedBy }: Pick<IncidentRecord, 'deploymentId' | 'requestedBy'>,
  release?: Pick<ReleaseRecord, 'foundBad'> | null,
): readonly [verb: string, by: string] {
  if (deploymentId !== undefined) return ['found by', `watching deployment ${deploymentId}`];
  if (requestedBy !== undefined && !release?.foundBad) return ['asked for by', requestedBy];
  return ['found by', 'watching what is live: the release came without a CodeDeploy deployment'];
}

/** The last lines of every mail of an incident's thread. */
export function footer(incident: IncidentRecord): string[] {
  const source = sourceOf(incident).join(' ');
  return [
    ...forOwners(incident.owners),
    `Incident ${incident.incidentId}, ${source}`,
    executionUrl(incident.executionArn),
  ];
}

/** `12 services`, or the name of the only one. */
export function namesOrCount(services: readonly { readonly service: string }[]): string {
  const [only] = services;
  return services.length === 1 && only ? only.service : counted(services.length, 'service');
}
