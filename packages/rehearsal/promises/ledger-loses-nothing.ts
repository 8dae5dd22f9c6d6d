import { isDeepStrictEqual } from 'node:util';
import type { IncidentRecord, ReleaseRecord, ReleaseVerdict } from '../../../shared/ledger/records.ts';
import { isIncident, isRelease, type LedgerItem } from './ledger-mirror.ts';
import type { PromiseCheck } from './promise.ts';

/** Lists of open work, whose entries are deleted when done: pointers to open incidents, and mails to send; no records. */
const openLists = ['OPEN-INCIDENTS', 'OUTBOX', 'UNANSWERED', 'DIGEST'];

/**
 * The ledger loses nothing: apart from locks, holds, budgets, paces, stops, waiting watches and the compilation's lease,
 * records never vanish and their members stay. A release called bad stays bad, a good one can only become bad, a served-well
 * one good or bad; a deployment's record stays and gains at most its settlement; an attempt's outcome stays. At the end the
 * table equals the result of the writes.
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
  // A hold is a switch; a budget drops entries older than its longest window.
  if (before.sk.startsWith('HOLD#')) return undefined;
  // It refers to the mails before it: a later mail is acknowledged again.
  if (before.sk === 'ACKNOWLEDGED') return undefined;
  // The start time of the next step is no record, nor is the lease of the compilation.
  if (before.sk === 'PACE' || before.sk === 'COMPILATION') return undefined;
  // A watch waits again and again, and an alarm wakes the latest watch of an alias.
  if (before.sk === 'WAITING' || before.pk.startsWith('ALARM#')) return undefined;
  // A stop may be requested again, with a rollback, or where it had no effect for an hour.
  if (before.sk === 'STOP') return undefined;
  if (before.sk === 'BUDGET') {
    return Number(after.version) <= Number(before.version) ? 'its version did not rise' : undefined;
  }
  if (isRelease(before)) return lostOfRelease(before, after as unknown as ReleaseRecord);
  if (isIncident(before)) return lostOfIncident(before, after as unknown as IncidentRecord);
  // A later try or attempt writes its changes to a service again.
  if (before.pk.startsWith('INCIDENT#')) return undefined;
  return changedMember(before, after);
}

/** The verdicts that may follow each verdict. */
const mayBecome: Readonly<Record<ReleaseVerdict, readonly ReleaseVerdict[]>> = {
  candidate: ['good', 'served-well', 'failed', 'bad'],
  'served-well': ['good', 'bad'],
  good: ['bad'],
  // Another deployment of the release may still turn out bad.
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

/** A member of `before` that is different or missing in `after`, in words. */
function changedMember(before: object, after: object): string | undefined {
  for (const [name, value] of Object.entries(before)) {
    const now = (after as Record<string, unknown>)[name];
    if (!isDeepStrictEqual(value, now))
      return `${name} went from ${JSON.stringify(value)} to ${JSON.stringify(now)}`;
  }
  return undefined;
}
