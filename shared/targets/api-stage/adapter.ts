import type { ApiStageState, ApiStages } from '../../aws/api-stages.ts';
import { TargetNotRestored } from '../../errors.ts';
import type { ChangeContext, Standing, TargetAdapter } from '../target-adapter.ts';
import type { ApiStagePlan } from './shapes.ts';

/**
 * Restores a stage of a REST or HTTP API to the planned deployment, without a canary. A stage that somebody else moved to
 * another deployment since the rollback was planned is left alone; so is one with automatic deployment, since API Gateway
 * lets nobody else choose its deployment.
 */
export function apiStageTarget(apiStages: ApiStages): TargetAdapter<ApiStagePlan> {
  async function read(plan: ApiStagePlan): Promise<Standing> {
    const state = await apiStages.get(plan);
    return { is: isBack(plan, state) ? 'restored' : 'stranded', detail: describeStage(plan, state) };
  }

  async function start(plan: ApiStagePlan, { beforeChange }: ChangeContext): Promise<Standing> {
    const state = await apiStages.get(plan);
    if (isBack(plan, state)) return { is: 'restored', detail: `${describeStage(plan, state)} already` };
    if (state.autoDeploy) {
      throw new TargetNotRestored(
        `${describeStage(plan, state)}, which deploys itself: API Gateway takes no deployment for it. ` +
          'Turn auto-deploy off and let the pipeline deploy, or put the API itself back.',
      );
    }
    if (![plan.fromDeployment, plan.toDeployment].includes(state.deploymentId)) {
      throw new TargetNotRestored(
        `${describeStage(plan, state)}, and was on ${plan.fromDeployment} when the rollback was planned: ` +
          'somebody else changed it meanwhile, and it is left alone.',
      );
    }
    await beforeChange();
    await apiStages.point(plan, plan.toDeployment, state.hasCanary);
    return {
      is: 'moving',
      detail: `${plan.api}/${plan.stage} put back from deployment ${state.deploymentId} to ${plan.toDeployment}`,
    };
  }

  return { read, start };
}

/**
 * Reads the stage again and describes its deployment.
 *
 * @throws TargetNotRestored when that is not the planned deployment alone
 */
export async function verifyApiStage(apiStages: ApiStages, plan: ApiStagePlan): Promise<string> {
  const state = await apiStages.get(plan);
  if (isBack(plan, state)) return describeStage(plan, state);
  throw new TargetNotRestored(
    `${describeStage(plan, state)}, expected deployment ${plan.toDeployment} alone.`,
  );
}

function isBack({ toDeployment }: ApiStagePlan, { deploymentId, hasCanary }: ApiStageState): boolean {
  return deploymentId === toDeployment && !hasCanary;
}

function describeStage({ api, stage }: ApiStagePlan, { deploymentId, hasCanary }: ApiStageState): string {
  return `${api}/${stage} on deployment ${deploymentId}${hasCanary ? ', with a canary' : ''}`;
}
