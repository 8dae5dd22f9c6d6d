import { SFNClient } from '@aws-sdk/client-sfn';
import { AwsError } from 'account-simulator/account/service.ts';
import { MachineVersions } from 'account-simulator/account/step-functions/machine-versions.ts';
import { Bench, CALLER } from 'account-simulator/test/account/wire/wired.ts';
import { StateMachineAliases } from '../../shared/aws/state-machine-aliases.ts';
import { isUnderWay } from '../../shared/aws/under-way.ts';
import { LockLost, TargetNotRestored, TargetSuperseded } from '../../shared/errors.ts';
import { ownedIn, targetEntry } from '../../shared/targets/shapes.ts';
import {
  stateMachineAliasTarget,
  verifyStateMachineAlias,
} from '../../shared/targets/state-machine-alias/adapter.ts';
import { saved, words } from '../../shared/targets/state-machine-alias/kind.ts';
import { planStateMachineAlias } from '../../shared/targets/state-machine-alias/plan.ts';
import type {
  StateMachineAliasPlan,
  StateMachineAliasSnapshot,
} from '../../shared/targets/state-machine-alias/shapes.ts';
import { RELEASE } from '../unit/fixtures/records.ts';
import { NOW } from '../unit/fixtures/times.ts';

const machine = 'arn:aws:states:eu-west-1:111122223333:stateMachine:checkout';
const alias = { stateMachine: machine, alias: 'live' };
const only = (version: string) => [{ version, weight: 100 }];
const shifted = (weight: number) => [
  { version: '1', weight: 100 - weight },
  { version: '2', weight },
];
const plan: StateMachineAliasPlan = {
  kind: 'state-machine-alias',
  phase: 'traffic',
  target: 'checkout:live',
  ...alias,
  fromRoutes: only('2'),
  toRoutes: only('1'),
};

let bench: Bench;
let versions: MachineVersions;
let client: StateMachineAliases;
const beforeChange = jest.fn(async () => {});
const context = { incidentId: RELEASE, attempt: 1, now: NOW, plannedAt: NOW, beforeChange };

/** Publishes another version, which may have the definition of an earlier one. */
function publish(work: string): void {
  versions.operations.UpdateStateMachine({ stateMachineArn: machine, definition: `{"Comment":"${work}"}` });
  versions.operations.PublishStateMachineVersion({ stateMachineArn: machine });
}

function route(routes: readonly { version: string; weight: number }[]): void {
  versions.operations.UpdateStateMachineAlias({
    stateMachineAliasArn: `${machine}:live`,
    routingConfiguration: routes.map(({ version, weight }) => ({
      stateMachineVersionArn: `${machine}:${version}`,
      weight,
    })),
  });
}

beforeEach(() => {
  bench = new Bench();
  beforeChange.mockReset().mockResolvedValue(undefined);
  versions = new MachineVersions();
  versions.create(machine, { definition: '{"Comment":"one"}', roleArn: 'arn:role' }, 'live');
  publish('two');
  route(only('2'));
  const sfn = {
    operations: {
      ...versions.operations,
      DescribeStateMachine: ({ stateMachineArn = '' }) => {
        const found = versions.describe(stateMachineArn);
        if (!found) throw new AwsError('StateMachineDoesNotExist', stateMachineArn);
        return found;
      },
    },
  };
  client = new StateMachineAliases(
    new SFNClient(bench.wire({ sfn }).clientConfig(CALLER)),
    (name) => `${machine.slice(0, machine.lastIndexOf(':'))}:${name}`,
  );
});
afterEach(() => bench.clock.uninstall());

const target = () => stateMachineAliasTarget(client);
const start = (of: StateMachineAliasPlan = plan) => bench.settle(target().start(of, context));
const read = (of: StateMachineAliasPlan = plan) => bench.settle(target().read(of, context));
const live = () => versions.routes(machine, 'live');

