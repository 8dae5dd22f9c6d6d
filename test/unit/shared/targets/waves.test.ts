import * as fc from 'fast-check';
import { phase, type RollbackPhase } from '../../../../shared/catalog/phases.ts';
import type { TargetPlan } from '../../../../shared/targets/shapes.ts';
import {
  isStackFirst,
  phasesOfWave,
  stackFirst,
  targetsOfWave,
  type Wave,
  wave,
} from '../../../../shared/targets/waves.ts';
import {
  apiStagePlan,
  codeDeployPlan,
  hookPlan,
  parameterPlan,
  stackPinPlan,
  stackPlan,
} from '../../fixtures/records.ts';

fc.configureGlobal({ seed: 1 });

/** One target of each phase, out of order, and two of the same phase. */
const targets: TargetPlan[] = [
  stackPlan({ target: 'stack' }),
  hookPlan({ phase: 'hook-after', target: 'hook-after' }),
  stackPinPlan({ target: 'pin' }),
  codeDeployPlan({ target: 'alias-1' }),
  parameterPlan({ target: 'parameter' }),
  codeDeployPlan({ target: 'alias-2' }),
  hookPlan({ phase: 'hook-before', target: 'hook-before' }),
];
const namesOf = (of: Wave, order?: RollbackPhase[]) =>
  phasesOfWave({ targets, ...(order && { order }) }, of).map((one) => one.map(({ target }) => target));

it.each<[string, RollbackPhase[] | undefined, Record<Wave, string[][]>]>([
  [
    'the usual order',
    undefined,
    {
      traffic: [['hook-before'], ['parameter'], ['alias-1', 'alias-2']],
      pins: [['pin']],
      rest: [['stack'], ['hook-after']],
    },
  ],
  [
    'parameters after the traffic',
    ['hook-before', 'traffic', 'parameters', 'stack', 'hook-after'],
    {
      traffic: [['hook-before'], ['alias-1', 'alias-2'], ['parameter']],
      pins: [['pin']],
      rest: [['stack'], ['hook-after']],
    },
  ],
  [
    'the stack before the traffic, which belongs to it then',
    ['hook-before', 'stack', 'parameters', 'traffic', 'hook-after'],
    {
      traffic: [['hook-before'], ['stack'], ['parameter'], ['alias-1', 'alias-2']],
      pins: [['pin']],
      rest: [['hook-after']],
    },
  ],
  [
    'the hook after before the stack',
    ['hook-before', 'parameters', 'traffic', 'hook-after', 'stack'],
    {
      traffic: [['hook-before'], ['parameter'], ['alias-1', 'alias-2']],
      pins: [['pin']],
      rest: [['hook-after'], ['stack']],
    },
  ],
  [
    'the hook before last, which has everything in the traffic',
    ['traffic', 'stack', 'hook-after', 'parameters', 'hook-before'],
    {
      traffic: [['alias-1', 'alias-2'], ['stack'], ['hook-after'], ['parameter'], ['hook-before']],
      pins: [['pin']],
      rest: [],
    },
  ],
])('lays out %s', (_, order, waves) => {
  for (const of of wave.options) expect(namesOf(of, order)).toEqual(waves[of]);
});

it('leaves out a phase without targets', () => {
  expect(phasesOfWave({ targets: [codeDeployPlan()] }, 'traffic')).toEqual([[codeDeployPlan()]]);
  expect(phasesOfWave({ targets: [codeDeployPlan()] }, 'pins')).toEqual([]);
  expect(phasesOfWave({ targets: [] }, 'rest')).toEqual([]);
});

it('has every target in one wave, and users back before the last one, in every order', () => {
  const order = fc.shuffledSubarray([...phase.options], { minLength: phase.options.length });
  fc.assert(
    fc.property(order, fc.subarray(targets), (phases, some) => {
      const plan = { targets: some, order: phases };
      const found = wave.options.flatMap((of) => targetsOfWave(plan, of));
      expect(found.map(({ target }) => target).sort()).toEqual(some.map(({ target }) => target).sort());
      const traffic = targetsOfWave(plan, 'traffic');
      for (const one of some) {
        if (['hook-before', 'parameters', 'traffic'].includes(one.phase)) expect(traffic).toContain(one);
      }
      expect(targetsOfWave(plan, 'pins').every((one) => one.phase === 'pin')).toBe(true);
      // Within the phases that the catalog orders, the waves keep the catalog's order.
      const inOrder = [...traffic, ...targetsOfWave(plan, 'rest')].map((one) =>
        phases.indexOf(one.phase as RollbackPhase),
      );
      expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
    }),
  );
});

it('puts a stage that waits for its stack right after it, in the last wave', () => {
  const waiting = [...targets, apiStagePlan({ phase: 'after-stack' })];
  const order: RollbackPhase[] = ['hook-before', 'parameters', 'traffic', 'hook-after', 'stack'];
  expect(phasesOfWave({ targets: waiting }, 'rest').map((one) => one.map(({ target }) => target))).toEqual([
    ['stack'],
    ['a1b2c3/prod'],
    ['hook-after'],
  ]);
  expect(targetsOfWave({ targets: waiting, order }, 'rest').at(-1)?.target).toBe('a1b2c3/prod');
  expect(targetsOfWave({ targets: waiting }, 'traffic').map(({ target }) => target)).not.toContain(
    'a1b2c3/prod',
  );
});

it('puts the stack before the traffic in every order, and leaves every other target where it is', () => {
  const order = fc.shuffledSubarray([...phase.options], { minLength: phase.options.length });
  fc.assert(
    fc.property(order, (phases) => {
      const first = stackFirst(phases);
      expect(isStackFirst({ order: first })).toBe(true);
      expect(stackFirst(first)).toEqual(first);
      expect(first.filter((one) => one !== 'stack')).toEqual(phases.filter((one) => one !== 'stack'));
    }),
  );
});
