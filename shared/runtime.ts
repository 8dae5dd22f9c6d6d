/** The environment a function runs in; on Lambda see {@link onLambda}. */
export interface Runtime {
  /** Environment variables of the function. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Configuration of every SDK client of the function. */
  readonly clientConfig: object;
  /** The time, ms since the epoch. */
  now(): number;
  /** Writes a line to the function's log; absent where no log is kept. */
  readonly writeLog?: (line: string) => void;
}

/** Facts of Lambda about an invocation, beside its event. */
export interface InvocationContext {
  readonly awsRequestId?: string;
}

/** Creates a function's clients once and returns its handler. */
export type Build<Event, Result> = (
  runtime: Runtime,
) => (event: Event, context?: InvocationContext) => Promise<Result>;

/**
 * The Lambda entry point of a function: the first event builds the handler with the process's environment; later events
 * reuse it, with its clients and connections.
 */
export function onLambda<Event, Result>(build: Build<Event, Result>): ReturnType<Build<Event, Result>> {
  let invoke: ReturnType<Build<Event, Result>> | undefined;
  return async (event, context) => {
    invoke ??= build({ env: process.env, clientConfig: {}, now: () => Date.now(), writeLog });
    return invoke(event, context);
  };
}

/** Writes past the console, which Lambda wraps: our lines have their own level and time, and metrics at their root. */
function writeLog(line: string): void {
  process.stdout.write(`${line}\n`);
}
