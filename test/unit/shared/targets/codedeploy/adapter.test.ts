import {
  CodeDeployClient,
  CreateDeploymentCommand,
  DeploymentAlreadyCompletedException,
  type DeploymentInfo,
  GetDeploymentCommand,
  ListDeploymentsCommand,
  StopDeploymentCommand,
} from '@aws-sdk/client-codedeploy';
import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  PreconditionFailedException,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { Aliases } from '../../../../../shared/aws/aliases.ts';
import { Deployments } from '../../../../../shared/aws/deployments.ts';
import { LockLost, TargetSuperseded } from '../../../../../shared/errors.ts';
import { codeDeployTarget } from '../../../../../shared/targets/codedeploy/adapter.ts';
import { rollbackMarker } from '../../../../../shared/targets/rollback-marker.ts';
import { alias, deploymentInfo } from '../../../fixtures/aws-answers.ts';
import { LedgerDouble } from '../../../fixtures/ledger-double.ts';
import { codeDeployPlan, DEPLOYMENT, FUNCTION, RELEASE } from '../../../fixtures/records.ts';
import { throttled } from '../../../fixtures/sdk-errors.ts';
import { NOW, RELEASED_AT } from '../../../fixtures/times.ts';

const codeDeploy = mockClient(CodeDeployClient);
const lambda = mockClient(LambdaClient);
const region = { region: 'eu-west-1' };
let target: ReturnType<typeof codeDeployTarget>;
let ledger: LedgerDouble;
const plan = codeDeployPlan();
const beforeChange = jest.fn(async () => {});
const context = { incidentId: RELEASE, attempt: 1, now: NOW, plannedAt: NOW, beforeChange };
const marker = rollbackMarker(RELEASE, DEPLOYMENT);

/** The account: deployments by id, and the alias; the coordinator's calls change it as on AWS. */
let deployments: Map<string, Partial<DeploymentInfo>>;
let live: ReturnType<typeof alias>;

beforeEach(() => {
  codeDeploy.reset();
  lambda.reset();
  ledger = new LedgerDouble();
  target = codeDeployTarget({
    deployments: new Deployments(new CodeDeployClient(region)),
    aliases: new Aliases(new LambdaClient(region)),
    stops: ledger.stops,
  });
  deployments = new Map();
  live = alias('5');
  codeDeploy
    .on(GetDeploymentCommand)
    .callsFake(({ deploymentId }) => deploymentInfo(deployments.get(deploymentId) ?? {}));
  codeDeploy.on(ListDeploymentsCommand).callsFake(() => ({ deployments: [...deployments.keys()] }));
  codeDeploy.on(StopDeploymentCommand).callsFake(({ deploymentId }) => {
    deployments.set(deploymentId, { ...deployments.get(deploymentId), ...ended('Stopped', NOW) });
    return { status: 'Pending' };
  });
  codeDeploy.on(CreateDeploymentCommand).callsFake(({ description }) => {
    deployments.set('d-OURS', { status: 'InProgress', creator: 'user', description });
    return { deploymentId: 'd-OURS' };
  });
  lambda.on(GetAliasCommand).callsFake(() => live);
  lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256: 'sha-of-6', State: 'Active' });
  lambda.on(UpdateAliasCommand).callsFake(({ FunctionVersion }) => {
    live = alias(FunctionVersion, {}, 'rev-2');
    return {};
  });
});

const ended = (status: 'Stopped' | 'Failed' | 'Succeeded', time: number) => ({
  status,
  completeTime: new Date(time),
});
const longAgo = NOW - 10 * 60_000;
const bad = (info: Partial<DeploymentInfo>) => deployments.set(DEPLOYMENT, info);
const changes = () => ({
  stopped: codeDeploy.commandCalls(StopDeploymentCommand).length,
  created: codeDeploy.commandCalls(CreateDeploymentCommand).length,
  pointed: lambda.commandCalls(UpdateAliasCommand).length,
});
const nothing = { stopped: 0, created: 0, pointed: 0 };

