import type { IncidentLedger } from '../ledger/incident-ledger.ts';
import type { IncidentRecord, ServiceResult } from '../ledger/records.ts';
import type { ReleaseLedger } from '../ledger/release-ledger.ts';
import type { PlanStore } from '../targets/plan-store.ts';
import type { ServicePlan } from '../targets/service-plan.ts';

/** The last incident that rolled a service back: its own, or another service's. */
export interface LastRollback {
  readonly incident: IncidentRecord;
  /** The service's plan in the incident's latest attempt with work for it. */
  readonly plan: ServicePlan;
  /** The result of that plan. */
  readonly result: ServiceResult;
}

/** The ledgers that are read. */
export interface LastRollbackDeps {
  readonly releases: ReleaseLedger;
  readonly incidents: IncidentLedger;
  readonly plans: PlanStore;
}

/** Number of releases read: after more releases nothing is left of a rollback. */
const releasesBack = 50;

/** The last rollback of a service that has a result; undefined if its latest releases had none. */
export async function lastRollback(
  { releases, incidents, plans }: LastRollbackDeps,
  service: string,
): Promise<LastRollback | undefined> {
  const found = await releases.list(service, { limit: releasesBack });
  const ids = found.flatMap(({ restoredBy, undoneBy, incidentId }) => [restoredBy, undoneBy, incidentId]);
  for (const id of new Set(ids)) {
    const incident = id === undefined ? undefined : await incidents.find(id);
    if (!incident) continue;
    for (let { attempt } = incident; attempt > 0; attempt -= 1) {
      const result = await incidents.serviceResult({ incidentId: incident.incidentId, attempt }, service);
      if (!result) continue;
      const plan = await plans.findService(incident.incidentId, attempt, service);
      if (plan) return { incident, plan, result };
    }
  }
  return undefined;
}
