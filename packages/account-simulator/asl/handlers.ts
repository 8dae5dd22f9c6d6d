import { AslError } from './asl-error.ts';
import type { StatesVariable } from './expressions/states-variable.ts';
import type { MapState, ParallelState, TaskState } from './machine.ts';
import { Payload } from './payload.ts';
import { matchesError, retryDelay } from './run/error-matching.ts';
import type { Frame } from './run/frame.ts';
import { conclude, type Outcome } from './run/outcome.ts';
import type { Run } from './run/run.ts';

type HandledState = TaskState | ParallelState | MapState;

/** The result of an attempt, and the `$states` that the state's Assign and Output see. */
export interface Attempt {
  readonly result: Payload;
  readonly states: StatesVariable;
}

/**
 * Runs a state that has Retry and Catch. Retriers are consulted first, each with its own count, then the catchers; in both
 * lists the first entry that names the error applies (AWS: step-functions/latest/dg/concepts-error-handling).
 *
 * The history records a Map or Parallel as failed only when no retrier is left (recorded on AWS).
 */
export async function runHandled(
  run: Run,
  frame: Frame,
  state: HandledState,
  attempt: (again: boolean) => Promise<Attempt>,
): Promise<Outcome> {
  for (let again = false; ; again = true) {
    let worked = false;
    try {
      const { result, states } = await attempt(again);
      worked = true;
      return await conclude(run, frame, state, states.with({ result: result.value }), result);
    } catch (error) {
      if (!(error instanceof AslError)) throw error;
      frame.cancellation.check();
      if (await retried(run, frame, state, error)) continue;
      if (!worked && state.type !== 'Task') run.record(frame, `${state.type}StateFailed`);
      return await caught(run, frame, state, error);
    }
  }
}

/** Waits for the next attempt. @returns false where no retrier is left for the error */
async function retried(run: Run, frame: Frame, state: HandledState, error: AslError): Promise<boolean> {
  const index = state.retry.findIndex(({ errorEquals }) => matchesError(errorEquals, error, run.services));
  const retrier = state.retry[index];
  const taken = frame.retries[index] ?? 0;
  if (retrier === undefined || taken >= retrier.maxAttempts) return false;
  run.services.routeTaken(() => ({ ...run.progress(state), route: 'retry', index, error: error.error }));
  run.restart(frame);
  await run.sleep(
    frame,
    retryDelay(retrier, taken, () => run.random),
  );
  frame.retries[index] = taken + 1;
  frame.retryCount += 1;
  run.execution.stateTransitions += 1;
  return true;
}

function caught(run: Run, frame: Frame, state: HandledState, error: AslError): Promise<Outcome> {
  const index = state.catch.findIndex(({ errorEquals }) => matchesError(errorEquals, error, run.services));
  const catcher = state.catch[index];
  if (catcher === undefined) {
    // a redrive runs such a state again, even the parts that succeeded (…/redrive-executions, …/redrive-map-run)
    const anew = error.error === 'States.DataLimitExceeded' || error.error === 'States.Runtime';
    if (anew) run.restart(frame);
    throw error;
  }
  run.services.routeTaken(() => ({ ...run.progress(state), route: 'catch', index, error: error.error }));
  const errorOutput = error.output;
  return conclude(run, frame, catcher, run.states(frame).with({ errorOutput }), new Payload(errorOutput));
}
