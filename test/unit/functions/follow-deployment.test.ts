import {
  BatchGetDeploymentTargetsCommand,
  CodeDeployClient,
  GetApplicationRevisionCommand,
  GetDeploymentCommand,
  ListDeploymentTargetsCommand,
  PutLifecycleEventHookExecutionStatusCommand,
} from '@aws-sdk/client-codedeploy';
import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/watch/follow-deployment/handler.ts';
import { InvalidInput, TransientFailure } from '../../../shared/errors.ts';
import { leaseMs } from '../../../shared/ledger/lock-ledger.ts';
import { alias, allowTraffic, deploymentInfo, lambdaTarget } from '../fixtures/aws-answers.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import {
  DEPLOYMENT,
  FUNCTION,
  incidentRecord,
  planObject,
  RELEASE,
  releaseRecord,
  servicePlan,
  serviceResult,
  stackPlan,
} from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled } from '../fixtures/sdk-errors.ts';
import { iso, NOW, RELEASED_AT } from '../fixtures/times.ts';

const shiftingSince = '2026-01-05T09:00:03.000Z';
const shiftedAt = '2026-01-05T09:00:04.000Z';
const rollback = {
  deploymentId: 'd-BACK1',
  service: 'orders',
  kind: 'rollback',
  target: 'CreateOrder:live',
  releaseId: null,
};
const codeDeploy = mockClient(CodeDeployClient);
const lambda = mockClient(LambdaClient);
let ledger: LedgerDouble;

beforeEach(() => {
  codeDeploy.reset();
  lambda.reset();
  codeDeploy.on(ListDeploymentTargetsCommand).resolves({ targetIds: [`${FUNCTION}:live`] });
  ledger = new LedgerDouble();
});

function deploymentIs(changes: object, start?: string, end?: string) {
  codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo(changes));
  codeDeploy.on(BatchGetDeploymentTargetsCommand).resolves({
    deploymentTargets: [lambdaTarget({ currentVersion: '5', targetVersion: '4' }, allowTraffic(start, end))],
  });
}

const follow = (input: object = rollback) => build(runtimeOf(ledger))(input);
const checkpoints = () => ledger.checkpoints.list('orders', { ascending: true });

it('records the end of a rollback and the time of its traffic', async () => {
  deploymentIs({ status: 'Succeeded', completeTime: new Date(NOW) }, shiftingSince, shiftedAt);
  await expect(follow()).resolves.toMatchObject({ ended: true });
  expect(await checkpoints()).toEqual([
    {
      deploymentId: 'd-BACK1',
      service: 'orders',
      kind: 'rollback',
      target: 'CreateOrder:live',
      function: FUNCTION,
      alias: 'live',
      fromVersion: '5',
      toVersion: '4',
      createdAt: RELEASED_AT,
      phase: 'ended',
      status: 'Succeeded',
      at: iso(NOW),
      seenAt: iso(NOW),
      shiftingSince,
      shiftedAt,
      evidence: [],
    },
  ]);
});

it('gives the reason why a deployment ended without success, and that it moved only a part', async () => {
  const errorInformation = { code: 'MANUAL_STOP', message: 'stopped by hand' };
  deploymentIs({ status: 'Stopped', completeTime: new Date(NOW), errorInformation }, shiftingSince);
  await follow({ ...rollback, kind: 'release', releaseId: RELEASE });
  const [ended] = await checkpoints();
  expect(ended).toMatchObject({ releaseId: RELEASE, status: 'Stopped', shiftingSince });
  expect(ended).not.toHaveProperty('shiftedAt');
  expect(ended?.evidence[0]?.detail).toBe('MANUAL_STOP: stopped by hand');
});

it.each([
  ['when it came', { status: 'Stopped' }, shiftingSince, shiftingSince],
  ['that there was none', { status: 'Failed' }, undefined, null],
  ['nothing while it may still come', { status: 'InProgress' }, undefined, undefined],
  [
    'nothing where it completed and its times cannot be read yet',
    { status: 'Succeeded' },
    undefined,
    undefined,
  ],
])('records the first traffic of a release %s', async (_, changes, start, expected) => {
  await ledger.releases.open(releaseRecord());
  deploymentIs(changes, start);
  await follow({ ...rollback, deploymentId: DEPLOYMENT, kind: 'release', releaseId: RELEASE });
  const { deployments } = await ledger.releases.get(RELEASE);
  expect(deployments[DEPLOYMENT]?.servedFrom).toBe(expected);
});

