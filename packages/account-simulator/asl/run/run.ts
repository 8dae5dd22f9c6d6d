import type { Timer, VirtualClock } from '../../clock/virtual-clock.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { AslError } from '../asl-error.ts';
import type { EngineHost, TaskContext } from '../engine-host.ts';
import { EvaluationError, Expression } from '../expressions/expression.ts';
import { statesFunctions } from '../expressions/states-functions.ts';
import { StatesVariable } from '../expressions/states-variable.ts';
import type { Template } from '../expressions/template.ts';
import type { Limits } from '../limits.ts';
import type { NumberField, State } from '../machine.ts';
import { Payload } from '../payload.ts';
import { formatTimestamp } from '../timestamp.ts';
import { Cancellation, Cancelled } from './cancellation.ts';
import type { Execution, ExecutionOrigin, ExecutionStatus } from './execution.ts';
import { FirstOutcome } from './first-outcome.ts';
import type { Frame } from './frame.ts';
import type { MapRun } from './map-run.ts';
import type { RouteTaken, StateProgress } from './progress.ts';
import { runGraph } from './run-graph.ts';
import type { TaskTokens } from './task-tokens.ts';

/** Services of the engine that a run uses. */
export interface RunServices {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly limits: Limits;
  /** Whether States.ALL catches States.DataLimitExceeded. */
  readonly dataLimitCaught: boolean;
  readonly host: EngineHost;
  readonly tokens: TaskTokens;
  /** StartExecution; throws StepFunctionsError. */
  start(machineArn: string, name: string | undefined, input: string, origin: ExecutionOrigin): Execution;
  /** Starts a child of a Distributed Map. */
  startMapItem(parent: Execution, label: string, frame: Frame, input: Payload, mapRun: MapRun): Execution;
  stop(execution: Execution, error?: string, cause?: string): void;
  redrive(execution: Execution): void;
  mapRunStarted(mapRun: MapRun): void;
  statusChanged(execution: Execution): void;
  stateEntered(progress: () => StateProgress): void;
  stateExited(progress: () => StateProgress): void;
  routeTaken(route: () => RouteTaken): void;
}

/** Parts of the context object that differ within one state. */
export interface ContextParts {
  readonly token?: string | undefined;
  readonly item?: { readonly Index: number; readonly Value: unknown; readonly Source: string };
}

/** One try at an execution: from its start, or from a redrive, to its end. */
export class Run {
  readonly execution: Execution;
  readonly services: RunServices;
  readonly cancellation = new Cancellation();
  readonly #functions: Readonly<Record<string, unknown>>;
  readonly #executionContext: Readonly<Record<string, unknown>>;
  #random: SeededRandom | undefined;
  #requestIds: SeededRandom | undefined;
  #timeout: Timer | undefined;