describe('a deployment that still runs', () => {
  it.each(['Created', 'Queued', 'InProgress', 'Baking', 'Ready'] as const)(
    'is stranded while it is %s: nothing takes it back yet',
    async (status) => {
      bad({ status });
      await expect(target.read(plan, context)).resolves.toEqual({
        is: 'stranded',
        detail: `deployment ${DEPLOYMENT} is still ${status}`,
      });
    },
  );

  it('is stopped, with rollback by CodeDeploy', async () => {
    bad({ status: 'InProgress' });
    await expect(target.start(plan, context)).resolves.toMatchObject({ is: 'moving' });
    expect(codeDeploy.commandCalls(StopDeploymentCommand)[0]?.args[0].input).toEqual({
      deploymentId: DEPLOYMENT,
      autoRollbackEnabled: true,
    });
  });

  it('that ends as it is stopped is no error', async () => {
    bad({ status: 'InProgress' });
    codeDeploy
      .on(StopDeploymentCommand)
      .rejects(new DeploymentAlreadyCompletedException({ message: 'completed', $metadata: {} }));
    await expect(target.start(plan, context)).resolves.toMatchObject({ is: 'moving' });
  });

  it('is left alone when the incident loses the service just before', async () => {
    bad({ status: 'InProgress' });
    beforeChange.mockRejectedValueOnce(new LockLost('gone'));
    await expect(target.start(plan, context)).rejects.toBeInstanceOf(LockLost);
    expect(changes()).toEqual(nothing);
  });

  describe('in a lifecycle hook that has to answer before a stop takes effect', () => {
    beforeEach(() => {
      bad({ status: 'InProgress' });
      codeDeploy.on(StopDeploymentCommand).resolves({ status: 'Pending' });
    });

    it('is stopped once, and followed', async () => {
      await target.start(plan, context);
      for (let minutes = 0; minutes < 60; minutes += 1) {
        ledger.now += 60_000;
        const moving = {
          is: 'moving',
          detail: `deployment ${DEPLOYMENT} is still InProgress, and was asked to stop`,
        };
        await expect(target.read(plan, context)).resolves.toEqual(moving);
        await expect(target.start(plan, context)).resolves.toEqual(moving);
      }
      expect(changes()).toEqual({ ...nothing, stopped: 1 });
    });

    it('is asked again where no hook can be the reason any more', async () => {
      await target.start(plan, context);
      ledger.now += 66 * 60_000;
      await expect(target.read(plan, context)).resolves.toMatchObject({ is: 'stranded' });
      await target.start(plan, context);
      expect(changes()).toEqual({ ...nothing, stopped: 2 });
    });

    it('is asked again for a rollback, where it was stopped without one', async () => {
      await ledger.stops.record(DEPLOYMENT, { rollback: false });
      await target.start(plan, context);
      expect(changes()).toEqual({ ...nothing, stopped: 1 });
    });

    it('is asked again where the first call was refused', async () => {
      codeDeploy.on(StopDeploymentCommand).rejectsOnce(throttled()).resolves({ status: 'Pending' });
      await expect(target.start(plan, context)).rejects.toMatchObject({ name: 'ThrottlingException' });
      await expect(target.start(plan, context)).resolves.toMatchObject({ is: 'moving' });
      expect(changes()).toEqual({ ...nothing, stopped: 2 });
    });
  });

  it('is stopped once when it is started twice', async () => {
    bad({ status: 'InProgress' });
    await target.start(plan, context);
    await expect(target.start(plan, context)).resolves.toMatchObject({ is: 'moving' });
    expect(changes()).toEqual({ ...nothing, stopped: 1 });
  });
});

