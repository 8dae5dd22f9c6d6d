/** The quotas an engine enforces. */
export interface Limits {
  /** Events in one execution's history, the last one included. */
  readonly historyEvents: number;
  /** Input or output of a task, state or execution, bytes of UTF-8 JSON. */
  readonly payloadBytes: number;
  /** One variable, and all variables of one Assign, bytes of UTF-8 JSON. */
  readonly assignBytes: number;
  /** All variables of one execution, bytes of UTF-8 JSON. */
  readonly variablesBytes: number;
  /** Text of a definition, bytes. */
  readonly definitionBytes: number;
  /** Iterations of an inline Map at one time. */
  readonly inlineMapConcurrency: number;
  /** Child executions of a Distributed Map at one time. */
  readonly distributedMapConcurrency: number;
}

/** The documented quotas (step-functions/latest/dg/service-quotas and …/workflow-variables, "Limits"). */
export const AWS_LIMITS: Limits = {
  historyEvents: 25_000,
  payloadBytes: 262_144,
  assignBytes: 262_144,
  variablesBytes: 10 * 1024 * 1024,
  definitionBytes: 1024 * 1024,
  inlineMapConcurrency: 40,
  distributedMapConcurrency: 10_000,
};
