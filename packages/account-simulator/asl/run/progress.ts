import type { StateType } from '../machine.ts';

/** A state that an execution entered or left. */
export interface StateProgress {
  readonly executionArn: string;
  /** Name of the machine the definition belongs to. */
  readonly machine: string;
  /** Unique within the machine. */
  readonly state: string;
  readonly type: StateType;
  /** Ms since the epoch. */
  readonly time: number;
}

/** A retrier, catcher or Choice rule that was taken, by its place in the definition. */
export interface RouteTaken extends StateProgress {
  /** A Choice without a matching rule takes `default`, with index 0. */
  readonly route: 'retry' | 'catch' | 'choice' | 'default';
  readonly index: number;
  /** The error that was retried or caught. */
  readonly error: string | undefined;
}