describe('a deployment that was stopped or failed', () => {
  const rolledBackBy = { rollbackInfo: { rollbackDeploymentId: 'd-BACK' } };

  it.each(['Stopped', 'Failed'] as const)(
    'is followed while CodeDeploy rolls it back: %s',
    async (status) => {
      bad({ ...ended(status, longAgo), ...rolledBackBy });
      deployments.set('d-BACK', { status: 'InProgress', creator: 'codeDeployRollback' });
      await expect(target.start(plan, context)).resolves.toEqual({
        is: 'moving',
        detail: `CodeDeploy rolls ${DEPLOYMENT} back by deployment d-BACK`,
      });
      expect(changes()).toEqual(nothing);
    },
  );

  it('is restored once CodeDeploy has put the alias back, and says by which deployment', async () => {
    bad({ ...ended('Stopped', NOW), ...rolledBackBy });
    deployments.set('d-BACK', ended('Succeeded', NOW));
    live = alias('4');
    await expect(target.start(plan, context)).resolves.toEqual({
      is: 'restored',
      detail: `${FUNCTION}:live on version 4 (put back by CodeDeploy's deployment d-BACK)`,
    });
    expect(changes()).toEqual(nothing);
  });

  it.each([
    ['a version that was undone before', '3'],
    ['the bad version', '5'],
  ])('is put back by us through its group when CodeDeploy put the alias on %s', async (_, version) => {
    bad({ ...ended('Stopped', NOW), ...rolledBackBy });
    deployments.set('d-BACK', { ...ended('Succeeded', NOW), creator: 'codeDeployRollback' });
    live = alias(version);
    await expect(target.read(plan, context)).resolves.toMatchObject({ is: 'stranded' });
    await expect(target.start(plan, context)).resolves.toEqual({
      is: 'moving',
      detail: `deployment d-OURS created from version ${version} to 4`,
    });
    expect(changes()).toEqual({ ...nothing, created: 1 });
  });

  it('is given a minute in which CodeDeploy may name the deployment that rolls it back', async () => {
    bad(ended('Stopped', NOW - 59_999));
    live = alias('4', { '5': 0.1 });
    await expect(target.start(plan, context)).resolves.toEqual({
      is: 'moving',
      detail: `deployment ${DEPLOYMENT} is Stopped; CodeDeploy may still roll it back`,
    });
    expect(changes()).toEqual(nothing);
  });

  it('has its leftover weights cleared when nothing rolls it back: CodeDeploy would refuse a deployment', async () => {
    bad(ended('Stopped', NOW - 60_000));
    live = alias('4', { '5': 0.1 });
    await expect(target.read(plan, context)).resolves.toMatchObject({ is: 'stranded' });
    await expect(target.start(plan, context)).resolves.toMatchObject({
      is: 'moving',
      detail: `alias pointed at version 4 alone (was ${FUNCTION}:live on version 4, 10 % to 5)`,
    });
    await expect(target.start(plan, context)).resolves.toMatchObject({ is: 'restored' });
    expect(changes()).toEqual({ ...nothing, pointed: 1 });
  });

  it('is put back by us when its rollback failed', async () => {
    bad({ ...ended('Stopped', NOW), ...rolledBackBy });
    deployments.set('d-BACK', ended('Failed', NOW));
    await expect(target.start(plan, context)).resolves.toMatchObject({
      is: 'moving',
      detail: 'deployment d-OURS created from version 5 to 4',
    });
  });

  it('is stranded, to be looked at again, when somebody else changed the alias just then', async () => {
    bad(ended('Failed', longAgo));
    live = alias('4', { '5': 0.1 });
    lambda
      .on(UpdateAliasCommand)
      .rejects(new PreconditionFailedException({ message: 'RevisionId', $metadata: {} }));
    await expect(target.start(plan, context)).resolves.toMatchObject({
      detail: `${FUNCTION}:live was changed by somebody else just now`,
    });
  });
});

