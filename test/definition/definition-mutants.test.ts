import path from 'node:path';
import { loadStack } from 'account-simulator/deploy/load-stack.ts';
import type { StackSpec } from 'account-simulator/deploy/stack-spec.ts';
import { checkDefinitions } from './definition-rules.ts';
import { root } from './product-template.ts';

const stack = loadStack(
  path.join(root, 'template.yaml'),
  { Environment: 'prod', StakeholderEmail: 'on-call@example.com' },
  { accountId: '111122223333', region: 'eu-west-1', partition: 'aws', stackName: 'rollback-coordinator' },
);

// biome-ignore lint/suspicious/noExplicitAny: definitions are changed at any place.
type Any = any;

/** The product's stack with one machine changed; `find` returns a state of the machine, wherever it is nested. */
function mutant(machine: string, change: (find: (state: string) => Any) => void): StackSpec {
  return withMachine(machine, (text) => {
    const definition = JSON.parse(text);
    change((name) => stateOf(definition, name));
    return definition;
  });
}

function withMachine(machine: string, change: (text: string) => Any): StackSpec {
  const machines = stack.machines
    .filter(({ logicalId }) => logicalId === machine)
    .map((each) => ({ ...each, definition: change(JSON.stringify(each.definition)) }));
  return { ...stack, machines };
}

