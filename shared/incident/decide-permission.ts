import type { Autonomy, ServicePolicy } from '../catalog/service-entry.ts';
import type { ApprovalRecord } from '../ledger/approval-ledger.ts';
import { everyService, type HoldRecord } from '../ledger/hold-ledger.ts';

/** A service of a plan, with the part of its policy on who decides. */
export interface GovernedService {
  readonly service: string;
  readonly policy: Pick<ServicePolicy, 'autonomy' | 'approval'>;
}

/** Inputs of the decision. */
export interface PermissionInput {
  /** A person started the incident. */
  readonly byPerson: boolean;
  /** All services of the plan; without a plan the incident's own. */
  readonly services: readonly GovernedService[];
  readonly holds: readonly HoldRecord[];
  /** The numbers of the release itself condemn it. */
  readonly breached: boolean;
  readonly approval: Pick<ApprovalRecord, 'answer' | 'by' | 'reason'> | undefined;
}

/**
 * `act`: the plan is executed; `automatic` if no person approved it, so that it counts against the budgets. `ask`: a person
 * is asked and has so many minutes. `report`: nothing is changed, the plan is mailed. `refused`: a person said no.
 */
export type Permission =
  | { readonly decision: 'act'; readonly automatic: boolean }
  | { readonly decision: 'ask'; readonly minutes: number; readonly reason: string }
  | { readonly decision: 'report' | 'refused'; readonly reason: string };

/** All but `act`, the least permissive first. */
const fromLeast: readonly Autonomy[] = ['observe', 'recommend', 'approve'];

/**
 * Decides whether a plan may be executed. A person's answer comes first, then holds, then the strictest service of the plan,
 * because a plan is executed as a whole or not at all.
 */
export function decidePermission(input: PermissionInput): Permission {
  const { byPerson, services, holds, breached, approval } = input;
  if (byPerson || approval?.answer === 'approve') return { decision: 'act', automatic: false };
  if (approval?.answer === 'refuse') {
    return { decision: 'refused', reason: saidBy('Refused', approval) };
  }
  const hold = holds.find((one) => one.service === everyService || names(services).includes(one.service));
  if (hold) {
    const what = hold.service === everyService ? 'Everything' : hold.service;
    return {
      decision: 'report',
      reason: saidBy(`${what} is on hold${hold.until ? ` until ${hold.until}` : ''}, put there`, hold),
    };
  }
  const strictest = fromLeast.find((one) => services.some(({ policy }) => policy.autonomy === one)) ?? 'act';
  const those = services.filter(({ policy }) => policy.autonomy === strictest);
  const reason = `Its policy gives ${shortList(names(those))} the autonomy "${strictest}".`;
  if (strictest === 'act') return { decision: 'act', automatic: true };
  if (strictest !== 'approve') return { decision: 'report', reason };
  if (breached && those.every(({ policy }) => policy.approval.unless === 'hard-breach')) {
    return { decision: 'act', automatic: true };
  }
  // Nobody gets less time to answer than their own policy gives.
  const minutes = Math.max(...those.map(({ policy }) => policy.approval.minutes));
  if (approval?.answer === 'expired') {
    return { decision: 'report', reason: `${reason} Nobody answered within ${minutes} minutes.` };
  }
  return { decision: 'ask', minutes, reason };
}

function saidBy(what: string, { by, reason }: { by?: string | undefined; reason?: string | undefined }) {
  return `${what} by ${by ?? 'a person'}${reason ? `: ${reason}` : ''}`;
}

function names(services: readonly GovernedService[]): string[] {
  return services.map(({ service }) => service);
}

function shortList(all: readonly string[]): string {
  const most = 5;
  const shown = all.slice(0, most).join(', ');
  return all.length > most ? `${shown} and ${all.length - most} more` : shown;
}
