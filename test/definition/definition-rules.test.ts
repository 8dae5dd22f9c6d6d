import type { TemplateMap } from 'account-simulator/account/template/template-value.ts';
import type { StackSpec } from 'account-simulator/deploy/stack-spec.ts';
import { checkDefinitions, unusedFunctions } from './definition-rules.ts';

const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:plan';

const task = {
  Type: 'Task',
  Comment: 'Makes the plan.',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: arn, Payload: {} },
  TimeoutSeconds: 60,
  Retry: [{ ErrorEquals: ['TransientFailure'], MaxDelaySeconds: 30, JitterStrategy: 'FULL' }],
  Catch: [{ ErrorEquals: ['States.ALL'], Next: 'NotPlanned' }],
  Next: 'Planned',
};
const succeed = { Type: 'Succeed', Comment: 'There is a plan.' };
const fail = { Type: 'Fail', Comment: 'There is none.' };
const states = { PlanRollback: task, Planned: succeed, NotPlanned: fail };

/** A stack of one machine with the given states and the function it calls. */
function stackOf(
  changed: TemplateMap = states,
  { definition = {}, called = {}, substitutions = {} } = {},
): StackSpec {
  const machine = {
    logicalId: 'CoordinateRollback',
    name: 'coordinate',
    arn: 'arn:machine',
    roleArn: 'arn:role',
    definitionFile: 'coordinate.asl.yaml',
    definition: {
      Comment: 'c',
      QueryLanguage: 'JSONata',
      StartAt: 'PlanRollback',
      States: changed,
      ...definition,
    },
    substitutions: { PlanRollbackFunctionArn: arn, ...substitutions },
  };
  const plan = {
    logicalId: 'PlanRollbackFunction',
    name: 'plan',
    arn,
    codeUri: 'dist/functions/coordinate/plan-rollback',
    timeoutSeconds: 50,
  };
  const stack = { machines: [machine], functions: [{ ...plan, ...called }], rules: [], schedules: [] };
  return stack as unknown as StackSpec;
}

function problemsOf(stack: StackSpec): string[] {
  return checkDefinitions(stack).map(({ state, problem }) => `${state}: ${problem}`);
}

describe('checkDefinitions', () => {
  it('finds no problem in a machine that obeys the rules', () => {
    expect(checkDefinitions(stackOf())).toEqual([]);
  });

  it.each<[string, TemplateMap, string]>([
    ['a time-out', { TimeoutSeconds: undefined as never }, 'has no TimeoutSeconds'],
    ['a retry', { Retry: [] }, 'has no Retry'],
    [
      'a cap and jitter',
      { Retry: [{ ErrorEquals: ['A'], JitterStrategy: 'NONE' }] },
      'a retrier has no MaxDelaySeconds',
    ],
    [
      'a last catcher',
      { Catch: [{ ErrorEquals: ['NoWayBack'], Next: 'NotPlanned' }] },
      'its last catcher is not for States.ALL',
    ],
    [
      'catchers that differ from the last',
      {
        Catch: [
          { ErrorEquals: ['NoWayBack', 'Irreversible'], Next: 'NotPlanned' },
          { ErrorEquals: ['States.ALL'], Next: 'NotPlanned' },
        ],
      },
      'its catcher of NoWayBack,Irreversible only repeats the last one',
    ],
    ['a comment', { Comment: ' ' }, 'has no Comment'],
    [
      'a time-out above the function',
      { TimeoutSeconds: 50 },
      'TimeoutSeconds 50 is not above the 50 s of PlanRollbackFunction',
    ],
    ['JSONata fields', { ResultPath: '$.plan' }, 'ResultPath is JSONPath'],
    ['JSONata arguments', { Arguments: { FunctionName: arn, 'Payload.$': '$' } }, 'Payload.$ is JSONPath'],
    [
      'a known function',
      { Arguments: { FunctionName: 'arn:x' } },
      'calls arn:x, which is no function of this template',
    ],
  ])('requires %s on every Task', (_, change, problem) => {
    const changed = { ...states, PlanRollback: { ...task, ...change } };
    expect(problemsOf(stackOf(changed))).toContain(`PlanRollback: ${problem}`);
  });

  it.each([
    [{ called: { logicalId: 'PlanFunction' } }, 'calls PlanFunction, not PlanRollbackFunction'],
    [
      { called: { codeUri: 'dist/functions/coordinate/planning' } },
      'its code is in dist/functions/coordinate/planning, not in a folder plan-rollback',
    ],
    [
      { substitutions: { PlanRollbackFunctionArn: 'arn:other', PlanArn: arn } },
      'PlanRollbackFunction is substituted for PlanArn, not PlanRollbackFunctionArn',
    ],
  ])('requires one name from state to folder: %j', (options, problem) => {
    expect(problemsOf(stackOf(states, options))).toContain(`PlanRollback: ${problem}`);
  });

  it('allows a catcher that leads elsewhere, or passes on something else', () => {
    const last = { ErrorEquals: ['States.ALL'], Assign: { failure: 'any' }, Next: 'NotPlanned' };
    const Catch = [
      { ...last, ErrorEquals: ['NoWayBack'], Next: 'Planned' },
      { ...last, ErrorEquals: ['Irreversible'], Assign: { failure: 'this' } },
      last,
    ];
    expect(problemsOf(stackOf({ ...states, PlanRollback: { ...task, Catch } }))).toEqual([]);
  });

  it('requires names in PascalCase', () => {
    expect(problemsOf(stackOf({ ...states, plan_it: succeed }))).toEqual([
      'plan_it: its name is not in PascalCase',
    ]);
  });

  it('requires JSONata and a comment on the machine', () => {
    const definition = { QueryLanguage: 'JSONPath', Comment: null };
    expect(problemsOf(stackOf(states, { definition }))).toEqual([
      ': QueryLanguage is not JSONata',
      ': has no Comment',
    ]);
  });

  it('follows a failure to its end', () => {
    const PlanRollback = { ...task, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'CloseIncident' }] };
    const CloseIncident = { Type: 'Pass', Comment: 'Frees the locks.', Next: 'Planned' };
    const stack = stackOf({ ...states, PlanRollback, CloseIncident });
    expect(problemsOf(stack)).toEqual(['PlanRollback: a failure of it ends in Planned, which is no Fail']);
    expect(checkDefinitions(stack, { goesOnWithout: ['PlanRollback'] })).toEqual([]);
  });

  it('assumes that a Choice on the way to a Fail leads there after a failure', () => {
    const IsGrave = {
      Type: 'Choice',
      Comment: 'Grave?',
      Choices: [{ Condition: true, Next: 'NotPlanned' }],
      Default: 'Planned',
    };
    const PlanRollback = { ...task, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'IsGrave' }] };
    expect(problemsOf(stackOf({ ...states, PlanRollback, IsGrave }))).toEqual([]);
  });

  it('lets a failure of an iteration become a result, and checks nested states', () => {
    const inner = { ...task, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Planned' }], Comment: '' };
    const map = {
      Type: 'Map',
      Comment: 'Each.',
      ItemProcessor: { StartAt: 'PlanRollback', States: { PlanRollback: inner, Planned: succeed } },
      End: true,
    };
    expect(problemsOf(stackOf({ PlanAll: map }))).toEqual(['PlanRollback: has no Comment']);
  });
});

describe('unusedFunctions', () => {
  it('names functions that no state and no event reaches', () => {
    expect(unusedFunctions(stackOf())).toEqual([]);
    expect(unusedFunctions(stackOf({ Planned: succeed }))).toEqual(['PlanRollbackFunction']);
  });
});
