import { GetObjectCommand } from '@aws-sdk/client-s3';
import { build } from '../../../functions/coordinate/acquire-locks/handler.ts';
import { InvalidInput, LedgerCorrupt, LockLost, TransientFailure } from '../../../shared/errors.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { incidentRecord, PLAN_KEY, planObject, RELEASE, servicePlan } from '../fixtures/records.ts';
import { EXECUTION_ARN, runtimeOf } from '../fixtures/runtime-of.ts';
import { unavailable } from '../fixtures/sdk-errors.ts';
import { iso } from '../fixtures/times.ts';

const input = { incidentId: RELEASE, attempt: 1, planKey: PLAN_KEY };
const owner = `${RELEASE}#1`;
const three = planObject(
  servicePlan({ service: 'storefront' }),
  servicePlan({ service: 'checkout' }),
  servicePlan({ service: 'orders' }),
);

let ledger: LedgerDouble;
beforeEach(async () => {
  ledger = new LedgerDouble();
  await ledger.incidents.open(incidentRecord());
});

const holder = async (service: string) => (await ledger.locks.find(service))?.owner;

it('takes the lock of every service of the plan', async () => {
  mockBucket(three);
  await expect(build(runtimeOf(ledger))(input)).resolves.toEqual({ acquired: true });
  for (const service of ['checkout', 'orders', 'storefront']) expect(await holder(service)).toBe(owner);
});

it('keeps locks it has already when it runs twice', async () => {
  mockBucket(three);
  await build(runtimeOf(ledger))(input);
  await expect(build(runtimeOf(ledger))(input)).resolves.toEqual({ acquired: true });
  expect(await ledger.locks.find('orders')).toMatchObject({ owner });
});

it('names the busy service and frees the locks it took', async () => {
  mockBucket(three);
  await ledger.locks.acquire('orders', 'payment-20260105T080000Z#1');
  await expect(build(runtimeOf(ledger))(input)).resolves.toEqual({ acquired: false, busy: 'orders' });
  expect(await holder('checkout')).toBe('nobody');
  expect(await holder('orders')).toBe('payment-20260105T080000Z#1');
  expect(await holder('storefront')).toBe('nobody');
});

it('takes over the locks of the previous attempt, and frees those it does not need', async () => {
  mockBucket(three);
  await build(runtimeOf(ledger))(input);
  const again = planObject(servicePlan({ service: 'orders' }), servicePlan({ service: 'users' }));
  const planKey = PLAN_KEY.replace('/1/', '/2/');
  mockBucket({ ...three, [planKey]: again[PLAN_KEY] ?? '' });
  await ledger.incidents.nextAttempt(input, EXECUTION_ARN);
  await expect(build(runtimeOf(ledger))({ ...input, attempt: 2, planKey })).resolves.toEqual({
    acquired: true,
  });
  expect(await ledger.locks.find('orders')).toMatchObject({ owner: `${RELEASE}#2` });
  expect(await holder('users')).toBe(`${RELEASE}#2`);
  expect(await holder('storefront')).toBe('nobody');
  await expect(ledger.locks.renew('orders', owner)).rejects.toThrow('no longer held');
});

it('takes over nothing from any attempt but the previous one', async () => {
  mockBucket({ ...planObject() });
  for (const attempt of [1, 2]) await ledger.incidents.nextAttempt({ ...input, attempt }, EXECUTION_ARN);
  await ledger.locks.acquire('orders', owner);
  await expect(build(runtimeOf(ledger))({ ...input, attempt: 3 })).resolves.toEqual({
    acquired: false,
    busy: 'orders',
  });
});

it('takes nothing where the incident was ended meanwhile, or is at another attempt', async () => {
  mockBucket(three);
  await expect(build(runtimeOf(ledger))({ ...input, attempt: 2 })).rejects.toThrow(
    `Incident ${RELEASE} is at attempt 1, so attempt 2 of it changes nothing any more.`,
  );
  await ledger.incidents.close(RELEASE, EXECUTION_ARN, 'needs-person', iso(ledger.now));
  const attempt = build(runtimeOf(ledger))(input);
  await expect(attempt).rejects.toBeInstanceOf(LockLost);
  await expect(attempt).rejects.toThrow(`Incident ${RELEASE} is closed`);
  await expect(holder('orders')).resolves.toBeUndefined();
});

it('refuses an input without a plan, naming the field', async () => {
  const attempt = build(runtimeOf(ledger))({ incidentId: RELEASE, attempt: 0 });
  await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
  await expect(attempt).rejects.toThrow(/attempt: .*; planKey: /);
});

it('throws LedgerCorrupt when the plan is not in the bucket', async () => {
  mockBucket();
  const attempt = build(runtimeOf(ledger))(input);
  await expect(attempt).rejects.toBeInstanceOf(LedgerCorrupt);
  await expect(attempt).rejects.toThrow(`Plan ${PLAN_KEY} is not in the bucket.`);
});

it('throws TransientFailure when S3 or DynamoDB cannot answer now', async () => {
  const { s3 } = mockBucket(three);
  ledger.refuseNext('GetItem', 'InternalServerError', 500);
  await expect(build(runtimeOf(ledger))(input)).rejects.toBeInstanceOf(TransientFailure);
  s3.on(GetObjectCommand).rejects(unavailable());
  await expect(build(runtimeOf(ledger))(input)).rejects.toBeInstanceOf(TransientFailure);
});
