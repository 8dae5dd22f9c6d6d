import type { Attempt } from '../ledger/incident-ledger.ts';
import type { ServiceResult } from '../ledger/records.ts';
import type { ServicePlan } from '../targets/service-plan.ts';
import { ofItsProviders } from './readiness.ts';

/**
 * The failed result of a service whose execution ended, or stopped responding, without recording one.
 *
 * @param sign the known facts about the execution's end, to follow `its execution`
 */
export function givenUp(
  { incidentId, attempt }: Attempt,
  plan: ServicePlan,
  sign: string,
  times: Pick<ServiceResult, 'startedAt' | 'finishedAt'>,
): ServiceResult {
  return {
    incidentId,
    attempt,
    service: plan.service,
    status: 'failed',
    ...ofItsProviders(plan, 'failed'),
    reason: `its execution ${sign}, so that it is not known what was done last`,
    targets: [],
    ...times,
  };
}
