import { Expression } from '../expressions/expression.ts';
import { constant, expressionSource, list, record, single, type Template } from '../expressions/template.ts';
import type { NumberField } from '../machine.ts';
import { REFUSED_FIELDS } from './field-rules.ts';

/** A fault in a definition. */
export interface Problem {
  /** The place, as AWS writes it: `/States/Wait/Seconds`. */
  readonly path: string;
  readonly message: string;
}

/** Members of `$states` that exist besides `input` and `context`. */
export type StatesMember = 'result' | 'errorOutput';

export type Fields = Readonly<Record<string, unknown>>;

/** Reads the fields of a definition and collects every problem, so that all are reported at once. */
export class DefinitionReader {
  readonly problems: Problem[] = [];
  /** State names must be unique within the whole machine (states-language.net, "States"). */
  readonly stateNames = new Set<string>();
  /** Labels must be unique within a machine (…/dg/state-map-distributed). */
  readonly labels = new Set<string>();

  problem(path: string, message: string): void {
    this.problems.push({ path, message });
  }

  /** The object at `path`, with problems for its unknown and refused fields; undefined where the value is no object. */
  object(value: unknown, path: string, allowed: readonly string[]): Fields | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.problem(path, 'must be an object');
      return undefined;
    }
    for (const field of Object.keys(value)) {
      if (allowed.includes(field)) continue;
      const refused = REFUSED_FIELDS.get(field);
      this.problem(
        `${path}/${field}`,
        refused === undefined ? 'unknown field' : `field '${field}' ${refused}`,
      );
    }
    return value as Fields;
  }

  text(fields: Fields, field: string, path: string, required: boolean): string | undefined {
    const value = fields[field];
    if (value === undefined && !required) return undefined;
    if (typeof value === 'string' && value !== '') return value;
    this.problem(
      `${path}/${field}`,
      value === undefined ? 'is required' : 'must be a string that is not empty',
    );
    return undefined;
  }

  /** A whole number in [`low`, `high`], written out. */
  integer(fields: Fields, field: string, path: string, low: number, high: number): number | undefined {
    const value = fields[field];
    if (value === undefined) return undefined;
    if (Number.isInteger(value) && (value as number) >= low && (value as number) <= high)
      return value as number;
    this.problem(`${path}/${field}`, `must be an integer from ${low} to ${high}`);
    return undefined;
  }

  /** A whole number in [`low`, `high`], written out or as an expression. */
  number(
    fields: Fields,
    field: string,
    path: string,
    low: number,
    high: number,
    location = field,
  ): NumberField | undefined {
    const value = fields[field];
    if (typeof value === 'string') return this.expression(value, `${path}/${field}`, location);
    return this.integer(fields, field, path, low, high);
  }

  /** As {@link number}, fractions included. */
  fraction(fields: Fields, field: string, path: string, low: number, high: number): NumberField | undefined {
    const value = fields[field];
    if (typeof value === 'string') return this.expression(value, `${path}/${field}`, field);
    if (value === undefined || (typeof value === 'number' && value >= low && value <= high)) return value;
    this.problem(`${path}/${field}`, `must be a number from ${low} to ${high}`);
    return undefined;
  }

  /** The expression in a field that takes nothing else. */
  expression(
    text: string,
    path: string,
    location: string,
    members: readonly StatesMember[] = [],
  ): Expression | undefined {
    const found = expressionSource(text);
    if (found === undefined) this.problem(path, 'must be an expression in {% %} if it is a string');
    else if ('problem' in found) this.problem(path, found.problem);
    else return this.#compile(found.source, path, location, members);
    return undefined;
  }

  /** Any JSON with expressions in it. `location` is the field relative to its state. */
  template(value: unknown, path: string, location: string, members: readonly StatesMember[] = []): Template {
    if (typeof value === 'string') {
      const found = expressionSource(value);
      if (found === undefined) return constant(value);
      if ('problem' in found) {
        this.problem(path, found.problem);
        return constant(value);
      }
      const expression = this.#compile(found.source, path, location, members);
      return expression === undefined ? constant(value) : single(expression);
    }
    if (Array.isArray(value)) {
      const items = value.map((item, i) =>
        this.template(item, `${path}[${i}]`, `${location}[${i}]`, members),
      );
      return items.every((item) => item.constant) ? constant(value) : list(items);
    }
    if (typeof value === 'object' && value !== null) {
      const parts = Object.entries(value).map(([name, member]) => {
        return [name, this.template(member, `${path}/${name}`, `${location}/${name}`, members)] as const;
      });
      return parts.every(([, part]) => part.constant) ? constant(value) : record(parts);
    }
    return constant(value);
  }

  #compile(
    source: string,
    path: string,
    location: string,
    members: readonly StatesMember[],
  ): Expression | undefined {
    let expression: Expression;
    try {
      expression = new Expression(source, location);
    } catch (error) {
      const { message } = error as Error;
      this.problem(path, `the expression does not parse: ${message}`);
      return undefined;
    }
    const { variables, statesMembers, topLevelNames } = expression.references;
    // AWS refuses these at creation (…/dg/transforming-data and its UNSUPPORTED_JSONATA_EXPRESSION errors)
    if (variables.has('eval')) this.problem(path, '$eval is not available in Step Functions: use $parse');
    if (variables.has('$')) this.problem(path, `reference to '$$' is not supported`);
    for (const name of topLevelNames) {
      this.problem(
        path,
        `reference to '${name}' at the top level is not supported: write $states.input.${name}`,
      );
    }
    for (const member of statesMembers) {
      if (member === '' || member === 'input' || member === 'context') continue;
      if (members.includes(member as StatesMember)) continue;
      const known = member === 'result' || member === 'errorOutput';
      this.problem(
        path,
        known ? `$states.${member} is not available here` : `$states has no member '${member}'`,
      );
    }
    return expression;
  }
}
