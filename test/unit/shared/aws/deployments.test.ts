import {
  BatchGetDeploymentTargetsCommand,
  CodeDeployClient,
  GetApplicationRevisionCommand,
  GetDeploymentCommand,
  ListDeploymentsCommand,
  ListDeploymentTargetsCommand,
} from '@aws-sdk/client-codedeploy';
import { mockClient } from 'aws-sdk-client-mock';
import { Deployments, isActive } from '../../../../shared/aws/deployments.ts';
import { allowTraffic, deploymentInfo, lambdaTarget, STACK_ID } from '../../fixtures/aws-answers.ts';
import { DEPLOYMENT, FUNCTION } from '../../fixtures/records.ts';
import { denied } from '../../fixtures/sdk-errors.ts';
import { NOW, RELEASED_AT } from '../../fixtures/times.ts';

const codeDeploy = mockClient(CodeDeployClient);
const deployments = new Deployments(new CodeDeployClient({ region: 'eu-west-1' }));
const group = { application: 'app', deploymentGroup: 'group' };

beforeEach(() => codeDeploy.reset());

describe('when traffic moved', () => {
  const from = '2026-01-05T09:00:03.000Z';
  const to = '2026-01-05T09:10:03.000Z';
  const change = { function: FUNCTION, alias: 'live', fromVersion: '4', toVersion: '5' };

  it.each([
    ['not yet', allowTraffic(), undefined, undefined],
    ['in part', allowTraffic(from), Date.parse(from), undefined],
    ['all of it', allowTraffic(from, to), Date.parse(from), Date.parse(to)],
    [
      'in part, and never the rest',
      [{ ...allowTraffic(from, to)[1], status: 'Skipped' as const }],
      Date.parse(from),
      undefined,
    ],
  ])('is read from the lifecycle: %s', async (_, lifecycle, startedAt, completedAt) => {
    codeDeploy.on(ListDeploymentTargetsCommand).resolves({ targetIds: ['x'] });
    codeDeploy
      .on(BatchGetDeploymentTargetsCommand)
      .resolves({ deploymentTargets: [lambdaTarget({}, lifecycle as never)] });
    await expect(deployments.trafficShift(DEPLOYMENT)).resolves.toEqual({
      ...change,
      startedAt,
      completedAt,
    });
  });

  it('is not known of a deployment without a target', async () => {
    codeDeploy.on(ListDeploymentTargetsCommand).resolves({ targetIds: [] });
    await expect(deployments.trafficShift(DEPLOYMENT)).resolves.toBeUndefined();
  });
});

it('reads a deployment', async () => {
  codeDeploy.on(GetDeploymentCommand).resolves(
    deploymentInfo({
      status: 'Stopped',
      completeTime: new Date(NOW),
      errorInformation: { code: 'MANUAL_STOP', message: 'stopped by hand' },
      rollbackInfo: { rollbackDeploymentId: 'd-BACK' },
    }),
  );
  await expect(deployments.get(DEPLOYMENT)).resolves.toEqual({
    id: DEPLOYMENT,
    application: 'shop-orders-ServerlessDeploymentApplication-XY34',
    deploymentGroup: 'shop-orders-CreateOrderDeploymentGroup-ZW56',
    computePlatform: 'Lambda',
    config: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
    status: 'Stopped',
    creator: 'CloudFormation',
    description: '',
    createdAt: Date.parse(RELEASED_AT),
    completedAt: NOW,
    error: 'MANUAL_STOP: stopped by hand',
    errorCode: 'MANUAL_STOP',
    overrideAlarms: undefined,
    rollbackDeploymentId: 'd-BACK',
    rollbackOf: undefined,
    stackId: STACK_ID,
  });
});

it.each([
  ['Created', true],
  ['Queued', true],
  ['InProgress', true],
  ['Baking', true],
  ['Ready', true],
  ['Succeeded', false],
  ['Failed', false],
  ['Stopped', false],
] as const)('takes %s for active: %s', (status, active) => {
  expect(isActive({ status })).toBe(active);
});

