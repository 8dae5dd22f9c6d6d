import { regionOf } from '../by-hand/start-execution.ts';
import type { ApprovalLedger } from '../ledger/approval-ledger.ts';
import type { IncidentLedger } from '../ledger/incident-ledger.ts';
import type { LockLedger } from '../ledger/lock-ledger.ts';
import { type IncidentRecord, isTrafficBack, type Outcome, type ServiceResult } from '../ledger/records.ts';
import type { ReleaseLedger } from '../ledger/release-ledger.ts';
import { limitConcurrency } from '../limit-concurrency.ts';
import { finishByHand } from '../mail/finish-by-hand.ts';
import type { Mailer } from '../mail/mailer.ts';
import { type AliasBefore, outcomeMail } from '../mail/outcome-mail.ts';
import type { TrafficReader } from '../mail/traffic-reader.ts';
import { aliasesOfIncident } from '../mail/users-meet.ts';
import type { PlanStore } from '../targets/plan-store.ts';
import type { ServicePlan } from '../targets/service-plan.ts';
import { type Figures, type ReleaseValues, secondsBetween } from '../telemetry/figures.ts';
import { lockOwner } from './lock-owner.ts';
import { approvalOf, servicesBackBefore } from './told-before.ts';

export interface EndIncidentDeps {
  readonly incidents: Pick<
    IncidentLedger,
    'serviceResults' | 'overtaken' | 'concurrentReleases' | 'close' | 'get' | 'removeFromOpen'
  >;
  readonly approvals: Pick<ApprovalLedger, 'find'>;
  readonly releases: Pick<ReleaseLedger, 'find'>;
  readonly traffic: Pick<TrafficReader, 'read'>;
  readonly locks: Pick<LockLedger, 'unlock'>;
  readonly mailer: Pick<Mailer, 'keep' | 'send'>;
  readonly plans: Pick<PlanStore, 'find' | 'urlOf'>;
  readonly figures: Pick<Figures, 'count'>;
  readonly environment: string;
  readonly now: () => number;
}

/** Locks freed in parallel: 1,000 take a second or two. */
const releasedAtOnce = 25;

/** The end of an incident's run. */
export interface Ending {
  /** The error that stopped the automation, in words. */
  readonly failure?: string | undefined;
  /** Result of checking the moved services afterwards. */
  readonly recovery?: { readonly recovered: boolean; readonly detail: string } | undefined;
  /** A service of the plan is declared irreversible. */
  readonly frozen?: boolean;
  /** There is no release to go back to; the aliases of the bad release as they were before it. */
  readonly withoutRestorePoint?: readonly AliasBefore[] | undefined;
  /** The good release that replaced the bad one before anything was done. */
  readonly supersededBy?: string | undefined;
  /** The reason why nothing was permitted, and whether a person refused. */
  readonly withheld?: { readonly refused: boolean; readonly reason: string } | undefined;
}

/**
 * Ends an incident: decides its outcome from the ledger's results, closes it, frees its locks and mails the stakeholders.
 * Run twice, it closes and mails once. The mail is in the outbox before the incident is closed, and is sent last: an
 * incident does not stay open because SNS refuses its mail.
 *
 * @param executionArn the execution that works on the incident; an incident that another attempt has taken over is left
 * alone
 */
export async function endIncident(
  deps: EndIncidentDeps,
  incident: IncidentRecord,
  executionArn: string,
  ending: Ending,
): Promise<Outcome> {
  const { incidentId, attempt } = incident;
  if (incident.executionArn !== executionArn) return incident.outcome ?? 'needs-person';
  const services = await deps.incidents.serviceResults(incident);
  const plan = await deps.plans.find(incidentId, attempt);
  const planned = plan?.services ?? [];
  const names = namesOf(planned);
  const outcome = incident.outcome ?? decideOutcome({ ...ending, planned: names }, services);
  const left = leftOnPurpose(planned, services);
  const release = await deps.releases.find(incident.releaseId);
  const mail = outcomeMail(deps.environment, incident, {
    release,
    outcome,
    closedAt: incident.closedAt ? Date.parse(incident.closedAt) : deps.now(),
    services,
    byHand: plan
      ? finishByHand(plan, services, {
          place: { environment: deps.environment, region: regionOf(executionArn) },
          templateUrl: (key) => deps.plans.urlOf(key),
        })
      : [],
    planned,
    meet: await deps.traffic.read(aliasesOfIncident(plan, release)),
    back: await servicesBackBefore(deps.incidents, incident),
    approval: await approvalOf(deps.approvals, incident),
    leftOnPurpose: left,
    concurrentReleases: await deps.incidents.concurrentReleases(incidentId),
    recovery: ending.supersededBy
      ? `Release ${ending.supersededBy} took its place and was verified good.`
      : ending.recovery?.detail,
    notRecovered: ending.recovery?.recovered === false,
    failure: ending.failure,
    withoutRestorePoint: ending.withoutRestorePoint,
    withheld: ending.withheld && { ...ending.withheld, plan: ending.frozen ? undefined : plan },
  });
  const step = `outcome-${attempt}`;
  await deps.mailer.keep(incidentId, step, executionArn, mail);
  await deps.incidents.close(incidentId, executionArn, outcome, new Date(deps.now()).toISOString(), left);
  // Not while another attempt has reopened it: the list of open incidents is how an abandoned one is found.
  if ((await deps.incidents.get(incidentId)).status === 'closed')
    await deps.incidents.removeFromOpen(incidentId);
  await freeLocks(deps, incident, names);
  await deps.mailer.send(incidentId, step, executionArn, mail);
  const closedAt = incident.closedAt ? Date.parse(incident.closedAt) : deps.now();
  for (const [fact, values] of Object.entries(figuresOf(incident, outcome, closedAt))) {
    await deps.figures.count(incidentId, fact, executionArn, values);
  }
  return outcome;
}

