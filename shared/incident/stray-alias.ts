import { type Aliases, isAlone } from '../aws/aliases.ts';
import type { VersionChange } from '../aws/deployments.ts';
import { isAlias } from '../catalog/alias-kinds.ts';
import type { IncidentLedger } from '../ledger/incident-ledger.ts';
import { isReleasedOver, servesGoal } from '../targets/alias/alias-check.ts';
import type { HolderDeps } from './holder.ts';
import { attemptOf } from './lock-owner.ts';

export interface StrayAliasDeps extends HolderDeps {
  readonly aliases: Pick<Aliases, 'get' | 'codeOf'>;
  readonly incidents: Pick<IncidentLedger, 'serviceResult' | 'markOvertaken'>;
}

/**
 * Checks an alias after a deployment of it has ended, and makes the incident that holds its service plan again if the alias
 * has left the restored version. CodeDeploy's automatic rollback may cause that: it may deploy the last revision that
 * succeeded in the group, and a plain UpdateAlias does not change that revision.
 *
 * A service that is not back yet needs no check: its own steps read the alias. Nor does a newer release over it: its own
 * watch reports it.
 */
export async function reportStrayAlias(
  deps: StrayAliasDeps,
  service: string,
  moved: Pick<VersionChange, 'function' | 'alias'>,
): Promise<boolean> {
  const lock = await deps.locks.lockOf(service);
  const holder = lock && attemptOf(lock.owner);
  if (!holder) return false;
  const result = await deps.incidents.serviceResult(holder, service);
  if (result?.status !== 'rolled-back') return false;
  const plan = await deps.plans.findService(holder.incidentId, holder.attempt, service);
  const goal = plan?.targets
    .filter(isAlias)
    .find((one) => one.function === moved.function && one.alias === moved.alias);
  if (!goal) return false;
  const state = await deps.aliases.get(goal.function, goal.alias);
  // With weights, another deployment is under way: the alias is checked after that has ended.
  if (!isAlone(state) || isReleasedOver(goal, state) || (await servesGoal(deps.aliases, goal, state)))
    return false;
  return deps.incidents.markOvertaken(holder, service);
}
