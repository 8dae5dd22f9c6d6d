import { GetObjectCommand } from '@aws-sdk/client-s3';
import { build } from '../../../functions/roll-back/prepare-service/handler.ts';
import { InvalidInput, LedgerCorrupt, LockLost, TransientFailure } from '../../../shared/errors.ts';
import { leaseMs } from '../../../shared/ledger/lock-ledger.ts';
import type { TargetResult } from '../../../shared/ledger/records.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import {
  apiStagePlan,
  codeDeployPlan,
  concurrentRelease,
  hookPlan,
  PLAN_KEY,
  parameterPlan,
  planObject,
  RELEASE,
  servicePlan,
  serviceResult,
  stackPinPlan,
  stackPlan,
} from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { unavailable } from '../fixtures/sdk-errors.ts';
import { iso } from '../fixtures/times.ts';

const input = { incidentId: RELEASE, attempt: 1, service: 'orders', planKey: PLAN_KEY, wave: 'traffic' };
let ledger: LedgerDouble;

beforeEach(async () => {
  ledger = new LedgerDouble();
  mockBucket(planObject());
  await ledger.locks.acquire('orders', `${RELEASE}#1`);
});

const prepare = (changes = {}) => build(runtimeOf(ledger))({ ...input, ...changes });

it('lays out the targets that decide which code users meet, side by side within a phase, and no stack', async () => {
  const targets = [
    stackPlan(),
    codeDeployPlan(),
    codeDeployPlan({ target: 'ListOrders:live' }),
    stackPinPlan(),
  ];
  mockBucket(planObject(servicePlan({ targets })));
  await expect(prepare()).resolves.toEqual({
    phases: [{ targets: ['CreateOrder:live', 'ListOrders:live'] }],
    startedAt: iso(ledger.now),
  });
});

it('lays the phases out in the order that the catalog declares', async () => {
  const targets = [codeDeployPlan(), parameterPlan(), stackPlan()];
  mockBucket(planObject(servicePlan({ targets })));
  await expect(prepare()).resolves.toMatchObject({
    phases: [{ targets: ['/orders/limit'] }, { targets: ['CreateOrder:live'] }],
  });
  mockBucket(
    planObject(
      servicePlan({ targets, order: ['stack', 'hook-before', 'traffic', 'parameters', 'hook-after'] }),
    ),
  );
  await expect(prepare()).resolves.toMatchObject({
    phases: [{ targets: ['stack'] }, { targets: ['CreateOrder:live'] }, { targets: ['/orders/limit'] }],
  });
});

it('leaves out a phase without targets', async () => {
  mockBucket(planObject(servicePlan({ targets: [codeDeployPlan()] })));
  await expect(prepare()).resolves.toMatchObject({ phases: [{ targets: ['CreateOrder:live'] }] });
});

it('has no phases for a service with nothing to change', async () => {
  mockBucket(planObject(servicePlan({ targets: [] })));
  await expect(prepare()).resolves.toMatchObject({ phases: [] });
});

