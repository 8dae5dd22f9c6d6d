import { SSMClient } from '@aws-sdk/client-ssm';
import { ParameterStore as SimulatedParameterStore } from 'account-simulator/account/parameter-store/parameter-store.ts';
import { AwsError } from 'account-simulator/account/service.ts';
import type { Interceptor } from 'account-simulator/account/wire/wire.ts';
import { ACCOUNT, Bench, CALLER } from 'account-simulator/test/account/wire/wired.ts';
import { ParameterStore } from '../../shared/aws/parameter-store.ts';
import { LockLost, NoWayBack, TargetNotRestored } from '../../shared/errors.ts';
import { keptParameters, parameterTarget, verifyParameters } from '../../shared/targets/parameter/adapter.ts';
import { parameterPlan, RELEASE } from '../unit/fixtures/records.ts';
import { NOW } from '../unit/fixtures/times.ts';

const NAME = '/orders/limit';
const somebody = { caller: { principal: 'somebody' }, now: NOW };

let bench: Bench;
let ssm: SimulatedParameterStore;
let interceptors: Interceptor[];
let parameterStore: ParameterStore;
const beforeChange = jest.fn(async () => {});
const context = { incidentId: RELEASE, attempt: 1, now: NOW, plannedAt: NOW, beforeChange };

beforeEach(() => {
  bench = new Bench();
  interceptors = [];
  beforeChange.mockClear();
  ssm = new SimulatedParameterStore({ random: bench.random, account: ACCOUNT, emit: () => {} });
  const wire = bench.wire({ ssm });
  wire.use((call, next) => (interceptors[0] ? interceptors[0](call, next) : next()));
  parameterStore = new ParameterStore(new SSMClient(wire.clientConfig(CALLER)));
  for (const value of ['1', 'good', 'bad']) put(value);
});
afterEach(() => bench.clock.uninstall());

const put = (Value: string, more: object = {}) =>
  ssm.operations.PutParameter({ Name: NAME, Type: 'String', Overwrite: true, Value, ...more }, somebody);
const start = (plan = parameterPlan()) => bench.settle(parameterTarget(parameterStore).start(plan, context));
const refusal = (plan = parameterPlan()) =>
  bench.refusal(parameterTarget(parameterStore).start(plan, context));

it('writes the old value as a new version, of the same type, tier and key', async () => {
  const Name = '/orders/token';
  for (const Value of ['good', 'bad']) {
    put(Value, { Name, Type: 'SecureString', KeyId: 'alias/shop', Tier: 'Advanced' });
  }
  const secret = {
    name: Name,
    fromVersion: 2,
    toVersion: 1,
    type: 'SecureString',
    tier: 'Advanced',
  } as const;
  await expect(start(parameterPlan({ parameters: [{ ...secret, keyId: 'alias/shop' }] }))).resolves.toEqual({
    is: 'restored',
    detail: '/orders/token has the value of version 1 again, as version 3',
  });
  expect(ssm.version(Name)).toMatchObject({
    version: 3,
    value: 'good',
    keyId: 'alias/shop',
    tier: 'Advanced',
  });
});

describe('labels', () => {
  const labelsOf = () =>
    [1, 2, 3, 4].map((version) => [...(ssm.version(NAME, version)?.labels ?? [])].join());

  it('are not set unless the target asks for them', async () => {
    await start();
    expect(labelsOf()).toEqual(['', '', '', '']);
  });

  it('mark the version that was left and the version that was written', async () => {
    await start(parameterPlan({ labels: true }));
    expect(labelsOf()).toEqual(['', '', 'bad', 'good']);
  });

  it('fail nothing where they cannot be set', async () => {
    interceptors.push(async ({ operation }, next) => {
      if (operation === 'LabelParameterVersion')
        throw new AwsError('AccessDeniedException', 'not authorized');
      return next();
    });
    await expect(start(parameterPlan({ labels: true }))).resolves.toMatchObject({ is: 'restored' });
    expect(labelsOf()).toEqual(['', '', '', '']);
  });
});

it('is left unchanged where it has the value already, under any version', async () => {
  put('good');
  await expect(start()).resolves.toEqual({
    is: 'restored',
    detail: '/orders/limit has the value of version 2 already',
  });
  expect(ssm.version(NAME)?.version).toBe(4);
  expect(beforeChange).not.toHaveBeenCalled();
});

it('is written once when it is started twice', async () => {
  await start();
  await expect(start()).resolves.toMatchObject({ is: 'restored' });
  expect(ssm.version(NAME)).toMatchObject({ version: 4, value: 'good' });
});

it('reads as stranded before and as restored after', async () => {
  const read = () => bench.settle(parameterTarget(parameterStore).read(parameterPlan(), context));
  await expect(read()).resolves.toEqual({
    is: 'stranded',
    detail: 'not yet on the value of before: /orders/limit',
  });
  await start();
  await expect(read()).resolves.toMatchObject({ is: 'restored' });
});

