import { Payload } from './payload.ts';
import { StepFunctionsError } from './step-functions-error.ts';

/** Reads the input of a StartExecution: JSON text of at most `mostBytes`. Throws `InvalidExecutionInput`. */
export function readExecutionInput(text: string, mostBytes: number): Payload {
  let payload: Payload;
  try {
    payload = Payload.parse(text);
  } catch {
    throw invalid(`'${text.slice(0, 100)}' is not JSON`);
  }
  if (payload.bytes > mostBytes) throw invalid(`${payload.bytes} bytes; the most is ${mostBytes}`);
  return payload;
}

function invalid(why: string): StepFunctionsError {
  return new StepFunctionsError('InvalidExecutionInput', `Invalid State Machine Execution Input: ${why}`);
}
