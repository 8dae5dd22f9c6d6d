import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/roll-back/request-hook/handler.ts';
import { InvalidInput, LockLost, TargetNotRestored } from '../../../shared/errors.ts';
import { leaseMs } from '../../../shared/ledger/lock-ledger.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { hookPlan, PLAN_KEY, planObject, RELEASE, servicePlan } from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';

const input = {
  incidentId: RELEASE,
  attempt: 1,
  service: 'orders',
  target: 'RollbackHook_orders before',
  planKey: PLAN_KEY,
  taskToken: 'token-of-the-state',
};
const lambda = mockClient(LambdaClient);
let ledger: LedgerDouble;

beforeEach(async () => {
  lambda.reset();
  ledger = new LedgerDouble();
  await ledger.locks.acquire('orders', `${RELEASE}#1`);
  const hook = hookPlan({ form: 'callback', timeoutSeconds: 3600 });
  mockBucket(planObject(servicePlan({ targets: [hook] })));
  lambda.on(InvokeCommand).resolves({});
});

const request = (changes = {}) => build(runtimeOf(ledger))({ ...input, ...changes });

it('passes the token to the hook, and to nothing else', async () => {
  const result = await request();
  expect(result).toEqual({ requested: 'RollbackHook_orders' });
  const [call] = lambda.commandCalls(InvokeCommand);
  const event = JSON.parse(Buffer.from(call?.args[0].input.Payload as Uint8Array).toString());
  expect(event).toMatchObject({ taskToken: 'token-of-the-state', service: 'orders' });
  expect(event.idempotencyToken).not.toContain('token-of-the-state');
});

it('holds the lock for as long as the answer may take, and the next step shortens it again', async () => {
  await request();
  const lease = async () => (await ledger.locks.find('orders'))?.leaseUntil;
  expect(await lease()).toBe(ledger.now + 3_600_000 + leaseMs);
  await ledger.locks.renew('orders', `${RELEASE}#1`);
  expect(await lease()).toBe(ledger.now + leaseMs);
});

it('throws TargetNotRestored when the hook does not even accept the request, without the token', async () => {
  lambda.on(InvokeCommand).resolves({
    FunctionError: 'Unhandled',
    Payload: Buffer.from('{"errorType":"TypeError","errorMessage":"no table"}') as never,
  });
  const attempt = request();
  await expect(attempt).rejects.toBeInstanceOf(TargetNotRestored);
  await expect(attempt).rejects.toThrow('RollbackHook_orders failed: TypeError: no table');
});

it('does not invoke it when the incident has lost the service', async () => {
  await expect(request({ attempt: 2 })).rejects.toBeInstanceOf(LockLost);
  expect(lambda.commandCalls(InvokeCommand)).toEqual([]);
});

it('refuses an input without a token, naming the field and nothing else', async () => {
  const attempt = request({ taskToken: '' });
  await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
  await expect(attempt).rejects.toThrow('taskToken: ');
});
