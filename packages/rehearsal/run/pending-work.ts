import type { VirtualClock } from 'account-simulator/clock/virtual-clock.ts';

/** Pending work of a scenario: a rehearsal is not over before all of it is done. */
export class PendingWork {
  readonly #clock: VirtualClock;
  #open = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** Whether nothing is left. @throws the error of a failed piece of work */
  get done(): boolean {
    if (this.#failure) throw this.#failure.error;
    return this.#open === 0;
  }

  /** Runs `work` at `time` (ms since the epoch), or now if that time has passed. */
  at(time: number, work: () => void | Promise<void>): void {
    this.#open += 1;
    this.#clock.at(time, () => {
      // The run learns of a defect in the rehearsal itself at the next read of `done`.
      Promise.resolve()
        .then(work)
        .catch((error: unknown) => {
          this.#failure ??= { error };
        })
        .finally(() => {
          this.#open -= 1;
        });
    });
  }
}