const unfinished: ReadonlySet<Outcome> = new Set(['partly-rolled-back', 'frozen', 'needs-person']);
const putBack: ReadonlySet<Outcome> = new Set(['rolled-back', 'traffic-restored', 'partly-rolled-back']);

/** The metrics of an attempt's end, by fact. A rollback of several attempts is counted once. */
export function figuresOf(
  { attempt, detectedAt }: Pick<IncidentRecord, 'attempt' | 'detectedAt'>,
  outcome: Outcome,
  closedAt: number,
): Readonly<Record<string, ReleaseValues>> {
  const TimeToConverge = secondsBetween(Date.parse(detectedAt), closedAt);
  return {
    [`ended-${attempt}`]: { Unfinished: unfinished.has(outcome) ? 1 : 0 },
    ...(putBack.has(outcome) && { 'put-back': { Rollbacks: 1 } }),
    ...(outcome === 'rolled-back' && { converged: { TimeToConverge } }),
  };
}

/**
 * Frees the locks of all attempts: an attempt that was planned again may have ended before it took over the locks of the one
 * before.
 */
async function freeLocks(
  { locks, plans }: EndIncidentDeps,
  { incidentId, service, attempt }: IncidentRecord,
  planned: readonly string[],
): Promise<void> {
  const limited = limitConcurrency(releasedAtOnce);
  for (let one = attempt; one > 0; one -= 1) {
    const names = one === attempt ? planned : namesOf((await plans.find(incidentId, one))?.services ?? []);
    const owner = lockOwner({ incidentId, attempt: one });
    await Promise.all(
      [...new Set([service, ...names])].map((name) => limited(() => locks.unlock(name, owner))),
    );
  }
}

/** Records and mails are limited in size. */
const mostLeft = 50;

/** Targets left as they are on purpose, in words: changed by somebody since the release, or not ours to change. */
export function leftOnPurpose(
  planned: readonly Pick<ServicePlan, 'service' | 'unchanged'>[],
  results: readonly ServiceResult[],
): string[] {
  const done = new Set(results.filter(isTrafficBack).map(({ service }) => service));
  const left = [
    ...planned
      .filter(({ service }) => done.has(service))
      .flatMap(({ service, unchanged }) =>
        unchanged.filter(({ kept }) => kept).map(({ target, reason }) => `${service} ${target}: ${reason}`),
      ),
    ...results.flatMap(({ service, targets }) =>
      targets.flatMap(({ target, status, action, kept = [] }) => [
        ...(status === 'left' ? [`${service} ${target}: ${action}`] : []),
        ...kept.map((words) => `${service}: ${words}`),
      ]),
    ),
  ];
  const more = left.length - mostLeft;
  return more > 0 ? [...left.slice(0, mostLeft), `and ${more} more`] : left;
}

function namesOf(services: readonly { readonly service: string }[]): string[] {
  return services.map(({ service }) => service);
}

/** The outcome of an incident, from the plan, the results and the check afterwards. */
export function decideOutcome(
  ending: Ending & {
    /** Services of the plan; empty if there is none. */
    readonly planned: readonly string[];
  },
  services: readonly ServiceResult[],
): Outcome {
  const done = services.filter(isTrafficBack);
  const someDone = services.some(({ targets }) => targets.some(({ status }) => status === 'restored'));
  const planned = ending.planned.length;
  // A plan that an earlier try of the same attempt made, before it waited for locks, no longer counts.
  if (services.length === 0 && ending.frozen) return 'frozen';
  // A person decided that the release stays.
  if (services.length === 0 && ending.withheld?.refused) return 'not-needed';
  if (services.length === 0 && ending.supersededBy !== undefined) return 'not-needed';
  if (planned > 0 && done.length === planned) {
    if (ending.recovery && !ending.recovery.recovered) return 'needs-person';
    return services.some(({ status }) => status === 'traffic-restored') ? 'traffic-restored' : 'rolled-back';
  }
  if (planned === 0 && ending.failure === undefined) return 'not-needed';
  return someDone ? 'partly-rolled-back' : 'needs-person';
}
