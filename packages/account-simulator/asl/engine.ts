import type { SeededRandom } from '../random/seeded-random.ts';
import type { EngineHost } from './engine-host.ts';
import { readExecutionInput } from './execution-input.ts';
import { checkName } from './execution-name.ts';
import type { HistoryEvent } from './history.ts';
import { AWS_LIMITS, type Limits } from './limits.ts';
import { Listeners } from './listeners.ts';
import type { Graph, MapState } from './machine.ts';
import type { Payload } from './payload.ts';
import {
  describe,
  Execution,
  type ExecutionDescription,
  type ExecutionOrigin,
  type ExecutionStatus,
  type StateMachine,
} from './run/execution.ts';
import type { Frame } from './run/frame.ts';
import type { MapRun } from './run/map-run.ts';
import type { RouteTaken, StateProgress } from './run/progress.ts';
import { Run, type RunServices } from './run/run.ts';
import { TaskTokens } from './run/task-tokens.ts';
import { type CreatedStateMachine, type CreateStateMachine, StateMachines } from './state-machines.ts';
import { StepFunctionsError } from './step-functions-error.ts';

/** The name of a closed execution may be used again after 90 days (apireference/API_StartExecution). */
const NAME_RESERVED_MS = 90 * 24 * 3600 * 1000;

/** A request to start an execution. */
export interface StartExecution {
  readonly stateMachineArn: string;
  /** A UUID is generated where the name is absent. */
  readonly name?: string;
  /** JSON text; `{}` by default. */
  readonly input?: string;
  /** The caller as recorded on the execution. */
  readonly startedBy?: string;
}

/** Behaviour on which AWS's documentation and recordings differ. */
export interface EngineOptions {
  /**
   * Whether `States.ALL` catches `States.DataLimitExceeded`. The documentation says no, which is the worse case and the
   * default; recordings of 2024 show that it does.
   */
  readonly dataLimitCaught?: boolean;
}

/**
 * Plays AWS Step Functions: Standard workflows in JSONata, in virtual time, with their history, quotas, task tokens, nested
 * executions, Distributed Maps and redrive.
 *
 * Requests are answered at once; the work they start runs after the calling code has finished. Dates are ms since the epoch.
 * Requests are refused with {@link StepFunctionsError}.
 */
export class Engine {
  readonly #host: EngineHost;
  readonly #limits: Limits;
  readonly #options: EngineOptions;
  readonly #random: SeededRandom;
  readonly #tokens: TaskTokens;
  readonly #services: RunServices;
  readonly #machines: StateMachines;
  readonly #executions: Execution[] = [];
  readonly #byArn = new Map<string, Execution>();
  readonly #runs = new Map<Execution, Run>();
  readonly #mapRuns = new Map<string, MapRun>();
  readonly #statusChanges = new Listeners<ExecutionDescription>();
  readonly #entries = new Listeners<StateProgress>();
  readonly #exits = new Listeners<StateProgress>();
  readonly #routes = new Listeners<RouteTaken>();

  constructor(host: EngineHost, limits: Partial<Limits> = {}, options: EngineOptions = {}) {
    this.#host = host;
    this.#options = options;
    this.#limits = { ...AWS_LIMITS, ...limits };
    this.#machines = new StateMachines(this.#limits);
    this.#random = host.random.fork('step-functions');
    this.#tokens = new TaskTokens(this.#random.fork('task-tokens'), this.#limits.payloadBytes);
    this.#services = this.#runServices();
  }

  /**
   * Checks and keeps a machine; a repeated request changes nothing. Throws `InvalidDefinition` with every problem,
   * `InvalidName`, `StateMachineAlreadyExists`.
   */
  createStateMachine(machine: CreateStateMachine): { stateMachineArn: string } {
    this.#machines.create(machine);
    return { stateMachineArn: machine.arn };
  }

  /** Replaces definition or role; running executions keep those they started with. */
  updateStateMachine(update: { arn: string; definition?: object | string; roleArn?: string }): void {
    this.#machines.update(update.arn, update);
  }

  /** Throws `StateMachineDoesNotExist`. */
  describeStateMachine(arn: string): CreatedStateMachine {
    return this.#machines.get(arn);
  }

