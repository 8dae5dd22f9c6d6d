import { AslError } from '../asl-error.ts';
import type { StatesVariable } from '../expressions/states-variable.ts';
import type { Template } from '../expressions/template.ts';
import type { Assign } from '../machine.ts';
import { Payload } from '../payload.ts';
import type { Frame } from './frame.ts';
import type { Run } from './run.ts';

/** The end of a state: its output, the next state, and the variables it assigns. */
export interface Outcome {
  readonly output: Payload;
  readonly next: string | undefined;
  readonly assigned: readonly (readonly [string, Payload])[];
}

/**
 * Evaluates the Assign and Output with which a state ends. Both see the variables as they were when the state was entered
 * (AWS: step-functions/latest/dg/workflow-variables, "Evaluation order in an assign field").
 */
export async function conclude(
  run: Run,
  frame: Frame,
  fields: {
    readonly assign: Assign | undefined;
    readonly output: Template | undefined;
    readonly next: string | undefined;
  },
  states: StatesVariable,
  defaultOutput: Payload,
): Promise<Outcome> {
  const assigned: (readonly [string, Payload])[] = [];
  let bytes = 0;
  for (const [name, template] of fields.assign ?? []) {
    const value = new Payload(await run.evaluate(frame, template, states));
    bytes += value.bytes;
    assigned.push([name, value]);
  }
  if (bytes > run.services.limits.assignBytes) {
    throw dataLimit(frame, `assigns ${bytes} bytes; the most is ${run.services.limits.assignBytes}`);
  }
  const output = await run.payload(frame, fields.output, states, defaultOutput);
  return { output, next: fields.next, assigned };
}

/** Sets the assigned variables, for the states that follow. */
export function commit(run: Run, frame: Frame, outcome: Outcome): void {
  const before = frame.variables.bytes;
  for (const [name, value] of outcome.assigned) frame.variables.set(name, value);
  run.execution.variableBytes += frame.variables.bytes - before;
  const most = run.services.limits.variablesBytes;
  if (run.execution.variableBytes > most) {
    throw dataLimit(frame, `leaves ${run.execution.variableBytes} bytes of variables; the most is ${most}`);
  }
}

function dataLimit(frame: Frame, what: string): AslError {
  return new AslError('States.DataLimitExceeded', `The state '${frame.state}' ${what}.`);
}
