/** Listeners for one kind of event, in the order they subscribed. */
export class Listeners<T> {
  readonly #listeners: ((event: T) => void)[] = [];

  add(listener: (event: T) => void): void {
    this.#listeners.push(listener);
  }

  /** Calls every listener; `event` is built only if there is a listener. */
  tell(event: () => T): void {
    if (this.#listeners.length === 0) return;
    const made = event();
    for (const listener of this.#listeners) listener(made);
  }
}
