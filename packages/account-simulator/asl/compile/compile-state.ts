import type { Template } from '../expressions/template.ts';
import type { ChoiceRule, Graph, State, StateType } from '../machine.ts';
import { parseTimestamp } from '../timestamp.ts';
import { compileAssign } from './compile-assign.ts';
import { compileGraph, type GraphScope } from './compile-graph.ts';
import { compileCatch, compileRetry } from './compile-handlers.ts';
import { compileDistributed, compileTolerated, isDistributed } from './compile-map.ts';
import { compileResource } from './compile-resource.ts';
import type { DefinitionReader, Fields, StatesMember } from './definition-reader.ts';
import { STATE_FIELDS } from './field-rules.ts';

/** The largest number of seconds that AWS accepts in Wait and Task fields. */
const MOST_SECONDS = 99_999_999;
const RULE_FIELDS = ['Condition', 'Next', 'Output', 'Assign', 'Comment'];

/** Reads one state; undefined where its fields cannot be read. */
export function compileState(
  reader: DefinitionReader,
  name: string,
  value: unknown,
  path: string,
  scope: GraphScope,
): State | undefined {
  const type = (value as { Type?: unknown } | null)?.Type;
  if (typeof type !== 'string' || !Object.hasOwn(STATE_FIELDS, type)) {
    reader.problem(`${path}/Type`, `must be one of ${Object.keys(STATE_FIELDS).join(', ')}`);
    return undefined;
  }
  if (!speaksJsonata(reader, value as Fields, path, scope)) return undefined;
  const fields = reader.object(value, path, STATE_FIELDS[type as StateType]);
  return fields && new StateCompiler(reader, name, fields, path, scope).compile(type as StateType);
}

function speaksJsonata(reader: DefinitionReader, fields: Fields, path: string, scope: GraphScope): boolean {
  const language = fields.QueryLanguage;
  if (language === undefined && scope.jsonata) return true;
  if (language === 'JSONata') return true;
  reader.problem(
    path,
    language === undefined || language === 'JSONPath'
      ? `the state's query language is JSONPath, which this interpreter does not run: set QueryLanguage to JSONata`
      : 'QueryLanguage must be JSONata or JSONPath',
  );
  return false;
}

class StateCompiler {
  readonly #reader: DefinitionReader;
  readonly #name: string;
  readonly #fields: Fields;
  readonly #path: string;
  readonly #scope: GraphScope;

  constructor(reader: DefinitionReader, name: string, fields: Fields, path: string, scope: GraphScope) {
    this.#reader = reader;
    this.#name = name;
    this.#fields = fields;
    this.#path = path;
    this.#scope = scope;
  }

  compile(type: StateType): State | undefined {
    const reader = this.#reader;
    const fields = this.#fields;
    const path = this.#path;
    switch (type) {
      case 'Pass':
        return { type, ...this.#common([]), next: this.#next() };
      case 'Succeed':
        return { type, ...this.#common([]), next: undefined };
      case 'Fail':
        return {
          type,
          ...this.#common([]),
          next: undefined,
          error: this.#textOrExpression('Error'),
          cause: this.#textOrExpression('Cause'),
        };
      case 'Wait':
        return this.#wait();
      case 'Choice':
        return {
          type,
          ...this.#common([]),
          next: reader.text(fields, 'Default', path, false),
          choices: this.#choices(),
        };
      case 'Task':
        return this.#task();
      case 'Parallel':
        return {
          type,
          ...this.#handled(),
          arguments: this.#template('Arguments', []),
          branches: this.#branches(),
        };
      case 'Map':
        return this.#map();
    }
  }

  #common(members: readonly StatesMember[]) {
    return {
      name: this.#name,
      assign: compileAssign(this.#reader, this.#fields, this.#path, this.#scope.assigned, members),
      output: this.#template('Output', members),
    };
  }

  #handled() {
    return {
      ...this.#common(['result']),
      next: this.#next(),
      retry: compileRetry(this.#reader, this.#fields, this.#path),
      catch: compileCatch(this.#reader, this.#fields, this.#path, this.#scope.assigned),
    };
  }

  #next(): string | undefined {
    const { Next: next, End: end } = this.#fields;
    if (end !== undefined && end !== true)
      this.#reader.problem(`${this.#path}/End`, 'must be true if it is there');
    if (next !== undefined && end !== undefined) this.#reader.problem(this.#path, 'has both Next and End');
    if (next === undefined && end === undefined) this.#reader.problem(this.#path, 'needs Next or End');
    return this.#reader.text(this.#fields, 'Next', this.#path, false);
  }

  #template(field: string, members: readonly StatesMember[]): Template | undefined {
    const value = this.#fields[field];
    return value === undefined
      ? undefined
      : this.#reader.template(value, `${this.#path}/${field}`, field, members);
  }

  #textOrExpression(field: string) {
    const text = this.#reader.text(this.#fields, field, this.#path, false);
    if (text === undefined || !(text.startsWith('{%') || text.endsWith('%}'))) return text;
    return this.#reader.expression(text, `${this.#path}/${field}`, field);
  }

