import { TransientFailure } from '../errors.ts';

type Handler = (args: object) => Promise<object>;

/** What of a client's command is needed. */
interface Sendable {
  readonly middlewareStack: {
    // biome-ignore lint/suspicious/noExplicitAny: each command has types of its own, which pass through as they are.
    addRelativeTo(middleware: any, options: any): void;
  };
}

/**
 * Makes a command that changes something, and has no token by which AWS knows it again, be sent once where its result
 * is unknown: the SDK would send it again after a 5xx or a lost answer, and change the same thing twice. The error is a
 * {@link TransientFailure} in its place: whoever tries again reads first, and finds what is done.
 *
 * What was refused (4xx, throttling included) had no effect, and the SDK goes on trying it again.
 *
 * Source: AWS SDKs and Tools reference, "Retry behavior"; the errors the SDK takes for transient are those without an
 * HTTP status and 500, 502, 503, 504.
 */
export function once<C extends Sendable>(command: C): C {
  command.middlewareStack.addRelativeTo(
    (next: Handler): Handler =>
      async (args) => {
        try {
          return await next(args);
        } catch (error) {
          if (wasRefused(error)) throw error;
          // Without a cause: the SDK would look into it, and try again.
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
