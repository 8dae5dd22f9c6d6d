import type { IncidentRecord } from '../../../shared/ledger/records.ts';
import type { LedgerItem } from './ledger-mirror.ts';
import { isIncident, isRelease } from './ledger-mirror.ts';
import type { Broken, PromiseCheck } from './promise.ts';
import type { RunFacts } from './run-facts.ts';
import { keepsRestored } from './service-changes.ts';

/**
 * Unmanaged services and healthy deployments are never touched. A service outside the catalog gets no change, no record and
 * no incident. A release gets an incident only if a person requested it or if there is real evidence against it: a lifecycle
 * hook that failed, an alarm that went into ALARM after its first traffic, or at least as many minutes over a limit of its
 * policy as the policy demands. A service is changed only for an incident, its own or that of a service it was released on
 * top of; the rollback of a stack skips only the resources that the catalog allows.
 */
export const handsOff: PromiseCheck = {
  promise: 'hands-off',
  watch(facts, broken) {
    facts.changes.onChange((change) => {
      const { at, call, service, owners, skips = [] } = change;
      if (service === undefined || !facts.isManaged(service)) {
        broken(`${facts.clock(at)} ${call} on ${service ?? 'something'}, which is not in the catalog`);
      } else if (owners.length === 0 && !keepsRestored(change)) {
        broken(`${facts.clock(at)} ${call} on ${service} for no incident`);
      }
      const allowed = facts
        .entry(service ?? '')
        ?.targets.flatMap((one) => (one.kind === 'cloudformation' ? (one.skipResources ?? []) : []));
      const others = skips.filter((one) => !allowed?.includes(one));
      if (others.length > 0)
        broken(`${facts.clock(at)} ${call} on ${service} leaves ${others.join(', ')} as it is`);
    });
    facts.ledger.onWrite(({ at, before, after }) => {
      if (before || !after) return;
      checkRecord(facts, after, at, broken);
    });
    return undefined;
  },
};

function checkRecord(facts: RunFacts, item: LedgerItem, at: number, broken: Broken): void {
  const service = String(item.service);
  if ((isRelease(item) || isIncident(item)) && !facts.isManaged(service)) {
    broken(`${facts.clock(at)} ${item.pk} ${item.sk} is about ${service}, which is not in the catalog`);
  } else if (isIncident(item)) checkIncident(facts, item, at, broken);
}

function checkIncident(facts: RunFacts, incident: IncidentRecord, at: number, broken: Broken): void {
  const { incidentId, releaseId, requestedBy, reason } = incident;
  if (requestedBy !== undefined) return;
  const release = facts.ledger.release(releaseId);
  if (!release)
    broken(`${facts.clock(at)} incident ${incidentId} is about a release that is not in the ledger`);
  else if (!facts.truth.caseAgainst(release)) {
    broken(`${facts.clock(at)} incident ${incidentId} against a healthy release: ${reason}`);
  }
}
