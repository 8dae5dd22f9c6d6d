import { awsCommand, type Place, type Step } from '../../by-hand/command.ts';
import type { Pace } from '../../ledger/pace-ledger.ts';
import type { EntryOf } from '../shapes.ts';
import type { Planning, PlanWords, ReadMeaning, Restoration, SavedState } from '../target-kind.ts';
import { apiStageTarget, verifyApiStage } from './adapter.ts';
import { planApiStage } from './plan.ts';
import { type ApiStagePlan, type ApiStageSnapshot, apiStageShape } from './shapes.ts';

/** A third of the 10 requests a second of API Gateway's control plane (API Gateway quotas). */
const recorded: Pace = { of: 'recorded-stages', perSecond: 3, burst: 1 };

/** Three requests each, of the 10 a second of API Gateway's control plane; 40 at once (API Gateway quotas). */
const begun: Pace = { of: 'stages', perSecond: 2, burst: 10 };

/** The saved state of a stage of a REST or HTTP API. */
export const saved: SavedState<EntryOf<'api-stage'>, ApiStageSnapshot> = {
  recording: { pace: recorded, requests: 1 },
  isOnlyLive: true,
  async read({ apiStages }, target, { physicalIds }) {
    const { protocol, stage } = target;
    const api = physicalIds.get(target.api) ?? target.api;
    const { deploymentId } = await apiStages.get({ protocol, api, stage });
    return { kind: 'api-stage', target: apiStageShape.name(target), protocol, api, stage, deploymentId };
  },
  async missing({ apiStages }, snapshot) {
    return (await apiStages.hasDeployment(snapshot, snapshot.deploymentId))
      ? undefined
      : `deployment ${snapshot.deploymentId} of API ${snapshot.api} is gone`;
  },
  describe: ({ deploymentId }) => ({ live: `deployment ${deploymentId}` }),
};

/** Planning of a stage of a REST or HTTP API. */
export const planning: Planning<EntryOf<'api-stage'>, ApiStageSnapshot> = {
  plan: (deps, _target, { goal, undone }) => planApiStage(deps, goal, undone),
};

/** Restoration of a stage of a REST or HTTP API. */
export const restoration: Restoration<ApiStagePlan> = {
  adapter: ({ apiStages }) => apiStageTarget(apiStages),
  verify: ({ apiStages }, plan) => verifyApiStage(apiStages, plan),
  pace: () => ({ pace: begun, count: 1 }),
  /** The change takes effect at once; half an hour outlasts any throttling. */
  deadlineMs: () => 30 * 60_000,
};

/** Words for that plan. */
export const words: PlanWords<ApiStagePlan> = {
  inWords: ({ fromDeployment, toDeployment, phase }) =>
    `back from deployment ${fromDeployment} to deployment ${toDeployment}` +
    (phase === 'after-stack' ? ', after the stack' : ''),
  inShort: ({ fromDeployment, toDeployment }) => `deployment ${fromDeployment} -> ${toDeployment}`,
  byHand: (plan, { place }) => (plan.protocol === 'http' ? httpSteps(place, plan) : restSteps(place, plan)),
};

/** API Gateway refuses to choose the deployment of a stage with automatic deployment. */
function httpSteps(place: Place, { api, stage, toDeployment }: ApiStagePlan): Step[] {
  return [
    {
      say: 'Point the stage back. From then on it deploys no change of the API by itself:',
      run: awsCommand(place, 'apigatewayv2 update-stage', {
        'api-id': api,
        'stage-name': stage,
        'deployment-id': toDeployment,
        'no-auto-deploy': true,
      }),
    },
  ];
}

function restSteps(place: Place, { api, stage, toDeployment }: ApiStagePlan): Step[] {
  const patch = (operation: object) =>
    awsCommand(place, 'apigateway update-stage', {
      'rest-api-id': api,
      'stage-name': stage,
      'patch-operations': { json: [operation] },
    });
  return [
    {
      say: 'Point the stage back:',
      run: patch({ op: 'replace', path: '/deploymentId', value: toDeployment }),
    },
    {
      say: 'If a canary of the stage takes a part of its requests, end it:',
      run: patch({ op: 'remove', path: '/canarySettings' }),
    },
  ];
}

/** The actual state of an entry's stage. */
export const meaning: ReadMeaning<EntryOf<'api-stage'>> = async ({ apiStages }, target, physicalIds) => {
  try {
    const api = physicalIds.get(target.api) ?? target.api;
    const { deploymentId } = await apiStages.get({ ...target, api });
    return { means: `stage ${target.stage} of API ${target.api}, on deployment ${deploymentId}` };
  } catch (error) {
    // REST and HTTP APIs have separate errors of the same name.
    if ((error as Error).name !== 'NotFoundException') throw error;
    return { missing: `there is no stage "${target.stage}" of API "${target.api}"` };
  }
};
