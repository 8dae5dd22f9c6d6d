/**
 * Waiting services, handed out level by level from the lowest.
 *
 * Providers are on lower levels than their consumers, so in a graph without cycles and lockstep groups every service comes
 * up once, after all its providers have settled. All services of a level come up together, so that their data is read in
 * parallel.
 */
export class LevelQueue {
  readonly #levelOf: (service: string) => number;
  readonly #levels = new Map<number, Set<string>>();
  #lowest = Number.POSITIVE_INFINITY;
  #highest = Number.NEGATIVE_INFINITY;

  constructor(levelOf: (service: string) => number) {
    this.#levelOf = levelOf;
  }

  /** Adds a service; a waiting service still comes up only once. */
  add(service: string): void {
    const level = this.#levelOf(service);
    const waiting = this.#levels.get(level);
    if (waiting) waiting.add(service);
    else this.#levels.set(level, new Set([service]));
    this.#lowest = Math.min(this.#lowest, level);
    this.#highest = Math.max(this.#highest, level);
  }

  /** Removes and returns all services of the lowest non-empty level, sorted; none if the queue is empty. */
  take(): string[] {
    for (; this.#lowest <= this.#highest; this.#lowest += 1) {
      const waiting = this.#levels.get(this.#lowest);
      if (!waiting) continue;
      this.#levels.delete(this.#lowest);
      return [...waiting].sort();
    }
    this.#lowest = Number.POSITIVE_INFINITY;
    this.#highest = Number.NEGATIVE_INFINITY;
    return [];
  }
}
