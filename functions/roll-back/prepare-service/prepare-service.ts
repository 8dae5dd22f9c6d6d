import * as z from 'zod';
import { lockOwner } from '../../../shared/incident/lock-owner.ts';
import type { IncidentLedger } from '../../../shared/ledger/incident-ledger.ts';
import type { LockLedger } from '../../../shared/ledger/lock-ledger.ts';
import { isTrafficBack, type ServiceResult } from '../../../shared/ledger/records.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import type { PlanStore } from '../../../shared/targets/plan-store.ts';
import type { ServicePlan } from '../../../shared/targets/service-plan.ts';
import { serviceStep } from '../../../shared/targets/steps.ts';
import { phasesOfWave, wave } from '../../../shared/targets/waves.ts';

export const prepareServiceInput = z.strictObject({
  ...serviceStep,
  wave,
});

/** The targets of a service in a wave, phase by phase; those of one phase go back in parallel. */
export interface PreparedService {
  readonly phases: readonly { readonly targets: readonly string[] }[];
  /** ISO 8601 */
  readonly startedAt: string;
}

export interface PrepareServiceDeps {
  readonly locks: LockLedger;
  readonly incidents: IncidentLedger;
  readonly releases: ReleaseLedger;
  readonly plans: PlanStore;
  readonly now: () => number;
}

/**
 * Checks that this incident still holds the service, and returns the targets of a wave in their order. After the traffic
 * wave only a service whose traffic is back has work left, and only while nobody has released over any service of the
 * attempt: then everything is planned again. The rest of a stack does not begin unless the stack was pinned: a failure there
 * would move users.
 *
 * The undone releases are marked as such first: their watches then end, instead of taking a deployment that we stop for a
 * bad one.
 */
export function prepareService({ locks, incidents, releases, plans, now }: PrepareServiceDeps) {
  return async (input: z.infer<typeof prepareServiceInput>): Promise<PreparedService> => {
    await locks.renew(input.service, lockOwner(input));
    const plan = await plans.readService(input.planKey, input.service);
    for (const releaseId of plan.undoes) {
      if (releaseId !== input.incidentId) await releases.markUndone(releaseId, input.incidentId);
    }
    const before = input.wave === 'traffic' ? undefined : await incidents.serviceResult(input, input.service);
    const phases = (await isToBeDone(input, before)) ? phasesOfWave(plan, input.wave) : [];
    const isUnpinned = before !== undefined && pinsOf(plan).some((pin) => !isRestored(before, pin));
    return {
      phases: phases
        .map((targets) =>
          targets.filter(({ phase }) => !(isUnpinned && (phase === 'stack' || phase === 'after-stack'))),
        )
        .filter((targets) => targets.length > 0)
        .map((targets) => ({ targets: targets.map(({ target }) => target) })),
      startedAt: new Date(now()).toISOString(),
    };
  };

  async function isToBeDone(
    input: z.infer<typeof prepareServiceInput>,
    before: ServiceResult | undefined,
  ): Promise<boolean> {
    if (input.wave === 'traffic') return true;
    if (!before || !isTrafficBack(before)) return false;
    return (await incidents.overtaken(input)).length === 0;
  }
}

function pinsOf({ targets }: ServicePlan): string[] {
  return targets.filter(({ phase }) => phase === 'pin').map(({ target }) => target);
}

/** A target without a result counts as not restored: the execution of its wave was lost. */
function isRestored({ targets }: ServiceResult, name: string): boolean {
  return targets.some(({ target, status }) => target === name && status === 'restored');
}
