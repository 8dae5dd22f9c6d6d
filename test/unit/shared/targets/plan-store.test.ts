import { S3Client } from '@aws-sdk/client-s3';
import { Bucket } from '../../../../shared/aws/bucket.ts';
import { LedgerCorrupt } from '../../../../shared/errors.ts';
import { PlanStore } from '../../../../shared/targets/plan-store.ts';
import type { Wave } from '../../../../shared/targets/waves.ts';
import { mockBucket } from '../../fixtures/mock-bucket.ts';
import {
  codeDeployPlan,
  hookPlan,
  lambdaAliasPlan,
  PLAN_KEY,
  planObject,
  rollbackPlan,
  servicePlan,
  stackPinPlan,
  stackPlan,
} from '../../fixtures/records.ts';
import { NOW } from '../../fixtures/times.ts';

const store = new PlanStore(new Bucket(new S3Client({ region: 'eu-west-1' }), 'coordinator', 'eu-west-1'));

it('reads what it wrote, whole and by service and target', async () => {
  mockBucket();
  const targets = [codeDeployPlan(), lambdaAliasPlan({ target: 'List:live' }), stackPinPlan(), stackPlan()];
  const plan = rollbackPlan(servicePlan({ targets }), servicePlan({ service: 'billing', targets: [] }));
  const { planKey } = await store.write(plan);
  await expect(store.read(planKey)).resolves.toEqual(plan);
  await expect(store.readService(planKey, 'billing')).resolves.toEqual(plan.services[1]);
  await expect(store.readTarget(planKey, 'orders', 'List:live')).resolves.toEqual({
    plan: targets[1],
    plannedAt: NOW,
  });
  const { incidentId, attempt } = plan;
  await expect(store.findService(incidentId, attempt, 'billing')).resolves.toEqual(plan.services[1]);
  await expect(store.findService(incidentId, attempt, 'users')).resolves.toBeUndefined();
});

describe('the list of services that a Distributed Map reads', () => {
  const services = [
    servicePlan(),
    servicePlan({ service: 'billing', targets: [codeDeployPlan()], waitsFor: ['orders'] }),
    servicePlan({ service: 'users', targets: [codeDeployPlan(), hookPlan({ phase: 'hook-after' })] }),
    servicePlan({
      service: 'payment',
      targets: [codeDeployPlan(), stackPinPlan(), stackPlan()],
      order: ['stack', 'hook-before', 'parameters', 'traffic', 'hook-after'],
      waitsFor: ['orders', 'billing'],
    }),
  ];

  it.each<[Wave, { service: string; waits: boolean }[]]>([
    [
      'traffic',
      [
        { service: 'orders', waits: false },
        { service: 'billing', waits: true },
        { service: 'users', waits: false },
        { service: 'payment', waits: true },
      ],
    ],
    [
      'pins',
      [
        { service: 'orders', waits: false },
        { service: 'payment', waits: false },
      ],
    ],
    [
      'rest',
      [
        { service: 'orders', waits: false },
        { service: 'users', waits: false },
      ],
    ],
  ])(
    'of the wave %s holds who has work there; only in the traffic wave somebody waits',
    async (wave, items) => {
      const { stored } = mockBucket();
      const { itemsKeys } = await store.write(rollbackPlan(...services));
      expect(JSON.parse(stored.get(itemsKeys[wave]) ?? '')).toEqual(items);
    },
  );
});

it.each<[string, Record<string, unknown>, string]>([
  ['is not there', {}, `Plan ${PLAN_KEY} is not in the bucket.`],
  ['is not JSON', { [PLAN_KEY]: '{"incidentId":' }, `Plan ${PLAN_KEY} is not JSON: `],
  ['is of another form', { [PLAN_KEY]: { incidentId: 'orders-1' } }, `Plan ${PLAN_KEY}: attempt: `],
])('throws LedgerCorrupt for a plan that %s', async (_, objects, reason) => {
  mockBucket(objects);
  await expect(store.read(PLAN_KEY)).rejects.toBeInstanceOf(LedgerCorrupt);
  await expect(store.read(PLAN_KEY)).rejects.toThrow(reason);
});

it('throws LedgerCorrupt for a service or target the plan does not hold', async () => {
  mockBucket(planObject());
  await expect(store.readService(PLAN_KEY, 'billing')).rejects.toThrow(
    `Plan ${PLAN_KEY} has no service billing.`,
  );
  const read = store.readTarget(PLAN_KEY, 'orders', 'List:live');
  await expect(read).rejects.toBeInstanceOf(LedgerCorrupt);
  await expect(read).rejects.toThrow('has no target List:live of orders');
});

it('lists services of the last wave after all whose stacks go back before theirs', async () => {
  const { stored } = mockBucket();
  const waitsFor = (...others: string[]) => ({ rest: { waitsFor: others, notifies: [] } });
  const { itemsKeys } = await store.write(
    rollbackPlan(
      servicePlan({ service: 'web', ...waitsFor('cart') }),
      servicePlan({ service: 'search' }),
      servicePlan({ service: 'cart', ...waitsFor('stock') }),
      servicePlan({ service: 'stock' }),
    ),
  );
  expect(JSON.parse(stored.get(itemsKeys.rest) ?? '')).toEqual([
    { service: 'stock', waits: false },
    { service: 'cart', waits: true },
    { service: 'web', waits: true },
    { service: 'search', waits: false },
  ]);
  expect(JSON.parse(stored.get(itemsKeys.pins) ?? '')[0]).toEqual({ service: 'web', waits: false });
});
