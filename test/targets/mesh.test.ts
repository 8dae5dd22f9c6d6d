import { VPCLatticeClient } from '@aws-sdk/client-vpc-lattice';
import { VpcLattice } from 'account-simulator/account/vpc-lattice/vpc-lattice.ts';
import { Bench, CALLER } from 'account-simulator/test/account/wire/wired.ts';
import fc from 'fast-check';
import { MeshRules } from '../../shared/aws/mesh-rules.ts';
import { LockLost, TargetNotRestored } from '../../shared/errors.ts';
import { meshTarget, sameWeights, verifyMesh } from '../../shared/targets/mesh/adapter.ts';
import type { MeshPlan } from '../../shared/targets/mesh/shapes.ts';
import { RELEASE } from '../unit/fixtures/records.ts';
import { NOW } from '../unit/fixtures/times.ts';

const place = { service: 'svc-1', listener: 'listener-1', rule: 'rule-1' };
const weights = (blue: number, green: number) => [
  { targetGroup: 'blue', weight: blue },
  { targetGroup: 'green', weight: green },
];
const plan: MeshPlan = {
  kind: 'mesh',
  phase: 'traffic',
  target: 'rule-1',
  ...place,
  fromWeights: weights(10, 90),
  toWeights: weights(100, 0),
};

let bench: Bench;
let lattice: VpcLattice;
let meshRules: MeshRules;
const beforeChange = jest.fn(async () => {});
const context = { incidentId: RELEASE, attempt: 1, now: NOW, plannedAt: NOW, beforeChange };

beforeEach(() => {
  bench = new Bench();
  beforeChange.mockReset().mockResolvedValue(undefined);
  lattice = new VpcLattice();
  lattice.createRule(place, { blue: 10, green: 90 });
  const config = bench.wire({ 'vpc-lattice': lattice }).clientConfig(CALLER);
  meshRules = new MeshRules(new VPCLatticeClient(config));
});
afterEach(() => bench.clock.uninstall());

const start = () => bench.settle(meshTarget(meshRules).start(plan, context));

it('gets the planned weights back, once', async () => {
  await expect(start()).resolves.toEqual({
    is: 'moving',
    detail: 'rule-1 forwards to blue 100, green 0 again, was blue 10, green 90',
  });
  expect(lattice.weights(place)).toEqual({ blue: 100, green: 0 });
  await expect(start()).resolves.toMatchObject({ is: 'restored' });
  expect(beforeChange).toHaveBeenCalledTimes(1);
});

it('reads as stranded before and as restored after, and is verified', async () => {
  const read = () => bench.settle(meshTarget(meshRules).read(plan, context));
  await expect(read()).resolves.toEqual({ is: 'stranded', detail: 'rule-1 forwards to blue 10, green 90' });
  const error = await bench.refusal(verifyMesh(meshRules, plan));
  expect(error).toBeInstanceOf(TargetNotRestored);
  expect(error.message).toBe('rule-1 forwards to blue 10, green 90, expected blue 100, green 0.');
  await start();
  await expect(read()).resolves.toMatchObject({ is: 'restored' });
  await expect(bench.settle(verifyMesh(meshRules, plan))).resolves.toBe(
    'rule-1 forwards to blue 100, green 0',
  );
});

it('is left alone where somebody else shifted it since the rollback was planned', async () => {
  lattice.createRule(place, { blue: 50, green: 50 });
  const error = await bench.refusal(meshTarget(meshRules).start(plan, context));
  expect(error).toBeInstanceOf(TargetNotRestored);
  expect(lattice.weights(place)).toEqual({ blue: 50, green: 50 });
});

it('is left alone when the incident loses the service just before', async () => {
  beforeChange.mockRejectedValueOnce(new LockLost('gone'));
  expect(await bench.refusal(meshTarget(meshRules).start(plan, context))).toBeInstanceOf(LockLost);
  expect(lattice.weights(place)).toEqual({ blue: 10, green: 90 });
});

it('finds missing target groups', async () => {
  await expect(bench.settle(meshRules.hasTargetGroup('blue'))).resolves.toBe(true);
  await expect(bench.settle(meshRules.hasTargetGroup('red'))).resolves.toBe(false);
});

describe('weights are the same', () => {
  const groups = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 });
  const any = groups.chain((names) =>
    fc.tuple(
      ...names.map((targetGroup) => fc.record({ targetGroup: fc.constant(targetGroup), weight: fc.nat(99) })),
    ),
  );

  it('in any order, with or without groups without weight, and at any scale', () => {
    fc.assert(
      fc.property(any, fc.integer({ min: 1, max: 10 }), (some, factor) => {
        const scaled = [...some].reverse().map((one) => ({ ...one, weight: one.weight * factor }));
        return sameWeights(some, [...scaled, { targetGroup: 'e', weight: 0 }]);
      }),
    );
  });

  it('but not when one group gets more', () => {
    fc.assert(
      fc.property(any, (some) => {
        const used = some.filter(({ weight }) => weight > 0);
        fc.pre(used.length > 1);
        const more = some.map((one) => (one === used[0] ? { ...one, weight: one.weight + 1 } : one));
        return !sameWeights(some, more);
      }),
    );
  });
});
