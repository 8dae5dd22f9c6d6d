import { types } from 'node:util';

/** One run of a function, as interceptors and listeners see it. */
export interface Invocation {
  readonly requestId: string;
  /** Logical id of the function in the template. */
  readonly logicalId: string;
  readonly functionName: string;
  /** JSON text of the event. */
  readonly payload: string;
  /** The function's process that runs the invocation, counted from 1. */
  readonly process: number;
  /** True for the first event of a process. */
  readonly coldStart: boolean;
  /** Virtual time the handler is entered, ms since the epoch. */
  readonly startedAt: number;
  /** Writes a line to the function's log, for an interceptor that replaces its code. */
  readonly writeLog: (line: string) => void;
}

/** The result of an invocation, as the Invoke API returns it. */
export interface InvocationOutcome {
  /** JSON text: the result, or `{errorType, errorMessage, trace}`. */
  readonly payload: string;
  /** Set when the function failed. */
  readonly functionError?: 'Unhandled';
}

/**
 * Wraps the handler. It may run the handler (`next()`), fail in its place (throw any error), refuse as the Lambda service
 * (throw `AwsError`), let the process die before or after the effect (throw {@link ProcessDied}), or observe.
 */
export type InvocationInterceptor = (
  invocation: Invocation,
  next: () => Promise<unknown>,
) => Promise<unknown>;

/** The process ended without an answer; thrown by an interceptor. */
export class ProcessDied extends Error {
  override readonly name = 'ProcessDied';
}

/** Quota "Invocation payload" of synchronous invocations, request and response (Lambda quotas): 6 MB. */
export const longestPayload = 6_291_556;

/** The outcome for a handler's result: JSON, `null` for nothing. */
export function succeeded(result: unknown): InvocationOutcome {
  let payload: string;
  try {
    payload = JSON.stringify(result) ?? 'null';
  } catch (error) {
    return failed('Runtime.MarshalError', `Unable to stringify response body: ${(error as Error).message}`);
  }
  if (Buffer.byteLength(payload) <= longestPayload) return { payload };
  return failed(
    'Function.ResponseSizeTooLarge',
    `Response payload size exceeded maximum allowed payload size (${longestPayload} bytes).`,
  );
}

/**
 * The outcome for an error thrown by a handler, in the form of the Node.js runtime. The stack is left out: it names files of
 * the machine, and two runs of one seed must be equal.
 */
export function threw(error: unknown): InvocationOutcome {
  // Errors of another realm (a test runner's) count as errors too.
  if (types.isNativeError(error)) return failed(error.name, error.message);
  return failed(typeof error, String(error));
}

/** The outcome of a function that failed. */
export function failed(errorType: string, errorMessage: string): InvocationOutcome {
  return { payload: JSON.stringify({ errorType, errorMessage, trace: [] }), functionError: 'Unhandled' };
}