it('records that a running deployment moves traffic, once, and looks again after a quarter of its age', async () => {
  deploymentIs({ status: 'InProgress' }, shiftingSince);
  const release = { ...rollback, kind: 'release', releaseId: RELEASE };
  await expect(follow(release)).resolves.toEqual({ ended: false, waitSeconds: 65 });
  ledger.now += 60_000;
  await follow();
  const found = await checkpoints();
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ phase: 'traffic-shifting', at: shiftingSince, seenAt: iso(NOW) });
});

it('records nothing of a deployment that has moved nothing yet, and waits for at most five minutes', async () => {
  deploymentIs({ status: 'InProgress', createTime: new Date(NOW - 3_600_000) });
  const release = { ...rollback, kind: 'release', releaseId: RELEASE };
  await expect(follow(release)).resolves.toEqual({ ended: false, waitSeconds: 300 });
  expect(await checkpoints()).toEqual([]);
});

it('records the end of a deployment that never began by the versions of its AppSpec', async () => {
  deploymentIs({ status: 'Stopped', completeTime: new Date(NOW) });
  codeDeploy.on(ListDeploymentTargetsCommand).resolves({ targetIds: [] });
  const Properties = { Name: FUNCTION, Alias: 'live', CurrentVersion: '5', TargetVersion: '4' };
  const content = JSON.stringify({ Resources: [{ f: { Properties } }] });
  codeDeploy.on(GetApplicationRevisionCommand).resolves({ revision: { appSpecContent: { content } } });
  await follow();
  const [ended] = await checkpoints();
  expect(ended).toMatchObject({ phase: 'ended', fromVersion: '5', toVersion: '4' });
  expect(ended).not.toHaveProperty('shiftingSince');
});

describe('an alias that an incident has restored', () => {
  const owner = { incidentId: RELEASE, attempt: 1 };
  const ended = (changes: object = {}) =>
    deploymentIs({ status: 'Succeeded', completeTime: new Date(NOW), ...changes }, shiftingSince, shiftedAt);
  const status = async () => (await ledger.incidents.serviceResult(owner, 'orders'))?.status;

  beforeEach(async () => {
    ended();
    lambda.on(GetAliasCommand).resolves(alias('3'));
    lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256: 'sha-of-3', State: 'Active' });
    mockBucket(planObject());
    await ledger.locks.acquire('orders', `${RELEASE}#1`);
    await ledger.incidents.putServiceResult(serviceResult());
  });

  it('has its incident plan again when CodeDeploy’s rollback put it on another version', async () => {
    await follow();
    expect(await status()).toBe('superseded');
  });

  it('has it plan again also when a deployment failed and left it elsewhere', async () => {
    ended({ status: 'Failed' });
    await follow({ ...rollback, kind: 'release', releaseId: RELEASE });
    expect(await status()).toBe('superseded');
  });

  it.each([
    ['is on the restored version', alias('4')],
    ['has weights: another deployment moves it', alias('3', { '6': 0.1 })],
    ['was released over', alias('6')],
  ])('is left alone when it %s', async (_, state) => {
    lambda.on(GetAliasCommand).resolves(state);
    await follow();
    expect(await status()).toBe('rolled-back');
  });

  it('is left alone while its service is not back', async () => {
    await ledger.incidents.putServiceResult(serviceResult({ status: 'failed' }));
    await follow();
    expect(await status()).toBe('failed');
    expect(lambda.calls()).toHaveLength(0);
  });

  it('is left alone where the plan has no such alias', async () => {
    mockBucket(planObject(servicePlan({ targets: [stackPlan()] })));
    await follow();
    expect(await status()).toBe('rolled-back');
  });

  it('is not read where no incident holds the service, nor before the deployment has ended', async () => {
    deploymentIs({ status: 'InProgress' }, shiftingSince);
    await follow();
    ledger.now += leaseMs + 1;
    ended();
    await follow();
    expect(await status()).toBe('rolled-back');
    expect(lambda.calls()).toHaveLength(0);
  });
});

it('refuses an input without its fields, naming each', async () => {
  const attempt = follow({});
  await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
  await expect(attempt).rejects.toThrow(/deploymentId: .*; service: .*; kind: .*; target: .*; releaseId: /);
});

it('throws TransientFailure when CodeDeploy throttles', async () => {
  codeDeploy.on(GetDeploymentCommand).rejects(throttled());
  await expect(follow()).rejects.toBeInstanceOf(TransientFailure);
});

