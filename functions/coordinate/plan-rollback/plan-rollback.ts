import * as z from 'zod';
import type { CatalogStore } from '../../../shared/catalog/catalog-store.ts';
import { PlanOutdated } from '../../../shared/errors.ts';
import type { IncidentLedger } from '../../../shared/ledger/incident-ledger.ts';
import { serviceOfRelease } from '../../../shared/ledger/records.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import { planDigest } from '../../../shared/targets/plan-digest.ts';
import type { PlanKeys, PlanStore } from '../../../shared/targets/plan-store.ts';
import type { RollbackPlan } from '../../../shared/targets/service-plan.ts';
import { planDifferences } from './plan-differences.ts';
import { type PlanServicesDeps, planServices } from './plan-services.ts';

export const planRollbackInput = z.strictObject({
  /** The incident, which has the id of the bad release; for mode `plan` it need not exist. */
  incidentId: z.string(),
  mode: z.enum(['plan', 'roll-back']).default('roll-back'),
  /** The plan to be executed, if a person named one. */
  planDigest: z.string().nullish(),
});

export interface PlanRollbackDeps extends PlanServicesDeps {
  readonly catalog: CatalogStore;
  readonly releases: ReleaseLedger;
  readonly incidents: IncidentLedger;
  readonly plans: PlanStore;
  readonly now: () => number;
}

/**
 * Keys of the plan: later states pass these on and not the plan. `not-needed`: a good release has already replaced the bad
 * one.
 */
export type PlannedRollback =
  | (PlanKeys & { readonly status: 'planned'; readonly services: number; readonly digest: string })
  | { readonly status: 'not-needed'; readonly supersededBy: string };

/** Releases read per service: many years of good ones for most teams. */
const releasesLookedAt = 100;

/**
 * Plans the work of an incident, and saves the plan. Changes nothing in the services.
 *
 * @throws NoWayBack when no consistent set of releases is safe to go back to; the message names the ones refused
 * @throws Irreversible when a service that would have to go back is declared irreversible
 * @throws PlanOutdated when the named plan differs from a fresh one; the message names the differences
 */
export function planRollback(deps: PlanRollbackDeps) {
  return async (input: z.infer<typeof planRollbackInput>): Promise<PlannedRollback> => {
    const { incidentId, mode } = input;
    const attempt = mode === 'plan' ? 0 : (await deps.incidents.get(incidentId)).attempt;
    const { services } = await deps.catalog.read();
    // Before any read: the plan need not cover releases made from now on.
    const plannedAt = new Date(deps.now()).toISOString();
    const planned = await planServices(deps, {
      services,
      plannedAt,
      incident: { service: serviceOfRelease(incidentId), releaseId: incidentId },
      releasesOf: (service) => deps.releases.list(service, { limit: releasesLookedAt }),
    });
    if ('supersededBy' in planned) {
      return { status: 'not-needed', supersededBy: planned.supersededBy.releaseId };
    }
    const plan: RollbackPlan = {
      incidentId,
      attempt,
      plannedAt,
      digest: planDigest(planned),
      ...planned,
    };
    if (input.planDigest && input.planDigest !== plan.digest) {
      throw new PlanOutdated(await whatMoved(deps.plans, input.planDigest, plan));
    }
    // A release that served well may not have been settled yet: from now on it is recorded as a restore point.
    for (const { toRelease } of plan.services) {
      if (toRelease !== undefined) await deps.releases.markServedWell(toRelease);
    }
    const keys = await deps.plans.write(plan);
    return { status: 'planned', ...keys, services: plan.services.length, digest: plan.digest };
  };
}

async function whatMoved(plans: PlanStore, digest: string, now: RollbackPlan): Promise<string> {
  // The plan was only asked for, or this attempt showed it for approval, or the one before recommended it.
  const attempts = new Set([0, now.attempt, Math.max(0, now.attempt - 1)]);
  const shown = await Promise.all([...attempts].map((attempt) => plans.find(now.incidentId, attempt)));
  const then = shown.find((plan) => plan?.digest === digest);
  const moved = then ? planDifferences(then, now).join('; ') : 'the plan of that digest is not kept any more';
  return `Plan ${digest} is not what would be done now, which is plan ${now.digest}: ${moved}. Plan again.`;
}
