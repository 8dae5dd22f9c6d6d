import { isTrafficBack } from '../../../shared/ledger/records.ts';
import type { LedgerWrite } from './ledger-mirror.ts';
import type { PromiseCheck } from './promise.ts';
import type { RunFacts } from './run-facts.ts';
import { keepsRestored, makesRoom } from './service-changes.ts';

const nobody = 'nobody';

/** The longest time that a call may take after the lock was renewed, the SDK's own retries included. */
const renewedMs = 10_000;

/**
 * No two incidents change one service at the same time: every change is made by the attempt that holds the service's lock at
 * that moment, and a lock passes to another incident only when it was freed, its lease had run out, or its owner's execution
 * had ended. A watch that stops for an incident has renewed the lock, and does not keep the incident from ending a moment
 * later.
 */
export const oneIncidentPerService: PromiseCheck = {
  promise: 'one-incident-per-service',
  watch(facts, broken) {
    /** The time at which each incident last freed each lock, by `<incident> <service>`. */
    const freed = new Map<string, number>();
    facts.ledger.onWrite((write) => {
      const { at, sk, pk, before, after } = write;
      if (sk !== 'LOCK') return;
      checkHandover(facts, write, broken);
      if (after?.owner === nobody && before) {
        freed.set(`${incidentOf(String(before.owner))} ${pk.slice(5)}`, at);
      }
    });
    facts.changes.onChange((change) => {
      const { at, call, service, owners } = change;
      if (service === undefined) return;
      const holder = facts.ledger.lock(service)?.owner ?? nobody;
      const incidents = owners.map(incidentOf);
      if (incidents.includes(incidentOf(holder))) return;
      if (keepsRestored(change) && (holder === nobody || isBackIn(facts, holder, service))) return;
      const since = Math.max(...incidents.map((one) => freed.get(`${one} ${service}`) ?? 0));
      if (makesRoom(change) && holder === nobody && at - since <= renewedMs) return;
      const by = incidents.join(' or ') || 'no incident';
      broken(`${facts.clock(at)} ${call} on ${service} for ${by}, while ${holder} holds its lock`);
    });
    return undefined;
  },
};

/** Whether the incident that holds a service has restored its users, and works on other services or on stacks. */
function isBackIn({ ledger }: RunFacts, holder: string, service: string): boolean {
  const result = ledger.serviceResult(incidentOf(holder), service);
  return result !== undefined && isTrafficBack(result);
}

function checkHandover(facts: RunFacts, { at, pk, before, after }: LedgerWrite, broken: (d: string) => void) {
  const [from, to] = [String(before?.owner ?? nobody), String(after?.owner ?? nobody)];
  if (from === nobody || to === nobody || incidentOf(from) === incidentOf(to)) return;
  const leased = Number(before?.leaseUntil ?? 0) > at;
  const incident = facts.ledger.incident(incidentOf(from));
  const alive =
    incident?.status === 'open' &&
    facts.coordinator.engine.execution(incident.executionArn).status === 'RUNNING';
  if (leased && alive) broken(`${facts.clock(at)} the lock of ${pk.slice(5)} passed from ${from} to ${to}`);
}

function incidentOf(owner: string): string {
  return owner.replace(/#\d+$/, '');
}
