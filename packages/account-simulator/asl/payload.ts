/**
 * A JSON value on its way between states, with its text and size, each made at most once.
 *
 * Values are shared between states and never changed in place.
 */
export class Payload {
  readonly value: unknown;
  #text: string | undefined;
  #bytes: number | undefined;

  constructor(value: unknown, text?: string) {
    this.value = value;
    this.#text = text;
  }

  /** Reads JSON text. Throws SyntaxError where it is not JSON. */
  static parse(text: string): Payload {
    return new Payload(JSON.parse(text), text);
  }

  /** Copies a value from outside through JSON; undefined becomes null. */
  static received(value: unknown): Payload {
    return Payload.parse(JSON.stringify(value ?? null) ?? 'null');
  }

  get text(): string {
    this.#text ??= JSON.stringify(this.value);
    return this.#text;
  }

  /** Size as AWS counts it: bytes of UTF-8 JSON. */
  get bytes(): number {
    this.#bytes ??= Buffer.byteLength(this.text);
    return this.#bytes;
  }

  /** A copy that the caller may change. */
  copy(): unknown {
    return JSON.parse(this.text);
  }
}
