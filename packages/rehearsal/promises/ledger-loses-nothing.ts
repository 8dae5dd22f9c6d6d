import { isDeepStrictEqual } from 'node:util';
import type { IncidentRecord, ReleaseRecord, ReleaseVerdict } from '../../../shared/ledger/records.ts';
import { isIncident, isRelease, type LedgerItem } from './ledger-mirror.ts';
import type { PromiseCheck } from './promise.ts';

/** What is left to do, struck out when it is done: pointers to open incidents, and mails to be sent; no records. */
const openLists = ['OPEN-INCIDENTS', 'OUTBOX', 'UNANSWERED', 'DIGEST'];

/**
 * The ledger loses nothing: but for locks, holds, budgets, paces, stops, what wakes a watch and the compilation's lease, records never
 * vanish and what they say stays. A release called bad stays bad, one called good can only become bad, one that served well good or bad; what is known of a
 * deployment stays and gets at most its settlement; an attempt's outcome stays. At the end the table
 * holds what the writes left.
 */
export const ledgerLosesNothing: PromiseCheck = {
  promise: 'ledger-loses-nothing',
  watch(facts, broken) {
    facts.ledger.onWrite(({ at, by, pk, sk, before, after }) => {
      if (!before || openLists.includes(pk)) return;
      const lost = after ? lostBetween(before, after) : 'the record is gone';
      if (lost) broken(`${facts.clock(at)} ${by ?? 'somebody'} wrote ${pk} ${sk}: ${lost}`);
    });
    return () => {
      const { account, coordinator, ledger } = facts;
      const kept = new Map([...ledger.items()].map((item) => [`${item.pk} ${item.sk}`, item]));
      const table = account.dynamoDb.items(coordinator.nameOf('LedgerTable'));
      for (const item of table) {
        const key = `${item.pk} ${item.sk}`;
        if (!isDeepStrictEqual(kept.get(key), item)) broken(`${key} is not as the last write left it`);
        kept.delete(key);
      }
      for (const key of kept.keys()) broken(`${key} is gone at the end`);
    };
  },
};

function lostBetween(before: LedgerItem, after: LedgerItem): string | undefined {
  if (before.sk === 'LOCK') return undefined;
  // What is on hold is a switch; a budget forgets what is older than its longest window.
  if (before.sk.startsWith('HOLD#')) return undefined;
  // It is about the mails before it: for a later one somebody says it again.
  if (before.sk === 'ACKNOWLEDGED') return undefined;
  // When the next step may begin is no record, nor is who compiles a missing catalog.
  if (before.sk === 'PACE' || before.sk === 'COMPILATION') return undefined;
  // A watch waits again and again, and an alarm wakes the latest watch of an alias.
  if (before.sk === 'WAITING' || before.pk.startsWith('ALARM#')) return undefined;
  // A stop may be asked for again, with a rollback, or where it had no effect for an hour.
  if (before.sk === 'STOP') return undefined;
  if (before.sk === 'BUDGET') {
    return Number(after.version) <= Number(before.version) ? 'its version did not rise' : undefined;
  }
  if (isRelease(before)) return lostOfRelease(before, after as unknown as ReleaseRecord);
  if (isIncident(before)) return lostOfIncident(before, after as unknown as IncidentRecord);
  // What was done to a service is written again by a later try or attempt.
  if (before.pk.startsWith('INCIDENT#')) return undefined;
  return changedMember(before, after);
}

/** What a verdict may still turn into. */
const mayBecome: Readonly<Record<ReleaseVerdict, readonly ReleaseVerdict[]>> = {
  candidate: ['good', 'served-well', 'failed', 'bad'],
  'served-well': ['good', 'bad'],
  good: ['bad'],
  // Another deployment of it may still turn out bad.
  failed: ['bad'],
  bad: [],
};

function lostOfRelease(before: ReleaseRecord, after: ReleaseRecord): string | undefined {
  const { verdict, deployments, moved = {}, incidentId: _, ...rest } = before;
  if (after.verdict !== verdict && !mayBecome[verdict].includes(after.verdict))
    return `its verdict went from ${verdict} to ${after.verdict}`;
  for (const [id, deployment] of Object.entries(deployments)) {
    const changed = changedMember(deployment, after.deployments[id] ?? {});
    if (changed) return `deployment ${id}: ${changed}`;
  }
  for (const [target, alias] of Object.entries(moved)) {
    const changed = changedMember(alias, after.moved?.[target] ?? {});
    if (changed) return `moved ${target}: ${changed}`;
  }
  return changedMember(rest, after);
}

function lostOfIncident(before: IncidentRecord, after: IncidentRecord): string | undefined {
  const { incidentId, service, releaseId, reason, evidence, detectedAt, openedAt, attempt } = before;
  if (after.attempt < attempt) return `its attempt went from ${attempt} to ${after.attempt}`;
  const reopened = after.attempt > attempt;
  if (before.status === 'closed' && !reopened && after.outcome !== before.outcome) {
    return `its outcome went from ${before.outcome} to ${after.outcome}`;
  }
  return changedMember({ incidentId, service, releaseId, reason, evidence, detectedAt, openedAt }, after);
}

/** A member of `before` that `after` has otherwise or not at all, in words. */
function changedMember(before: object, after: object): string | undefined {
  for (const [name, value] of Object.entries(before)) {
    const now = (after as Record<string, unknown>)[name];
    if (!isDeepStrictEqual(value, now))
      return `${name} went from ${JSON.stringify(value)} to ${JSON.stringify(now)}`;
  }
  return undefined;
}
