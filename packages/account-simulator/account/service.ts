/** The caller: the role of a function or machine, or a person or tool outside the template. */
export interface Caller {
  /** Role ARN of the function or machine, or a plain name for a person, a deployment tool or a service. */
  readonly principal: string;
  /** Logical id in the template of the function or machine that has the role, if there is one. */
  readonly resource?: string;
  /** For a machine: the state whose Task makes the call. */
  readonly state?: string;
}

/** The context of a call, besides its input. */
export interface CallContext {
  readonly caller: Caller;
  /** Virtual time of the call, ms since the epoch. */
  readonly now: number;
}

/**
 * The operations of one simulated service by their API name (`GetDeployment`), working on the SDK's own input
 * and output shapes (dates are `Date`, blobs `Uint8Array`). An operation throws {@link AwsError} to refuse.
 */
export type Operations = Readonly<
  Record<string, (input: never, call: CallContext) => object | undefined | Promise<object | undefined>>
>;

/** A service of the simulated account that SDK clients can call. */
export interface SimulatedService {
  readonly operations: Operations;
}

/** A refusal as the service sends it: the SDK client turns it into its own error class of that name. */
export class AwsError extends Error {
  override readonly name: string;
  /** HTTP status; 4xx is the caller's fault, 5xx the service's. */
  readonly statusCode: number;
  /** Further members of the modelled error shape. */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(name: string, message: string, statusCode = 400, fields: Record<string, unknown> = {}) {
    super(message);
    this.name = name;
    this.statusCode = statusCode;
    this.fields = fields;
  }
}
