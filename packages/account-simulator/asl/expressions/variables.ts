import type { Payload } from '../payload.ts';

/**
 * The variables of one scope: a machine, a Parallel branch or a Map iteration. Outer variables can be read but not assigned
 * (AWS: step-functions/latest/dg/workflow-variables).
 */
export class Variables {
  readonly #outer: Variables | undefined;
  readonly #values = new Map<string, Payload>();
  #bytes = 0;

  constructor(outer?: Variables) {
    this.#outer = outer;
  }

  /** Bytes of this scope's own variables. */
  get bytes(): number {
    return this.#bytes;
  }

  get(name: string): unknown {
    const own = this.#values.get(name);
    return own === undefined ? this.#outer?.get(name) : own.value;
  }

  set(name: string, value: Payload): void {
    this.#bytes += value.bytes - (this.#values.get(name)?.bytes ?? 0);
    this.#values.set(name, value);
  }
}
