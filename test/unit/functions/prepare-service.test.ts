import { GetObjectCommand } from '@aws-sdk/client-s3';
import { build } from '../../../functions/prepare-service/handler.ts';
import { InvalidInput, LedgerCorrupt, LockLost, TransientFailure } from '../../../shared/errors.ts';
import { leaseMs } from '../../../shared/ledger/lock-ledger.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import {
  codeDeployPlan,
  PLAN_KEY,
  parameterPlan,
  planObject,
  RELEASE,
  servicePlan,
  stackPlan,
} from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { unavailable } from '../fixtures/sdk-errors.ts';
import { iso } from '../fixtures/times.ts';

const input = { incidentId: RELEASE, attempt: 1, service: 'orders', planKey: PLAN_KEY };
let ledger: LedgerDouble;

beforeEach(async () => {
  ledger = new LedgerDouble();
  mockBucket(planObject());
  await ledger.locks.acquire('orders', `${RELEASE}#1`);
});

const prepare = (changes = {}) => build(runtimeOf(ledger))({ ...input, ...changes });

it('lays out traffic before stack, side by side within a phase', async () => {
  const targets = [stackPlan(), codeDeployPlan(), codeDeployPlan({ target: 'ListOrders:live' })];
  mockBucket(planObject(servicePlan({ targets })));
  await expect(prepare()).resolves.toEqual({
    phases: [{ targets: ['CreateOrder:live', 'ListOrders:live'] }, { targets: ['stack'] }],
    startedAt: iso(ledger.now),
  });
});

it('lays them out in the order that the catalog declares', async () => {
  const targets = [codeDeployPlan(), parameterPlan(), stackPlan()];
  mockBucket(planObject(servicePlan({ targets })));
  await expect(prepare()).resolves.toMatchObject({
    phases: [{ targets: ['/orders/limit'] }, { targets: ['CreateOrder:live'] }, { targets: ['stack'] }],
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

it('refuses an input without a service, naming the field', async () => {
  const attempt = prepare({ service: undefined });
  await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
  await expect(attempt).rejects.toThrow('service: ');
});

it('throws TransientFailure when S3 cannot answer now', async () => {
  const { s3 } = mockBucket();
  s3.on(GetObjectCommand).rejects(unavailable());
  await expect(prepare()).rejects.toBeInstanceOf(TransientFailure);
});
