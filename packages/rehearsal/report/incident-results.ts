import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import { type BroughtVersion, broughtBy, type IncidentRecord } from '../../../shared/ledger/records.ts';
import type { Change } from '../run/change-log.ts';
import type { LedgerView } from '../run/ledger-view.ts';
import type { IncidentResult } from './rehearsal-result.ts';

/** Compares every incident of the ledger with the real events in the account. */
export function incidentResults(
  { incidents, releases }: LedgerView,
  changes: readonly Change[],
  account: SimulatedAccount,
): IncidentResult[] {
  return incidents.map((incident) => {
    const release = releases.find(({ releaseId }) => releaseId === incident.releaseId);
    const own = changesOf(incident, changes);
    const versions = release ? broughtBy(release) : [];
    return {
      incidentId: incident.incidentId,
      service: incident.service,
      outcome: incident.outcome ?? null,
      leftOnPurpose: incident.leftOnPurpose ?? [],
      reason: incident.reason,
      evidence: incident.evidence,
      becameBadAt: iso(becameBadAt(versions, account)),
      detectedAt: incident.detectedAt,
      actedAt: iso(own[0]?.at),
      recoveredAt: iso(leftAt(versions, account)),
      closedAt: incident.closedAt ?? null,
      changes: own.map(({ at, call }) => ({ at: new Date(at).toISOString(), call })),
    };
  });
}

function changesOf({ service, openedAt, closedAt }: IncidentRecord, changes: readonly Change[]): Change[] {
  const from = Date.parse(openedAt);
  const to = closedAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(closedAt);
  return changes.filter((change) => change.service === service && change.at >= from && change.at <= to);
}

/** Ground truth: the first moment at which any version of the release behaved badly towards its users. */
function becameBadAt(versions: readonly BroughtVersion[], account: SimulatedAccount): number | undefined {
  const moments = versions.flatMap(
    ({ function: name, alias, toVersion }) => account.traffic.becameBadAt(name, alias, toVersion) ?? [],
  );
  return moments.length > 0 ? Math.min(...moments) : undefined;
}

/** The time at which the last alias had left the release's versions for good; undefined while an alias still has one. */
function leftAt(versions: readonly BroughtVersion[], account: SimulatedAccount): number | undefined {
  let last: number | undefined;
  for (const { function: name, alias, toVersion } of versions) {
    const history = account.lambda.shareHistory(name, alias);
    const final = history.findLastIndex(({ shares }) => (shares[toVersion] ?? 0) > 0);
    if (final < 0) continue;
    const left = history[final + 1];
    if (!left) return undefined;
    last = Math.max(last ?? 0, left.at);
  }
  return last;
}

function iso(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}
