import { type Cancellation, Cancelled } from './cancellation.ts';

/**
 * The first of several outcomes of a piece of work: a result, an error, a timer, a cancellation. Later outcomes are ignored,
 * and the cleanups run.
 */
export class FirstOutcome<T> {
  readonly promise: Promise<T>;
  #resolve!: (value: T) => void;
  #reject!: (error: unknown) => void;
  #settled = false;
  readonly #cleanups: (() => void)[] = [];

  constructor(cancellation: Cancellation) {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // a cancellation before anyone waits must not leave an unhandled rejection
    this.promise.catch(() => {});
    this.onSettled(cancellation.onCancel(() => this.reject(new Cancelled())));
  }

  get settled(): boolean {
    return this.#settled;
  }

  resolve(value: T): void {
    if (this.#settle()) this.#resolve(value);
  }

  reject(error: unknown): void {
    if (this.#settle()) this.#reject(error);
  }

  /** Runs `cleanup` when the work has ended (at once if it already has). */
  onSettled(cleanup: () => void): void {
    if (this.#settled) cleanup();
    else this.#cleanups.push(cleanup);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    for (const cleanup of this.#cleanups) cleanup();
    return true;
  }
}
