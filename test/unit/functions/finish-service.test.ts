import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  GetProvisionedConcurrencyConfigCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/roll-back/finish-service/handler.ts';
import { InvalidInput, LockLost, TransientFailure } from '../../../shared/errors.ts';
import type { TargetResult } from '../../../shared/ledger/records.ts';
import type { StackPlan } from '../../../shared/targets/cloudformation/shapes.ts';
import { alias, notProvisioned, stackOf } from '../fixtures/aws-answers.ts';
import { catalogObject } from '../fixtures/catalog.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import {
  apiStagePlan,
  codeDeployPlan,
  concurrentRelease,
  FUNCTION,
  GOOD_RELEASE,
  goodRelease,
  goodSnapshot,
  PLAN_KEY,
  parameterPlan,
  planObject,
  RELEASE,
  servicePlan,
  serviceResult,
  stackPinPlan,
  stackPlan,
  TEMPLATE_KEY,
} from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled } from '../fixtures/sdk-errors.ts';
import { iso, NOW } from '../fixtures/times.ts';

const restored = (target: string): TargetResult => ({ target, status: 'restored', action: 'put back' });
const input = {
  incidentId: RELEASE,
  attempt: 1,
  service: 'orders',
  planKey: PLAN_KEY,
  startedAt: iso(NOW),
  wave: 'traffic',
  results: [restored('CreateOrder:live')],
};
/** The release that a rollback started at NOW makes. */
const restoring = 'orders-20260105T090420Z-000-restored';

const cloudFormation = mockClient(CloudFormationClient);
const lambda = mockClient(LambdaClient);
let ledger: LedgerDouble;

beforeEach(async () => {
  cloudFormation.reset();
  lambda.reset();
  lambda.on(GetAliasCommand).resolves(alias('4'));
  lambda.on(GetProvisionedConcurrencyConfigCommand).rejects(notProvisioned());
  lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256: 'sha-of-4', State: 'Active' });
  cloudFormation.on(DescribeStacksCommand).resolves(stackOf());
  cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: 'Resources: {}' });
  cloudFormation.on(ListStackResourcesCommand).resolves({
    StackResourceSummaries: [
      {
        LogicalResourceId: 'CreateOrder',
        PhysicalResourceId: FUNCTION,
        ResourceType: 'AWS::Lambda::Function',
        ResourceStatus: 'UPDATE_COMPLETE',
        LastUpdatedTimestamp: new Date(NOW),
      },
    ],
  });
  ledger = new LedgerDouble();
  mockBucket({ ...catalogObject(), ...planObject() });
  await ledger.releases.open(goodRelease());
  await ledger.locks.acquire('orders', `${RELEASE}#1`);
});

const finish = (changes = {}) => build(runtimeOf(ledger))({ ...input, ...changes });
const result = async () => (await ledger.incidents.serviceResults({ incidentId: RELEASE, attempt: 1 }))[0];

it('records that its users are back, and how long it took', async () => {
  ledger.now += 240_000;
  await expect(finish()).resolves.toEqual({ service: 'orders', status: 'traffic-restored', reason: null });
  expect(await result()).toEqual({
    incidentId: RELEASE,
    attempt: 1,
    service: 'orders',
    status: 'traffic-restored',
    targets: input.results,
    startedAt: iso(NOW),
    trafficBackAt: iso(NOW + 240_000),
    finishedAt: iso(NOW + 240_000),
  });
});

it('records that a service without a stack is back', async () => {
  mockBucket({ ...catalogObject(), ...planObject(servicePlan({ targets: [codeDeployPlan()] })) });
  await expect(finish()).resolves.toEqual({ service: 'orders', status: 'rolled-back', reason: null });
  await expect(result()).resolves.toMatchObject({ status: 'rolled-back', trafficBackAt: iso(NOW) });
});

it('records where it saw the aliases, which nobody else would', async () => {
  await finish();
  const [observation, ...more] = await ledger.checkpoints.observations('orders');
  expect(more).toEqual([]);
  expect(observation).toEqual({
    service: 'orders',
    target: 'CreateOrder:live',
    function: FUNCTION,
    alias: 'live',
    version: '4',
    seenAt: iso(NOW),
    incidentId: RELEASE,
  });
});

it('records nothing of an alias that is still on two versions', async () => {
  lambda.on(GetAliasCommand).resolves(alias('4', { '5': 0.1 }));
  await finish();
  await expect(ledger.checkpoints.observations('orders')).resolves.toEqual([]);
});

it('records what is live now as a release of its own, as good as the one it restores', async () => {
  await finish();
  const release = await ledger.releases.get(restoring);
  expect(release).toMatchObject({ verdict: 'good', restores: GOOD_RELEASE, deployments: {} });
  expect(release.snapshot?.[0]).toMatchObject({ function: FUNCTION, version: '4', codeSha256: 'sha-of-4' });
  // The stack has the template of the bad release until the last wave.
  expect(release.snapshot?.slice(1)).toEqual(goodSnapshot.slice(1));
});

