import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/roll-back/invoke-hook/handler.ts';
import {
  InvalidInput,
  LedgerCorrupt,
  LockLost,
  TargetNotRestored,
  TransientFailure,
} from '../../../shared/errors.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { GOOD_RELEASE, hookPlan, PLAN_KEY, planObject, RELEASE, servicePlan } from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled } from '../fixtures/sdk-errors.ts';

const input = {
  incidentId: RELEASE,
  attempt: 1,
  service: 'orders',
  target: 'RollbackHook_orders before',
  planKey: PLAN_KEY,
};
const lambda = mockClient(LambdaClient);
let ledger: LedgerDouble;

beforeEach(async () => {
  lambda.reset();
  ledger = new LedgerDouble();
  await ledger.locks.acquire('orders', `${RELEASE}#1`);
  mockBucket(planObject(servicePlan({ targets: [hookPlan()] })));
});

const ask = (changes = {}) => build(runtimeOf(ledger))({ ...input, ...changes });
const answers = (payload: unknown, FunctionError?: string) =>
  lambda.on(InvokeCommand).resolves({
    Payload: Buffer.from(JSON.stringify(payload)) as never,
    ...(FunctionError && { FunctionError }),
  });

const tokens = () =>
  lambda
    .commandCalls(InvokeCommand)
    .map(
      ({ args }) => JSON.parse(Buffer.from(args[0].input.Payload as Uint8Array).toString()).idempotencyToken,
    );

it('passes the documented event to the hook and waits for it', async () => {
  answers({ message: 'migrated down' });
  await expect(ask()).resolves.toEqual({ found: 'RollbackHook_orders did its part: migrated down' });
  const [call] = lambda.commandCalls(InvokeCommand);
  const { FunctionName, InvocationType, Payload } = call?.args[0].input ?? {};
  expect({ FunctionName, InvocationType }).toEqual({
    FunctionName: 'RollbackHook_orders',
    InvocationType: 'RequestResponse',
  });
  expect(JSON.parse(Buffer.from(Payload as Uint8Array).toString())).toEqual({
    version: 1,
    incidentId: RELEASE,
    service: 'orders',
    when: 'before',
    fromRelease: RELEASE,
    toRelease: GOOD_RELEASE,
    idempotencyToken: `${RELEASE}/orders/RollbackHook_orders/before/${RELEASE}`,
  });
});

it.each([null, {}, { message: 7 }])('accepts a hook that returns %j', async (payload) => {
  answers(payload);
  await expect(ask()).resolves.toEqual({ found: 'RollbackHook_orders did its part' });
});

it('throws TargetNotRestored with the message of a hook that failed', async () => {
  answers({ errorType: 'MigrationFailed', errorMessage: 'the table is locked' }, 'Unhandled');
  const attempt = ask();
  await expect(attempt).rejects.toBeInstanceOf(TargetNotRestored);
  await expect(attempt).rejects.toThrow('RollbackHook_orders failed: MigrationFailed: the table is locked');
});

it('asks again under the same token', async () => {
  answers({});
  await ask();
  await ledger.locks.unlock('orders', `${RELEASE}#1`);
  await ledger.locks.acquire('orders', `${RELEASE}#2`);
  await ask({ attempt: 2 });
  expect(tokens()).toHaveLength(2);
  expect(new Set(tokens()).size).toBe(1);
});

it('uses another token where the service was released again meanwhile', async () => {
  answers({});
  await ask();
  mockBucket(
    planObject(servicePlan({ targets: [hookPlan()], undoes: ['orders-20260105T100500Z', RELEASE] })),
  );
  await ask();
  expect(new Set(tokens()).size).toBe(2);
});

it('does not invoke it when the incident has lost the service', async () => {
  await expect(ask({ attempt: 2 })).rejects.toBeInstanceOf(LockLost);
  expect(lambda.commandCalls(InvokeCommand)).toEqual([]);
});

it('throws TransientFailure when Lambda cannot take the request now', async () => {
  lambda.on(InvokeCommand).rejects(throttled());
  await expect(ask()).rejects.toBeInstanceOf(TransientFailure);
});

it('throws LedgerCorrupt for a target that is no hook of the plan', async () => {
  await expect(ask({ target: 'CreateOrder:live' })).rejects.toBeInstanceOf(LedgerCorrupt);
});

it('refuses an input without a target, naming the field', async () => {
  const attempt = ask({ target: undefined });
  await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
  await expect(attempt).rejects.toThrow('target: ');
});
