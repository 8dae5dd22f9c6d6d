import { Variables } from '../expressions/variables.ts';
import type { Graph } from '../machine.ts';
import type { Payload } from '../payload.ts';
import { Cancellation } from './cancellation.ts';
import type { DistributedItems } from './map-run.ts';

/**
 * The progress of one run through a graph: of the machine, a branch or an iteration. It outlives a failed execution, so that
 * a redrive can resume from it.
 */
export class Frame {
  readonly graph: Graph;
  readonly variables: Variables;
  /** Cancelled together with the execution or group that the frame belongs to; each attempt has a new one. */
  cancellation = new Cancellation();
  /** The current state and its input. */
  state: string;
  input: Payload;
  /** The time at which the current state was entered, ms since the epoch, and the id of the event that records it. */
  enteredAt = 0;
  enteredEvent = 0;
  /** The last event on this chain of states. */
  lastEvent: number;
  /** Retries taken in the current state, in all and by each retrier. */
  retryCount = 0;
  retries: number[] = [];
  /** Branches or iterations of the current state that have begun, by index. */
  children: (Frame | undefined)[] | undefined;
  /** Child executions of the current state, a Distributed Map. */
  distributed: DistributedItems | undefined;
  /** Set once the graph has ended. */
  output: Payload | undefined;

  constructor(graph: Graph, input: Payload, lastEvent: number, outer?: Variables) {
    this.graph = graph;
    this.state = graph.startAt;
    this.input = input;
    this.lastEvent = lastEvent;
    this.variables = new Variables(outer);
  }

  /**
   * Drops the progress of the current state, for another attempt or the next state.
   *
   * @returns bytes of the variables dropped with it
   */
  restart(): number {
    let bytes = 0;
    for (const child of this.children ?? []) {
      // a child that ended has given its variables back
      if (child !== undefined && child.output === undefined) bytes += child.variables.bytes + child.restart();
    }
    this.children = undefined;
    this.distributed = undefined;
    return bytes;
  }
}