it('records nothing of the stack where nothing is known of it before', async () => {
  const { toRelease: _, ...unproven } = servicePlan();
  mockBucket({ ...catalogObject(), ...planObject(unproven) });
  await finish();
  const { snapshot } = await ledger.releases.get(restoring);
  expect(snapshot?.map(({ target }) => target)).toEqual(['CreateOrder:live']);
});

it('records nothing of what is live while the stack moves: it moves aliases yet', async () => {
  cloudFormation.on(DescribeStacksCommand).resolves(stackOf({ StackStatus: 'UPDATE_ROLLBACK_IN_PROGRESS' }));
  await finish();
  await expect(ledger.releases.get(restoring)).resolves.not.toHaveProperty('snapshot');
});

it('leaves versions unproven that no good release was recorded of', async () => {
  const { toRelease: _, ...unproven } = servicePlan();
  mockBucket({ ...catalogObject(), ...planObject(unproven) });
  await finish();
  const release = await ledger.releases.get(restoring);
  expect(release.verdict).toBe('candidate');
  expect(release).not.toHaveProperty('restores');
});

it('fails the service when a target failed, and records no release', async () => {
  const targets = [codeDeployPlan(), codeDeployPlan({ target: 'ListOrders:live' }), stackPlan()];
  mockBucket({ ...catalogObject(), ...planObject(servicePlan({ targets })) });
  const failed = { target: 'ListOrders:live', status: 'failed', action: 'deployment d-1 failed' };
  await expect(finish({ results: [restored('CreateOrder:live'), failed] })).resolves.toMatchObject({
    status: 'failed',
  });
  expect((await result())?.targets).toEqual([restored('CreateOrder:live'), failed]);
  await expect(result()).resolves.not.toHaveProperty('trafficBackAt');
  await expect(ledger.releases.find(restoring)).resolves.toBeUndefined();
});

it.each([
  [{ Error: 'TargetNotRestored', Cause: '{"errorMessage":"stack is stuck"}' }, 'stack is stuck'],
  [{ Error: null, Cause: null }, 'it gave neither an error nor a cause'],
  [{ Error: 'States.Timeout', Cause: '' }, 'States.Timeout'],
])('puts the failure of a target in words: %j', async (failure, words) => {
  const failed = { target: 'CreateOrder:live', status: 'failed', action: 'update began', failure };
  await expect(finish({ results: [failed] })).resolves.toEqual({
    service: 'orders',
    status: 'failed',
    reason: `CreateOrder:live: update began; ${words}`,
  });
  expect((await result())?.targets).toEqual([
    { target: 'CreateOrder:live', status: 'failed', action: `update began; ${words}` },
  ]);
});

it('names the failure alone where nothing had been done', async () => {
  const failure = { Error: 'NoWayBack', Cause: '{"errorMessage":"version 4 is gone"}' };
  const failed = { target: 'CreateOrder:live', status: 'failed', action: '', failure };
  await expect(finish({ results: [failed] })).resolves.toMatchObject({
    reason: 'CreateOrder:live: version 4 is gone',
  });
});

it('is superseded where a target was released over, and keeps its providers from beginning', async () => {
  mockBucket({ ...catalogObject(), ...planObject(servicePlan({ onFailure: 'continue' })) });
  const left = { target: 'CreateOrder:live', status: 'superseded', action: 'released over' };
  await expect(finish({ results: [left] })).resolves.toMatchObject({ status: 'superseded' });
  await expect(result()).resolves.not.toHaveProperty('providersGoOn');
});

it('lets its providers go on where the plan says so, and it failed', async () => {
  mockBucket({ ...catalogObject(), ...planObject(servicePlan({ onFailure: 'continue' })) });
  await finish({ results: [] });
  await expect(result()).resolves.toMatchObject({ status: 'failed', providersGoOn: true });
});

it('names a target that was not reached, and none of a later wave', async () => {
  const targets = [parameterPlan(), codeDeployPlan(), stackPinPlan(), stackPlan()];
  mockBucket({ ...catalogObject(), ...planObject(servicePlan({ targets })) });
  await finish({ results: [{ target: '/orders/limit', status: 'failed', action: 'deleted version' }] });
  expect((await result())?.targets).toEqual([
    { target: '/orders/limit', status: 'failed', action: 'deleted version' },
    { target: 'CreateOrder:live', status: 'failed', action: 'not reached: an earlier step failed' },
  ]);
});

