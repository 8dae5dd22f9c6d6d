import { AslError } from '../asl-error.ts';
import { Expression } from '../expressions/expression.ts';
import type { FailState } from '../machine.ts';
import type { Frame } from './frame.ts';
import type { Run } from './run.ts';

/** Fails the machine, branch or iteration with the state's Error and Cause. */
export async function runFail(run: Run, frame: Frame, state: FailState): Promise<never> {
  const error = await text(run, frame, state.error);
  const cause = await text(run, frame, state.cause);
  throw new AslError(error ?? '', cause);
}

async function text(
  run: Run,
  frame: Frame,
  field: string | Expression | undefined,
): Promise<string | undefined> {
  if (!(field instanceof Expression)) return field;
  const value = await run.evaluate(frame, field, run.states(frame));
  if (typeof value === 'string') return value;
  throw run.evaluationFailed(frame, field.unexpected('string', value));
}
