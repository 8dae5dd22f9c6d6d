import { MINUTE_MS } from 'account-simulator/traffic/version-minute.ts';
import type { Autonomy } from '../../../shared/catalog/service-entry.ts';
import type { ApprovalRecord } from '../../../shared/ledger/approval-ledger.ts';
import { everyService } from '../../../shared/ledger/hold-ledger.ts';
import type { IncidentRecord } from '../../../shared/ledger/records.ts';
import type { PromiseCheck } from './promise.ts';
import type { RunFacts } from './run-facts.ts';
import { stopsMeanwhile } from './service-changes.ts';

interface Begun {
  readonly incidentId: string;
  readonly service: string;
  readonly at: number;
}

/**
 * Nothing is changed without the autonomy for it. An attempt that no person requested makes a change only if every service
 * of its plan may be changed automatically, or a person approved exactly that plan, or its numbers condemn it and the policy
 * does not wait then; if nothing in the plan was on hold when its incident was opened; and within its service's budget, of
 * which an incident uses one, however often it plans again. While an approval is pending, deployments are stopped only if
 * the policy of their service says so.
 */
export const withinAutonomy: PromiseCheck = {
  promise: 'within-autonomy',
  watch(facts, broken) {
    /** The time of the first change of each attempt that no person requested. */
    const begun = new Map<string, Begun>();
    facts.changes.onChange((change) => {
      const { at, call, service = '', owners } = change;
      if (stopsMeanwhile(change)) {
        if (facts.entry(service)?.policy.approval.meanwhile === 'stop') return;
        broken(
          `${facts.clock(at)} ${call} on ${service} while a person is asked, and its policy does not say so`,
        );
      }
      for (const owner of owners) {
        const [incidentId = '', attempt = ''] = owner.split('#');
        const incident = facts.ledger.incident(incidentId);
        // The ledger no longer holds who requested an older attempt.
        if (!incident || incident.attempt !== Number(attempt) || begun.has(owner)) continue;
        if (incident.requestedBy !== undefined || isApproved(facts, owner, incident)) continue;
        begun.set(owner, { incidentId, service: incident.service, at });
        const why =
          withoutPermission(facts, owner, incident) ?? overBudget(facts, incident, [...begun.values()], at);
        if (why)
          broken(`${facts.clock(at)} ${call} on ${service} for incident ${incidentId}, although ${why}`);
      }
    });
    return undefined;
  },
};

function approvalOf(facts: RunFacts, { incidentId, attempt }: IncidentRecord): ApprovalRecord | undefined {
  return facts.ledger.get(`INCIDENT#${incidentId}`, `APPROVAL#${attempt}`) as ApprovalRecord | undefined;
}

function isApproved(facts: RunFacts, owner: string, incident: IncidentRecord): boolean {
  const approval = approvalOf(facts, incident);
  return approval?.answer === 'approve' && approval.planDigest === facts.plans.of(owner)?.plan.digest;
}

function withoutPermission(facts: RunFacts, owner: string, incident: IncidentRecord): string | undefined {
  const planned = facts.plans.of(owner)?.plan.services.map(({ service }) => service) ?? [incident.service];
  for (const hold of [everyService, ...planned].map((one) => facts.ledger.get('HOLDS', `HOLD#${one}`))) {
    if (hold?.held && String(hold.at) < incident.openedAt) return `${hold.service} was put on hold before`;
  }
  for (const service of planned) {
    const policy = facts.entry(service)?.policy;
    const autonomy: Autonomy = policy?.autonomy ?? 'act';
    const breach =
      autonomy === 'approve' && policy?.approval.unless === 'hard-breach' && isBreached(facts, incident);
    if (autonomy !== 'act' && !breach)
      return `${service} has the autonomy ${autonomy}, and nobody approved it`;
  }
  return undefined;
}

/** Uses the behaviour of the versions, not the coordinator's verdict. */
function isBreached(facts: RunFacts, { releaseId }: IncidentRecord): boolean {
  const release = facts.ledger.release(releaseId);
  return release !== undefined && facts.truth.worseThanBefore(release) !== undefined;
}

function overBudget(
  facts: RunFacts,
  { service }: IncidentRecord,
  begun: readonly Begun[],
  at: number,
): string | undefined {
  const budget = facts.entry(service)?.policy.budget;
  if (!budget) return undefined;
  const since = at - budget.hours * 60 * MINUTE_MS;
  const used = new Set(
    begun.filter((one) => one.service === service && one.at > since).map(({ incidentId }) => incidentId),
  );
  return used.size > budget.rollbacks ? `${service} may be taken back ${budget.rollbacks} times` : undefined;
}
