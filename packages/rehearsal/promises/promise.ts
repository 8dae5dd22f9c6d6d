import type { RunFacts } from './run-facts.ts';

/** A promise that was broken. */
export interface Violation {
  /** Name of the promise: `one-incident-per-service`. */
  readonly promise: string;
  /** When it was seen, ms since the epoch. */
  readonly at: number;
  /** What was seen, in a sentence with names and times. */
  readonly detail: string;
}

/** Reports that the promise is broken, and why; the same twice counts once. */
export type Broken = (detail: string) => void;

/** One promise of docs/promises.md as something that can be checked. */
export interface PromiseCheck {
  readonly promise: string;
  /**
   * Watches a run from its beginning.
   *
   * @returns what is left to check when the run is over, where something is
   */
  watch(facts: RunFacts, broken: Broken): (() => void) | undefined;
}
