import jsonata from 'jsonata';
import { type References, referencesOf } from '../check/expression-references.ts';
import { NotJson, plainJson } from './plain-json.ts';

/** The names that an expression can look up: `$states`, the variables and the functions. */
export interface Environment {
  /** The value of `$name`, or undefined if it has none. */
  lookup(name: string): unknown;
}

/** An expression without a usable value; the run turns the error into `States.QueryEvaluationError`. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
  /** The expression's field, relative to the state: `Arguments/Payload/id`, `Choices[0]/Condition`. */
  readonly location: string | undefined;

  constructor(message: string, location?: string) {
    super(message);
    this.location = location;
  }
}

/** A JSONata expression of a definition, parsed once. */
export class Expression {
  readonly source: string;
  readonly location: string;
  readonly references: References;
  readonly #compiled: jsonata.Expression;

  /** Throws an error with JSONata's message where `source` does not parse. */
  constructor(source: string, location: string) {
    this.source = source;
    this.location = location;
    this.#compiled = jsonata(source);
    this.references = referencesOf(this.#compiled.ast());
  }

  /** The syntax tree, as JSONata's parser makes it. */
  get ast(): jsonata.ExprNode {
    return this.#compiled.ast();
  }

  /** The plain JSON value. Throws {@link EvaluationError}, also where the value is undefined. */
  async evaluate(environment: Environment): Promise<unknown> {
    const bindings: Record<string, unknown> = {};
    for (const name of this.references.variables) {
      const value = environment.lookup(name);
      // an unset name must stay unbound, or it would hide a built-in function
      if (value !== undefined) bindings[name] = value;
    }
    let result: unknown;
    try {
      result = await this.#compiled.evaluate(undefined, bindings);
    } catch (error) {
      throw this.#error(`threw an error during evaluation. ${describe(error)}`);
    }
    if (result === undefined) throw this.#error('returned nothing (undefined).');
    try {
      return plainJson(result);
    } catch (error) {
      if (error instanceof NotJson) throw this.#error(`${error.message}.`);
      throw error;
    }
  }

  /** The error for a value that the expression's field does not accept. */
  unexpected(expected: string, value: unknown): EvaluationError {
    const got = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
    const text = JSON.stringify(value);
    return this.#error(
      `returned an unexpected result type. Expected '${expected}', but was '${got}' for value: ${text}`,
    );
  }

  #error(what: string): EvaluationError {
    // wording of AWS's own causes
    return new EvaluationError(
      `The JSONata expression '${this.source}' specified for the field '${this.location}' ${what}`,
      this.location,
    );
  }
}

/** JSONata throws plain objects with a code as well as errors. */
function describe(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { code, message } = error as { code?: string; message?: string };
  const text = message ?? JSON.stringify(error);
  return code === undefined ? text : `${code}: ${text}`;
}
