import { install } from '@sinonjs/fake-timers';
import { virtualDate } from './virtual-date.ts';

const flushMacrotask = setImmediate;

/** A callback that waits for its moment; hand it to {@link VirtualClock.cancel} to drop it. */
export interface Timer {
  id: unknown;
}

/** The longest delay that a timer of the platform accepts, about 24.8 days; a longer one would fire at once. */
const longestDelay = 2 ** 31 - 1;

/**
 * The only time inside a rehearsal.
 *
 * While installed, `Date` and the timers of this process belong to the clock, so that SDK clients, handlers and the
 * simulated account all live in virtual time. Time stands still while code runs and jumps to the next timer when no work is
 * pending: hours pass in seconds, and the same inputs give the same order of events.
 *
 * `setImmediate`, `process.nextTick` and microtasks stay real. Work that needs more than those to finish (the in-process
 * DynamoDB takes several turns of the event loop) is announced with {@link busy}, so that time never moves past it.
 */
export class VirtualClock {
  readonly startedAt: number;
  #timers: ReturnType<typeof install>;
  #platformDate: DateConstructor;
  #busy = 0;

  private constructor(startedAt: number) {
    this.startedAt = startedAt;
    this.#timers = install({
      now: startedAt,
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
      loopLimit: Number.MAX_SAFE_INTEGER,
    });
    this.#platformDate = globalThis.Date;
    globalThis.Date = virtualDate(() => this.#timers.now);
  }

  /** Takes over the process's time from `start` (ISO 8601 or ms since the epoch) until {@link uninstall}. */
  static install(start: string | number): VirtualClock {
    return new VirtualClock(typeof start === 'number' ? start : Date.parse(start));
  }

  /** Gives the process its real time back. */
  uninstall(): void {
    globalThis.Date = this.#platformDate;
    this.#timers.uninstall();
  }

  /** Virtual time, in ms since the epoch. */
  now(): number {
    return this.#timers.now;
  }

  /** Virtual time since the start, in ms. */
  elapsed(): number {
    return this.now() - this.startedAt;
  }

  /** Runs `callback` `ms` from now (0 = as soon as the running code has finished). */
  after(ms: number, callback: () => void): Timer {
    const timer: Timer = { id: undefined };
    const due = this.now() + Math.max(0, ms);
    const wait = () => {
      const left = due - this.now();
      timer.id =
        left <= longestDelay
          ? this.#timers.setTimeout(callback, left)
          : this.#timers.setTimeout(wait, longestDelay);
    };
    wait();
    return timer;
  }

  /** Runs `callback` at `time` (ms since the epoch), or now if that time has passed. */
  at(time: number, callback: () => void): Timer {
    return this.after(time - this.now(), callback);
  }

  cancel(timer: Timer): void {
    this.#timers.clearTimeout(timer.id as number);
  }

  /** Resolves `ms` of virtual time from now. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  /** Holds time still until `work` settles, for work that needs more than microtasks to finish. */
  async busy<T>(work: Promise<T>): Promise<T> {
    this.#busy += 1;
    try {
      return await work;
    } finally {
      this.#busy -= 1;
    }
  }

  /**
   * Lets time pass until `done()` holds (checked whenever no work is pending), no timer is left, or `deadline` (ms since the
   * epoch) is reached.
   *
   * @returns the reason it stopped
   */
  async run(done: () => boolean, deadline = Number.POSITIVE_INFINITY): Promise<'done' | 'idle' | 'deadline'> {
    let late = false;
    const end = Number.isFinite(deadline)
      ? this.at(deadline, () => {
          late = true;
        })
      : undefined;
    try {
      for (;;) {
        await this.#quiet();
        if (done()) return 'done';
        if (late) return 'deadline';
        if (this.#timers.countTimers() === (end ? 1 : 0)) return 'idle';
        this.#timers.next();
      }
    } finally {
      if (end) this.cancel(end);
    }
  }

  async #quiet(): Promise<void> {
    do {
      await new Promise<void>((resolve) => flushMacrotask(resolve));
    } while (this.#busy > 0);
  }
}