function stateOf(graph: Any, name: string): Any {
  for (const [key, state] of Object.entries<Any>(graph.States)) {
    if (key === name) return state;
    for (const inner of [state.ItemProcessor, ...(state.Branches ?? [])]) {
      const found = inner && stateOf(inner, name);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** The same with `from` replaced in every text of the definition. */
function replaced(machine: string, from: string, to: string): StackSpec {
  return withMachine(machine, (text) => {
    if (!text.includes(from)) throw new Error(`${machine} has no ${from}`);
    return JSON.parse(text.replaceAll(from, to));
  });
}

const problemsOf = (changed: StackSpec) =>
  checkDefinitions(changed, { goesOnWithout: ['AnnounceTraffic', 'AwaitNextLook'] }).map(
    ({ state, problem }) => `${state}: ${problem}`,
  );

it('nothing is found in the unchanged machines', () => {
  expect(problemsOf(stack)).toEqual([]);
});

describe('members of $states.context that do not exist', () => {
  it.each([
    ['CoordinateRollback', 'context.Execution.Id', 'context.Execution.ID'],
    ['CoordinateRollback', 'context.Execution.Id', 'context.Execution.Arn'],
    ['CoordinateRollback', 'context.Execution.Id', 'context.Executions.Id'],
    ['RecordRelease', 'context.Execution.Name', 'context.Execution.Name.Text'],
    ['MonitorDeployment', 'context.StateMachine.Id', 'context.StateMachine.Arn'],
    ['ExecutePlan', 'context.Execution.StartTime', 'context.Execution.StartDate'],
    ['ExecutePlan', 'context.Map.Item.Value.service', 'context.Map.Item.Values.service'],
    ['ExecutePlan', 'context.Map.Item.Value.service', 'context.Map.Value.service'],
    ['RollBackService', 'context.State.EnteredTime', 'context.State.StartTime'],
    ['RecordRelease', '$states.errorOutput.Error', '$states.errorOutput.Name'],
    ['RollBackService', '$states.result.Payload.found', '$states.result.Paylod.found'],
    ['CoordinateRollback', '$states.result.Output', '$states.result.Outputs'],
  ])('in %s: %s as %s', (machine, from, to) => {
    expect(problemsOf(replaced(machine, from, to))).toContainEqual(expect.stringContaining('has no member'));
  });

  it('such as the item of a Map, inside the Map', () => {
    const changed = mutant('RollBackService', (find) => {
      find('BeginTarget').Assign.target = '{% $states.context.Map.Item.Value %}';
    });
    expect(problemsOf(changed)).toEqual(["BeginTarget: Assign/target: $states.context has no member 'Map'"]);
  });

  it('such as the count of retries, where there is no Retry', () => {
    const changed = mutant('ExecutePlan', (find) => {
      find('PlanExecuted').Output = '{% $states.context.State.RetryCount %}';
    });
    expect(problemsOf(changed)).toEqual([
      "PlanExecuted: Output: $states.context.State has no member 'RetryCount'",
    ]);
  });
});

describe('task tokens', () => {
  it.each([
    ['CoordinateRollback', 'AwaitPermission'],
    ['RollBackService', 'WaitForConsumers'],
    ['RollBackService', 'RequestHook'],
  ])('in a task of %s that does not wait for one: %s', (machine, state) => {
    const changed = mutant(machine, (find) => {
      find(state).Resource = 'arn:aws:states:::lambda:invoke';
    });
    expect(problemsOf(changed)).toContainEqual(
      expect.stringMatching(new RegExp(`^${state}: Arguments/Payload.*has no member 'Task'$`)),
    );
  });

  it.each([
    ['CoordinateRollback', 'AwaitPermission', { incidentId: '{% $incident.incidentId %}' }],
    ['RollBackService', 'RequestHook', '{% $merge([$job, {"target": $target}]) %}'],
  ])('that %s.%s waits for, and passes to no function', (machine, state, Payload) => {
    const changed = mutant(machine, (find) => {
      find(state).Arguments.Payload = Payload;
    });
    expect(problemsOf(changed)).toEqual([
      `${state}: Arguments: nothing in it holds $states.context.Task.Token, which has to come back`,
    ]);
  });
});

describe('variables that some way does not assign', () => {
  it.each<[string, string, string, string]>([
    ['CoordinateRollback', 'OpenIncident', 'recovery', 'recovery'],
    ['CoordinateRollback', 'OpenIncident', 'lockTries', 'lockTries'],
    ['CoordinateRollback', 'OpenIncident', 'permission', 'permission'],
    ['MonitorDeployment', 'DescribeDeployment', 'seen', 'seen'],
    ['MonitorDeployment', 'DescribeDeployment', 'releaseId', 'releaseId'],
    ['MonitorDeployment', 'SettleRelease', 'settlement', 'settlement'],
    ['RollBackService', 'PrepareService', 'skipped', 'skipped'],
    ['RollBackService', 'BeginTarget', 'moment', 'moment'],
    ['RollBackService', 'BeginTarget', 'waitSeconds', 'waitSeconds'],
    ['RecordRelease', 'ChooseServices', 'waitSeconds', 'waitSeconds'],
    ['RecordRelease', 'ChooseServices', 'tries', 'tries'],
    ['ExecutePlan', 'BeginPlan', 'failedLooks', 'failedLooks'],
  ])('%s without what %s assigns to %s', (machine, state, name, variable) => {
    const changed = mutant(machine, (find) => {
      delete find(state).Assign[name];
    });
    expect(problemsOf(changed)).toContainEqual(
      expect.stringContaining(`: not every way here gives $${variable} what is read of it`),
    );
  });

  it.each([
    ['MonitorDeployment', 'DescribeDeployment', 1],
    ['MonitorDeployment', 'FollowDeployment', 0],
    ['RecordRelease', 'ObserveRelease', 0],
    ['ExecutePlan', 'RollBackServices', 0],
    ['AnswerApproval', 'AnswerApproval', 1],
  ])('%s without the failure that a catcher of %s assigns', (machine, state, index) => {
    const changed = mutant(machine, (find) => {
      delete find(state).Catch[index].Assign;
    });
    expect(problemsOf(changed)).toContainEqual(
      expect.stringContaining('not every way here gives $failure what is read of it'),
    );
  });

  it('a variable with another name than the variable that is read', () => {
    expect(problemsOf(replaced('RecordRelease', '"recording":', '"recorded":'))).toContainEqual(
      expect.stringContaining('not every way here gives $recording what is read of it'),
    );
  });
});

describe('plain text that was meant to be an expression', () => {
  it.each<[string, string, (state: Any) => void, string]>([
    [
      'ExecutePlan',
      'VerifyRecovery',
      (state) => {
        state.Arguments.Payload.incidentId = '$job.incidentId';
      },
      'Arguments/Payload/incidentId',
    ],
    [
      'CoordinateRollback',
      'RolledBack',
      (state) => {
        state.Output.outcome = '$outcome';
      },
      'Output/outcome',
    ],
    [
      'CoordinateRollback',
      'InputRejected',
      (state) => {
        state.Cause = '$parse($failure.Cause).errorMessage';
      },
      'Cause',
    ],
    [
      'RecordRelease',
      'ChooseServices',
      (state) => {
        state.Catch[0].Assign.failure = '$states.errorOutput';
      },
      'Catch[0]/Assign/failure',
    ],
    [
      'RecordRelease',
      'RecordAllServices',
      (state) => {
        state.ItemReader.Arguments.Key = '$chosen.itemsKey';
      },
      'ItemReader/Arguments/Key',
    ],
    [
      'RollBackService',
      'RollBackPhase',
      (state) => {
        state.ItemSelector.since = '$$.State.EnteredTime';
      },
      'ItemSelector/since',
    ],
    [
      'RollBackService',
      'TargetFailed',
      (state) => {
        state.Output.action = 'failed: {% $targetFailure.Error %}.';
      },
      'Output/action',
    ],
  ])('in %s.%s', (machine, name, change, field) => {
    const changed = mutant(machine, (find) => change(find(name)));
    expect(problemsOf(changed)).toContainEqual(
      expect.stringMatching(new RegExp(`^${name}: ${field.replace(/[[\]/]/g, '\\$&')}: '.*' is plain text`)),
    );
  });
});

describe('error names that nothing raises', () => {
  it.each([
    ['AnswerApproval', 'Lambda.TooManyRequestsException', 'Lambda.TooManyRequestException'],
    ['AnswerApproval', 'Lambda.ServiceException', 'Lambda.ServiceUnavailable'],
    ['AnswerApproval', 'Sandbox.Timedout', 'Sandbox.TimedOut'],
    ['AnswerApproval', 'Runtime.ExitError', 'Runtime.ExitErrors'],
    ['AnswerApproval', 'States.Timeout', 'States.TimeOut'],
    ['AnswerApproval', 'States.Timeout', 'States.HeartbeatTimeout'],
    ['AnswerApproval', 'InvalidInput', 'InvalidInputs'],
    ['ExecutePlan', 'States.ItemReaderFailed', 'States.ItemReaderFailure'],
    ['ExecutePlan', 'States.ItemReaderFailed', 'States.ResultWriterFailed'],
    ['ExecutePlan', 'States.ItemReaderFailed', 'States.Runtime'],
    ['ExecutePlan', 'States.ItemReaderFailed', 'States.NoChoiceMatched'],
    ['ExecutePlan', 'StepFunctions.ThrottlingException', 'StepFunctions.Throttling'],
    ['ExecutePlan', 'StepFunctions.ThrottlingException', 'Lambda.ThrottlingException'],
    [
      'MonitorDeployment',
      'StepFunctions.ExecutionAlreadyExistsException',
      'StepFunctions.ExecutionAlreadyExists',
    ],
  ])('in %s: %s as %s', (machine, from, to) => {
    expect(problemsOf(replaced(machine, from, to))).toContainEqual(
      expect.stringContaining(`nothing in it raises ${to}`),
    );
  });
});
