import type { Engine } from 'account-simulator/asl/engine.ts';
import type { Timeline } from '../report/timeline.ts';

const notable = new Set(['FAILED', 'TIMED_OUT', 'ABORTED']);

/**
 * Adds failed executions and retried states to the timeline.
 *
 * @returns the number of executions that are running
 */
export function observeExecutions(engine: Engine, timeline: Timeline): () => number {
  let running = 0;
  engine.onStatusChange(({ status, name, stateMachineArn, error, cause }) => {
    running += status === 'RUNNING' ? 1 : -1;
    if (!notable.has(status)) return;
    const machine = stateMachineArn.split(':stateMachine:')[1];
    timeline.add('execution', `${machine} ${name} ${status}: ${error}: ${cause}`);
  });
  engine.onRouteTaken(({ route, state, error }) => {
    if (route === 'retry') timeline.add('execution', `${state} is tried again after ${error}`, { state });
  });
  return () => running;
}