describe('an alias of a state machine', () => {
  it('gets its version back, once', async () => {
    await expect(start()).resolves.toEqual({
      is: 'moving',
      detail: 'checkout:live put back from version 2 to version 1',
    });
    expect(live()).toEqual({ 1: 100 });
    await expect(start()).resolves.toEqual({ is: 'restored', detail: 'checkout:live on version 1 already' });
    expect(beforeChange).toHaveBeenCalledTimes(1);
  });

  it('gets both routes back where it had two', async () => {
    await start({ ...plan, toRoutes: shifted(30) });
    expect(live()).toEqual({ 1: 70, 2: 30 });
  });

  it('goes back in the middle of a shift, at any progress since the plan', async () => {
    route(shifted(60));
    await expect(start({ ...plan, fromRoutes: shifted(10) })).resolves.toEqual({
      is: 'moving',
      detail: 'checkout:live put back from version 2 (60 %) and version 1 (40 %) to version 1',
    });
    expect(live()).toEqual({ 1: 100 });
  });

  it('reads as stranded before and as restored after, and is verified', async () => {
    await expect(read()).resolves.toEqual({ is: 'stranded', detail: 'checkout:live on version 2' });
    const error = await bench.refusal(verifyStateMachineAlias(client, plan));
    expect(error).toBeInstanceOf(TargetNotRestored);
    expect(error.message).toBe('checkout:live on version 2, expected version 1.');
    await start();
    await expect(read()).resolves.toMatchObject({ is: 'restored' });
    await expect(bench.settle(verifyStateMachineAlias(client, plan))).resolves.toBe(
      'checkout:live on version 1',
    );
  });

  it('is back on the old definition under a new number, and not on another one', async () => {
    const digest = (await bench.settle(client.version(machine, '1')))?.digest ?? '';
    publish('one');
    route(only('3'));
    await expect(read({ ...plan, toDigest: digest })).resolves.toMatchObject({ is: 'restored' });
    publish('four');
    route(only('4'));
    await expect(read({ ...plan, toDigest: digest })).resolves.toMatchObject({ is: 'stranded' });
  });

  it('is not back on an undone version that has the old definition', async () => {
    const digest = (await bench.settle(client.version(machine, '2')))?.digest ?? '';
    await expect(read({ ...plan, toDigest: digest })).resolves.toMatchObject({ is: 'stranded' });
  });

  it('is another release where a newer version is on it, even with a part alone', async () => {
    publish('three');
    route([
      { version: '2', weight: 90 },
      { version: '3', weight: 10 },
    ]);
    expect(await bench.refusal(target().start(plan, context))).toBeInstanceOf(TargetSuperseded);
    expect(await bench.refusal(verifyStateMachineAlias(client, plan))).toBeInstanceOf(TargetSuperseded);
    expect(live()).toEqual({ 2: 90, 3: 10 });
  });

  it('is left alone where somebody put it on another old version', async () => {
    publish('three');
    const newer = { ...plan, fromRoutes: only('3'), toRoutes: only('1') };
    const error = await bench.refusal(target().start(newer, context));
    expect(error).toBeInstanceOf(TargetNotRestored);
    expect(error.message).toBe(
      'checkout:live on version 2, and was on version 3 when the rollback was planned: somebody else changed it meanwhile, and it is left alone.',
    );
    expect(live()).toEqual({ 2: 100 });
  });

  it('is left alone when the incident loses the service just before', async () => {
    beforeChange.mockRejectedValueOnce(new LockLost('gone'));
    expect(await bench.refusal(target().start(plan, context))).toBeInstanceOf(LockLost);
    expect(live()).toEqual({ 2: 100 });
  });

  it('that is deleted is reported', async () => {
    const error = await bench.refusal(target().start({ ...plan, alias: 'none' }, context));
    expect(error.message).toBe('checkout:live is gone: only its stack can make it anew.');
  });

  it.each([
    ['ConflictException', true],
    ['StateMachineDeleting', false],
  ])('whose change is refused with %s is waited for: %s', async (name, waits) => {
    jest.spyOn(client, 'route').mockRejectedValueOnce(Object.assign(new Error('no'), { name }));
    const error = await bench.refusal(target().start(plan, context));
    expect(isUnderWay(error)).toBe(waits);
    expect(error instanceof TargetNotRestored).toBe(!waits);
  });
});

