import { AslError } from './asl-error.ts';
import { Frame } from './frame.ts';
import type { Graph, ParallelState } from './machine.ts';
import { conclude, type Outcome } from './outcome.ts';
import { Payload } from './payload.ts';
import type { Run } from './run.ts';
import { runChildren } from './run-children.ts';

/** Runs all branches at once with the same input (AWS: step-functions/latest/dg/state-parallel). */
export async function runParallel(
  run: Run,
  frame: Frame,
  state: ParallelState,
  resuming: boolean,
): Promise<Outcome> {
  const states = run.states(frame);
  if (!resuming) run.restart(frame);
  const input = await run.payload(frame, state.arguments, states, frame.input);
  if (frame.children === undefined) run.record(frame, 'ParallelStateStarted');
  const started = frame.lastEvent;
  try {
    await runChildren(run, frame, {
      count: state.branches.length,
      concurrency: state.branches.length,
      create: (index) => new Frame(state.branches[index] as Graph, input, started, frame.variables),
    });
  } catch (error) {
    if (error instanceof AslError) run.record(frame, 'ParallelStateFailed');
    throw error;
  }
  const result = new Payload((frame.children as unknown as Frame[]).map((child) => child.output?.value));
  run.record(frame, 'ParallelStateSucceeded');
  return conclude(run, frame, state, states.with({ result: result.value }), result);
}
