import { readFileSync } from 'node:fs';
import path from 'node:path';
import { undefinedVariables } from 'account-simulator/asl/check/undefined-variables.ts';
import { loadStack } from 'account-simulator/deploy/load-stack.ts';
import jsonata from 'jsonata';
import { errorNames } from '../../shared/errors.ts';
import { CallGraph } from './call-graph.ts';
import { checkDefinitions, unusedFunctions } from './definition-rules.ts';
import { statesOf } from './definition-states.ts';
import { root } from './product-template.ts';

/** Reading the stack refuses unused and undefined substitutions and definitions that Step Functions would not accept. */
const stack = loadStack(
  path.join(root, 'template.yaml'),
  { Environment: 'prod', StakeholderEmail: 'on-call@example.com' },
  { accountId: '111122223333', region: 'eu-west-1', partition: 'aws', stackName: 'rollback-coordinator' },
);
const machines = stack.machines.map((machine): [string, typeof machine] => [machine.logicalId, machine]);

interface Handler {
  readonly ErrorEquals: readonly string[];
}
// biome-ignore lint/suspicious/noExplicitAny: states of every type are looked at.
type State = any;

const states = stack.machines.flatMap(({ logicalId, definition }) =>
  [...statesOf(definition)].map(({ name, state }): [string, State] => [`${logicalId}.${name}`, state]),
);
const handlersOf = (field: 'Retry' | 'Catch') =>
  states.flatMap(([name, state]) =>
    ((state[field] ?? []) as Handler[]).map(({ ErrorEquals }) => ({ name, errors: ErrorEquals })),
  );

it('there are machines to check', () => {
  expect(machines.map(([name]) => name).sort()).toEqual([
    'AnswerApproval',
    'CoordinateRollback',
    'ExecutePlan',
    'MonitorDeployment',
    'RecordRelease',
    'RollBackService',
  ]);
  expect(states.length).toBeGreaterThan(50);
});

it('obey the rules of the project', () => {
  // A mail that cannot be sent does not delay a stack, and a watch that cannot be woken polls.
  expect(checkDefinitions(stack, { goesOnWithout: ['AnnounceTraffic', 'AwaitNextLook'] })).toEqual([]);
});

it('or events use every function but those that a person invokes, or CodeDeploy as a hook', () => {
  const byCodeDeploy = ['CheckBeforeTrafficFunction', 'AwaitJudgementFunction'];
  const byPerson = ['HoldServiceFunction', 'QueryLedgerFunction'];
  expect(unusedFunctions(stack)).toEqual([...byCodeDeploy, ...byPerson]);
});

it.each(machines)('%s reads no variable that cannot have a value', (_, { definition }) => {
  expect(undefinedVariables(definition)).toEqual([]);
});

/** The state that handles an error: by its own catcher, or by the catcher of `States.ALL`. */
function routeOf(error: string, name: string): string {
  const catchers = states.find(([state]) => state === name)?.[1].Catch as (Handler & { Next: string })[];
  const catcher = catchers.find(({ ErrorEquals }) => ErrorEquals.includes(error)) ?? catchers.at(-1);
  return catcher?.Next ?? '';
}

/** The decided routes, `Machine.State -> State`. A new place that throws an error needs a decision here. */
const routes: Readonly<Record<Exclude<(typeof errorNames.handled)[number], 'InvalidInput'>, string[]>> = {
  NoWayBack: [
    'CoordinateRollback.PlanRollback -> WhatIsPlanned',
    'RollBackService.FinishService -> ServiceLost',
    ...['PollTarget', 'StartTarget', 'VerifyTarget'].map(fails),
  ],
  Irreversible: ['CoordinateRollback.PlanRollback -> WhatIsPlanned'],
  PlanOutdated: ['CoordinateRollback.PlanRollback -> WhatIsPlanned'],
  LockLost: [
    ...['AcquireLocks', 'AnnounceIncident', 'AwaitPermission', 'BeginAgain', 'FreezeService'].map(
      (state) => `CoordinateRollback.${state} -> CloseIncident`,
    ),
    'ExecutePlan.VerifyRecovery -> PlanNotExecuted',
    'MonitorDeployment.FollowDeployment -> NotFollowed',
    'MonitorDeployment.YieldToIncident -> MonitoringFailed',
    'RecordRelease.YieldToIncident -> RecordingFailed',
    ...['FinishService', 'PrepareService', 'WaitForConsumers'].map(
      (state) => `RollBackService.${state} -> ServiceLost`,
    ),
    ...['InvokeHook', 'PollTarget', 'RequestHook', 'StartTarget'].map(fails),
  ],
  TargetNotRestored: [
    'RollBackService.FinishService -> ServiceLost',
    ...['InvokeHook', 'PollTarget', 'RequestHook', 'StartTarget', 'VerifyTarget'].map(fails),
  ],
  TargetTimedOut: ['InvokeHook', 'PollTarget', 'RequestHook'].map(fails),
  TargetSuperseded: [
    'RollBackService.FinishService -> ServiceLost',
    ...['PollTarget', 'StartTarget', 'VerifyTarget'].map(fails),
  ],
  TargetLeft: ['PollTarget', 'StartTarget'].map(fails),
};