  constructor(execution: Execution, services: RunServices) {
    this.execution = execution;
    this.services = services;
    this.#functions = statesFunctions(() => this.random);
    this.#executionContext = {
      Id: execution.arn,
      Input: execution.inputPayload.value,
      Name: execution.name,
      RoleArn: execution.stateMachine.roleArn,
      StartTime: formatTimestamp(execution.startDate),
      RedriveCount: execution.redriveCount,
      ...(execution.redriveDate !== undefined && { RedriveTime: formatTimestamp(execution.redriveDate) }),
    };
  }

  /** The execution's own generator. */
  get random(): SeededRandom {
    this.#random ??= this.services.random.fork(`${this.execution.arn}#${this.execution.redriveCount}`);
    return this.#random;
  }

  /** The id of a call that the engine makes itself; drawn from a separate generator, so that other draws stay the same. */
  requestId(): string {
    this.#requestIds ??= this.random.fork('request-ids');
    return this.#requestIds.uuid();
  }

  /** Starts the run; its first state begins after the calling code has finished. */
  begin(resuming: boolean): void {
    const { timeoutSeconds } = this.execution.stateMachine.machine;
    if (timeoutSeconds !== undefined) {
      const end = this.services.clock.now() + timeoutSeconds * 1000;
      this.#timeout = this.services.clock.at(end, () => this.end('TIMED_OUT', 'States.Timeout'));
    }
    this.services.statusChanged(this.execution);
    void this.#work(resuming);
  }

  async #work(resuming: boolean): Promise<void> {
    const { root } = this.execution;
    root.cancellation = this.cancellation;
    try {
      await undefined;
      this.cancellation.check();
      const output = await runGraph(this, root, resuming);
      this.execution.outputPayload = output;
      this.end('SUCCEEDED', undefined, undefined, root.lastEvent);
    } catch (error) {
      if (error instanceof Cancelled) return;
      const failure = error instanceof AslError ? error : defect(error);
      this.end('FAILED', failure.error === '' ? undefined : failure.error, failure.cause, root.lastEvent);
    }
  }

  /** Ends the execution, once; all work still in progress is cancelled. */
  end(
    status: Exclude<ExecutionStatus, 'RUNNING'>,
    error?: string,
    cause?: string,
    previousEventId = 0,
  ): void {
    const { execution } = this;
    if (execution.status !== 'RUNNING') return;
    if (this.#timeout) this.services.clock.cancel(this.#timeout);
    execution.status = status;
    execution.stopDate = this.services.clock.now();
    execution.error = error;
    execution.cause = cause;
    const details =
      status === 'SUCCEEDED'
        ? { output: execution.output, outputDetails: { truncated: false } }
        : { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
    execution.eventHistory.add(execution.stopDate, END_EVENTS[status], previousEventId, details);
    this.cancellation.cancel();
    this.services.statusChanged(execution);
    for (const listener of [...execution.onEnded]) listener();
    execution.onEnded.clear();
  }

  /** Adds an event to the chain of `frame`; ends the execution where its history is full. */
  record(frame: Frame, type: string, details?: Readonly<Record<string, unknown>>): number {
    frame.cancellation.check();
    frame.lastEvent = this.recordAfter(frame.lastEvent, type, details);
    return frame.lastEvent;
  }

  /** Adds an event after another event, outside the chain of any frame. */
  recordAfter(previousEventId: number, type: string, details?: Readonly<Record<string, unknown>>): number {
    const { eventHistory } = this.execution;
    this.cancellation.check();
    if (eventHistory.full) {
      const most = this.services.limits.historyEvents;
      const cause = `The execution reached the maximum number of history events (${most}).`;
      this.end('FAILED', 'States.Runtime', cause, eventHistory.events.length);
      throw new Cancelled();
    }
    return eventHistory.add(this.services.clock.now(), type, previousEventId, details);
  }

  progress(state: State): StateProgress {
    return {
      executionArn: this.execution.arn,
      machine: this.execution.machine,
      state: state.name,
      type: state.type,
      time: this.services.clock.now(),
    };
  }

  taskContext(frame: Frame): TaskContext {
    const { stateMachine } = this.execution;
    return {
      executionArn: this.execution.arn,
      stateMachineArn: stateMachine.arn,
      stateMachineName: stateMachine.definitionName,
      roleArn: stateMachine.roleArn,
      stateName: frame.state,
      retryCount: frame.retryCount,
    };
  }

  /** `$states` for expressions of the current state of `frame`. */
  states(frame: Frame, parts: ContextParts = {}): StatesVariable {
    const { stateMachine } = this.execution;
    const { state, enteredAt, retryCount } = frame;
    const handled = HANDLED.has(frame.graph.states.get(state)?.type ?? '');
    return new StatesVariable(frame.input.value, () => ({
      Execution: this.#executionContext,
      State: {
        EnteredTime: formatTimestamp(enteredAt),
        Name: state,
        ...(handled && { RetryCount: retryCount }),
      },
      StateMachine: { Id: stateMachine.arn, Name: stateMachine.name },
      ...(parts.token !== undefined && { Task: { Token: parts.token } }),
      ...(parts.item !== undefined && { Map: { Item: parts.item } }),
    }));
  }

  /** Evaluates a field. Throws AslError `States.QueryEvaluationError`, and records it. */
  async evaluate(frame: Frame, field: Template | Expression, states: StatesVariable): Promise<unknown> {
    const lookup = (name: string): unknown => {
      if (name === 'states') return states.value;
      const variable = frame.variables.get(name);
      return variable === undefined ? this.#functions[name] : variable;
    };
    try {
      const value = await field.evaluate({ lookup });
      frame.cancellation.check();
      return value;
    } catch (error) {
      throw error instanceof EvaluationError ? this.evaluationFailed(frame, error) : error;
    }
  }

  /** A number field within [`low`, `high`], evaluated where it is an expression. */
  async number(
    frame: Frame,
    field: NumberField,
    low: number,
    high: number,
    states: StatesVariable,
  ): Promise<number> {
    if (!(field instanceof Expression)) return field;
    const value = await this.evaluate(frame, field, states);
    if (Number.isInteger(value) && (value as number) >= low && (value as number) <= high)
      return value as number;
    throw this.evaluationFailed(frame, field.unexpected(`integer from ${low} to ${high}`, value));
  }

  /** As {@link number}, fractions included. */
  async fraction(
    frame: Frame,
    field: NumberField,
    low: number,
    high: number,
    states: StatesVariable,
  ): Promise<number> {
    if (!(field instanceof Expression)) return field;
    const value = await this.evaluate(frame, field, states);
    if (typeof value === 'number' && value >= low && value <= high) return value;
    throw this.evaluationFailed(frame, field.unexpected(`number from ${low} to ${high}`, value));
  }

  /** Records that an expression failed. @returns the error to throw */
  evaluationFailed(frame: Frame, error: EvaluationError): AslError {
    frame.cancellation.check();
    const failure = this.failure(frame, 'States.QueryEvaluationError', error.message);
    this.record(frame, 'EvaluationFailed', {
      error: failure.error,
      cause: failure.cause,
      ...(error.location !== undefined && { location: error.location }),
      state: frame.state,
    });
    return failure;
  }

  /** An error raised by the interpreter, with the cause in AWS's words. */
  failure(frame: Frame, error: string, cause: string): AslError {
    const where = `An error occurred while executing the state '${frame.state}' (entered at the event id #${frame.enteredEvent}). `;
    return new AslError(error, where + cause);
  }

  /** Throws `States.DataLimitExceeded` where a payload is larger than AWS carries; the cause names `what`. */
  checkSize(frame: Frame, payload: Payload, what: string = frame.state): Payload {
    if (payload.bytes <= this.services.limits.payloadBytes) return payload;
    // AWS uses this wording for inputs too
    throw new AslError(
      'States.DataLimitExceeded',
      `The state/task '${what}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    );
  }

  /** Evaluates a field into a payload within the size limit; an undefined field gives `otherwise`. */
  async payload(
    frame: Frame,
    field: Template | undefined,
    states: StatesVariable,
    otherwise: Payload,
  ): Promise<Payload> {
    if (field === undefined) return this.checkSize(frame, otherwise);
    return this.checkSize(frame, new Payload(await this.evaluate(frame, field, states)));
  }

  /** Restarts the current state of `frame`. */
  restart(frame: Frame): void {
    this.execution.variableBytes -= frame.restart();
  }

  /** Waits `ms` of virtual time. */
  sleep(frame: Frame, ms: number): Promise<void> {
    const outcome = new FirstOutcome<void>(frame.cancellation);
    const timer = this.services.clock.after(ms, () => outcome.resolve());
    outcome.onSettled(() => this.services.clock.cancel(timer));
    return outcome.promise;
  }
}

/** States that have Retry; only they have a RetryCount (recorded on AWS). */
const HANDLED: ReadonlySet<string> = new Set(['Task', 'Parallel', 'Map']);

const END_EVENTS = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  ABORTED: 'ExecutionAborted',
} as const;

function defect(error: unknown): AslError {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new AslError('States.Runtime', `Defect in the engine or its host: ${detail}`);
}
