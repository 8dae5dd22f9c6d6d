import type { Attempt } from '../handlers.ts';
import type { Graph, ParallelState } from '../machine.ts';
import { Payload } from '../payload.ts';
import { Frame } from './frame.ts';
import type { Run } from './run.ts';
import { runChildren } from './run-children.ts';

/** Runs all branches at once with the same input (AWS: step-functions/latest/dg/state-parallel). */
export async function runParallel(
  run: Run,
  frame: Frame,
  state: ParallelState,
  resuming: boolean,
): Promise<Attempt> {
  const states = run.states(frame);
  if (!resuming) run.restart(frame);
  const input = await run.payload(frame, state.arguments, states, frame.input);
  if (frame.children === undefined) run.record(frame, 'ParallelStateStarted');
  const started = frame.lastEvent;
  await runChildren(run, frame, {
    count: state.branches.length,
    concurrency: state.branches.length,
    create: (index) => new Frame(state.branches[index] as Graph, input, started, frame.variables),
  });
  // ParallelStateExited follows the event before this one (recorded on AWS)
  run.recordAfter(frame.lastEvent, 'ParallelStateSucceeded');
  const result = new Payload((frame.children as unknown as Frame[]).map((child) => child.output?.value));
  return { result, states };
}
