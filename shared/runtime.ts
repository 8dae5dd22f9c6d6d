/** What a function is given by the place it runs in; on Lambda see {@link onLambda}. */
export interface Runtime {
  /** Environment variables of the function. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Configuration every SDK client of the function is created with. */
  readonly clientConfig: object;
  /** The time, ms since the epoch. */
  now(): number;
  /** Writes a line to the function's log; absent where nobody keeps one. */
  readonly writeLog?: (line: string) => void;
}

/** What Lambda says of an invocation beside its event. */
export interface InvocationContext {
  readonly awsRequestId?: string;
}

/** Wires a function's clients once and returns what is invoked for each event. */
export type Build<Event, Result> = (
  runtime: Runtime,
) => (event: Event, context?: InvocationContext) => Promise<Result>;

/**
 * The Lambda entry point of a function: builds it at the first event with the process's environment, and keeps
 * it, with its clients and connections, for the events that follow.
 */
export function onLambda<Event, Result>(build: Build<Event, Result>): ReturnType<Build<Event, Result>> {
  let invoke: ReturnType<Build<Event, Result>> | undefined;
  return async (event, context) => {
    invoke ??= build({ env: process.env, clientConfig: {}, now: () => Date.now(), writeLog });
    return invoke(event, context);
  };
}

/** Past the console, which Lambda wraps: what is written has its own level and time, and metrics stand at its root. */
function writeLog(line: string): void {
  process.stdout.write(`${line}\n`);
}