describe('after the traffic', () => {
  const pinned = { target: 'stack pin', status: 'restored', action: 'pinned' } as const;
  const targets = [
    codeDeployPlan(),
    stackPinPlan(),
    stackPlan(),
    hookPlan({ phase: 'hook-after', target: 'hook after' }),
  ];
  /** The result of the earlier waves. */
  const cameTo = (...later: TargetResult[]) =>
    ledger.incidents.putServiceResult(
      serviceResult({ status: 'traffic-restored', targets: [...serviceResult().targets, ...later] }),
    );

  beforeEach(() => mockBucket(planObject(servicePlan({ targets }))));

  it('lays out the pins first', async () => {
    await cameTo();
    await expect(prepare({ wave: 'pins' })).resolves.toMatchObject({ phases: [{ targets: ['stack pin'] }] });
  });

  it('lays out the rest of a stack that is pinned, then the hooks after it', async () => {
    await cameTo(pinned);
    await expect(prepare({ wave: 'rest' })).resolves.toMatchObject({
      phases: [{ targets: ['stack'] }, { targets: ['hook after'] }],
    });
  });

  it.each<[string, TargetResult[]]>([
    ['was left', [{ ...pinned, status: 'left' }]],
    ['failed', [{ ...pinned, status: 'failed' }]],
    ['left no result: the execution of that wave was lost', []],
  ])('leaves out the rest of a stack whose pin %s', async (_, results) => {
    await cameTo(...results);
    await expect(prepare({ wave: 'rest' })).resolves.toMatchObject({ phases: [{ targets: ['hook after'] }] });
  });

  it('leaves out a stage that waits for a stack which is not pinned', async () => {
    const waiting = [stackPinPlan(), stackPlan(), apiStagePlan({ phase: 'after-stack' })];
    mockBucket(planObject(servicePlan({ targets: waiting })));
    await cameTo({ ...pinned, status: 'left' });
    await expect(prepare({ wave: 'rest' })).resolves.toMatchObject({ phases: [] });
    await cameTo(pinned);
    await expect(prepare({ wave: 'rest' })).resolves.toMatchObject({
      phases: [{ targets: ['stack'] }, { targets: ['a1b2c3/prod'] }],
    });
  });

  it('lays out the rest of a service whose stack is only waited for, and so has no pin', async () => {
    const { snapshot: _, ...bare } = stackPlan();
    mockBucket(planObject(servicePlan({ targets: [codeDeployPlan(), { ...bare, waitOnly: true }] })));
    await cameTo();
    await expect(prepare({ wave: 'rest' })).resolves.toMatchObject({ phases: [{ targets: ['stack'] }] });
  });

  describe.each(['pins', 'rest'])('in the wave %s', (wave) => {
    it.each(['failed', 'skipped', 'superseded'] as const)(
      'lays out nothing of a service that is %s',
      async (status) => {
        await ledger.incidents.putServiceResult(serviceResult({ status }));
        await expect(prepare({ wave })).resolves.toMatchObject({ phases: [] });
      },
    );

    it('lays out nothing of a service without a result', async () => {
      await expect(prepare({ wave })).resolves.toMatchObject({ phases: [] });
    });

    it('lays out nothing once another release replaced a service of the attempt', async () => {
      await cameTo(pinned);
      await ledger.incidents.addConcurrentRelease(concurrentRelease());
      await expect(prepare({ wave })).resolves.toMatchObject({ phases: [] });
    });
  });
});

it('prolongs the lease of the lock', async () => {
  ledger.now += 60_000;
  await prepare();
  expect((await ledger.locks.find('orders'))?.leaseUntil).toBe(ledger.now + leaseMs);
});

it.each([
  ['another attempt has the lock', { attempt: 2 }],
  ['nobody ever took it', { service: 'billing' }],
])('throws LockLost when %s', async (_, changes) => {
  await expect(prepare(changes)).rejects.toBeInstanceOf(LockLost);
});

it('throws LedgerCorrupt for a service the plan does not hold', async () => {
  await ledger.locks.acquire('billing', `${RELEASE}#1`);
  const attempt = prepare({ service: 'billing' });
  await expect(attempt).rejects.toBeInstanceOf(LedgerCorrupt);
  await expect(attempt).rejects.toThrow('has no service billing');
});

it.each(['service', 'wave'])('refuses an input without a %s, naming the field', async (field) => {
  const attempt = prepare({ [field]: undefined });
  await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
  await expect(attempt).rejects.toThrow(`${field}: `);
});

it('throws TransientFailure when S3 cannot answer now', async () => {
  const { s3 } = mockBucket();
  s3.on(GetObjectCommand).rejects(unavailable());
  await expect(prepare()).rejects.toBeInstanceOf(TransientFailure);
});