describe('a deployment that completed', () => {
  beforeEach(() => bad(ended('Succeeded', longAgo)));

  it('is undone by a deployment with the versions swapped, past alarms and without a rollback of its own', async () => {
    await target.start(plan, context);
    const input = codeDeploy.commandCalls(CreateDeploymentCommand)[0]?.args[0].input;
    const content = JSON.parse(input?.revision?.appSpecContent?.content ?? '');
    expect(input).toMatchObject({
      applicationName: plan.application,
      deploymentGroupName: plan.deploymentGroup,
      deploymentConfigName: 'CodeDeployDefault.LambdaAllAtOnce',
      description: marker,
      autoRollbackConfiguration: { enabled: false },
      overrideAlarmConfiguration: { enabled: false },
      revision: { revisionType: 'AppSpecContent' },
    });
    expect(content).toEqual({
      version: 0,
      Resources: [
        {
          [FUNCTION]: {
            Type: 'AWS::Lambda::Function',
            Properties: { Name: FUNCTION, Alias: 'live', CurrentVersion: '5', TargetVersion: '4' },
          },
        },
      ],
    });
  });

  it('is undone once when it is started twice: our deployment is found by its description', async () => {
    await target.start(plan, context);
    await expect(target.start(plan, context)).resolves.toEqual({
      is: 'moving',
      detail: 'our deployment d-OURS is InProgress',
    });
    expect(changes()).toEqual({ ...nothing, created: 1 });
  });

  it('is undone once when the answer to creating our deployment was lost', async () => {
    codeDeploy.on(CreateDeploymentCommand).callsFakeOnce(({ description }) => {
      deployments.set('d-OURS', { status: 'InProgress', description });
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    });
    await expect(target.start(plan, context)).rejects.toThrow('socket hang up');
    await expect(target.start(plan, context)).resolves.toMatchObject({ is: 'moving' });
    expect(changes()).toEqual({ ...nothing, created: 1 });
  });

  it('looks for our deployment among those since the bad one began', async () => {
    await target.read(plan, context);
    expect(codeDeploy.commandCalls(ListDeploymentsCommand)[0]?.args[0].input).toEqual({
      applicationName: plan.application,
      deploymentGroupName: plan.deploymentGroup,
      createTimeRange: { start: new Date(RELEASED_AT) },
    });
  });

  it("does not take another incident's deployment for ours", async () => {
    deployments.set('d-THEIRS', { status: 'InProgress', description: rollbackMarker('other', DEPLOYMENT) });
    await expect(target.read(plan, context)).resolves.toMatchObject({ is: 'stranded' });
  });

  it('is left alone, to be planned again, where somebody released over it after the plan', async () => {
    deployments.set('d-THEIRS', { ...ended('Succeeded', NOW + 60_000), createTime: new Date(NOW + 30_000) });
    const start = target.start(plan, context);
    await expect(start).rejects.toBeInstanceOf(TargetSuperseded);
    await expect(start).rejects.toThrow('deployment d-THEIRS of somebody else completed after');
    expect(changes()).toEqual(nothing);
    await expect(target.start(plan, { ...context, plannedAt: NOW + 90_000 })).resolves.toMatchObject({
      is: 'moving',
    });
  });

  it('is not touched while a deployment of somebody else runs', async () => {
    deployments.set('d-THEIRS', { status: 'InProgress' });
    await expect(target.start(plan, context)).resolves.toEqual({
      is: 'moving',
      detail: 'deployment d-THEIRS of somebody else began meanwhile: it is left alone until it has ended',
    });
    expect(changes()).toEqual(nothing);
  });

  it('is undone on the alias itself when our deployment failed', async () => {
    deployments.set('d-OURS', { ...ended('Failed', NOW), description: marker });
    await expect(target.start(plan, context)).resolves.toMatchObject({ is: 'moving' });
    expect(changes()).toEqual({ ...nothing, pointed: 1 });
    await expect(target.read(plan, context)).resolves.toMatchObject({ is: 'restored' });
  });

  it('is restored by the planned code under a newer number', async () => {
    live = alias('6');
    lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256: 'sha-of-4', State: 'Active' });
    await expect(target.start(plan, context)).resolves.toMatchObject({ is: 'restored' });
    expect(changes()).toEqual(nothing);
  });
});
