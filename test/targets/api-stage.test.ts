import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import { ApiGateway } from 'account-simulator/account/api-gateway/api-gateway.ts';
import { Bench, CALLER } from 'account-simulator/test/account/wire/wired.ts';
import { ApiStages } from '../../shared/aws/api-stages.ts';
import { LockLost, TargetNotRestored } from '../../shared/errors.ts';
import { apiStageTarget, verifyApiStage } from '../../shared/targets/api-stage/adapter.ts';
import type { ApiStagePlan } from '../../shared/targets/api-stage/shapes.ts';
import { RELEASE } from '../unit/fixtures/records.ts';
import { NOW } from '../unit/fixtures/times.ts';

let bench: Bench;
let gateway: ApiGateway;
let apiStages: ApiStages;
const beforeChange = jest.fn(async () => {});
const context = { incidentId: RELEASE, attempt: 1, now: NOW, plannedAt: NOW, beforeChange };

beforeEach(() => {
  bench = new Bench();
  beforeChange.mockReset().mockResolvedValue(undefined);
  gateway = new ApiGateway({ random: bench.random, now: () => bench.clock.now() });
  const config = bench.wire({ 'api-gateway': gateway.rest, apigatewayv2: gateway.http }).clientConfig(CALLER);
  apiStages = new ApiStages(new APIGatewayClient(config), new ApiGatewayV2Client(config));
});
afterEach(() => bench.clock.uninstall());

/** An API whose stage `prod` moved from one deployment to another, and the plan to go back. */
function released(protocol: 'rest' | 'http', autoDeploy = false): ApiStagePlan {
  gateway.createApi('api1', protocol, 'prod', { autoDeploy });
  const toDeployment = live();
  const fromDeployment = deploy();
  const place = { protocol, api: 'api1', stage: 'prod', target: 'api1/prod' };
  return { kind: 'api-stage', phase: 'traffic', ...place, fromDeployment, toDeployment };
}

function deploy(): string {
  const api = gateway.lookUp('api1') as NonNullable<ReturnType<ApiGateway['lookUp']>>;
  const { id } = gateway.deploy(api, 'next');
  gateway.stage(api, 'prod').deploymentId = id;
  return id;
}

const live = () => gateway.lookUp('api1')?.stages.get('prod')?.deploymentId ?? '';
const start = (plan: ApiStagePlan) => bench.settle(apiStageTarget(apiStages).start(plan, context));
const refusal = (plan: ApiStagePlan) => bench.refusal(apiStageTarget(apiStages).start(plan, context));

describe.each(['rest', 'http'] as const)('a stage of a %s API', (protocol) => {
  it('is set to the planned deployment, once', async () => {
    const plan = released(protocol);
    await expect(start(plan)).resolves.toEqual({
      is: 'moving',
      detail: `api1/prod put back from deployment ${plan.fromDeployment} to ${plan.toDeployment}`,
    });
    expect(live()).toBe(plan.toDeployment);
    await expect(start(plan)).resolves.toMatchObject({ is: 'restored' });
    expect(beforeChange).toHaveBeenCalledTimes(1);
  });

  it('reads as stranded before and as restored after, and is verified', async () => {
    const plan = released(protocol);
    const read = () => bench.settle(apiStageTarget(apiStages).read(plan, context));
    await expect(read()).resolves.toMatchObject({ is: 'stranded' });
    expect(await bench.refusal(verifyApiStage(apiStages, plan))).toBeInstanceOf(TargetNotRestored);
    await start(plan);
    await expect(read()).resolves.toMatchObject({ is: 'restored' });
    await expect(bench.settle(verifyApiStage(apiStages, plan))).resolves.toBe(
      `api1/prod on deployment ${plan.toDeployment}`,
    );
  });

  it('is left alone where somebody else deployed since the rollback was planned', async () => {
    const plan = released(protocol);
    const theirs = deploy();
    const error = await refusal(plan);
    expect(error).toBeInstanceOf(TargetNotRestored);
    expect(error.message).toContain(`was on ${plan.fromDeployment} when the rollback was planned`);
    expect(live()).toBe(theirs);
  });

  it('is left alone when the incident loses the service just before', async () => {
    const plan = released(protocol);
    beforeChange.mockRejectedValueOnce(new LockLost('gone'));
    expect(await refusal(plan)).toBeInstanceOf(LockLost);
    expect(live()).toBe(plan.fromDeployment);
  });

  it('finds missing deployments', async () => {
    const plan = released(protocol);
    const has = (id: string) => bench.settle(apiStages.hasDeployment(plan, id));
    await expect(has(plan.toDeployment)).resolves.toBe(true);
    await expect(has('none')).resolves.toBe(false);
  });
});

it('is restored without its canary', async () => {
  const plan = released('rest');
  const stage = gateway.lookUp('api1')?.stages.get('prod');
  if (stage) {
    stage.deploymentId = plan.toDeployment;
    stage.canary = { deploymentId: plan.fromDeployment, percentTraffic: 10 };
  }
  await expect(start(plan)).resolves.toMatchObject({ is: 'moving' });
  expect(stage).toMatchObject({ deploymentId: plan.toDeployment, canary: undefined });
});

it('is refused where it deploys automatically, with the action to take', async () => {
  const plan = released('http', true);
  const error = await refusal(plan);
  expect(error).toBeInstanceOf(TargetNotRestored);
  expect(error.message).toContain('which deploys itself');
  expect(beforeChange).not.toHaveBeenCalled();
});
