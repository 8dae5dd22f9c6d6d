/** Members of `$states` that only some fields see. */
export interface StatesExtras {
  readonly result?: unknown;
  readonly errorOutput?: unknown;
}

/**
 * The reserved variable `$states` of one state (AWS: step-functions/latest/dg/transforming-data).
 *
 * The context object is made when an expression first reads it: most expressions never do.
 */
export class StatesVariable {
  readonly #input: unknown;
  readonly #context: () => unknown;
  readonly #extras: StatesExtras;
  #value: object | undefined;

  constructor(input: unknown, context: () => unknown, extras: StatesExtras = {}) {
    this.#input = input;
    this.#context = context;
    this.#extras = extras;
  }

  /** The variable with further members. */
  with(extras: StatesExtras): StatesVariable {
    return new StatesVariable(this.#input, this.#context, extras);
  }

  /** The value of `$states` for expressions. */
  get value(): object {
    if (this.#value === undefined) {
      const make = this.#context;
      let context: unknown;
      this.#value = {
        ...this.#extras,
        input: this.#input,
        get context() {
          context ??= make();
          return context;
        },
      };
    }
    return this.#value;
  }
}
