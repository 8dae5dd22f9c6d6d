import type { IncidentRecord, Outcome, ServiceResult } from '../ledger/records.ts';
import { inWords } from '../targets/mesh.ts';
import type { RollbackPlan, ServicePlan, TargetPlan } from '../targets/service-plan.ts';
import {
  columns,
  duration,
  executionUrl,
  forOwners,
  instant,
  layOut,
  type Mail,
  type Section,
} from './mail-text.ts';

/** The mail that opens an incident's thread: why, with numbers, and what is being done about it. */
export function openedMail(environment: string, incident: IncidentRecord, plan: RollbackPlan): Mail {
  const again = incident.attempt > 1 ? ` (attempt ${incident.attempt})` : '';
  return layOut(
    `[${environment}] ${incident.service}: bad release, rolling back${again}`,
    `${incident.service}: the release of ${releaseTime(incident)} is bad and is being rolled back${again}.`,
    [
      why(incident),
      ...plan.services.map((service) => ({
        heading: `What is being done to ${service.service}`,
        lines: planLines(service),
      })),
      { heading: 'When', lines: columns([['detected', instant(incident.detectedAt)]]) },
    ],
    footer(incident),
  );
}

/** What the outcome mail says besides the incident itself. */
export interface OutcomeNews {
  readonly outcome: Outcome;
  readonly closedAt: number;
  readonly services: readonly ServiceResult[];
  /** The commands that finish by hand what is left undone; empty where there is no plan. */
  readonly byHand: readonly string[];
  /** How the services were found after the rollback, in words. */
  readonly recovery: string | undefined;
  /** What stopped the automation, in words; undefined where nothing did. */
  readonly failure: string | undefined;
}

const headlines: Record<Outcome, string> = {
  'rolled-back': 'rolled back',
  'partly-rolled-back': 'only partly rolled back, needs a person',
  frozen: 'frozen, needs a person',
  'needs-person': 'not rolled back, needs a person',
  'not-needed': 'no rollback was needed',
};

/** The mail that ends an incident's thread: what was changed, how long it took, what is left to do. */
export function outcomeMail(environment: string, incident: IncidentRecord, news: OutcomeNews): Mail {
  const took = duration(news.closedAt - Date.parse(incident.detectedAt));
  const headline = headlines[news.outcome];
  return layOut(
    `[${environment}] ${incident.service}: ${headline}`,
    `${incident.service}: ${headline}, ${took} after it was detected.`,
    [
      ...news.services.map((service) => ({
        heading: `What was done to ${service.service}`,
        lines: columns(service.targets.map(({ target, status, action }) => [target, mark(status) + action])),
      })),
      { heading: 'How it is now', lines: news.recovery ? news.recovery.split('\n') : [] },
      {
        heading: 'What stopped the automation',
        lines: news.failure ? [news.failure] : [],
      },
      { heading: 'What is left to do', lines: leftToDo(incident, news) },
      why(incident),
      {
        heading: 'When',
        lines: columns([
          ['detected', instant(incident.detectedAt)],
          ['rollback began', instant(incident.openedAt)],
          ['closed', instant(news.closedAt)],
        ]),
      },
    ],
    footer(incident),
  );
}

function leftToDo(incident: IncidentRecord, { outcome, byHand }: OutcomeNews): string[] {
  if (outcome === 'rolled-back' || outcome === 'not-needed') return [];
  return [
    'Put right what is named above, then start the machine coordinate-rollback again with',
    `{"service": "${incident.service}"}: it does only what is left.`,
    ...(byHand.length > 0
      ? ['Or finish by hand:', ...byHand]
      : ['Nothing was planned, so nothing was changed.']),
  ];
}

function why(incident: IncidentRecord): Section {
  const others = incident.evidence
    .filter(({ detail }) => detail !== incident.reason)
    .map(({ finding, detail }) => (finding === 'breach' ? `also: ${detail}` : detail));
  return { heading: 'Why', lines: [incident.reason, ...others] };
}

function planLines(service: ServicePlan): string[] {
  return [
    service.reason,
    ...columns([
      ...service.targets.map((target): [string, string] => [target.target, planned(target)]),
      ...service.unchanged.map(({ target, reason }): [string, string] => [target, `stays: ${reason}`]),
    ]),
  ];
}

function planned(target: TargetPlan): string {
  switch (target.kind) {
    case 'codedeploy':
    case 'lambda-alias':
      return `back from version ${target.fromVersion} to version ${target.toVersion}`;
    case 'cloudformation':
      return target.waitOnly
        ? `stack ${target.stack} waited for`
        : `stack ${target.stack} brought to rest in the state of that release`;
    case 'parameter':
      return target.parameters
        .map(({ name, fromVersion, toVersion }) => {
          const way = `back from version ${fromVersion} to version ${toVersion}`;
          return name === target.target ? way : `${name} ${way}`;
        })
        .join(', ');
    case 'api-stage':
      return `back from deployment ${target.fromDeployment} to deployment ${target.toDeployment}`;
    case 'mesh':
      return `back from ${inWords(target.fromWeights)} to ${inWords(target.toWeights)}`;
    case 'hook':
      return `asked to do its part, ${target.phase === 'hook-before' ? 'before' : 'after'} everything else`;
  }
}

function mark(status: 'restored' | 'failed'): string {
  return status === 'failed' ? 'FAILED: ' : '';
}

function releaseTime(incident: IncidentRecord): string {
  const compact = incident.releaseId.slice(-16);
  return instant(compact.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function footer(incident: IncidentRecord): string[] {
  const source = incident.deploymentId
    ? `found by watching deployment ${incident.deploymentId}`
    : `asked for by ${incident.requestedBy ?? 'a person'}`;
  return [
    ...forOwners(incident.owners),
    `Incident ${incident.incidentId}, ${source}`,
    executionUrl(incident.executionArn),
  ];
}
