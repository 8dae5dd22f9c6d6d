import { TransientFailure } from '../errors.ts';

type Handler = (args: object) => Promise<object>;

/** The part of a client's command that is used. */
interface Sendable {
  readonly middlewareStack: {
    // biome-ignore lint/suspicious/noExplicitAny: each command has types of its own, which pass through as they are.
    addRelativeTo(middleware: any, options: any): void;
  };
}

/**
 * Sends a changing command without an idempotency token only once if its result is unknown: the SDK would retry after a 5xx
 * or a lost answer, and change the same thing twice. The error becomes a {@link TransientFailure}: the retry reads first,
 * and finds a change that took effect.
 *
 * A refused command (4xx, throttling included) had no effect, and the SDK still retries it.
 *
 * Source: AWS SDKs and Tools reference, "Retry behavior"; the SDK takes errors without an HTTP status and 500, 502, 503, 504
 * for transient.
 */
export function once<C extends Sendable>(command: C): C {
  command.middlewareStack.addRelativeTo(
    (next: Handler): Handler =>
      async (args) => {
        try {
          return await next(args);
        } catch (error) {
          if (wasRefused(error)) throw error;
          // Without a cause: the SDK would inspect it, and retry.
          const { name, message } = error as Error;
          throw new TransientFailure(`Whether it took effect is not known. ${name}: ${message}`);
        }
      },
    { name: 'unknownResult', relation: 'after', toMiddleware: 'retryMiddleware' },
  );
  return command;
}

function wasRefused(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500;
}
