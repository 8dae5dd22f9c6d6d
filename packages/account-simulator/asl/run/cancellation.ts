/** Thrown by work that continues after its cancellation; never seen outside the engine. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/**
 * A part of an execution that can be cancelled as a whole: the execution, or the branches of a Parallel or Map.
 *
 * Cancelling is final and reaches every part inside.
 */
export class Cancellation {
  readonly #listeners = new Set<() => void>();
  readonly #detach: (() => void) | undefined;
  #cancelled = false;

  constructor(outer?: Cancellation) {
    this.#detach = outer?.onCancel(() => this.cancel());
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    // over a copy: a listener may remove another, and both must be called
    for (const listener of [...this.#listeners]) listener();
    this.#listeners.clear();
  }

  /** Detaches from the outer part, once everything inside has ended. */
  close(): void {
    this.#detach?.();
  }

  /** Throws {@link Cancelled} once cancelled. */
  check(): void {
    if (this.#cancelled) throw new Cancelled();
  }

  /**
   * Calls `listener` on cancellation (at once if already cancelled).
   *
   * @returns removes the listener
   */
  onCancel(listener: () => void): () => void {
    if (this.#cancelled) {
      listener();
      return () => {};
    }
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