describe('a stack that goes before the traffic', () => {
  const left: TargetResult = { target: 'stack', status: 'left', action: 'Table would be removed' };
  const planned = (changes: Partial<StackPlan>) =>
    mockBucket({
      ...catalogObject(),
      ...planObject(
        servicePlan({
          targets: [codeDeployPlan(), stackPinPlan(), stackPlan({ beforeTraffic: true, ...changes })],
          order: ['hook-before', 'parameters', 'stack', 'traffic', 'hook-after'],
        }),
      ),
    });

  it('does not take from users that they are back, where it is left and they need it not', async () => {
    planned({});
    await expect(finish({ results: [left, restored('CreateOrder:live')] })).resolves.toMatchObject({
      status: 'traffic-restored',
    });
  });

  it('is part of what users need where a version cannot serve without it', async () => {
    planned({ neededFor: ['its role is gone'] });
    const failed: TargetResult = { ...left, status: 'failed' };
    await expect(finish({ results: [failed] })).resolves.toMatchObject({ status: 'failed' });
    await expect(
      finish({ results: [restored('stack'), restored('CreateOrder:live')] }),
    ).resolves.toMatchObject({
      status: 'traffic-restored',
    });
  });
});

describe('a later wave', () => {
  const pinned = restored('stack pin');
  /** The result of the earlier waves. */
  const cameTo = (...later: TargetResult[]) =>
    ledger.incidents.putServiceResult(
      serviceResult({
        status: 'traffic-restored',
        targets: [restored('CreateOrder:live'), ...later],
        trafficBackAt: iso(NOW),
      }),
    );

  it('keeps a pinned service apart from one that is rolled back', async () => {
    await cameTo();
    ledger.now += 60_000;
    await expect(finish({ wave: 'pins', results: [pinned] })).resolves.toEqual({
      service: 'orders',
      status: 'traffic-restored',
      reason: null,
    });
    await expect(result()).resolves.toMatchObject({
      targets: [restored('CreateOrder:live'), pinned],
      startedAt: iso(NOW),
      trafficBackAt: iso(NOW),
      finishedAt: iso(NOW + 60_000),
    });
  });

  it('rolls a service back once all its targets are', async () => {
    await cameTo(pinned);
    ledger.now += 60_000;
    await expect(finish({ wave: 'rest', results: [restored('stack')] })).resolves.toEqual({
      service: 'orders',
      status: 'rolled-back',
      reason: null,
    });
    await expect(result()).resolves.toMatchObject({
      targets: [restored('CreateOrder:live'), pinned, restored('stack')],
      trafficBackAt: iso(NOW),
      finishedAt: iso(NOW + 60_000),
    });
  });

  it.each(['left', 'failed'] as const)('leaves its users restored where the rest is %s', async (status) => {
    await cameTo(pinned);
    const rest: TargetResult = { target: 'stack', status, action: 'Table would be removed' };
    await expect(finish({ wave: 'rest', results: [rest] })).resolves.toMatchObject({
      status: 'traffic-restored',
    });
    expect((await result())?.targets[2]).toEqual(rest);
  });

  it('says of the rest of a stack that is not pinned that it is left', async () => {
    const unpinned: TargetResult = { ...pinned, status: 'left' };
    await cameTo(unpinned);
    await expect(finish({ wave: 'rest', results: [] })).resolves.toMatchObject({
      status: 'traffic-restored',
    });
    expect((await result())?.targets).toEqual([
      restored('CreateOrder:live'),
      unpinned,
      { target: 'stack', status: 'left', action: 'left as it is: the stack is not pinned' },
    ]);
  });

  it('asks Lambda nothing where the wave had nothing to begin', async () => {
    await cameTo({ ...pinned, status: 'left' });
    lambda.resetHistory();
    await finish({ wave: 'rest', results: [] });
    expect(lambda.calls()).toEqual([]);
  });

  it('fails a service whose stage waited for a stack that did not come back', async () => {
    const waiting = apiStagePlan({ phase: 'after-stack' });
    const targets = [codeDeployPlan(), stackPinPlan(), stackPlan(), waiting];
    mockBucket({ ...catalogObject(), ...planObject(servicePlan({ targets })) });
    await cameTo();
    await expect(finish({ wave: 'pins', results: [pinned] })).resolves.toMatchObject({
      status: 'traffic-restored',
    });
    const rest: TargetResult = { target: 'stack', status: 'failed', action: 'it has no service role' };
    await expect(finish({ wave: 'rest', results: [rest] })).resolves.toMatchObject({ status: 'failed' });
    expect((await result())?.targets.at(-1)).toEqual({
      target: waiting.target,
      status: 'failed',
      action: 'not reached: an earlier step failed',
    });
  });

  it('is superseded where a stack was released over', async () => {
    await cameTo();
    const over: TargetResult = { target: 'stack pin', status: 'superseded', action: 'released over' };
    await expect(finish({ wave: 'pins', results: [over] })).resolves.toMatchObject({ status: 'superseded' });
  });

  it('fails the service whose alias the stack has moved meanwhile', async () => {
    await cameTo();
    lambda.on(GetAliasCommand).resolves(alias('5'));
    await expect(finish({ wave: 'pins', results: [pinned] })).resolves.toMatchObject({ status: 'failed' });
    expect((await result())?.targets[0]).toMatchObject({
      status: 'failed',
      action: expect.stringContaining('on version 5, expected version 4 alone.'),
    });
  });

  it('records what is live where the stack was moving when the traffic was back', async () => {
    cloudFormation.on(DescribeStacksCommand).resolves(stackOf({ StackStatus: 'UPDATE_IN_PROGRESS' }));
    await finish();
    cloudFormation.on(DescribeStacksCommand).resolves(stackOf());
    await finish({ wave: 'pins', results: [pinned] });
    const { snapshot } = await ledger.releases.get(restoring);
    expect(snapshot).toMatchObject([{ function: FUNCTION, version: '4' }, { templateKey: TEMPLATE_KEY }]);
  });

  it.each(['failed', 'skipped', 'superseded'] as const)(
    'leaves the result of a service that is %s as it is',
    async (status) => {
      const before = serviceResult({ status });
      await ledger.incidents.putServiceResult(before);
      await expect(finish({ wave: 'pins', results: [] })).resolves.toMatchObject({
        service: 'orders',
        // The machine has no words for a service that an earlier wave skipped.
        status: status === 'skipped' ? 'failed' : status,
      });
      await expect(result()).resolves.toEqual(before);
      expect(lambda.calls()).toEqual([]);
    },
  );

  it('leaves the result as it is once somebody released over a service of the attempt', async () => {
    await cameTo();
    const before = await result();
    await ledger.incidents.addConcurrentRelease(concurrentRelease());
    await expect(finish({ wave: 'pins', results: [] })).resolves.toMatchObject({
      status: 'traffic-restored',
    });
    await expect(result()).resolves.toEqual(before);
  });

  it('gives the service up where the execution of its traffic was stopped before it recorded a result', async () => {
    const reason =
      'its execution was stopped before it recorded a result, so that it is not known what was done last';
    await expect(finish({ wave: 'pins', results: [] })).resolves.toEqual({
      service: 'orders',
      status: 'failed',
      reason,
    });
    await expect(result()).resolves.toMatchObject({ status: 'failed', targets: [], reason });
  });

  it('comes to the same when it runs twice', async () => {
    await cameTo(pinned);
    await finish({ wave: 'rest', results: [restored('stack')] });
    const once = await result();
    await finish({ wave: 'rest', results: [restored('stack')] });
    await expect(result()).resolves.toEqual(once);
  });
});