  /**
   * Starts an execution. If an execution of the same name and input is still running, that execution is returned; a name
   * used otherwise in the last 90 days is refused with `ExecutionAlreadyExists`.
   */
  startExecution(request: StartExecution): { executionArn: string; startDate: number } {
    const { stateMachineArn, name, input, startedBy } = request;
    const execution = this.#start(
      stateMachineArn,
      name,
      input ?? '{}',
      startedBy === undefined ? {} : { startedBy },
    );
    return { executionArn: execution.arn, startDate: execution.startDate };
  }

  /** Aborts an execution without Retry or Catch. An execution that has ended stays unchanged. */
  stopExecution(executionArn: string, error?: string, cause?: string): { stopDate: number } {
    const execution = this.execution(executionArn);
    this.#stop(execution, error, cause);
    return { stopDate: execution.stopDate as number };
  }

  /**
   * Resumes an execution that failed, timed out or was aborted, from the state it ended in, with the same definition and
   * input. Throws `ExecutionNotRedrivable`.
   */
  redriveExecution(executionArn: string): { redriveDate: number } {
    const execution = this.execution(executionArn);
    const reason = execution.notRedrivableReason(this.#host.clock.now());
    if (reason !== undefined) throw new StepFunctionsError('ExecutionNotRedrivable', reason);
    this.#redrive(execution);
    return { redriveDate: execution.redriveDate as number };
  }

  describeExecution(executionArn: string): ExecutionDescription {
    return describe(this.execution(executionArn), this.#host.clock.now());
  }

  /** Executions of a machine or of a Map Run, newest first. */
  listExecutions(filter: {
    stateMachineArn?: string;
    mapRunArn?: string;
    statusFilter?: ExecutionStatus;
  }): ExecutionDescription[] {
    if (filter.stateMachineArn !== undefined) this.#machines.get(filter.stateMachineArn);
    return this.#executions
      .filter(
        (execution) =>
          execution.mapRun?.arn === filter.mapRunArn &&
          (filter.stateMachineArn === undefined || execution.stateMachine.arn === filter.stateMachineArn) &&
          (filter.statusFilter === undefined || execution.status === filter.statusFilter),
      )
      .map((execution) => describe(execution, this.#host.clock.now()))
      .reverse();
  }

  getExecutionHistory(executionArn: string): readonly HistoryEvent[] {
    return this.execution(executionArn).history;
  }

  /** `output` is JSON text. Throws `InvalidToken`, `TaskDoesNotExist`, `TaskTimedOut`, `InvalidOutput`. */
  sendTaskSuccess(taskToken: string, output: string): void {
    this.#tokens.succeed(taskToken, output);
  }

  /** Throws `InvalidToken`, `TaskDoesNotExist`, `TaskTimedOut`. */
  sendTaskFailure(taskToken: string, error?: string, cause?: string): void {
    this.#tokens.fail(taskToken, error, cause);
  }

  /** Throws `InvalidToken`, `TaskDoesNotExist`, `TaskTimedOut`. */
  sendTaskHeartbeat(taskToken: string): void {
    this.#tokens.heartbeat(taskToken);
  }

  /** All executions, children of Distributed Maps included, in the order they started. */
  executions(): readonly Execution[] {
    return this.#executions;
  }

  /** The execution with an ARN. Throws `ExecutionDoesNotExist`. */
  execution(executionArn: string): Execution {
    const execution = this.#byArn.get(executionArn);
    if (execution !== undefined) return execution;
    throw new StepFunctionsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`);
  }

  /** The Map Runs of an execution, or all, in the order they started. */
  mapRuns(executionArn?: string): MapRun[] {
    const all = [...this.#mapRuns.values()];
    return executionArn === undefined ? all : all.filter((mapRun) => mapRun.executionArn === executionArn);
  }

  /** Calls `listener` at every change of an execution's status, to RUNNING too, with all that an EventBridge event needs. */
  onStatusChange(listener: (change: ExecutionDescription) => void): void {
    this.#statusChanges.add(listener);
  }

  onStateEntered(listener: (progress: StateProgress) => void): void {
    this.#entries.add(listener);
  }

  onStateExited(listener: (progress: StateProgress) => void): void {
    this.#exits.add(listener);
  }

  /** Calls `listener` for every retrier, catcher, Choice rule and Default that is taken. */
  onRouteTaken(listener: (route: RouteTaken) => void): void {
    this.#routes.add(listener);
  }

  #start(machineArn: string, wanted: string | undefined, input: string, origin: ExecutionOrigin): Execution {
    const stateMachine = this.#machines.get(machineArn);
    if (wanted !== undefined) checkName(wanted);
    const payload = readExecutionInput(input, this.#limits.payloadBytes);
    const name = wanted ?? this.#random.uuid();
    const arn = `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    const earlier = this.#byArn.get(arn);
    if (earlier !== undefined) {
      if (earlier.status === 'RUNNING' && earlier.input === payload.text) return earlier;
      const free = (earlier.stopDate ?? Number.POSITIVE_INFINITY) + NAME_RESERVED_MS;
      if (this.#host.clock.now() < free) {
        throw new StepFunctionsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
      }
    }
    return this.#launch({ arn, name, stateMachine }, payload, origin);
  }

  #startMapItem(parent: Execution, label: string, frame: Frame, input: Payload, mapRun: MapRun): Execution {
    const { stateMachine } = parent;
    const { processor } = frame.graph.states.get(frame.state) as MapState;
    const name = this.#random.uuid();
    const child: StateMachine = {
      ...stateMachine,
      arn: mapRun.stateMachineArn,
      name: `${stateMachine.name}/${label}`,
      machine: { graph: processor as Graph, timeoutSeconds: undefined },
    };
    const arn = `${child.arn.replace(':stateMachine:', ':execution:')}:${name}`;
    return this.#launch({ arn, name, stateMachine: child }, input, { parent: parent.arn, mapRun });
  }

  #launch(
    identity: { arn: string; name: string; stateMachine: StateMachine },
    input: Payload,
    origin: ExecutionOrigin,
  ): Execution {
    const now = this.#host.clock.now();
    const execution = new Execution(identity, input, now, this.#limits.historyEvents, origin);
    this.#executions.push(execution);
    this.#byArn.set(execution.arn, execution);
    execution.eventHistory.add(now, 'ExecutionStarted', 0, {
      input: input.text,
      inputDetails: { truncated: false },
      roleArn: identity.stateMachine.roleArn,
    });
    this.#run(execution, false);
    return execution;
  }

  #redrive(execution: Execution): void {
    const now = this.#host.clock.now();
    execution.status = 'RUNNING';
    execution.stopDate = undefined;
    execution.error = undefined;
    execution.cause = undefined;
    execution.redriveCount += 1;
    execution.redriveDate = now;
    execution.stateTransitions += 1;
    const { root, redriveCount } = execution;
    // nothing was entered yet: there is no state to resume
    const resuming = root.enteredEvent !== 0;
    root.lastEvent = execution.eventHistory.add(now, 'ExecutionRedriven', 0, { redriveCount });
    this.#run(execution, resuming);
  }

  #run(execution: Execution, resuming: boolean): void {
    const run = new Run(execution, this.#services);
    this.#runs.set(execution, run);
    execution.onEnded.add(() => this.#runs.delete(execution));
    run.begin(resuming);
  }

  #stop(execution: Execution, error?: string, cause?: string): void {
    this.#runs.get(execution)?.end('ABORTED', error, cause);
  }

  #runServices(): RunServices {
    const options = this.#options;
    return {
      clock: this.#host.clock,
      random: this.#random,
      limits: this.#limits,
      get dataLimitCaught() {
        return options.dataLimitCaught ?? false;
      },
      host: this.#host,
      tokens: this.#tokens,
      start: (...request) => this.#start(...request),
      startMapItem: (...request) => this.#startMapItem(...request),
      stop: (...request) => this.#stop(...request),
      redrive: (execution) => this.#redrive(execution),
      mapRunStarted: (mapRun) => void this.#mapRuns.set(mapRun.arn, mapRun),
      statusChanged: (execution) =>
        this.#statusChanges.tell(() => describe(execution, this.#host.clock.now())),
      stateEntered: (progress) => this.#entries.tell(progress),
      stateExited: (progress) => this.#exits.tell(progress),
      routeTaken: (route) => this.#routes.tell(route),
    };
  }
}