describe('a rollback that leads to code that an incident undid', () => {
  const sns = mockClient(SNSClient);
  const pointed = () => lambda.commandCalls(UpdateAliasCommand).map(({ args: [{ input }] }) => input);

  beforeEach(async () => {
    sns.reset();
    sns.on(PublishCommand).resolves({ MessageId: 'm-1' });
    lambda.on(UpdateAliasCommand).resolves({});
    mockBucket(planObject());
    await ledger.releases.open(releaseRecord({ verdict: 'bad' }));
    await ledger.releases.open(
      releaseRecord({
        releaseId: 'orders-20260105T093000Z',
        verdict: 'good',
        deployments: {},
        restoredBy: RELEASE,
      }),
    );
    await ledger.incidents.open(incidentRecord());
  });

  function shifts(from: string, to: string, ended = false) {
    deploymentIs({ status: ended ? 'Failed' : 'InProgress' });
    codeDeploy.on(BatchGetDeploymentTargetsCommand).resolves({
      deploymentTargets: [
        lambdaTarget({ currentVersion: from, targetVersion: to }, allowTraffic(shiftingSince)),
      ],
    });
  }

  it.each([
    ['while it shifts', alias('6', { '5': 0.1 }, 'rev-9'), false],
    ['when it is done', alias('5', {}, 'rev-9'), true],
    ['when it failed half way', alias('6', { '5': 0.1 }, 'rev-9'), true],
  ])('has its alias pointed back %s, and is reported once', async (_, state, ended) => {
    shifts('6', '5', ended);
    lambda.on(GetAliasCommand).resolves(state);
    await follow();
    await follow();
    expect(pointed()[0]).toMatchObject({
      FunctionVersion: '4',
      RoutingConfig: { AdditionalVersionWeights: {} },
      RevisionId: 'rev-9',
    });
    const mails = sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input);
    expect(mails).toHaveLength(1);
    expect(mails[0]?.Subject).toContain('orders: users were on the bad release again');
    expect(mails[0]?.Message).toContain('deployment d-BACK1, a rollback');
    expect(mails[0]?.Message).toContain(
      '--resources-to-skip $(echo "$failed_aliases") --stack-name shop-orders',
    );
  });

  it.each([
    ['it goes to what was not undone', '5', '4', alias('5', { '4': 0.1 })],
    ['the alias is off it already', '6', '5', alias('4')],
    ['somebody released over it', '6', '5', alias('7')],
  ])('is left alone where %s', async (_, from, to, state) => {
    shifts(from, to);
    lambda.on(GetAliasCommand).resolves(state);
    await follow();
    expect(pointed()).toEqual([]);
    expect(sns.calls()).toEqual([]);
  });

  it('is looked at every minute, however long it takes', async () => {
    shifts('6', '4');
    lambda.on(GetAliasCommand).resolves(alias('4'));
    ledger.now += 3_600_000;
    await expect(follow()).resolves.toEqual({ ended: false, waitSeconds: 60 });
  });

  it('is left to its watch where it is a release', async () => {
    shifts('4', '5');
    lambda.on(GetAliasCommand).resolves(alias('4', { '5': 0.1 }));
    await follow({ ...rollback, kind: 'release', releaseId: RELEASE });
    expect(pointed()).toEqual([]);
  });
});

describe('the hook after traffic of a deployment whose watch is over', () => {
  const question = {
    deploymentId: DEPLOYMENT,
    event: 'AfterAllowTraffic',
    executionId: 'hook-1',
    service: 'orders',
    askedAt: NOW,
  } as const;
  const release = { ...rollback, deploymentId: DEPLOYMENT, kind: 'release', releaseId: RELEASE };
  const answers = () =>
    codeDeploy
      .commandCalls(PutLifecycleEventHookExecutionStatusCommand)
      .map(({ args }) => args[0].input.status);

  beforeEach(async () => {
    codeDeploy.on(PutLifecycleEventHookExecutionStatusCommand).resolves({});
    deploymentIs({ status: 'InProgress' }, shiftingSince, shiftedAt);
    await ledger.lifecycleHooks.ask(question);
    await ledger.releases.recordDeployment({
      deploymentId: DEPLOYMENT,
      service: 'orders',
      kind: 'release',
      releaseId: RELEASE,
      seenAt: iso(NOW),
    });
  });

  it('is answered for a bad release: a stop may wait for that', async () => {
    await ledger.releases.open(releaseRecord({ verdict: 'bad', incidentId: RELEASE }));
    await follow(release);
    await follow(release);
    expect(answers()).toEqual(['Failed']);
  });

  it('waits for its deadline where nothing is known against its release', async () => {
    await ledger.releases.open(releaseRecord());
    await follow(release);
    expect(answers()).toEqual([]);
    ledger.now += 40 * 60_000;
    await follow(release);
    expect(answers()).toEqual(['Succeeded']);
  });
});
