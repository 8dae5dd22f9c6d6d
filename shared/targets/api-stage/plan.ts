import type { ApiStages } from '../../aws/api-stages.ts';
import type { ReleaseRecord } from '../../ledger/records.ts';
import { hadOf } from '../changed-since.ts';
import type { PlannedTarget } from '../target-kind.ts';
import type { ApiStageSnapshot } from './shapes.ts';

/** AWS clients for planning a stage. */
export interface PlanApiStageDeps {
  readonly apiStages: ApiStages;
}

/**
 * Plans the restoration of an API stage. A stage that somebody moved to a deployment of none of the undone releases is left
 * alone.
 *
 * @param goal saved state to restore
 * @param undone the releases that are undone, newest first
 */
export async function planApiStage(
  { apiStages }: PlanApiStageDeps,
  goal: ApiStageSnapshot | undefined,
  undone: readonly ReleaseRecord[],
): Promise<PlannedTarget> {
  if (!goal) return { reason: 'no deployment of it is recorded from before' };
  const { target, protocol, api, stage, deploymentId: toDeployment } = goal;
  const live = await apiStages.get(goal);
  if (live.deploymentId === toDeployment && !live.hasCanary) {
    return { reason: `it is on deployment ${toDeployment}, as in that release` };
  }
  const had = hadOf(undone, { kind: 'api-stage', target }).map(({ deploymentId }) => deploymentId);
  if (had.length > 0 && !had.includes(live.deploymentId)) {
    return {
      reason: `somebody put it on deployment ${live.deploymentId} after the release, and it is left alone`,
      kept: true,
    };
  }
  const fromDeployment = live.deploymentId;
  return { kind: 'api-stage', phase: 'traffic', target, protocol, api, stage, fromDeployment, toDeployment };
}
