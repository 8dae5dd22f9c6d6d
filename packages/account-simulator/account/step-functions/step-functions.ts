import type {
  DescribeExecutionInput,
  DescribeMapRunInput,
  DescribeStateMachineInput,
  GetExecutionHistoryInput,
  ListExecutionsInput,
  ListMapRunsInput,
  ListStateMachinesInput,
  RedriveExecutionInput,
  SendTaskFailureInput,
  SendTaskHeartbeatInput,
  SendTaskSuccessInput,
  StartExecutionInput,
  StopExecutionInput,
} from '@aws-sdk/client-sfn';
import type { Engine } from '../../asl/engine.ts';
import type { MapRun } from '../../asl/run/map-run.ts';
import { StepFunctionsError } from '../../asl/step-functions-error.ts';
import { AwsError, type CallContext, type Operations, type SimulatedService } from '../service.ts';
import { describeShape, historyShape, listShape } from './execution-shapes.ts';
import { MachineVersions } from './machine-versions.ts';
import { page } from './page.ts';

/** The settings of a state machine. */
export interface StateMachineSettings {
  readonly name: string;
  readonly arn: string;
  readonly definition: object;
  readonly roleArn: string;
}

interface StoredMachine extends StateMachineSettings {
  readonly creationDate: Date;
}

/**
 * The Step Functions API over the engine that runs the machines. Standard workflows only; machines are created by the stack,
 * not by clients.
 *
 * Source: AWS Step Functions API Reference, the page of each operation.
 */
export class StepFunctions implements SimulatedService {
  readonly operations: Operations;
  /** The teams' state machines, with versions and aliases. */
  readonly versions = new MachineVersions();
  readonly #engine: Engine;
  readonly #now: () => number;
  readonly #machines = new Map<string, StoredMachine>();

  constructor({ engine, now }: { readonly engine: Engine; readonly now: () => number }) {
    this.#engine = engine;
    this.#now = now;
    this.operations = refusing({
      ...this.versions.operations,
      StartExecution: (input: StartExecutionInput, { caller }: CallContext) => {
        const { stateMachineArn, name, input: payload } = input;
        const started = engine.startExecution({
          stateMachineArn: required(stateMachineArn, 'stateMachineArn'),
          startedBy: caller.principal,
          ...(name === undefined ? {} : { name }),
          ...(payload === undefined ? {} : { input: payload }),
        });
        return { executionArn: started.executionArn, startDate: new Date(started.startDate) };
      },
      DescribeExecution: ({ executionArn }: DescribeExecutionInput) =>
        describeShape(engine.describeExecution(required(executionArn, 'executionArn'))),
      StopExecution: ({ executionArn, error, cause }: StopExecutionInput) => ({
        stopDate: new Date(
          engine.stopExecution(required(executionArn, 'executionArn'), error, cause).stopDate,
        ),
      }),
      RedriveExecution: ({ executionArn }: RedriveExecutionInput) => ({
        redriveDate: new Date(engine.redriveExecution(required(executionArn, 'executionArn')).redriveDate),
      }),
      ListExecutions: (input: ListExecutionsInput) => this.#listExecutions(input),
      GetExecutionHistory: (input: GetExecutionHistoryInput) => this.#history(input),
      SendTaskSuccess: ({ taskToken, output }: SendTaskSuccessInput) => {
        engine.sendTaskSuccess(required(taskToken, 'taskToken'), required(output, 'output'));
        return {};
      },
      SendTaskFailure: ({ taskToken, error, cause }: SendTaskFailureInput) => {
        engine.sendTaskFailure(required(taskToken, 'taskToken'), error, cause);
        return {};
      },
      SendTaskHeartbeat: ({ taskToken }: SendTaskHeartbeatInput) => {
        engine.sendTaskHeartbeat(required(taskToken, 'taskToken'));
        return {};
      },
      DescribeStateMachine: ({ stateMachineArn }: DescribeStateMachineInput) => {
        const versioned = this.versions.describe(stateMachineArn ?? '');
        if (versioned) return versioned;
        const { name, arn, definition, roleArn, creationDate } = this.#machine(stateMachineArn);
        const constant = { type: 'STANDARD', status: 'ACTIVE' } as const;
        const text = JSON.stringify(definition);
        return { name, stateMachineArn: arn, definition: text, roleArn, creationDate, ...constant };
      },
      ListStateMachines: ({ maxResults, nextToken }: ListStateMachinesInput) => {
        const { items, next } = page([...this.#machines.values()], maxResults, nextToken);
        return {
          stateMachines: items.map(({ name, arn, creationDate }) => ({
            name,
            stateMachineArn: arn,
            type: 'STANDARD' as const,
            creationDate,
          })),
          ...next,
        };
      },
      DescribeMapRun: ({ mapRunArn }: DescribeMapRunInput) => mapRunShape(this.#mapRun(mapRunArn)),
      ListMapRuns: ({ executionArn, maxResults, nextToken }: ListMapRunsInput) => {
        const { items, next } = page(
          engine.mapRuns(required(executionArn, 'executionArn')),
          maxResults,
          nextToken,
        );
        return {
          mapRuns: items.map(({ arn, executionArn: parent, stateMachineArn, startDate, stopDate }) => ({
            mapRunArn: arn,
            executionArn: parent,
            stateMachineArn,
            startDate: new Date(startDate),
            ...(stopDate === undefined ? {} : { stopDate: new Date(stopDate) }),
          })),
          ...next,
        };
      },
    });
  }

  /** Creates a machine; throws `StepFunctionsError` `InvalidDefinition` for a definition that AWS would refuse. */
  createStateMachine(settings: StateMachineSettings): void {
    this.#engine.createStateMachine(settings);
    this.#machines.set(settings.arn, { ...settings, creationDate: new Date(this.#now()) });
  }

  #listExecutions(input: ListExecutionsInput) {
    const { stateMachineArn, mapRunArn, statusFilter, maxResults, nextToken, redriveFilter } = input;
    if ((stateMachineArn === undefined) === (mapRunArn === undefined)) {
      throw new AwsError(
        'ValidationException',
        'Exactly one of stateMachineArn and mapRunArn must be given.',
      );
    }
    if (statusFilter === 'PENDING_REDRIVE') return { executions: [] };
    const all = this.#engine.listExecutions({
      ...(stateMachineArn === undefined ? {} : { stateMachineArn }),
      ...(mapRunArn === undefined ? {} : { mapRunArn }),
      ...(statusFilter === undefined ? {} : { statusFilter }),
    });
    const wanted =
      redriveFilter === undefined
        ? all
        : all.filter(({ redriveCount }) => redriveCount > 0 === (redriveFilter === 'REDRIVEN'));
    const { items, next } = page(wanted, maxResults, nextToken);
    return { executions: items.map(listShape), ...next };
  }