describe('its snapshot', () => {
  const entry = { kind: 'state-machine-alias' as const, stateMachine: 'Flow', alias: 'live' };
  const scope = {
    entry: {} as never,
    physicalIds: new Map([['Flow', machine]]),
    brought: [],
    isOvertaken: () => false,
  };
  const clients = () => ({ stateMachineAliases: client }) as never;
  const snapshot = () => bench.settle(saved.read(clients(), entry, scope));

  it('is the version with the digest of its definition and configuration', async () => {
    const found = await snapshot();
    expect(found).toEqual({
      kind: 'state-machine-alias',
      target: 'Flow:live',
      ...alias,
      routes: only('2'),
      digest: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
    });
    expect(saved.objection?.(found as StateMachineAliasSnapshot)).toBeUndefined();
  });

  it('is both routes in the middle of a shift, which is not good', async () => {
    route(shifted(10));
    const found = (await snapshot()) as StateMachineAliasSnapshot;
    expect(found).toMatchObject({ routes: shifted(10) });
    expect(found).not.toHaveProperty('digest');
    expect(saved.objection?.(found)).toBe('Flow:live splits its executions');
    expect(saved.describe(found)).toEqual({ live: 'version 1 (90 %) and version 2 (10 %)' });
  });

  it('is empty where the release removed it', async () => {
    await expect(
      bench.settle(saved.read(clients(), { ...entry, alias: 'gone' }, scope)),
    ).resolves.toBeUndefined();
  });

  it('cannot be restored once a version is deleted; a version that an alias refers to cannot be', async () => {
    const found = (await snapshot()) as StateMachineAliasSnapshot;
    const gone = () => bench.settle(saved.missing(clients(), { ...found, routes: only('1') }));
    await expect(gone()).resolves.toBeUndefined();
    const remove = (version: string) =>
      versions.operations.DeleteStateMachineVersion({ stateMachineVersionArn: `${machine}:${version}` });
    expect(() => remove('2')).toThrow('must not be referenced by an alias');
    remove('1');
    await expect(gone()).resolves.toBe('version 1 of the state machine of Flow:live is gone');
  });

  it('has no digest where the definition is under a key that is refused', async () => {
    const refused = Object.assign(new Error('no key'), { name: 'KmsAccessDeniedException' });
    const send = jest.fn().mockRejectedValue(refused);
    const keyless = new StateMachineAliases({ send } as never, () => machine);
    await expect(keyless.version(machine, '1')).resolves.toEqual({});
  });
});

describe('its plan', () => {
  const goal: StateMachineAliasSnapshot = {
    kind: 'state-machine-alias',
    target: 'checkout:live',
    ...alias,
    routes: only('1'),
    digest: 'd1',
  };
  const released = (version: string, more: object = {}) =>
    ({ releaseId: RELEASE, snapshot: [{ ...goal, routes: only(version) }], ...more }) as never;
  const planned = (scope: object) =>
    bench.settle(
      planStateMachineAlias({ stateMachineAliases: client }, {
        goal,
        undone: [released('2')],
        earlier: [],
        ...scope,
      } as never),
    );

  it('takes it from the routes that are live to those of the restore point', async () => {
    await expect(planned({})).resolves.toEqual({ ...plan, toDigest: 'd1' });
  });

  it.each([
    ['nothing is recorded', { goal: undefined }, 'no version of it is recorded from before'],
    ['it is there', { goal: { ...goal, routes: only('2') } }, 'it is on version 2, as in that release'],
    [
      'it is gone',
      { goal: { ...goal, alias: 'gone' } },
      'it is gone: the release took it away, and only its stack can make it anew',
    ],
  ])('needs nothing where %s', async (_, scope, reason) => {
    await expect(planned(scope)).resolves.toEqual({ reason });
  });

  it('leaves it where somebody went back by hand, unless that is on a bad release', async () => {
    publish('three');
    const undone = [released('3')];
    await expect(planned({ undone })).resolves.toEqual({
      reason: 'somebody put it on version 2 after the release, and it is left alone',
      kept: true,
    });
    const earlier = [released('2', { verdict: 'bad' })];
    await expect(planned({ undone, earlier })).resolves.toMatchObject({ fromRoutes: only('2') });
  });
});

