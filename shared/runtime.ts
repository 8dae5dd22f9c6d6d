/** What a function is given by the place it runs in; on Lambda see {@link onLambda}. */
export interface Runtime {
  /** Environment variables of the function. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Configuration every SDK client of the function is created with. */
  readonly clientConfig: object;
  /** The time, ms since the epoch. */
  now(): number;
}

/** Wires a function's clients once and returns what is invoked for each event. */
export type Build<Event, Result> = (runtime: Runtime) => (event: Event) => Promise<Result>;

/**
 * The Lambda entry point of a function: builds it at the first event with the process's environment, and keeps
 * it, with its clients and connections, for the events that follow.
 */
export function onLambda<Event, Result>(build: Build<Event, Result>): (event: Event) => Promise<Result> {
  let invoke: ((event: Event) => Promise<Result>) | undefined;
  return async (event) => {
    invoke ??= build({ env: process.env, clientConfig: {}, now: () => Date.now() });
    return invoke(event);
  };
}