/** Kept as the target's result, under the target's name, so that the other targets finish. */
function fails(state: string): string {
  return `RollBackService.${state} -> TargetFailed`;
}

describe('errors', () => {
  const ours: readonly string[] = [...errorNames.transient, ...errorNames.handled, ...errorNames.defect];
  const matched = (field: 'Retry' | 'Catch') => new Set(handlersOf(field).flatMap(({ errors }) => errors));

  it.each([...errorNames.transient])('%s is retried wherever a function is called', (error) => {
    const calls = states.filter(([, { Resource }]) => Resource === 'arn:aws:states:::lambda:invoke');
    expect(calls.length).toBeGreaterThan(10);
    for (const [name, { Retry }] of calls) {
      const errors = (Retry as Handler[]).flatMap(({ ErrorEquals }) => ErrorEquals);
      expect({ name, retries: errors.includes(error) }).toEqual({ name, retries: true });
    }
  });

  it.each([...errorNames.defect])('%s ends the run: no retry, no catcher of its own', (error) => {
    expect(matched('Retry')).not.toContain(error);
    expect(matched('Catch')).not.toContain(error);
  });

  it('of no other name than ours and those of AWS are matched', () => {
    const aws = /^(States|Lambda|Sandbox|Runtime|StepFunctions|Sfn|DynamoDb)\.[A-Z][A-Za-z]+$/;
    for (const error of [...matched('Retry'), ...matched('Catch')]) {
      if (!ours.includes(error)) expect(error).toMatch(aws);
    }
  });

  describe('of our own', () => {
    const graph = new CallGraph(root);
    const handledByState = states.flatMap(([name, state]): [string, string[], string[]][] => {
      const called = stack.functions.find(({ arn }) => arn === state.Arguments?.FunctionName);
      if (called === undefined) return [];
      const entries: Handler[] = [...(state.Retry ?? []), ...(state.Catch ?? [])];
      const named = entries.flatMap(({ ErrorEquals }) => ErrorEquals).filter((error) => ours.includes(error));
      return [
        [
          name,
          [...new Set(named)],
          graph.errorsOf(`${called.codeUri.replace('dist/', '')}/handler.ts`, 'build'),
        ],
      ];
    });

    it('are distinguished by the function that makes them', () => {
      const made = new Map(handledByState.map(([name, , errors]) => [name, errors]));
      expect(made.get('CoordinateRollback.PlanRollback')).toEqual(expect.arrayContaining(['PlanOutdated']));
      expect(made.get('CoordinateRollback.AcquireLocks')).not.toContain('PlanOutdated');
    });

    it('of a wrong input end the execution at once where the input comes in', () => {
      const own = states.filter(([, { Catch = [] }]) =>
        (Catch as Handler[]).some(({ ErrorEquals }) => ErrorEquals.includes('InvalidInput')),
      );
      expect(Object.fromEntries(own.map(([name, { Catch }]) => [name, Catch[0].Next]))).toEqual({
        'AnswerApproval.AnswerApproval': 'AnswerRejected',
        'CoordinateRollback.OpenIncident': 'InputRejected',
        'MonitorDeployment.DescribeDeployment': 'InputRejected',
        'RecordRelease.ChooseServices': 'InputRejected',
        'RecordRelease.RecordService': 'InputRejected',
      });
    });

    it.each(errorNames.handled.filter((error) => error !== 'InvalidInput'))(
      '%s leads to the decided state, from every state whose function may throw it',
      (error) => {
        const goes = handledByState
          .filter(([, , made]) => made.includes(error))
          .map(([name]) => `${name} -> ${routeOf(error, name)}`);
        expect(goes.sort()).toEqual(routes[error].sort());
      },
    );

    it.each(handledByState)('are handled in %s only where its function makes them', (_, named, made) => {
      expect(named.filter((error) => !made.includes(error))).toEqual([]);
    });
  });

  it('are caught by States.ALL alone and last', () => {
    for (const [name, { Catch = [] }] of states) {
      const all = (Catch as Handler[]).findIndex(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'));
      if (all < 0) continue;
      expect({ name, last: all === Catch.length - 1, alone: Catch[all].ErrorEquals.length === 1 }).toEqual({
        name,
        last: true,
        alone: true,
      });
    }
    expect(handlersOf('Retry').flatMap(({ errors }) => errors)).not.toContain('States.ALL');
  });

  it('of Lambda itself are retried in the same way wherever a function is called', () => {
    const policies = states
      .filter(([, { Resource }]) => Resource === 'arn:aws:states:::lambda:invoke')
      .map(([, { Retry }]) => Retry.at(-1));
    for (const policy of policies) expect(policy).toEqual(policies[0]);
    expect(policies[0].ErrorEquals).toEqual(
      expect.arrayContaining([
        'Lambda.ServiceException',
        'Lambda.AWSLambdaException',
        'Lambda.SdkClientException',
        'Lambda.TooManyRequestsException',
      ]),
    );
  });
});

describe('a state that fails with a caught error', () => {
  /** Errors that AWS passes to a catcher; see shared/task-failure.ts. */
  const caught = [
    { Error: 'LockLost', Cause: '{"errorType":"LockLost","errorMessage":"it is not ours","trace":[]}' },
    { Error: 'States.Timeout', Cause: '' },
    { Error: 'States.Timeout' },
    { Error: null, Cause: null },
    { Error: 'States.QueryEvaluationError', Cause: "'$parse($failure.Cause).errorMessage' returned nothing" },
    { Error: 'States.TaskFailed', Cause: '{"ExecutionArn":"arn","Cause":"{\\"errorMessage\\":1}"}' },
    { Error: 'Refused', Cause: '{"errorMessage": oops' },
  ];
  /** Only our own functions' refusals reach these states, and Lambda writes their cause. */
  const refusals = ['InputRejected', 'AnswerRejected'];
  const failing = states.filter(
    ([, { Type, Error: error, Cause }]) =>
      Type === 'Fail' && /\.(Error|Cause)\b/.test(`${error} ${Cause}`) && !refusals.includes(error),
  );

  it('is in every machine', () => {
    expect(new Set(failing.map(([name]) => name.split('.')[0])).size).toBe(machines.length);
  });

  it.each(failing)('%s has text for its error and its cause, for every caught error', async (_, state) => {
    for (const failure of caught) {
      for (const field of ['Error', 'Cause']) {
        const source = /^\{%(.*)%\}$/s.exec(state[field])?.[1] ?? '';
        const bindings = { failure, serviceFailure: failure, startFailure: failure };
        const value: unknown = await jsonata(source).evaluate({}, bindings);
        expect({ failure, field, value }).toEqual({ failure, field, value: expect.stringMatching(/\S/) });
      }
    }
  });
});

it.each(machines)(
  '%s stays under 290 lines, not counting the error handling that every Task repeats',
  (_, { definitionFile }) => {
    const text = readFileSync(path.join(root, definitionFile), 'utf8');
    const lines = text.split('\n');
    let within: number | undefined;
    const counted = lines.filter((line) => {
      const indent = line.search(/\S/);
      if (within !== undefined && indent > within) return false;
      within = /^\s*(Retry|Catch):$/.test(line) ? indent : undefined;
      return within === undefined && line.trim() !== '';
    });
    expect(counted.length).toBeLessThan(290);
  },
);
