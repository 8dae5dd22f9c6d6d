import { limitRate } from '../limit-rate.ts';

type Handler = (args: object) => Promise<object>;

/** What of a client is needed. */
interface Paceable {
  readonly middlewareStack: {
    // biome-ignore lint/suspicious/noExplicitAny: each client has types of its own, which pass through as they are.
    addRelativeTo(middleware: any, options: any): void;
  };
}

/** So much of a request limit that a whole account shares is used by one function at most. */
export interface RateLimit {
  /** Calls a second. */
  readonly perSecond: number;
  /** Names of the operations that share the limit; all of the client's where left out. */
  readonly operations?: readonly string[];
}

/**
 * Two thirds of the 15 requests a second that all operations of Lambda's control plane have together; CodeDeploy, and the
 * teams' own tools, need the rest. Source: Lambda developer guide, "Lambda quotas".
 */
export const lambdaPace: RateLimit = { perSecond: 10 };

/**
 * Two thirds of the 3 requests a second that these have together. Source: General Reference, "AWS Systems Manager endpoints
 * and quotas".
 */
export const parameterPace: RateLimit = {
  perSecond: 2,
  operations: ['DescribeParameters', 'PutParameter', 'LabelParameterVersion'],
};

/**
 * Makes a client send no faster than `pace`, its own second tries included: a function that reads a thousand aliases is
 * not to be refused, nor to have the account's other callers refused, for doing so as fast as it can.
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
