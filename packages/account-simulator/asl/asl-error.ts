/**
 * An error inside a workflow, as Retry and Catch match it and as a failed execution reports it.
 *
 * A host throws it to fail a Task (`new AslError('Lambda.TooManyRequestsException', 'Rate exceeded')`). Names beginning with
 * `States.` are reserved for the interpreter (AWS: step-functions/latest/dg/concepts-error-handling).
 */
export class AslError extends Error {
  override readonly name = 'AslError';
  /** The error name, matched case-sensitively against ErrorEquals; empty where none was given. */
  readonly error: string;
  /** Human-readable detail; a task's own text or JSON is passed on unchanged. */
  override readonly cause: string | undefined;
  /** Further names that ErrorEquals matches: a missed heartbeat is a `States.Timeout` and a `States.HeartbeatTimeout`. */
  readonly aliases: readonly string[];

  constructor(error: string, cause?: string, aliases: readonly string[] = []) {
    super(cause === undefined ? error : `${error}: ${cause}`);
    this.error = error;
    this.cause = cause;
    this.aliases = aliases;
  }

  /**
   * The value of `$states.errorOutput`. A task token that is failed without error and cause leaves null in both; a time-out
   * has an empty cause. Both are recorded on AWS.
   */
  get output(): { readonly Error: string | null; readonly Cause: string | null } {
    return {
      Error: this.error === '' ? null : this.error,
      Cause: this.cause ?? (this.error === 'States.Timeout' ? '' : null),
    };
  }

  /** The error as history events hold it: absent members are left out. */
  get details(): { readonly error?: string; readonly cause?: string } {
    return {
      ...(this.error !== '' && { error: this.error }),
      ...(this.cause !== undefined && { cause: this.cause }),
    };
  }
}
