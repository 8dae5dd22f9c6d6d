import { SendTaskSuccessCommand, SFNClient, TaskTimedOut } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { build as finish } from '../../../functions/coordinate/give-up-service/handler.ts';
import { build } from '../../../functions/roll-back/wait-for-consumers/handler.ts';
import { InvalidInput, LockLost } from '../../../shared/errors.ts';
import { leaseMs } from '../../../shared/ledger/lock-ledger.ts';
import type { TargetResult } from '../../../shared/ledger/records.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import {
  concurrentRelease,
  PLAN_KEY,
  planObject,
  RELEASE,
  servicePlan,
  serviceResult,
} from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { iso } from '../fixtures/times.ts';

const stepFunctions = mockClient(SFNClient);
const attempt = { incidentId: RELEASE, attempt: 1 };
const input = { ...attempt, service: 'platform', planKey: PLAN_KEY, taskToken: 'token-1' };
let ledger: LedgerDouble;

beforeEach(async () => {
  stepFunctions.reset();
  stepFunctions.on(SendTaskSuccessCommand).resolves({});
  ledger = new LedgerDouble();
  await ledger.locks.acquire('platform', `${RELEASE}#1`);
  mockBucket(
    planObject(
      servicePlan({ service: 'orders', notifies: ['platform'] }),
      servicePlan({ service: 'users', notifies: ['platform'] }),
      servicePlan({ service: 'platform', waitsFor: ['orders', 'users'] }),
    ),
  );
});

const wait = (changes = {}) => build(runtimeOf(ledger))({ ...input, ...changes });
const answers = () =>
  stepFunctions.commandCalls(SendTaskSuccessCommand).map(({ args: [{ input: sent }] }) => ({
    token: sent.taskToken,
    ...(JSON.parse(sent.output ?? '') as object),
  }));
const done = (service: string, changes = {}) =>
  ledger.incidents.putServiceResult(serviceResult({ service, ...changes }));
/** A consumer's execution that ended: its result is recorded, and waiting services are notified. */
const ended = (service: string, wave = 'traffic') =>
  finish(runtimeOf(ledger))({
    ...attempt,
    service,
    planKey: PLAN_KEY,
    wave,
    startedAt: iso(ledger.now),
    error: 'x',
  });

it('waits while a consumer is at work, with its token in the ledger', async () => {
  await done('orders');
  await expect(wait()).resolves.toEqual({ waiting: true });
  expect(answers()).toEqual([]);
  await expect(ledger.waitingServices.tokenOf(attempt, 'platform')).resolves.toBe('token-1');
});

it.each(['rolled-back', 'traffic-restored'])(
  'answers at once when all consumers are %s, and keeps no token',
  async (status) => {
    await done('orders');
    await done('users', { status });
    await expect(wait()).resolves.toEqual({ waiting: false });
    expect(answers()).toEqual([{ token: 'token-1', turn: 'go', reason: '' }]);
    await expect(ledger.waitingServices.tokenOf(attempt, 'platform')).resolves.toBeUndefined();
  },
);

it.each([
  ['failed', 'its consumer users did not come back, so it is left as it is'],
  ['skipped', 'its consumer users was left as it is, so it is left as it is'],
])('is skipped where a consumer %s, without waiting for the others', async (status, reason) => {
  await done('users', { status });
  await wait();
  expect(answers()).toEqual([{ token: 'token-1', turn: 'skip', reason }]);
});

it('is skipped where another release replaced a service of the attempt, though its own consumers are back', async () => {
  await done('orders');
  await done('users');
  await ledger.incidents.addConcurrentRelease(concurrentRelease({ attempt: 2 }));
  await ledger.incidents.addConcurrentRelease(
    concurrentRelease({ result: 'stopped', deploymentId: 'd-STOPPED' }),
  );
  await wait();
  await ledger.incidents.addConcurrentRelease(concurrentRelease({ deploymentId: 'd-COMPLETED' }));
  await wait();
  expect(answers()).toMatchObject([
    { turn: 'go' },
    { turn: 'skip', reason: 'shop was released again meanwhile, so everything is planned again' },
  ]);
});

it.each(['failed', 'skipped'])('starts all the same where a consumer that %s lets it', async (status) => {
  await done('orders');
  await done('users', { status, providersGoOn: true });
  await wait();
  expect(answers()).toEqual([{ token: 'token-1', turn: 'go', reason: '' }]);
});

it('gives up a consumer whose execution has not renewed its lock, and is skipped', async () => {
  await done('orders');
  await ledger.locks.acquire('users', `${RELEASE}#1`);
  await expect(wait()).resolves.toEqual({ waiting: true });
  ledger.now += leaseMs;
  await ledger.locks.renew('platform', `${RELEASE}#1`);
  await expect(wait()).resolves.toEqual({ waiting: false });
  expect(answers()).toEqual([
    {
      token: 'token-1',
      turn: 'skip',
      reason: 'its consumer users did not come back, so it is left as it is',
    },
  ]);
  await expect(ledger.incidents.serviceResult(attempt, 'users')).resolves.toMatchObject({
    status: 'failed',
    reason: 'its execution gave no sign of life for 10 min, so that it is not known what was done last',
  });
});