describe('that another actor set', () => {
  const setSince = '2026-01-05T09:04:00.000Z';
  const byHand =
    '/orders/limit is left on version 3, which somebody set 2026-01-05 09:04:00 UTC, after the release';
  const sinceRelease = () => {
    const plan = parameterPlan();
    return { ...plan, parameters: plan.parameters.map((one) => ({ ...one, setSince })) };
  };
  const told = async (plan = parameterPlan()) => [
    await bench.settle(verifyParameters(parameterStore, plan)),
    ...(await bench.settle(keptParameters(parameterStore, plan))),
  ];

  it('after the release is left alone and named', async () => {
    await expect(start(sinceRelease())).resolves.toEqual({ is: 'restored', detail: byHand });
    expect(ssm.version(NAME)).toMatchObject({ version: 3, value: 'bad' });
    await expect(told(sinceRelease())).resolves.toEqual([byHand, byHand]);
    const read = parameterTarget(parameterStore).read(sinceRelease(), context);
    await expect(bench.settle(read)).resolves.toMatchObject({ is: 'restored' });
  });

  it('after the rollback was planned is left alone and named', async () => {
    put('newer');
    const words = '/orders/limit is left on version 4, which somebody set meanwhile';
    await expect(start()).resolves.toEqual({ is: 'restored', detail: words });
    expect(ssm.version(NAME)).toMatchObject({ version: 4, value: 'newer' });
    await expect(told()).resolves.toEqual([words, words]);
  });

  it('to the planned value counts as restored', async () => {
    put('good');
    await expect(told(sinceRelease())).resolves.toEqual(['/orders/limit has the value of version 2']);
    await expect(start(sinceRelease())).resolves.toMatchObject({
      detail: '/orders/limit has the value of version 2 already',
    });
  });

  it('does not keep the other parameters from going back', async () => {
    const Name = '/orders/other';
    for (const Value of ['good', 'bad']) put(Value, { Name });
    const other = { name: Name, fromVersion: 2, toVersion: 1, type: 'String', tier: 'Standard' } as const;
    const plan = sinceRelease();
    await expect(start({ ...plan, parameters: [...plan.parameters, other] })).resolves.toEqual({
      is: 'restored',
      detail: `/orders/other has the value of version 1 again, as version 3, ${byHand}`,
    });
  });
});

it('reports a write between its read and its own write', async () => {
  interceptors.push(async ({ operation }, next) => {
    if (operation === 'PutParameter') put('in between');
    return next();
  });
  await expect(start()).resolves.toEqual({
    is: 'restored',
    detail:
      '/orders/limit has the value of version 2 again, as version 5, over version 4 that somebody else wrote meanwhile',
  });
});

it('is left alone when the incident loses the service just before', async () => {
  beforeChange.mockRejectedValueOnce(new LockLost('gone'));
  expect(await refusal()).toBeInstanceOf(LockLost);
  expect(ssm.version(NAME)?.version).toBe(3);
});

it('has no way back once the version is dropped from the newest 100', async () => {
  for (let version = 4; version <= 102; version += 1) put(`value ${version}`);
  expect(await refusal(parameterPlan())).toBeInstanceOf(NoWayBack);
});

it('gives the action to take when a label keeps the oldest of 100 versions', async () => {
  for (let version = 4; version <= 100; version += 1) put(`value ${version}`);
  ssm.operations.LabelParameterVersion({ Name: NAME, ParameterVersion: 1, Labels: ['keep'] });
  const [planned] = parameterPlan().parameters;
  const error = await refusal(
    parameterPlan({ parameters: [{ ...(planned as NonNullable<typeof planned>), fromVersion: 100 }] }),
  );
  expect(error).toBeInstanceOf(TargetNotRestored);
  expect(error.message).toContain('unlabel-parameter-version');
});

it('does not repeat a value that a refusal quotes', async () => {
  interceptors.push(async ({ operation, input }, next) => {
    if (operation === 'PutParameter')
      throw new AwsError('ValidationException', `Value '${(input as { Value: string }).Value}' is not valid`);
    return next();
  });
  const error = await refusal();
  expect(error.message).toBe("Value '(the value)' is not valid");
});

it('writes many step by step, so that no step runs into its time-out', async () => {
  const names = Array.from({ length: 25 }, (_, index) => `/many/${index}`);
  for (const Name of names) for (const Value of ['good', 'bad']) put(Value, { Name });
  const plan = parameterPlan({
    parameters: names.map((name) => ({
      name,
      fromVersion: 2,
      toVersion: 1,
      type: 'String',
      tier: 'Standard',
    })),
  });
  const first = await start(plan);
  expect(first.is).toBe('stranded');
  expect(first.detail).toMatch(/; 5 more to be written$/);
  await expect(start(plan)).resolves.toMatchObject({ is: 'restored' });
  for (const name of names) expect(ssm.version(name)).toMatchObject({ version: 3, value: 'good' });
});

describe('verifying', () => {
  it('finds the value, and refuses another without showing either', async () => {
    const error = await bench.refusal(verifyParameters(parameterStore, parameterPlan()));
    expect(error).toBeInstanceOf(TargetNotRestored);
    expect(error.message).toBe('/orders/limit is on version 3, whose value is not that of version 2.');
    await start();
    await expect(bench.settle(verifyParameters(parameterStore, parameterPlan()))).resolves.toBe(
      '/orders/limit has the value of version 2',
    );
  });
});
