import type { RunFacts } from './run-facts.ts';

/** A broken promise. */
export interface Violation {
  /** Name of the promise: `one-incident-per-service`. */
  readonly promise: string;
  /** Time of detection, ms since the epoch. */
  readonly at: number;
  /** The observation, in a sentence with names and times. */
  readonly detail: string;
}

/** Reports that the promise is broken, with the reason; a repeated report counts once. */
export type Broken = (detail: string) => void;

/** The check of one promise of docs/promises.md. */
export interface PromiseCheck {
  readonly promise: string;
  /**
   * Watches a run from its beginning.
   *
   * @returns the checks for the end of the run, if any
   */
  watch(facts: RunFacts, broken: Broken): (() => void) | undefined;
}
