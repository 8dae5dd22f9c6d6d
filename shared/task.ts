import type * as z from 'zod';
import { isUnderWay } from './aws/under-way.ts';
import { checkInput, describeProblems } from './check-input.ts';
import { errorNames, InvalidInput, TransientFailure } from './errors.ts';
import type { Build, Runtime } from './runtime.ts';
import { StepLog } from './telemetry/step-log.ts';

/**
 * Makes a task function from its contract and its rule.
 *
 * The event is first checked by `input`: a mismatch is {@link InvalidInput}, with every field and its expected form. An SDK
 * error that a retry may overcome (throttling, 5xx, connection, another change under way) is thrown as {@link
 * TransientFailure}; every other error passes as it is. Each event has one line in the log: the decision, or the failure
 * ({@link StepLog}).
 *
 * @param step name of the function, also of its folder and its state: `SettleRelease`
 * @param input schema of the event
 * @param wire creates the clients once per process and returns the rule
 */
export function task<Input, Result>(
  step: string,
  input: z.ZodType<Input>,
  wire: (runtime: Runtime) => (input: Input) => Promise<Result>,
): Build<unknown, Result> {
  return (runtime) => {
    const log = new StepLog(runtime, step);
    const rule = wire({ ...runtime, clientConfig: log.clientConfig });
    return async (event, context) => {
      log.begin(context);
      try {
        const result = await rule(readInput(input, event));
        log.decided(event, result);
        return result;
      } catch (error) {
        const failure = isTransient(error)
          ? new TransientFailure(describeError(error), { cause: error })
          : error;
        log.failed(event, failure, isForeseen(failure));
        throw failure;
      }
    };
  };
}

/** Whether the machines have a route for an error: a retry, or a catcher by its name. */
function isForeseen(error: unknown): boolean {
  const { name } = error as { readonly name?: string };
  return [...errorNames.transient, ...errorNames.handled].some((one) => one === name);
}

/** The value of an environment variable that the template sets. */
export function requireEnv(runtime: Runtime, name: string): string {
  const value = runtime.env[name];
  if (!value) throw new InvalidInput(`Environment variable ${name} is not set: the template has to set it.`);
  return value;
}

/** The checked input of a function or an execution. @throws InvalidInput with each wrong field and its expected form */
export function readInput<T>(schema: z.ZodType<T>, value: unknown): T {
  const checked = checkInput(schema, value);
  if ('problems' in checked) throw new InvalidInput(describeProblems(checked.problems));
  return checked.data;
}

interface SdkErrorShape {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $retryable?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const transientNames =
  /^(Throttl|TooManyRequests|RequestLimitExceeded|ProvisionedThroughputExceeded|LimitExceededException$|SlowDown|TooManyUpdates|TimeoutError|NetworkingError|RequestTimeout|InternalServerError|InternalFailure|ServiceUnavailable|PriorRequestNotComplete)/;
const transientCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const sdk = error as SdkErrorShape;
  const status = sdk.$metadata?.httpStatusCode ?? 0;
  return (
    sdk.$retryable !== undefined ||
    status >= 500 ||
    status === 429 ||
    transientNames.test(sdk.name ?? '') ||
    transientCodes.has(sdk.code ?? '') ||
    isUnderWay(error)
  );
}

function describeError(error: unknown): string {
  const { name, message } = error as SdkErrorShape;
  return `${name}: ${message}`;
}