  #history(input: GetExecutionHistoryInput) {
    const { executionArn, maxResults, nextToken, reverseOrder, includeExecutionData = true } = input;
    const events = this.#engine.getExecutionHistory(required(executionArn, 'executionArn'));
    const { items, next } = page(reverseOrder ? [...events].reverse() : events, maxResults, nextToken);
    return { events: items.map((event) => historyShape(event, includeExecutionData)), ...next };
  }

  #machine(arn: string | undefined): StoredMachine {
    const machine = this.#machines.get(required(arn, 'stateMachineArn'));
    if (machine) return machine;
    throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  }

  #mapRun(arn: string | undefined): MapRun {
    const mapRun = this.#engine.mapRuns().find((one) => one.arn === required(arn, 'mapRunArn'));
    if (mapRun) return mapRun;
    throw new AwsError('ResourceNotFound', `Resource not found: '${arn}'`);
  }
}

function mapRunShape(mapRun: MapRun) {
  const { itemCounts, stopDate } = mapRun;
  // Batching is not simulated: an item is an execution, and each result is written once its child has ended.
  const counts = { ...itemCounts, resultsWritten: 0, failuresNotRedrivable: 0, pendingRedrive: 0 };
  return {
    mapRunArn: mapRun.arn,
    executionArn: mapRun.executionArn,
    status: mapRun.status,
    startDate: new Date(mapRun.startDate),
    ...(stopDate === undefined ? {} : { stopDate: new Date(stopDate) }),
    maxConcurrency: mapRun.maxConcurrency,
    toleratedFailureCount: mapRun.toleratedFailureCount ?? 0,
    toleratedFailurePercentage: mapRun.toleratedFailurePercentage ?? 0,
    itemCounts: counts,
    executionCounts: counts,
    redriveCount: mapRun.redriveCount,
  };
}

function required<T>(value: T | undefined, member: string): T {
  if (value !== undefined && value !== '') return value;
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must not be null`,
  );
}

// biome-ignore lint/suspicious/noExplicitAny: inputs of every operation pass here.
type Operation = (input: any, call: CallContext) => object | undefined;

/** Turns the engine's refusals into refusals of the API. */
function refusing(operations: Readonly<Record<string, Operation>>): Operations {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      name,
      (input: never, call: CallContext) => {
        try {
          return operation(input, call);
        } catch (error) {
          throw error instanceof StepFunctionsError ? new AwsError(error.name, error.message) : error;
        }
      },
    ]),
  );
}
