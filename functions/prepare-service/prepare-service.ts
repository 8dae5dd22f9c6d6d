import * as z from 'zod';
import { lockOwner } from '../../shared/incident/lock-owner.ts';
import type { LockLedger } from '../../shared/ledger/lock-ledger.ts';
import type { ReleaseLedger } from '../../shared/ledger/release-ledger.ts';
import type { PlanStore } from '../../shared/targets/plan-store.ts';
import { phasesOf, type TargetPlan } from '../../shared/targets/service-plan.ts';

export const prepareServiceInput = z.strictObject({
  incidentId: z.string(),
  attempt: z.number().int().positive(),
  service: z.string(),
  planKey: z.string(),
});

/** The targets of a service, phase by phase; those of one phase go back side by side. */
export interface PreparedService {
  readonly phases: readonly { readonly targets: readonly string[] }[];
  /** ISO 8601 */
  readonly startedAt: string;
}

/** What the rule needs. */
export interface PrepareServiceDeps {
  readonly locks: LockLedger;
  readonly releases: ReleaseLedger;
  readonly plans: PlanStore;
  readonly now: () => number;
}

/**
 * Makes sure that the service is still this incident's, and lays out its targets in their order.
 *
 * The releases that are undone are noted as such first: whoever watches one of them ends, instead of taking a
 * deployment that we stop for a bad one.
 */
export function prepareService({ locks, releases, plans, now }: PrepareServiceDeps) {
  return async (input: z.infer<typeof prepareServiceInput>): Promise<PreparedService> => {
    await locks.renew(input.service, lockOwner(input));
    const plan = await plans.readService(input.planKey, input.service);
    for (const releaseId of plan.undoes) {
      if (releaseId !== input.incidentId) await releases.markUndone(releaseId, input.incidentId);
    }
    const inPhase = (phase: TargetPlan['phase']) =>
      plan.targets.filter((target) => target.phase === phase).map(({ target }) => target);
    return {
      phases: phasesOf(plan)
        .map((phase) => ({ targets: inPhase(phase) }))
        .filter(({ targets }) => targets.length > 0),
      startedAt: new Date(now()).toISOString(),
    };
  };
}
