import type { Deployments } from '../../shared/aws/deployments.ts';
import { type ServiceEntry, type TargetEntry, targetName } from '../../shared/catalog/service-entry.ts';
import type { ReleaseRecord, TargetSnapshot } from '../../shared/ledger/records.ts';
import type { PlannedTarget } from './plan-target.ts';

/** What planning a stack reads of AWS. */
export interface PlanStackDeps {
  readonly deployments: Deployments;
}

/**
 * Plans the way back of a stack that the bad release came through.
 *
 * @param undoneSince when the first of the undone releases began
 * @param goal what it is put back to; its adapter refuses where it has none and does not go back by itself
 */
export async function planStack(
  deps: PlanStackDeps,
  entry: ServiceEntry,
  target: Extract<TargetEntry, { kind: 'cloudformation' }>,
  bad: ReleaseRecord,
  undoneSince: string,
  goal: TargetSnapshot | undefined,
): Promise<PlannedTarget> {
  if (!bad.stack) return { reason: 'the release did not come through the stack' };
  return {
    kind: 'cloudformation',
    phase: 'stack',
    target: targetName(target),
    stack: target.stack ?? entry.stack ?? '',
    alarms: await alarmsOf(deps, entry, bad),
    ...(goal && { snapshot: goal }),
    undoneSince,
    deployments: Object.keys(bad.deployments).sort(),
    ...(target.skipResources && { skipResources: target.skipResources }),
  };
}

/** The declared alarms of the service and those of the deployment groups its stack update would go through. */
async function alarmsOf(deps: PlanStackDeps, entry: ServiceEntry, bad: ReleaseRecord): Promise<string[]> {
  const names = new Set(entry.policy.alarms);
  for (const { application, deploymentGroup } of Object.values(bad.deployments)) {
    for (const name of await deps.deployments.groupAlarms(application, deploymentGroup)) names.add(name);
  }
  return [...names].sort();
}
