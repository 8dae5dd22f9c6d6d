import type { Timer, VirtualClock } from '../../clock/virtual-clock.ts';
import type { AlarmKind, AlarmScriptStep } from './alarm.ts';

/** Plays the scripts that decide alarms' states in place of their metrics. */
export class AlarmScripts {
  readonly #clock: Pick<VirtualClock, 'now' | 'at' | 'cancel'>;
  readonly #apply: (name: string, step: AlarmScriptStep, wasBefore: boolean) => void;
  readonly #kinds = new Map<string, AlarmKind>();
  readonly #timers = new Set<Timer>();

  /** @param apply applies a step; `wasBefore` is true if the step's time had passed when the script was given */
  constructor(
    clock: Pick<VirtualClock, 'now' | 'at' | 'cancel'>,
    apply: (name: string, step: AlarmScriptStep, wasBefore: boolean) => void,
  ) {
    this.#clock = clock;
    this.#apply = apply;
  }

  /** Whether an alarm has a script. */
  has(name: string): boolean {
    return this.#kinds.has(name);
  }

  /** The kind of an alarm that its script creates. */
  kind(name: string): AlarmKind {
    return this.#kinds.get(name) ?? 'metric';
  }

  /** Applies the steps whose time has passed and puts the others on the clock. */
  play(name: string, steps: readonly AlarmScriptStep[], kind: AlarmKind): void {
    this.#kinds.set(name, kind);
    const now = this.#clock.now();
    for (const step of [...steps].sort((a, b) => a.at - b.at)) {
      if (step.at <= now) {
        this.#apply(name, step, true);
        continue;
      }
      const timer = this.#clock.at(step.at, () => {
        this.#timers.delete(timer);
        this.#apply(name, step, false);
      });
      this.#timers.add(timer);
    }
  }

  /** Takes the future steps off the clock. */
  stop(): void {
    for (const timer of this.#timers) this.#clock.cancel(timer);
    this.#timers.clear();
  }
}