  #wait(): State {
    const { Seconds: seconds, Timestamp: timestamp } = this.#fields;
    if ((seconds === undefined) === (timestamp === undefined)) {
      this.#reader.problem(this.#path, 'needs exactly one of Seconds and Timestamp');
    }
    const text = this.#textOrExpression('Timestamp');
    const time = typeof text === 'string' ? parseTimestamp(text) : text;
    if (typeof text === 'string' && time === undefined) {
      this.#reader.problem(
        `${this.#path}/Timestamp`,
        'must be an RFC 3339 timestamp such as 2024-08-18T17:33:00Z',
      );
    }
    return {
      type: 'Wait',
      ...this.#common([]),
      next: this.#next(),
      seconds: this.#reader.number(this.#fields, 'Seconds', this.#path, 0, MOST_SECONDS),
      timestamp: time,
    };
  }

  #choices(): ChoiceRule[] {
    const rules = this.#fields.Choices;
    if (!Array.isArray(rules) || rules.length === 0) {
      this.#reader.problem(`${this.#path}/Choices`, 'must be an array that is not empty');
      return [];
    }
    return rules.flatMap((value: unknown, i) => {
      const path = `${this.#path}/Choices[${i}]`;
      const location = `Choices[${i}]`;
      const rule = this.#reader.object(value, path, RULE_FIELDS);
      if (rule === undefined) return [];
      const condition = rule.Condition;
      let compiled: ChoiceRule['condition'] | undefined;
      if (typeof condition === 'boolean') compiled = condition;
      else if (typeof condition === 'string') {
        compiled = this.#reader.expression(condition, `${path}/Condition`, `${location}/Condition`);
      } else this.#reader.problem(`${path}/Condition`, 'must be a boolean or an expression in {% %}');
      return {
        condition: compiled ?? false,
        assign: compileAssign(this.#reader, rule, path, this.#scope.assigned, [], `${location}/`),
        output:
          rule.Output === undefined
            ? undefined
            : this.#reader.template(rule.Output, `${path}/Output`, `${location}/Output`),
        next: this.#reader.text(rule, 'Next', path, true) ?? '',
      };
    });
  }

  #task(): State | undefined {
    const resource = compileResource(this.#reader, this.#fields, this.#path);
    const timeoutSeconds = this.#reader.number(this.#fields, 'TimeoutSeconds', this.#path, 1, MOST_SECONDS);
    const heartbeatSeconds = this.#reader.number(
      this.#fields,
      'HeartbeatSeconds',
      this.#path,
      1,
      MOST_SECONDS,
    );
    if (
      typeof timeoutSeconds === 'number' &&
      typeof heartbeatSeconds === 'number' &&
      heartbeatSeconds >= timeoutSeconds
    ) {
      this.#reader.problem(`${this.#path}/HeartbeatSeconds`, 'must be smaller than TimeoutSeconds');
    }
    const handled = this.#handled();
    const args = this.#template('Arguments', []);
    if (resource === undefined) return undefined;
    return { type: 'Task', ...handled, resource, arguments: args, timeoutSeconds, heartbeatSeconds };
  }

  #branches(): Graph[] {
    const branches = this.#fields.Branches;
    if (!Array.isArray(branches) || branches.length === 0) {
      this.#reader.problem(`${this.#path}/Branches`, 'must be an array that is not empty');
      return [];
    }
    return branches.flatMap((branch: unknown, i) => {
      const path = `${this.#path}/Branches[${i}]`;
      const fields = this.#reader.object(branch, path, ['StartAt', 'States', 'Comment']);
      return (fields && compileGraph(this.#reader, fields, path, this.#scope)) ?? [];
    });
  }

  #map(): State | undefined {
    const path = `${this.#path}/ItemProcessor`;
    const handled = this.#handled();
    const items = this.#fields.Items;
    if (items !== undefined && typeof items !== 'string' && !Array.isArray(items)) {
      this.#reader.problem(
        `${this.#path}/Items`,
        'must be an array or an expression (objects are not supported)',
      );
    }
    const fields = this.#reader.object(this.#fields.ItemProcessor, path, [
      'StartAt',
      'States',
      'ProcessorConfig',
      'Comment',
    ]);
    const distributed = fields !== undefined && isDistributed(this.#reader, fields, path);
    const processor = fields && compileGraph(this.#reader, fields, path, this.#scope);
    const settings = compileDistributed(this.#reader, this.#fields, this.#path, distributed);
    if (processor === undefined) return undefined;
    return {
      type: 'Map',
      ...handled,
      processor,
      items: this.#template('Items', []),
      itemSelector: this.#template('ItemSelector', []),
      maxConcurrency: this.#reader.number(this.#fields, 'MaxConcurrency', this.#path, 0, MOST_SECONDS),
      tolerated: compileTolerated(this.#reader, this.#fields, this.#path),
      distributed: settings,
    };
  }
}
