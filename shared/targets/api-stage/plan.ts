import type { ApiStages } from '../../aws/api-stages.ts';
import type { PlannedTarget } from '../target-kind.ts';
import type { ApiStageSnapshot } from './shapes.ts';

/** What planning a stage reads of AWS. */
export interface PlanApiStageDeps {
  readonly apiStages: ApiStages;
}

/** Plans the way back of a stage of an API. @param goal what it is put back to */
export async function planApiStage(
  { apiStages }: PlanApiStageDeps,
  goal: ApiStageSnapshot | undefined,
): Promise<PlannedTarget> {
  if (!goal) return { reason: 'no deployment of it is recorded from before' };
  const { target, protocol, api, stage, deploymentId: toDeployment } = goal;
  const live = await apiStages.get(goal);
  if (live.deploymentId === toDeployment && !live.hasCanary) {
    return { reason: `it is on deployment ${toDeployment}, as in that release` };
  }
  const fromDeployment = live.deploymentId;
  return { kind: 'api-stage', phase: 'traffic', target, protocol, api, stage, fromDeployment, toDeployment };
}
