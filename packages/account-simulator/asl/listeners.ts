/** Those who want to be told of one kind of event, in the order they asked. */
export class Listeners<T> {
  readonly #listeners: ((event: T) => void)[] = [];

  add(listener: (event: T) => void): void {
    this.#listeners.push(listener);
  }

  /** Tells everyone; `event` is made only if there is someone. */
  tell(event: () => T): void {
    if (this.#listeners.length === 0) return;
    const made = event();
    for (const listener of this.#listeners) listener(made);
  }
}
