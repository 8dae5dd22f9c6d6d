/**
 * An error inside a workflow: what Retry and Catch match, and what an execution fails with.
 *
 * A host throws it to fail a Task (`new AslError('Lambda.TooManyRequestsException', 'Rate exceeded')`).
 * Names beginning with `States.` are reserved for the interpreter
 * (AWS: step-functions/latest/dg/concepts-error-handling).
 */
export class AslError extends Error {
  override readonly name = 'AslError';
  /** The error name, matched case-sensitively against ErrorEquals; empty where none was given. */
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

  /**
   * What `$states.errorOutput` holds. A task token that is failed without error and cause leaves null in both; a
   * time-out has an empty cause. Both are recorded on AWS.
   */
  get output(): { readonly Error: string | null; readonly Cause: string | null } {
    return {
      Error: this.error === '' ? null : this.error,
      Cause: this.cause ?? (this.error === 'States.Timeout' ? '' : null),
    };
  }

  /** What history events hold: members that are not there are left out. */
  get details(): { readonly error?: string; readonly cause?: string } {
    return {
      ...(this.error !== '' && { error: this.error }),
      ...(this.cause !== undefined && { cause: this.cause }),
    };
  }
}
