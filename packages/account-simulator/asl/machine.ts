import type { Expression } from './expressions/expression.ts';
import type { Template } from './expressions/template.ts';

/** A checked definition, ready to run. */
export interface Machine {
  readonly graph: Graph;
  /** Seconds an execution may take. */
  readonly timeoutSeconds: number | undefined;
}

/** States that lead to each other: a machine, a branch of a Parallel, the processor of a Map. */
export interface Graph {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

/** An `Assign`: variable names and their values. */
export type Assign = readonly (readonly [string, Template])[];

/** A number in a field, or the expression that gives it. */
export type NumberField = number | Expression;

interface CommonState {
  readonly name: string;
  readonly assign: Assign | undefined;
  readonly output: Template | undefined;
  /** The state that follows; undefined ends the graph. */
  readonly next: string | undefined;
}

export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number;
  readonly fullJitter: boolean;
}

export interface Catcher {
  readonly errorEquals: readonly string[];
  readonly assign: Assign | undefined;
  readonly output: Template | undefined;
  readonly next: string;
}

interface HandledState extends CommonState {
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

export interface PassState extends CommonState {
  readonly type: 'Pass';
}

export interface SucceedState extends CommonState {
  readonly type: 'Succeed';
}

export interface FailState extends CommonState {
  readonly type: 'Fail';
  readonly error: string | Expression | undefined;
  readonly cause: string | Expression | undefined;
}

export interface WaitState extends CommonState {
  readonly type: 'Wait';
  readonly seconds: NumberField | undefined;
  /** Ms since the epoch, or the expression that gives the timestamp's text. */
  readonly timestamp: number | Expression | undefined;
}

export interface ChoiceRule {
  readonly condition: boolean | Expression;
  readonly assign: Assign | undefined;
  readonly output: Template | undefined;
  readonly next: string;
}

export interface ChoiceState extends CommonState {
  readonly type: 'Choice';
  readonly choices: readonly ChoiceRule[];
}

/** The resource that a Task calls. */
export interface TaskResource {
  /** The resource as passed to the host, without the pattern: `arn:aws:states:::lambda:invoke`. */
  readonly arn: string;
  /** `lambda`, `aws-sdk:codedeploy`, …, as in history events. */
  readonly resourceType: string;
  /** `invoke`, `startExecution.sync:2`, …, as in history events. */
  readonly resource: string;
  readonly pattern: 'request' | 'sync' | 'sync:2' | 'token';
}

export interface TaskState extends HandledState {
  readonly type: 'Task';
  readonly resource: TaskResource;
  readonly arguments: Template | undefined;
  readonly timeoutSeconds: NumberField | undefined;
  readonly heartbeatSeconds: NumberField | undefined;
}

export interface ParallelState extends HandledState {
  readonly type: 'Parallel';
  readonly arguments: Template | undefined;
  readonly branches: readonly Graph[];
}

/** The source of a Distributed Map's items. */
export interface ItemReader {
  readonly arguments: Template;
  readonly inputType: 'JSON' | 'JSONL';
  /** JSON Pointer to the array inside a JSON file. */
  readonly itemsPointer: string | undefined;
  readonly maxItems: NumberField | undefined;
}

export interface DistributedSettings {
  readonly label: string | undefined;
  readonly itemReader: ItemReader | undefined;
}

/** How many iterations of a Map may fail. */
export interface ToleratedFailures {
  readonly count: NumberField | undefined;
  /** From 0 to 100, fractions included. */
  readonly percentage: NumberField | undefined;
}

export interface MapState extends HandledState {
  readonly type: 'Map';
  readonly processor: Graph;
  readonly items: Template | undefined;
  readonly itemSelector: Template | undefined;
  readonly maxConcurrency: NumberField | undefined;
  readonly tolerated: ToleratedFailures;
  /** Undefined for an inline Map. */
  readonly distributed: DistributedSettings | undefined;
}

export type State =
  | PassState
  | SucceedState
  | FailState
  | WaitState
  | ChoiceState
  | TaskState
  | ParallelState
  | MapState;

export type StateType = State['type'];
