import {
  type IncidentRecord,
  isTrafficBack,
  type NewcomerRecord,
  type Outcome,
  type ServiceResult,
  secondOfRelease,
} from '../ledger/records.ts';
import { expectedDuration } from '../targets/expected-duration.ts';
import { wordsOf } from '../targets/kinds.ts';
import type { RollbackPlan, ServicePlan } from '../targets/service-plan.ts';
import { isPin, targetsOfWave } from '../targets/waves.ts';
import {
  columns,
  duration,
  executionUrl,
  forOwners,
  instant,
  layOut,
  type Mail,
  type Section,
  shorten,
} from './mail-text.ts';
import { newcomerInWords } from './newcomer-mail.ts';
import { outcomeSections } from './outcome-sections.ts';
import { planSections, riskLines } from './plan-sections.ts';

/** Lines of commands to finish by hand; a mail may have 256 KiB. */
const commandLinesShown = 200;

/** The mail that opens an incident's thread: why, with numbers, and what is being done about it. */
export function openedMail(environment: string, incident: IncidentRecord, plan: RollbackPlan): Mail {
  const again = incident.attempt > 1 ? ` (attempt ${incident.attempt})` : '';
  return layOut(
    `[${environment}] ${incident.service}: bad release, rolling back${again}`,
    `${incident.service}: the release of ${instant(secondOfRelease(incident.releaseId))} is bad and is being rolled back${again}.`,
    [
      why(incident),
      ...planSections(plan, (service) => `What is being done to ${service}`),
      { heading: 'When', lines: columns([['detected', instant(incident.detectedAt)]]) },
    ],
    footer(incident),
  );
}

/** The mail that says that users are back on good code: sent before the stacks are touched. */
export function trafficMail(
  environment: string,
  incident: IncidentRecord,
  plan: RollbackPlan,
  results: readonly ServiceResult[],
  now: number,
): Mail {
  const back = results.filter(isTrafficBack);
  const planned = plan.services.length;
  const lastBack = Math.max(
    ...back.map(({ trafficBackAt, finishedAt }) => Date.parse(trafficBackAt ?? finishedAt)),
  );
  const took = duration(lastBack - Date.parse(incident.detectedAt));
  const headline =
    back.length === planned
      ? 'users are back on good code'
      : `users of ${back.length} of ${planned} services are back on good code`;
  // The stack of a service that is not back is not touched.
  const isBack = new Set(back.map(({ service }) => service));
  const following = plan.services.filter(({ service }) => isBack.has(service));
  const left = following.flatMap((one) =>
    [...targetsOfWave(one, 'pins'), ...targetsOfWave(one, 'rest')].map((target): [string, string] => [
      one.service,
      wordsOf(target).inWords(target),
    ]),
  );
  return layOut(
    `[${environment}] ${incident.service}: ${headline}`,
    `${incident.service}: ${headline}, ${took} after the bad release was detected.`,
    [
      ...outcomeSections(plan.services, results),
      {
        heading: 'What follows',
        lines: [
          ...shorten(columns(left), commandLinesShown),
          'Then the same judge that condemned the release looks at the services again. One more mail ends the incident.',
        ],
      },
      { heading: 'What may go wrong', lines: riskLines(following) },
      {
        heading: 'When',
        lines: columns([
          ['detected', instant(incident.detectedAt)],
          ['now', instant(now)],
        ]),
      },
    ],
    footer(incident),
  );
}

/** What the outcome mail says besides the incident itself. */
export interface OutcomeNews {
  readonly outcome: Outcome;
  readonly closedAt: number;
  readonly services: readonly ServiceResult[];
  /** The services of the plan, in order; empty where there is none. */
  readonly planned: readonly Pick<ServicePlan, 'service' | 'toRelease' | 'waitsFor' | 'usualSeconds'>[];
  /** The commands that finish by hand what is left undone; empty where there is no plan. */
  readonly byHand: readonly string[];
  /** How the services were found after the rollback, in words. */
  readonly recovery: string | undefined;
  /** They are still bad: going back did not help. */
  readonly notRecovered?: boolean;
  /** Deployments that began on its services meanwhile. */
  readonly newcomers: readonly NewcomerRecord[];
  /** What stopped the automation, in words; undefined where nothing did. */
  readonly failure: string | undefined;
  /** Why it was not permitted, where it was not. */
  readonly withheld?: Withheld | undefined;
}

/** A plan that the coordinator was not allowed to execute. */
export interface Withheld {
  /** A person said no. */
  readonly refused: boolean;
  readonly reason: string;
  /** The plan, to be shown and to be executed by hand; undefined where there was none. */
  readonly plan: RollbackPlan | undefined;
}

const headlines: Record<Outcome, string> = {
  'rolled-back': 'rolled back',
  'traffic-restored': 'users are back, a stack needs a person',
  'partly-rolled-back': 'only partly rolled back, needs a person',
  frozen: 'frozen, needs a person',
  'needs-person': 'not rolled back, needs a person',
  'not-needed': 'no rollback was needed',
};

