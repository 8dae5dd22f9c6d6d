/**
 * An error inside a workflow: what Retry and Catch match, and what an execution fails with.
 *
 * A host throws it to fail a Task (`new AslError('Lambda.TooManyRequestsException', 'Rate exceeded')`).
 * Names beginning with `States.` are reserved for the interpreter
 * (AWS: step-functions/latest/dg/concepts-error-handling).
 */
export class AslError extends Error {
  override readonly name = 'AslError';
  /** The error name, matched case-sensitively against ErrorEquals. */
  readonly error: string;
  /** Human-readable detail; a task's own text or JSON is passed on unchanged. */
  override readonly cause: string | undefined;
  /** Further names it answers to: a missed heartbeat is a `States.Timeout` and a `States.HeartbeatTimeout`. */
  readonly aliases: readonly string[];

  constructor(error: string, cause?: string, aliases: readonly string[] = []) {
    super(cause === undefined ? error : `${error}: ${cause}`);
    this.error = error;
    this.cause = cause;
    this.aliases = aliases;
  }
}