it('is restored by hand with one command, and described in words', () => {
  expect(words.inWords({ ...plan, fromRoutes: shifted(10) })).toBe(
    'back from version 1 (90 %) and version 2 (10 %) to version 1',
  );
  expect(words.inShort(plan)).toBe('version 2 -> version 1');
  const [step] = words.byHand(plan, { place: { environment: 'prod', region: 'eu-west-1' } } as never);
  expect(step?.run?.join(' ')).toBe(
    `aws stepfunctions update-state-machine-alias --region eu-west-1 --state-machine-alias-arn ${machine}:live ` +
      `--routing-configuration '[{"stateMachineVersionArn":"${machine}:1","weight":100}]'`,
  );
});

describe('an entry of the catalog', () => {
  const problem = (members: object) =>
    targetEntry
      .safeParse({ kind: 'state-machine-alias', stateMachine: 'checkout', ...members })
      .error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`);

  it('names a state machine, and an alias that is "live" by default', () => {
    expect(targetEntry.parse({ kind: 'state-machine-alias', stateMachine: 'checkout' })).toEqual({
      kind: 'state-machine-alias',
      stateMachine: 'checkout',
      alias: 'live',
    });
  });

  it.each([
    [
      { stateMachine: `${machine}:live` },
      `stateMachine is an ARN: write the state machine's name, "checkout", and "alias: live"`,
    ],
    [{ stateMachine: machine }, `stateMachine is an ARN: write the state machine's name, "checkout"`],
    [{ stateMachine: 'checkout:live' }, /^stateMachine is a state machine with an alias or version/],
    [{ stateMachine: 'a'.repeat(81) }, /^stateMachine must be the name of a state machine/],
    [{ stateMachine: '' }, /^stateMachine must be the name of a state machine/],
    [{ stateMachine: 'two words' }, /^stateMachine must be the name of a state machine/],
    [{ alias: '$LATEST' }, /^alias is no alias/],
    [{ alias: '12' }, /^alias is a version, and no alias/],
    [{ alias: `${machine}:live` }, 'alias is an ARN: write the alias alone, "live"'],
    [{ alias: 'a'.repeat(81) }, /^alias must be the name of an alias/],
  ])('%j is refused', (members, expected) => {
    expect(problem(members)).toEqual([
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    ]);
  });
});

it('belongs to its service by the stack alone, by the logical id of its state machine', () => {
  const resource = (logicalId: string, type: string, physicalId: string) =>
    ({ logicalId, type, physicalId }) as never;
  expect(
    ownedIn([
      resource('Flow', 'AWS::StepFunctions::StateMachine', machine),
      resource('FlowAliaslive', 'AWS::StepFunctions::StateMachineAlias', `${machine}:live`),
      resource(
        'Other',
        'AWS::StepFunctions::StateMachineAlias',
        'arn:aws:states:eu-west-1:1:stateMachine:other:prod',
      ),
    ]),
  ).toEqual([
    {
      byLogicalId: { kind: 'state-machine-alias', stateMachine: 'Flow', alias: 'live' },
      byName: { kind: 'state-machine-alias', stateMachine: 'checkout', alias: 'live' },
    },
    { byName: { kind: 'state-machine-alias', stateMachine: 'other', alias: 'prod' } },
  ]);
});