/** The mail that ends an incident's thread: what was changed, how long it took, what is left to do. */
export function outcomeMail(environment: string, incident: IncidentRecord, news: OutcomeNews): Mail {
  const took = duration(news.closedAt - Date.parse(incident.detectedAt));
  const { withheld, notRecovered = false } = news;
  const headline = withheld ? withheldHeadline(withheld) : headlineOf(news.outcome, notRecovered);
  const mail = layOut(
    `[${environment}] ${notRecovered ? 'CRITICAL ' : ''}${incident.service}: ${headline}`,
    `${incident.service}: ${headline}, ${took} after it was detected.`,
    [
      ...(withheld ? [why(incident)] : []),
      ...(withheld ? [{ heading: 'Why nothing was done', lines: [withheld.reason] }] : []),
      ...(withheld?.plan ? planSections(withheld.plan, (service) => `What would be done to ${service}`) : []),
      ...(withheld ? [] : outcomeSections(news.planned, news.services)),
      { heading: 'What was deployed meanwhile', lines: news.newcomers.map(newcomerInWords) },
      { heading: 'How it is now', lines: news.recovery ? news.recovery.split('\n') : [] },
      {
        heading: 'What stopped the automation',
        lines: news.failure ? [news.failure] : [],
      },
      { heading: 'What is left to do', lines: leftToDo(incident, news) },
      ...(withheld ? [] : [why(incident)]),
      {
        heading: 'When',
        lines: columns([
          ['detected', instant(incident.detectedAt)],
          ['rollback began', instant(incident.openedAt)],
          ...tookRow(news),
          ['closed', instant(news.closedAt)],
        ]),
      },
    ],
    footer(incident),
  );
  return notRecovered ? { ...mail, severity: 'critical' } : mail;
}

/** How long the services took, beside what was expected of them. */
function tookRow({ services, planned }: OutcomeNews): [string, string][] {
  if (services.length === 0) return [];
  const began = Math.min(...services.map(({ startedAt }) => Date.parse(startedAt)));
  const ended = Math.max(...services.map(({ finishedAt }) => Date.parse(finishedAt)));
  const { seconds } = expectedDuration(planned);
  const expected = seconds === undefined ? '' : `, expected ${duration(seconds * 1000)}`;
  return [['services took', `${duration(ended - began)}${expected}`]];
}

function headlineOf(outcome: Outcome, notRecovered: boolean): string {
  if (!notRecovered) return headlines[outcome];
  const done = outcome === 'partly-rolled-back' ? 'only partly rolled back' : 'rolled back';
  return `${done}, but NOT recovered, needs a person`;
}

function withheldHeadline({ refused, plan }: Withheld): string {
  if (refused) return 'its rollback was refused';
  return plan ? 'bad release, rollback recommended, needs a person' : 'bad release, needs a person';
}

function leftToDo(incident: IncidentRecord, news: OutcomeNews): string[] {
  const { outcome, byHand, withheld } = news;
  if (outcome === 'rolled-back' || outcome === 'not-needed') return [];
  if (withheld?.plan) {
    return [
      'To do exactly this, start the machine coordinate-rollback with',
      `{"service": "${incident.service}", "planDigest": "${withheld.plan.digest}"}`,
      'If anything has moved by then, it is refused and says what. Without the digest it is planned afresh.',
    ];
  }
  if (news.notRecovered && outcome === 'needs-person') {
    return [
      'Everything that was planned is back, and it is still bad: the cause lies elsewhere.',
      'Nothing more is done by itself. Look at what the services stand on, and at what changed outside of releases.',
    ];
  }
  return [
    ...doNotDeploy(news.services),
    'Put right what is named above, then start the machine coordinate-rollback again with',
    `{"service": "${incident.service}"}: it does only what is left.`,
    ...(byHand.length > 0
      ? ['Or finish by hand:', ...shorten(byHand, commandLinesShown)]
      : ['Nothing was planned, so nothing was changed.']),
  ];
}

/** Services whose users are back and whose stack is not pinned: a deployment fails, and its rollback takes users to the bad code. */
function doNotDeploy(services: readonly ServiceResult[]): string[] {
  const unpinned = services
    .filter((one) => isTrafficBack(one))
    .filter(({ targets }) => targets.some(({ target, status }) => isPin(target) && status !== 'restored'))
    .map(({ service }) => service);
  if (unpinned.length === 0) return [];
  return [
    `Do not deploy ${unpinned.join(', ')} before the stack is pinned: the deployment would fail, and CloudFormation would`,
    'take users back to the bad code.',
  ];
}

/** Why a release is bad, in numbers. */
export function why(incident: IncidentRecord): Section {
  const others = incident.evidence
    .filter(({ detail }) => detail !== incident.reason)
    .map(({ finding, detail }) => (finding === 'breach' ? `also: ${detail}` : detail));
  return { heading: 'Why', lines: [incident.reason, ...others] };
}

/** The last lines of every mail of an incident's thread. */
export function footer(incident: IncidentRecord): string[] {
  const source = incident.deploymentId
    ? `found by watching deployment ${incident.deploymentId}`
    : `asked for by ${incident.requestedBy ?? 'a person'}`;
  return [
    ...forOwners(incident.owners),
    `Incident ${incident.incidentId}, ${source}`,
    executionUrl(incident.executionArn),
  ];
}
