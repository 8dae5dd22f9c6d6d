import { limitRate } from '../limit-rate.ts';

type Handler = (args: object) => Promise<object>;

/** The part of a client that is used. */
interface Paceable {
  readonly middlewareStack: {
    // biome-ignore lint/suspicious/noExplicitAny: each client has types of its own, which pass through as they are.
    addRelativeTo(middleware: any, options: any): void;
  };
}

/** The share of an account's request limit that one function may use. */
export interface RateLimit {
  /** Calls a second. */
  readonly perSecond: number;
  /** Names of the operations that share the limit; left out, all of the client's. */
  readonly operations?: readonly string[];
}

/**
 * Two thirds of the 15 requests a second for all operations of Lambda's control plane together; CodeDeploy and the teams'
 * own tools need the rest. Source: Lambda developer guide, "Lambda quotas".
 */
export const lambdaPace: RateLimit = { perSecond: 10 };

/**
 * Two thirds of the 3 requests a second for these operations together. Source: General Reference, "AWS Systems Manager
 * endpoints and quotas".
 */
export const parameterPace: RateLimit = {
  perSecond: 2,
  operations: ['DescribeParameters', 'PutParameter', 'LabelParameterVersion'],
};

/**
 * Limits a client's sending rate, its own retries included: a function that reads a thousand aliases at full speed would be
 * throttled, and so would the account's other callers.
 */
export function paced<C extends Paceable>(client: C, { perSecond, operations }: RateLimit): C {
  const slot = limitRate(perSecond, 1000);
  client.middlewareStack.addRelativeTo(
    (next: Handler, { commandName = '' }: { commandName?: string }): Handler =>
      async (args) => {
        if (!operations || operations.includes(commandName.replace(/Command$/, ''))) await slot();
        return next(args);
      },
    { name: 'pace', relation: 'after', toMiddleware: 'retryMiddleware' },
  );
  return client;
}
