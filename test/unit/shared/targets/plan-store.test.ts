import { S3Client } from '@aws-sdk/client-s3';
import { Bucket } from '../../../../shared/aws/bucket.ts';
import { LedgerCorrupt } from '../../../../shared/errors.ts';
import { PlanStore } from '../../../../shared/targets/plan-store.ts';
import { mockBucket } from '../../fixtures/mock-bucket.ts';
import {
  codeDeployPlan,
  lambdaAliasPlan,
  PLAN_KEY,
  planObject,
  rollbackPlan,
  servicePlan,
  stackPlan,
} from '../../fixtures/records.ts';
import { NOW } from '../../fixtures/times.ts';

const store = new PlanStore(new Bucket(new S3Client({ region: 'eu-west-1' }), 'coordinator', 'eu-west-1'));

it('reads what it wrote, whole and by service and target', async () => {
  mockBucket();
  const targets = [codeDeployPlan(), lambdaAliasPlan({ target: 'List:live' }), stackPlan()];
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

it('writes the list of services that the Distributed Map reads', async () => {
  const { stored } = mockBucket();
  const billing = servicePlan({ service: 'billing', waitsFor: ['orders'] });
  const { itemsKey } = await store.write(rollbackPlan(servicePlan(), billing));
  expect(JSON.parse(stored.get(itemsKey) ?? '')).toEqual([
    { service: 'orders', waits: false },
    { service: 'billing', waits: true },
  ]);
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