it('keeps waiting for a consumer that is at work and renews its lock', async () => {
  await ledger.locks.acquire('users', `${RELEASE}#1`);
  ledger.now += leaseMs - 1;
  await expect(wait()).resolves.toEqual({ waiting: true });
});

it('does not accept the result of an earlier attempt for this one', async () => {
  await done('orders', { attempt: 3 });
  await done('users', { attempt: 3 });
  await expect(wait()).resolves.toEqual({ waiting: true });
});

it('is notified by the last of its consumers', async () => {
  await wait();
  await done('orders');
  await ended('orders');
  expect(answers()).toEqual([]);
  await done('users');
  await ended('users');
  expect(answers()).toEqual([{ token: 'token-1', turn: 'go', reason: '' }]);
  await expect(ledger.waitingServices.tokenOf(attempt, 'platform')).resolves.toBeUndefined();
});

it('is notified by the first lost consumer, which is recorded as failed', async () => {
  await wait();
  await ended('orders');
  expect(answers()).toMatchObject([{ turn: 'skip' }]);
  await expect(ledger.incidents.serviceResult(attempt, 'orders')).resolves.toMatchObject({
    status: 'failed',
    reason: expect.stringContaining('ended with x'),
  });
});

it('is not notified by an end in a later wave, when nothing waits any more', async () => {
  await wait();
  await done('orders', { status: 'traffic-restored' });
  await done('users', { status: 'traffic-restored' });
  await expect(ended('orders', 'pins')).resolves.toEqual({ status: 'traffic-restored' });
  await expect(ended('users', 'rest')).resolves.toEqual({ status: 'traffic-restored' });
  expect(answers()).toEqual([]);
});

it('has a new token when it is retried, and only that one is answered', async () => {
  await wait();
  await wait({ taskToken: 'token-2' });
  await done('users');
  await ended('orders');
  expect(answers()).toMatchObject([{ token: 'token-2' }]);
});

it('accepts that the answered task no longer waits', async () => {
  stepFunctions.on(SendTaskSuccessCommand).rejects(new TaskTimedOut({ message: 'gone', $metadata: {} }));
  await wait();
  await expect(ended('orders')).resolves.toEqual({ status: 'failed' });
});

it('renews the lock, and ends where it is lost', async () => {
  ledger.now += 240_000;
  await wait();
  expect((await ledger.locks.find('platform'))?.leaseUntil).toBe(ledger.now + leaseMs);
  await ledger.locks.unlock('platform', `${RELEASE}#1`);
  await expect(wait()).rejects.toBeInstanceOf(LockLost);
});

it('refuses an input without a token, naming the field', async () => {
  const refused = wait({ taskToken: undefined });
  await expect(refused).rejects.toBeInstanceOf(InvalidInput);
  await expect(refused).rejects.toThrow('taskToken: ');
});

describe('in the last wave', () => {
  const stack: TargetResult = { target: 'stack', status: 'restored', action: 'updated' };
  const back = (service: string, ...more: TargetResult[]) =>
    done(service, { status: 'traffic-restored', targets: [...serviceResult().targets, ...more] });

  beforeEach(async () => {
    mockBucket(
      planObject(
        servicePlan({ service: 'orders', rest: { waitsFor: [], notifies: ['platform'] } }),
        servicePlan({ service: 'users', rest: { waitsFor: [], notifies: ['platform'] } }),
        servicePlan({ service: 'platform', rest: { waitsFor: ['orders', 'users'], notifies: [] } }),
      ),
    );
    for (const service of ['orders', 'users']) {
      await ledger.locks.acquire(service, `${RELEASE}#1`);
      await back(service);
    }
  });

  it('waits until the stacks that must go back before its own are done, successfully or not', async () => {
    await expect(wait({ wave: 'rest' })).resolves.toEqual({ waiting: true });
    await back('orders', stack);
    await ended('orders', 'rest');
    expect(answers()).toEqual([]);
    await back('users', { ...stack, status: 'left' });
    await ended('users', 'rest');
    expect(answers()).toEqual([{ token: 'token-1', turn: 'go', reason: '' }]);
  });

  it('is notified by the loss of an execution, which counts as the end of its stack', async () => {
    await back('orders', stack);
    await wait({ wave: 'rest' });
    await ended('users', 'rest');
    expect(answers()).toEqual([{ token: 'token-1', turn: 'go', reason: '' }]);
  });

  it('does not wait for a service whose users are not back: its stack stays', async () => {
    await done('orders', { status: 'failed' });
    await back('users', stack);
    await expect(wait({ wave: 'rest' })).resolves.toEqual({ waiting: false });
  });

  it('does not wait where everything is planned again', async () => {
    await ledger.incidents.addConcurrentRelease(concurrentRelease());
    await expect(wait({ wave: 'rest' })).resolves.toEqual({ waiting: false });
  });

  it('takes an expired lease for the end only on its next check: the first may belong to the wave before', async () => {
    ledger.now += leaseMs + 1;
    await expect(wait({ wave: 'rest' })).resolves.toEqual({ waiting: true });
    await expect(wait({ wave: 'rest', taskToken: 'token-2' })).resolves.toEqual({ waiting: false });
    expect(answers()).toMatchObject([{ token: 'token-2', turn: 'go' }]);
  });

  it('waits for no service where no stack holds another', async () => {
    await expect(wait({ service: 'platform' })).resolves.toEqual({ waiting: false });
  });
});
