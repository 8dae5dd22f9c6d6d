import type { Environment, Expression } from './expression.ts';

/**
 * A field that holds JSON with `{% %}` expressions anywhere inside. Parts without expressions are kept as they
 * are and never evaluated again.
 */
export interface Template {
  /** Whether there is nothing to evaluate. */
  readonly constant: boolean;
  /** Names of the template's members where it is an object with expressions in it. */
  readonly members?: readonly string[];
  /** Every expression inside, in written order. */
  readonly expressions: readonly Expression[];
  /** The JSON value. Throws `EvaluationError`. */
  evaluate(environment: Environment): unknown | Promise<unknown>;
}

/** The expression in a string, or the problem with a string that is only half an expression; undefined for plain text. */
export function expressionSource(text: string): { source: string } | { problem: string } | undefined {
  const opened = text.startsWith('{%');
  const closed = text.endsWith('%}');
  if (opened && closed && text.length >= 4) return { source: text.slice(2, -2).trim() };
  if (opened)
    return { problem: 'the expression opened with {% is not closed with %} at the end of the string' };
  if (closed)
    return { problem: 'the expression closed with %} is not opened with {% at the start of the string' };
  return undefined;
}

/** A template without expressions. */
export function constant(value: unknown): Template {
  return { constant: true, expressions: [], evaluate: () => value };
}

/** A template that is a single expression. */
export function single(expression: Expression): Template {
  return {
    constant: false,
    expressions: [expression],
    evaluate: (environment) => expression.evaluate(environment),
  };
}

/** A template of an array with expressions in it. */
export function list(items: readonly Template[]): Template {
  return {
    constant: false,
    expressions: items.flatMap((item) => item.expressions),
    async evaluate(environment) {
      const values: unknown[] = [];
      for (const item of items) {
        values.push(item.constant ? item.evaluate(environment) : await item.evaluate(environment));
      }
      return values;
    },
  };
}

/** A template of an object with expressions in it. */
export function record(members: readonly (readonly [string, Template])[]): Template {
  return {
    constant: false,
    members: members.map(([name]) => name),
    expressions: members.flatMap(([, member]) => member.expressions),
    async evaluate(environment) {
      const values: Record<string, unknown> = {};
      for (const [name, member] of members) {
        values[name] = member.constant ? member.evaluate(environment) : await member.evaluate(environment);
      }
      return values;
    },
  };
}
