import * as z from 'zod';
import type { Bucket } from '../../shared/aws/bucket.ts';
import type { CatalogStore } from '../../shared/catalog/catalog-store.ts';
import type { IncidentLedger } from '../../shared/ledger/incident-ledger.ts';
import type { ReleaseLedger } from '../../shared/ledger/release-ledger.ts';
import type { PlanKeys, PlanStore } from '../../shared/targets/plan-store.ts';
import { type PlanServiceDeps, planService } from './plan-service.ts';

export const planRollbackInput = z.strictObject({ incidentId: z.string() });

/** What the rule needs. */
export interface PlanRollbackDeps extends PlanServiceDeps {
  readonly catalog: CatalogStore;
  readonly releases: ReleaseLedger;
  readonly incidents: IncidentLedger;
  readonly plans: PlanStore;
  readonly bucket: Bucket;
  readonly now: () => number;
}

/** Where the plan was put; the states after it hand on the keys and not the plan. */
export interface PlannedRollback extends PlanKeys {
  readonly services: number;
}

/**
 * Plans what an incident is going to do, and saves the plan.
 *
 * @throws NoWayBack when no release is safe to go back to; the message names the ones refused and why
 */
export function planRollback(deps: PlanRollbackDeps) {
  return async ({ incidentId }: z.infer<typeof planRollbackInput>): Promise<PlannedRollback> => {
    const incident = await deps.incidents.get(incidentId);
    const entry = await deps.catalog.entry(incident.service);
    const release = await deps.releases.get(incident.releaseId);
    const earlier = await deps.releases.list(incident.service, { before: incident.releaseId });
    const plan = {
      incidentId,
      attempt: incident.attempt,
      plannedAt: new Date(deps.now()).toISOString(),
      services: [await planService(deps, entry, release, earlier)],
    };
    return { ...(await deps.plans.write(plan)), services: plan.services.length };
  };
}
