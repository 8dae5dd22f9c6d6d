import { restorationOf, savedStateOf, wordsOf } from '../../../../shared/targets/kinds.ts';
import { savedOf, type TargetPlan, type TargetSnapshot } from '../../../../shared/targets/shapes.ts';
import {
  apiStagePlan,
  codeDeployPlan,
  hookPlan,
  lambdaAliasPlan,
  parameterPlan,
  plannedAlias,
  stackPinPlan,
  stackPlan,
  stackRebuildPlan,
} from '../../fixtures/records.ts';

const alias = {
  kind: 'lambda-alias',
  target: 'Orders:live',
  function: 'Orders',
  alias: 'live',
  version: '4',
  codeSha256: 'sha-of-4',
} as const;
const weights = [{ targetGroup: 'tg-1', weight: 100 }];
const rule = { service: 'svc-1', listener: 'listener-1', rule: 'rule-1' };
const mesh: TargetPlan = {
  kind: 'mesh',
  phase: 'traffic',
  target: 'rule-1',
  ...rule,
  fromWeights: [{ targetGroup: 'tg-2', weight: 100 }],
  toWeights: weights,
};

it.each<[TargetPlan, string]>([
  [codeDeployPlan(), 'version 5 -> 4'],
  [lambdaAliasPlan({ builtBy: { stack: 'shop', versionId: 'V' } }), 'version 5 -> 4, built anew'],
  [stackPlan(), 'stack shop-orders put back'],
  [stackPlan({ waitOnly: true }), 'stack shop-orders waited for'],
  [stackPinPlan(), 'aliases of stack shop-orders pinned'],
  [stackRebuildPlan(), 'code built anew by stack shop-orders'],
  [
    parameterPlan({
      parameters: [
        { name: '/limits', fromVersion: 3, toVersion: 2, type: 'String', tier: 'Standard' },
        { name: '/prices', fromVersion: 9, toVersion: 8, type: 'String', tier: 'Standard' },
      ],
    }),
    '/limits version 3 -> 2, /prices version 9 -> 8',
  ],
  [apiStagePlan({ fromDeployment: 'b', toDeployment: 'a' }), 'deployment b -> a'],
  [mesh, 'tg-2 100 -> tg-1 100'],
  [hookPlan({ phase: 'hook-after' }), 'asked after everything else'],
])('a plan is told in short by the way back of its own kind: %#', (plan, short) => {
  expect(wordsOf(plan).inShort(plan)).toBe(short);
});

it.each<[TargetSnapshot, object]>([
  [alias, { live: 'version 4' }],
  [
    {
      kind: 'cloudformation',
      target: 'stack',
      stack: 'shop',
      templateKey: 'templates/a',
      parameters: [],
      capabilities: [],
      tags: [],
    },
    { live: 'templates/a', where: 'stack shop' },
  ],
  [{ kind: 'parameter', target: '/limits/*', parameters: [] }, { live: 'no parameter' }],
  [{ kind: 'mesh', target: 'rule-1', ...rule, weights }, { live: 'tg-1 100' }],
])('what is saved is told by its own kind: %#', (saved, words) => {
  expect(savedStateOf(saved).describe(saved)).toEqual(words);
});

describe('what is saved of a target', () => {
  const target = { kind: 'codedeploy', function: 'Orders', alias: 'live' } as const;

  it('is found by its name, of either kind of alias: whoever moves it may have changed since', () => {
    expect(savedOf(target, [{ ...alias, target: 'Other:live' }, alias])).toBe(alias);
  });

  it('is nothing of another kind that had the same name', () => {
    const parameter = { kind: 'parameter', target: 'Orders:live', parameters: [] } as const;
    expect(savedOf<'codedeploy'>(target, [{ ...parameter, parameters: [] }])).toBeUndefined();
  });

  it('is nothing where nothing is saved of its kind', () => {
    const hook = {
      kind: 'hook',
      function: 'RollbackHook_A',
      when: 'before',
      form: 'answer',
      timeoutSeconds: 60,
      heartbeatSeconds: 30,
    } as const;
    expect(savedOf<'hook'>(hook, [{ ...alias, target: 'RollbackHook_A before' }])).toBeUndefined();
  });
});

it.each<[string, TargetPlan, number]>([
  ['an alias', lambdaAliasPlan(), 1],
  ['an alias that CodeDeploy shifts', codeDeployPlan(), 1],
  ['the pin of a stack, by its aliases', stackPinPlan({ aliases: [plannedAlias(), plannedAlias()] }), 2],
  ['the rest of a stack, by its aliases', stackPlan(), 1],
  ['code built anew, by its versions', stackRebuildPlan(), 1],
])('counts %s against the pace of Lambda', (_, plan, count) => {
  expect(restorationOf(plan).pace(plan)).toMatchObject({ pace: { of: 'aliases' }, count });
});

it('does not pace a stack that moves no alias', () => {
  const plan = stackPlan({ aliases: [] });
  expect(restorationOf(plan).pace(plan)).toBeUndefined();
});
