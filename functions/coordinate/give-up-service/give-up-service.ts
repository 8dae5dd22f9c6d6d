import * as z from 'zod';
import { givenUp } from '../../../shared/incident/given-up.ts';
import { type NotifyDeps, notifyWaiting } from '../../../shared/incident/notify-waiting.ts';
import type { IncidentLedger } from '../../../shared/ledger/incident-ledger.ts';
import { isTrafficBack, type ServiceResult, type TargetResult } from '../../../shared/ledger/records.ts';
import type { ServicePlan } from '../../../shared/targets/service-plan.ts';
import { serviceStep } from '../../../shared/targets/steps.ts';
import { targetsOfWave, type Wave, wave } from '../../../shared/targets/waves.ts';

export const giveUpServiceInput = z.strictObject({
  ...serviceStep,
  wave,
  /** Start of its execution, ISO 8601. */
  startedAt: z.iso.datetime(),
  /** The error its execution ended with. */
  error: z.string(),
});

export interface GiveUpServiceDeps extends NotifyDeps {
  readonly incidents: IncidentLedger;
  readonly now: () => number;
}

/**
 * Ends the wait for a service whose execution ended without success: if the execution could not record a result itself (it
 * was stopped, its lock was lost, a function failed for good), the service counts as failed. The services that wait for it
 * are notified in any case. In a later wave its traffic is back, and only the targets of that wave count as failed.
 */
export function giveUpService(deps: GiveUpServiceDeps) {
  return async (input: z.infer<typeof giveUpServiceInput>): Promise<{ readonly status: string }> => {
    const { service, planKey, startedAt, error } = input;
    const known = await deps.incidents.serviceResult(input, service);
    const plan = await deps.plans.readService(planKey, service);
    const finishedAt = new Date(deps.now()).toISOString();
    const sign = `ended with ${error}`;
    const result = known
      ? { ...known, targets: [...known.targets, ...lostTargets(known, plan, input.wave, sign)] }
      : givenUp(input, plan, sign, { startedAt, finishedAt });
    if (result.targets.length !== known?.targets.length) await deps.incidents.putServiceResult(result);
    await notifyWaiting(deps, planKey, input.wave, result);
    return { status: result.status };
  };
}

/** The targets of a later wave for which its execution recorded nothing. */
function lostTargets(known: ServiceResult, plan: ServicePlan, of: Wave, sign: string): TargetResult[] {
  if (of === 'traffic' || !isTrafficBack(known)) return [];
  const action = `its execution ${sign}, so that it is not known what was done last`;
  return targetsOfWave(plan, of)
    .filter(({ target }) => !known.targets.some((one) => one.target === target))
    .map(({ target }) => ({ target, status: 'failed', action }));
}
