import { History } from '../history.ts';
import type { Machine } from '../machine.ts';
import type { Payload } from '../payload.ts';
import { Frame } from './frame.ts';
import type { MapRun } from './map-run.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** A state machine as it was when an execution started. */
export interface StateMachine {
  readonly arn: string;
  readonly name: string;
  readonly roleArn: string;
  /** Name of the machine that the definition belongs to; differs from `name` for a Distributed Map's children. */
  readonly definitionName: string;
  readonly machine: Machine;
}

/** The origin of an execution. */
export interface ExecutionOrigin {
  /** ARN of the execution whose task or Distributed Map started it. */
  readonly parent?: string;
  readonly mapRun?: MapRun;
  /** The caller of the API, as the caller gave it. */
  readonly startedBy?: string;
}

/** An execution may be redriven for 14 days after it ended (…/dg/redrive-executions). */
const REDRIVABLE_MS = 14 * 24 * 3600 * 1000;

/** One execution: its description in the API, its history, and its progress. */
export class Execution {
  readonly arn: string;
  readonly name: string;
  readonly stateMachine: StateMachine;
  readonly inputPayload: Payload;
  readonly parent: string | undefined;
  readonly mapRun: MapRun | undefined;
  readonly startedBy: string | undefined;
  /** Times are ms since the epoch. */
  readonly startDate: number;
  readonly eventHistory: History;
  /** Bytes of all variables now. */
  variableBytes = 0;
  readonly root: Frame;
  /** Called and cleared when the execution ends. */
  readonly onEnded = new Set<() => void>();
  status: ExecutionStatus = 'RUNNING';
  stopDate: number | undefined;
  outputPayload: Payload | undefined;
  error: string | undefined;
  cause: string | undefined;
  redriveCount = 0;
  redriveDate: number | undefined;
  /** As AWS bills: states entered, retries and redrives. */
  stateTransitions = 0;
  readonly #historyLimit: number;

  constructor(
    identity: { readonly arn: string; readonly name: string; readonly stateMachine: StateMachine },
    input: Payload,
    startDate: number,
    historyLimit: number,
    origin: ExecutionOrigin,
  ) {
    this.arn = identity.arn;
    this.name = identity.name;
    this.stateMachine = identity.stateMachine;
    this.inputPayload = input;
    this.startDate = startDate;
    this.parent = origin.parent;
    this.mapRun = origin.mapRun;
    this.startedBy = origin.startedBy;
    this.#historyLimit = historyLimit;
    this.eventHistory = new History(historyLimit);
    this.root = new Frame(identity.stateMachine.machine.graph, input, 0);
  }

  get machine(): string {
    return this.stateMachine.definitionName;
  }

  /** JSON text. */
  get input(): string {
    return this.inputPayload.text;
  }

  /** JSON text; undefined unless the execution succeeded. */
  get output(): string | undefined {
    return this.outputPayload?.text;
  }

  get history() {
    return this.eventHistory.events;
  }

  /** The reason, in AWS's words, why the execution cannot be redriven at `now`; undefined where it can. */
  notRedrivableReason(now: number): string | undefined {
    if (this.status === 'RUNNING' || this.status === 'SUCCEEDED') {
      return `Execution is ${this.status} and cannot be redriven`;
    }
    if (this.history.length >= this.#historyLimit - 1) return 'Execution history event limit exceeded';
    if (now - (this.stopDate ?? now) > REDRIVABLE_MS) return 'Execution redrivable period exceeded';
    return undefined;
  }
}

/**
 * The answer to DescribeExecution, and the detail of an EventBridge "Step Functions Execution Status Change" event
 * (…/dg/eventbridge-integration): absent values are null, dates ms since the epoch, payloads JSON text.
 */
export interface ExecutionDescription {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly startDate: number;
  readonly stopDate: number | null;
  readonly input: string;
  readonly inputDetails: { readonly included: true };
  readonly output: string | null;
  readonly outputDetails: { readonly included: true } | null;
  readonly stateMachineVersionArn: null;
  readonly stateMachineAliasArn: null;
  readonly mapRunArn: string | null;
  readonly redriveCount: number;
  readonly redriveDate: number | null;
  readonly redriveStatus: 'REDRIVABLE' | 'NOT_REDRIVABLE';
  readonly redriveStatusReason: string;
  readonly error: string | null;
  readonly cause: string | null;
}

/** The description of an execution at `now`. */
export function describe(execution: Execution, now: number): ExecutionDescription {
  const reason = execution.notRedrivableReason(now);
  const output = execution.output ?? null;
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.stateMachine.arn,
    name: execution.name,
    status: execution.status,
    startDate: execution.startDate,
    stopDate: execution.stopDate ?? null,
    input: execution.input,
    inputDetails: { included: true },
    output,
    outputDetails: output === null ? null : { included: true },
    stateMachineVersionArn: null,
    stateMachineAliasArn: null,
    mapRunArn: execution.mapRun?.arn ?? null,
    redriveCount: execution.redriveCount,
    redriveDate: execution.redriveDate ?? null,
    redriveStatus: reason === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    redriveStatusReason: reason ?? `Execution is ${execution.status} and is redrivable`,
    error: execution.error ?? null,
    cause: execution.cause ?? null,
  };
}
