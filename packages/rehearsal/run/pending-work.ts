import type { VirtualClock } from 'account-simulator/clock/virtual-clock.ts';

/** What a scenario still has to do: a rehearsal is not over before all of it is done. */
export class PendingWork {
  readonly #clock: VirtualClock;
  #open = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** Whether nothing is left. @throws whatever a piece of work threw */
  get done(): boolean {
    if (this.#failure) throw this.#failure.error;
    return this.#open === 0;
  }

  /** Does `work` at `time` (ms since the epoch; a time that has passed means now). */
  at(time: number, work: () => void | Promise<void>): void {
    this.#open += 1;
    this.#clock.at(time, () => {
      // Of a defect in the rehearsal itself the run is told at the next look at `done`.
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
