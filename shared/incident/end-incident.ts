import type { IncidentLedger } from '../ledger/incident-ledger.ts';
import type { LockLedger } from '../ledger/lock-ledger.ts';
import { type IncidentRecord, isTrafficBack, type Outcome, type ServiceResult } from '../ledger/records.ts';
import { limitConcurrency } from '../limit-concurrency.ts';
import { finishByHand } from '../mail/finish-by-hand.ts';
import { outcomeMail } from '../mail/incident-mails.ts';
import type { MailRoom } from '../mail/mail-room.ts';
import type { PlanStore } from '../targets/plan-store.ts';
import { lockOwner } from './lock-owner.ts';

/** What ending an incident needs. */
export interface EndIncidentDeps {
  readonly incidents: Pick<IncidentLedger, 'serviceResults' | 'newcomers' | 'close' | 'get' | 'strikeOut'>;
  readonly locks: Pick<LockLedger, 'release'>;
  readonly mailRoom: Pick<MailRoom, 'keep' | 'send'>;
  readonly plans: Pick<PlanStore, 'find' | 'urlOf'>;
  readonly environment: string;
  readonly now: () => number;
}

/** Locks freed side by side: 1,000 take a second or two. */
const releasedAtOnce = 25;

/** How the run of an incident came to its end. */
export interface Ending {
  /** What stopped the automation, in words. */
  readonly failure?: string | undefined;
  /** How the moved services were found afterwards. */
  readonly recovery?: { readonly recovered: boolean; readonly detail: string } | undefined;
  /** A service that would have to go back is declared irreversible. */
  readonly frozen?: boolean;
  /** The good release that took the bad one's place before anything was done. */
  readonly supersededBy?: string | undefined;
  /** Why nothing was permitted, and whether that was a person's refusal. */
  readonly withheld?: { readonly refused: boolean; readonly reason: string } | undefined;
}

/**
 * Ends an incident: decides its outcome from what the ledger says was done, closes it, frees its locks and tells the
 * stakeholders. Run twice it closes and tells once. The mail is in the outbox before the incident is closed, and is sent
 * last: an incident does not stay open because SNS does not take its mail.
 *
 * @param executionArn the execution whose incident this is; another attempt's incident is left alone
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
  const mail = outcomeMail(deps.environment, incident, {
    outcome,
    closedAt: incident.closedAt ? Date.parse(incident.closedAt) : deps.now(),
    services,
    byHand: plan ? finishByHand(plan, services, (key) => deps.plans.urlOf(key)) : [],
    planned,
    newcomers: await deps.incidents.newcomers(incidentId),
    recovery: ending.supersededBy
      ? `Release ${ending.supersededBy} took its place and was verified good.`
      : ending.recovery?.detail,
    notRecovered: ending.recovery?.recovered === false,
    failure: ending.failure,
    withheld: ending.withheld && { ...ending.withheld, plan: ending.frozen ? undefined : plan },
  });
  const step = `outcome-${attempt}`;
  await deps.mailRoom.keep(incidentId, step, executionArn, mail);
  await deps.incidents.close(incidentId, executionArn, outcome, new Date(deps.now()).toISOString());
  // Not while another attempt has it open: the list is how an incident that is left open is found.
  if ((await deps.incidents.get(incidentId)).status === 'closed') await deps.incidents.strikeOut(incidentId);
  await freeLocks(deps, incident, names);
  await deps.mailRoom.send(incidentId, step, executionArn, mail);
  return outcome;
}

/** Frees the locks of all attempts: one that was planned again, and ended before it took over the locks, left them. */
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
      [...new Set([service, ...names])].map((name) => limited(() => locks.release(name, owner))),
    );
  }
}

function namesOf(services: readonly { readonly service: string }[]): string[] {
  return services.map(({ service }) => service);
}

/** The outcome of an incident, from what was planned, what was done and how it is now. */
export function decideOutcome(
  ending: Ending & {
    /** Services the plan names; empty where there is no plan. */
    readonly planned: readonly string[];
  },
  services: readonly ServiceResult[],
): Outcome {
  const done = services.filter(isTrafficBack);
  const someDone = services.some(({ targets }) => targets.some(({ status }) => status === 'restored'));
  const planned = ending.planned.length;
  // A plan that an earlier try of the same attempt made, before it waited for locks, is nothing any more.
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