describe('the versions a deployment moves between', () => {
  const target = (info: object) => {
    codeDeploy.on(ListDeploymentTargetsCommand).resolves({ targetIds: ['t'] });
    codeDeploy.on(BatchGetDeploymentTargetsCommand).resolves({ deploymentTargets: [lambdaTarget(info)] });
  };
  const appSpec = (content: string | undefined) => {
    codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo());
    codeDeploy.on(GetApplicationRevisionCommand).resolves({
      revision: { string: { ...(content !== undefined && { content }), sha256: 'a1b2' } },
    });
  };

  it('are read from its target', async () => {
    target({});
    await expect(deployments.versionChange(DEPLOYMENT)).resolves.toEqual({
      function: FUNCTION,
      alias: 'live',
      fromVersion: '4',
      toVersion: '5',
    });
    expect(codeDeploy.commandCalls(GetApplicationRevisionCommand)).toHaveLength(0);
  });

  it('are read from its AppSpec where the target is incomplete', async () => {
    target({ targetVersion: undefined });
    const Properties = { Name: FUNCTION, Alias: 'live', CurrentVersion: '4', TargetVersion: '5' };
    appSpec(
      JSON.stringify({ version: 0, Resources: [{ F: { Type: 'AWS::Lambda::Function', Properties } }] }),
    );
    await expect(deployments.versionChange(DEPLOYMENT)).resolves.toMatchObject({ toVersion: '5' });
  });

  it.each([
    ['there is none', undefined],
    ['it is YAML', 'version: 0.0'],
    ['it has no resources', '{"version":0}'],
    ['it names no alias', '{"Resources":[{"F":{"Properties":{"Name":"f","CurrentVersion":"4"}}}]}'],
  ])('are unknown when the AppSpec %s', async (_, content) => {
    target({ targetVersion: undefined });
    appSpec(content);
    await expect(deployments.versionChange(DEPLOYMENT)).resolves.toBeUndefined();
  });

  it('are not guessed when CodeDeploy refuses to answer', async () => {
    codeDeploy.on(ListDeploymentTargetsCommand).rejects(denied());
    await expect(deployments.versionChange(DEPLOYMENT)).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });
});

it('lists the running deployments of a group, and none that has ended since it was listed', async () => {
  codeDeploy
    .on(ListDeploymentsCommand, {
      applicationName: 'app',
      deploymentGroupName: 'group',
      includeOnlyStatuses: ['Created', 'Queued', 'InProgress', 'Baking', 'Ready'],
    })
    .resolves({ deployments: ['d-1', 'd-2', 'd-3'] });
  codeDeploy.on(GetDeploymentCommand).callsFake(({ deploymentId }: { deploymentId: string }) =>
    deploymentInfo({
      createTime: new Date(NOW + Number(deploymentId.slice(2))),
      status: deploymentId === 'd-2' ? 'Succeeded' : 'InProgress',
    }),
  );
  const found = await deployments.running(group);
  expect(found.map(({ id }) => id)).toEqual(['d-3', 'd-1']);
});

it('lists the deployments of a group since a time, over all pages, newest first', async () => {
  codeDeploy
    .on(ListDeploymentsCommand)
    .resolvesOnce({ deployments: ['d-1', 'd-3'], nextToken: 'p2' })
    .resolvesOnce({ deployments: ['d-2'] });
  codeDeploy
    .on(GetDeploymentCommand)
    .callsFake(({ deploymentId }: { deploymentId: string }) =>
      deploymentInfo({ createTime: new Date(NOW + Number(deploymentId.slice(2))) }),
    );
  const found = await deployments.listSince(group, NOW);
  expect(found.map(({ id }) => id)).toEqual(['d-3', 'd-2', 'd-1']);
  expect(codeDeploy.commandCalls(ListDeploymentsCommand)[1]?.args[0].input).toEqual({
    applicationName: 'app',
    deploymentGroupName: 'group',
    createTimeRange: { start: new Date(NOW) },
    nextToken: 'p2',
  });
});
