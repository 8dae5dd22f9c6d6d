import type * as z from 'zod';
import { isUnderWay } from './aws/under-way.ts';
import { InvalidInput, TransientFailure } from './errors.ts';
import type { Build, Runtime } from './runtime.ts';

/**
 * Makes a task function out of its contract and its rule.
 *
 * The event is checked by `input` before anything else happens: what does not fit is {@link InvalidInput},
 * naming every field and what was expected of it. An SDK error that a later try may survive (throttling, 5xx,
 * connection, another change under way) is thrown as {@link TransientFailure}; every other error passes as it is.
 *
 * @param input schema of the event
 * @param wire creates the clients once per process and returns the rule
 */
export function task<Input, Result>(
  input: z.ZodType<Input>,
  wire: (runtime: Runtime) => (input: Input) => Promise<Result>,
): Build<unknown, Result> {
  return (runtime) => {
    const rule = wire(runtime);
    return async (event) => {
      const parsed = input.safeParse(event);
      if (!parsed.success) throw new InvalidInput(describeIssues(parsed.error));
      try {
        return await rule(parsed.data);
      } catch (error) {
        throw isTransient(error) ? new TransientFailure(describeError(error), { cause: error }) : error;
      }
    };
  };
}

/** The value of an environment variable the template must have set. */
export function requireEnv(runtime: Runtime, name: string): string {
  const value = runtime.env[name];
  if (!value) throw new InvalidInput(`Environment variable ${name} is not set: the template has to set it.`);
  return value;
}

/** One line per problem of a zod error: `path: reason`. */
export function describeIssues(error: z.ZodError): string {
  return error.issues
    .map((issue) => {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys : [];
      if (keys.length > 0) {
        const at = issue.path.length > 0 ? `${issue.path.join('.')}.` : '';
        return keys.map((key) => `${at}${key}: is not a known field`).join('; ');
      }
      return `${issue.path.length > 0 ? issue.path.join('.') : 'input'}: ${issue.message}`;
    })
    .join('; ');
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
