import type { Payload } from '../payload.ts';
import type { Execution, ExecutionStatus } from './execution.ts';

/** Items of a Map Run by the state of their child executions. */
export interface MapRunCounts {
  readonly total: number;
  readonly pending: number;
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly timedOut: number;
  readonly aborted: number;
}

/** The set of child executions that a Distributed Map started (AWS: apireference/API_DescribeMapRun). */
export class MapRun {
  readonly arn: string;
  /** The execution that contains the Distributed Map. */
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly maxConcurrency: number;
  /** Undefined where the definition sets none. */
  readonly toleratedFailureCount: number | undefined;
  readonly toleratedFailurePercentage: number | undefined;
  /** Ms since the epoch. */
  readonly startDate: number;
  stopDate: number | undefined;
  status: Exclude<ExecutionStatus, 'TIMED_OUT'> = 'RUNNING';
  redriveCount = 0;
  readonly #items: MapItems;

  constructor(
    settings: Pick<
      MapRun,
      | 'arn'
      | 'executionArn'
      | 'stateMachineArn'
      | 'maxConcurrency'
      | 'toleratedFailureCount'
      | 'toleratedFailurePercentage'
      | 'startDate'
    >,
    items: MapItems,
  ) {
    this.arn = settings.arn;
    this.executionArn = settings.executionArn;
    this.stateMachineArn = settings.stateMachineArn;
    this.maxConcurrency = settings.maxConcurrency;
    this.toleratedFailureCount = settings.toleratedFailureCount;
    this.toleratedFailurePercentage = settings.toleratedFailurePercentage;
    this.startDate = settings.startDate;
    this.#items = items;
  }

  get itemCounts(): MapRunCounts {
    const { children, inputs = [] } = this.#items;
    const count = (status: ExecutionStatus) => children.filter((child) => child?.status === status).length;
    return {
      total: inputs.length,
      pending: inputs.length - children.filter((child) => child !== undefined).length,
      running: count('RUNNING'),
      succeeded: count('SUCCEEDED'),
      failed: count('FAILED'),
      timedOut: count('TIMED_OUT'),
      aborted: count('ABORTED'),
    };
  }

  /** Whether `failures` are more than the definition tolerates (…/dg/state-map-distributed, "failure thresholds"). */
  exceeds(failures: number): boolean {
    const { toleratedFailureCount: count, toleratedFailurePercentage: percentage } = this;
    if (count === undefined && percentage === undefined) return failures > 0;
    const total = this.#items.inputs?.length ?? 0;
    return (
      (count !== undefined && failures > count) ||
      (percentage !== undefined && (failures / total) * 100 > percentage)
    );
  }
}

/** The items of a Distributed Map with their child executions, by index. */
export interface MapItems {
  /** Undefined until the ItemReader has read them. */
  inputs: readonly unknown[] | undefined;
  /** The source of the items, as the context object's `Map.Item.Source` names it. */
  source: string;
  /** Inputs of the children that ItemSelector has made so far. */
  readonly selected: (Payload | undefined)[];
  readonly children: (Execution | undefined)[];
}

/** The items with the Map Run that processes them. */
export interface DistributedItems extends MapItems {
  readonly mapRun: MapRun;
}