it('fails the service when its alias has moved again since it was verified', async () => {
  lambda.on(GetAliasCommand).resolves(alias('5'));
  await expect(finish()).resolves.toMatchObject({ status: 'failed' });
  expect((await result())?.targets[0]).toEqual({
    target: 'CreateOrder:live',
    status: 'failed',
    action: `put back; but then: ${FUNCTION}:live on version 5, expected version 4 alone.`,
  });
});

it('is superseded where somebody released over its alias since it was verified', async () => {
  lambda.on(GetAliasCommand).resolves(alias('6'));
  lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256: 'sha-of-6', State: 'Active' });
  await expect(finish()).resolves.toMatchObject({ status: 'superseded' });
  expect((await result())?.targets[0]).toEqual({
    target: 'CreateOrder:live',
    status: 'superseded',
    action: `put back; but then: ${FUNCTION}:live on version 6, which somebody else released meanwhile`,
  });
});

it('records one release and one result when it runs twice', async () => {
  await finish();
  await finish();
  expect(await ledger.releases.list('orders')).toHaveLength(2);
  expect(await ledger.incidents.serviceResults({ incidentId: RELEASE, attempt: 1 })).toHaveLength(1);
});

it("changes nothing when the service is no longer this incident's", async () => {
  await expect(finish({ attempt: 2 })).rejects.toBeInstanceOf(LockLost);
  expect(await result()).toBeUndefined();
});

it('refuses results of another form, naming the field', async () => {
  const attempt = finish({ results: [{ target: 'stack', status: 'done', action: '' }], startedAt: 'now' });
  await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
  await expect(attempt).rejects.toThrow(/startedAt: .*results\.0\.status: /);
});

it('throws TransientFailure when Lambda throttles', async () => {
  lambda.on(GetAliasCommand).rejects(throttled());
  await expect(finish()).rejects.toBeInstanceOf(TransientFailure);
});
