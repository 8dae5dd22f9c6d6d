import { runHandled } from '../handlers.ts';
import type { State } from '../machine.ts';
import type { Payload } from '../payload.ts';
import type { Frame } from './frame.ts';
import { commit, conclude, type Outcome } from './outcome.ts';
import type { Run } from './run.ts';
import { runChoice } from './run-choice.ts';
import { runFail } from './run-fail.ts';
import { runMap } from './run-map.ts';
import { runParallel } from './run-parallel.ts';
import { runTask } from './run-task.ts';
import { runWait } from './run-wait.ts';

/**
 * Runs a frame through its graph to the end.
 *
 * @param resuming the current state was entered before and did not end: a redrive resumes it
 * @returns the output of the last state; throws the AslError that no Catch took, or Cancelled
 */
export async function runGraph(run: Run, frame: Frame, resuming: boolean): Promise<Payload> {
  let resumed = resuming;
  for (;;) {
    const state = frame.graph.states.get(frame.state) as State;
    // of all resumed states, only a Fail state is entered again (…/dg/redrive-executions)
    if (!resumed || state.type === 'Fail') enter(run, frame, state);
    else resetRetries(frame);
    const outcome = await runState(run, frame, state, resumed);
    exit(run, frame, state, outcome);
    resumed = false;
    run.restart(frame);
    if (outcome.next === undefined) {
      run.execution.variableBytes -= frame.variables.bytes;
      frame.output = outcome.output;
      return outcome.output;
    }
    frame.state = outcome.next;
    frame.input = outcome.output;
  }
}

function runState(run: Run, frame: Frame, state: State, resumed: boolean): Promise<Outcome> {
  switch (state.type) {
    case 'Pass':
    case 'Succeed':
      return conclude(run, frame, state, run.states(frame), frame.input);
    case 'Fail':
      return runFail(run, frame, state);
    case 'Wait':
      return runWait(run, frame, state);
    case 'Choice':
      return runChoice(run, frame, state);
    case 'Task':
      return runHandled(run, frame, state, () => runTask(run, frame, state));
    case 'Parallel':
      return runHandled(run, frame, state, (again) => runParallel(run, frame, state, resumed && !again));
    case 'Map':
      return runHandled(run, frame, state, (again) => runMap(run, frame, state, resumed && !again));
  }
}

function enter(run: Run, frame: Frame, state: State): void {
  resetRetries(frame);
  frame.enteredAt = run.services.clock.now();
  frame.enteredEvent = run.record(frame, `${state.type}StateEntered`, {
    name: state.name,
    input: frame.input.text,
    inputDetails: { truncated: false },
  });
  run.execution.stateTransitions += 1;
  run.services.stateEntered(() => run.progress(state));
}

function resetRetries(frame: Frame): void {
  frame.retryCount = 0;
  frame.retries = [];
}

function exit(run: Run, frame: Frame, state: State, outcome: Outcome): void {
  commit(run, frame, outcome);
  run.record(frame, `${state.type}StateExited`, {
    name: state.name,
    output: outcome.output.text,
    outputDetails: { truncated: false },
    ...(outcome.assigned.length > 0 && {
      assignedVariables: Object.fromEntries(outcome.assigned.map(([name, value]) => [name, value.text])),
      assignedVariablesDetails: { truncated: false },
    }),
  });
  run.services.stateExited(() => run.progress(state));
}
