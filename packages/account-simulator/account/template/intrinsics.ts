import { canonicalJson } from './canonical-json.ts';
import { jsonString } from './json-string.ts';
import { notSimulated, type Problems, Unresolvable } from './problems.ts';
import { parseSub } from './sub-text.ts';
import {
  intrinsicName,
  isList,
  isMap,
  member,
  type TemplateMap,
  type TemplateValue,
  textOf,
} from './template-value.ts';

/** Returned by a {@link Scope} for a name that it does not know yet: the function that uses the name stays unevaluated. */
export const LATER = Symbol('resolved later');

/** The values of a template's names. Each member may throw {@link Unresolvable}. */
export interface Scope {
  /** Value of `Ref name`: a parameter, pseudo parameter or resource. */
  ref(name: string): TemplateValue | typeof LATER;
  /** Value of `Fn::GetAtt [logicalId, attribute]`. */
  getAtt(logicalId: string, attribute: string): TemplateValue | typeof LATER;
  /** Whether the condition named in `where`, a function, holds. */
  condition(name: string, where: string): boolean;
  mapping(name: string): TemplateValue | undefined;
  /** The value of an export of the account; without it, imports stay unevaluated. */
  importValue?(name: string): string | undefined;
  /** Whether the template has the transform AWS::LanguageExtensions. */
  readonly hasExtensions: boolean;
}

type Evaluate = (argument: TemplateValue, path: string) => TemplateValue | undefined;

/**
 * Evaluates the intrinsic functions of a template as far as a scope knows their names; every other value passes unchanged.
 *
 * A function that cannot be evaluated is reported at its path and becomes `undefined`, like `AWS::NoValue`: the property or
 * list item is dropped.
 *
 * Source: AWS CloudFormation Template Reference, "Intrinsic function reference"; the messages are those of the service.
 */
export class Intrinsics {
  readonly #scope: Scope;
  readonly #problems: Problems;

  constructor(scope: Scope, problems: Problems) {
    this.#scope = scope;
    this.#problems = problems;
  }

  /** The value with its functions evaluated; `path` is its place in the template. */
  resolve(value: TemplateValue, path = ''): TemplateValue | undefined {
    if (typeof value === 'string') return this.#plainText(value, path);
    if (isList(value)) {
      return value
        .map((item, at) => this.resolve(item, `${path}[${at}]`))
        .filter((item) => item !== undefined);
    }
    if (!isMap(value)) return value;
    const name = intrinsicName(value);
    if (name === undefined) return this.resolveMap(value, path);
    const evaluate = this.#functions[name];
    if (evaluate) {
      return this.#attempt(path, () => evaluate(value[name] as TemplateValue, `${path}.${name}`));
    }
    this.#problems.add(path, notSimulated(`the function ${name}`));
    return undefined;
  }

  /** As {@link resolve}, for a mapping that is not itself a function. */
  resolveMap(map: TemplateMap, path = ''): TemplateMap {
    const resolved: Record<string, TemplateValue> = {};
    for (const [key, item] of Object.entries(map)) {
      const value = this.resolve(item, `${path}.${key}`);
      if (value !== undefined) resolved[key] = value;
    }
    return resolved;
  }

  /** Whether a condition holds: a boolean function of `Conditions`, or of `Rules`. */
  holds(expression: TemplateValue, path: string): boolean {
    const [name = '', other] = isMap(expression) ? Object.keys(expression) : [];
    const argument = other === undefined && isMap(expression) ? expression[name] : undefined;
    const at = `${path}.${name}`;
    return this.#attempt(path, () => this.#holds(name, argument, at)) ?? false;
  }

  #holds(name: string, argument: TemplateValue | undefined, path: string): boolean {
    const list = isList(argument) ? argument : [];
    switch (name) {
      case 'Condition':
        return this.#scope.condition(String(argument), name);
      case 'Fn::Equals': {
        if (list.length !== 2) throw fault(`every ${name} object requires a list of 2 string parameters.`);
        const [left, right] = list.map((item, at) => this.resolve(item, `${path}[${at}]`));
        return isSame(left, right);
      }
      case 'Fn::Not':
        if (list.length !== 1) throw fault('every Fn::Not object requires one boolean parameter.');
        return !this.holds(list[0] as TemplateValue, `${path}[0]`);
      case 'Fn::And':
      case 'Fn::Or': {
        if (list.length < 2 || list.length > 10) {
          throw fault(
            `every ${name} object requires a list of at least 2 and at most 10 boolean parameters.`,
          );
        }
        const all = list.map((item, at) => this.holds(item, `${path}[${at}]`));
        return name === 'Fn::And' ? all.every(Boolean) : all.some(Boolean);
      }
      case 'Fn::Contains': {
        const [values, value] = list.map((item, at) => this.resolve(item, `${path}[${at}]`));
        if (!isList(values))
          throw fault('every Fn::Contains object requires a list of strings and a string.');
        return values.some((one) => isSame(one, value));
      }
      default:
        throw new Unresolvable(
          'Template format error: Conditions can only be boolean operations on parameters and other conditions',
        );
    }
  }

  #attempt<T>(path: string, evaluate: () => T): T | undefined {
    try {
      return evaluate();
    } catch (error) {
      if (!(error instanceof Unresolvable)) throw error;
      this.#problems.add(path, error.message);
      return undefined;
    }
  }

  #plainText(text: string, path: string): string | undefined {
    if (!text.includes('{{resolve:')) return text;
    this.#problems.add(path, notSimulated(`dynamic references (${text})`));
    return undefined;
  }

  readonly #functions: Readonly<Record<string, Evaluate>> = {
    Ref: (name) => {
      if (typeof name !== 'string') throw fault('every Ref object must have a single String value.');
      return name === 'AWS::NoValue' ? undefined : this.#ref(name);
    },
    'Fn::GetAtt': (argument, path) => {
      const parts = isList(argument) ? argument : splitAtDot(String(argument));
      const [logicalId, ...attribute] = parts.map((part) => textOf(this.resolve(part, path)));
      if (!logicalId || attribute.length === 0 || !attribute.every(Boolean)) {
        throw fault(
          'every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute',
        );
      }
      return this.#getAtt(logicalId, attribute.join('.'));
    },
    'Fn::Sub': (argument, path) => this.#substitute(argument, path),
    'Fn::Join': (argument, path) => {
      const [delimiter, items] = this.#arguments(argument, path);
      if (typeof delimiter !== 'string') throw joinFault();
      if (isPending(items) || (isList(items) && items.some(isPending))) {
        return { 'Fn::Join': [delimiter, isList(items) && delimiter === '' ? joinTexts(items) : items] };
      }
      if (!isList(items)) throw joinFault();
      const texts = items.map(textOf);
      if (texts.includes(undefined)) throw joinFault();
      return this.#plainText(texts.join(delimiter), path);
    },
    'Fn::Split': (argument, path) => {
      const [delimiter, source] = this.#arguments(argument, path);
      const text = textOf(source);
      if (typeof delimiter === 'string' && isPending(source)) return { 'Fn::Split': [delimiter, source] };
      if (typeof delimiter !== 'string' || delimiter === '' || text === undefined) {
        throw fault(
          'every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.',
        );
      }
      return text.split(delimiter);
    },
    'Fn::Select': (argument, path) => {
      const [index, items] = this.#arguments(argument, path);
      const position = textOf(index);
      const isIndex = position !== undefined && /^\d+$/.test(position);
      if (isIndex && isPending(items)) return { 'Fn::Select': [position, items] };
      if (!isIndex || !isList(items)) {
        throw fault('Fn::Select requires a list argument with two elements: an integer index and a list');
      }
      const item = items[Number(position)];
      if (item !== undefined) return item;
      throw fault(`Fn::Select cannot select nonexistent value at index ${position}`);
    },
    'Fn::If': (argument, path) => {
      const [name, whenTrue, whenFalse, other] = isList(argument) ? argument : [];
      if (
        typeof name !== 'string' ||
        whenTrue === undefined ||
        whenFalse === undefined ||
        other !== undefined
      ) {
        throw fault('Fn::If requires a list argument with three elements, the first of them a condition');
      }
      const holds = this.#scope.condition(name, 'Fn::If');
      return this.resolve(holds ? whenTrue : whenFalse, `${path}[${holds ? 1 : 2}]`);
    },
    'Fn::FindInMap': (argument, path) => this.#findInMap(argument, path),
    'Fn::ImportValue': (argument, path) => {
      const name = this.resolve(argument, path);
      if (isPending(name) || (typeof name === 'string' && !this.#scope.importValue)) {
        return { 'Fn::ImportValue': name };
      }
      if (typeof name !== 'string') {
        throw fault('the attribute in Fn::ImportValue must be a string or a function that returns a string');
      }
      const value = this.#scope.importValue?.(name);
      if (value === undefined) throw new Unresolvable(`No export named ${name} found.`);
      return value;
    },
    'Fn::Base64': (argument, path) => {
      const value = this.resolve(argument, path);
      if (isPending(value)) return { 'Fn::Base64': value };
      const text = textOf(value);
      if (text === undefined) throw fault('every Fn::Base64 object must have a String-typed value.');
      return Buffer.from(text).toString('base64');
    },
    'Fn::Length': (argument, path) => {
      this.#needsExtensions('Fn::Length');
      const list = this.resolve(argument, path);
      if (isList(list)) return list.length;
      throw extensionFault('Fn::Length should be a list');
    },
    'Fn::ToJsonString': (argument, path) => {
      this.#needsExtensions('Fn::ToJsonString');
      const value = this.resolve(argument, path);
      if (typeof value !== 'object' || value === null || intrinsicName(value) !== undefined) {
        throw extensionFault('Fn::ToJsonString should be a map or a list');
      }
      return jsonString(value);
    },
  };

  #ref(name: string): TemplateValue {
    const value = this.#scope.ref(name);
    if (value !== LATER) return value;
    if (name.startsWith('AWS::')) throw new Unresolvable(notSimulated(`the pseudo parameter ${name}`));
    return { Ref: name };
  }

  #getAtt(logicalId: string, attribute: string): TemplateValue {
    const value = this.#scope.getAtt(logicalId, attribute);
    return value === LATER ? { 'Fn::GetAtt': [logicalId, attribute] } : value;
  }

  #findInMap(argument: TemplateValue, path: string): TemplateValue | undefined {
    const [name, top, second, ...others] = this.#arguments(argument, path).map(
      (part) => textOf(part) ?? (isMap(part) ? part : undefined),
    );
    const [options] = others;
    const otherwise = isMap(options) ? options.DefaultValue : undefined;
    if (
      typeof name !== 'string' ||
      typeof top !== 'string' ||
      typeof second !== 'string' ||
      others.length > 1 ||
      (options !== undefined && otherwise === undefined)
    ) {
      throw fault(
        'every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value',
      );
    }
    if (options !== undefined) this.#needsExtensions('DefaultValue of Fn::FindInMap');
    const map = this.#scope.mapping(name);
    const found = member(member(map, top), second) ?? otherwise;
    if (found !== undefined) return found;
    throw fault(
      map === undefined
        ? `Mapping named '${name}' is not present in the 'Mappings' section of template.`
        : `Unable to get mapping for ${name}::${top}::${second}`,
    );
  }

  #substitute(argument: TemplateValue, path: string): TemplateValue | undefined {
    const { parts, variables } = parseSub(argument);
    const pending: Record<string, TemplateValue> = {};
    const variable = (name: string): TemplateValue | undefined => {
      const own = member(variables, name);
      if (own !== undefined) return this.resolve(own, `${path}[1].${name}`);
      const [logicalId = '', attribute] = splitAtDot(name);
      return attribute === undefined ? this.#ref(name) : this.#getAtt(logicalId, attribute);
    };
    const texts = parts.map((part): { readonly text: string; readonly standing: string } => {
      if ('text' in part) return { text: part.text, standing: part.text.replaceAll('${', '${!') };
      const value = variable(part.name);
      if (isPending(value)) {
        pending[part.name] = value;
        return { text: '', standing: `\${${part.name}}` };
      }
      const text = textOf(value);
      if (text === undefined) throw fault(`Fn::Sub: the value of \${${part.name}} is no text`);
      return { text, standing: text.replaceAll('${', '${!') };
    });
    if (Object.keys(pending).length === 0) {
      return this.#plainText(texts.map(({ text }) => text).join(''), path);
    }
    const standing = texts.map(({ standing: one }) => one).join('');
    const own = Object.entries(pending).filter(([name]) => Object.hasOwn(variables, name));
    return { 'Fn::Sub': own.length > 0 ? [standing, Object.fromEntries(own)] : standing };
  }

  /** The evaluated items of a function's list; empty for any other argument. */
  #arguments(argument: TemplateValue, path: string): readonly (TemplateValue | undefined)[] {
    return isList(argument) ? argument.map((item, at) => this.resolve(item, `${path}[${at}]`)) : [];
  }

  #needsExtensions(what: string): void {
    if (!this.#scope.hasExtensions) {
      throw new Unresolvable(`Template format error: ${what} requires the transform AWS::LanguageExtensions`);
    }
  }
}

/** `a.b.c` is the attribute `b.c` of `a`. */
export function splitAtDot(text: string): readonly string[] {
  const dot = text.indexOf('.');
  return dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}

function fault(reason: string): Unresolvable {
  return new Unresolvable(`Template error: ${reason}`);
}

function extensionFault(reason: string): Unresolvable {
  return new Unresolvable(`Transform AWS::LanguageExtensions failed with: ${reason}`);
}

function joinFault(): Unresolvable {
  return fault(
    'every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.',
  );
}

/** Whether a value is a function that stayed unevaluated. */
function isPending(value: TemplateValue | undefined): value is TemplateMap {
  return intrinsicName(value) !== undefined;
}

/** A list with neighbouring texts joined, so that lists of one meaning are equal. */
function joinTexts(items: readonly TemplateValue[]): TemplateValue[] {
  const joined: TemplateValue[] = [];
  for (const item of items) {
    const last = joined.at(-1);
    if (typeof last === 'string' && typeof item === 'string') joined[joined.length - 1] = last + item;
    else joined.push(item);
  }
  return joined;
}

function isSame(one: TemplateValue | undefined, other: TemplateValue | undefined): boolean {
  return (textOf(one) ?? canonicalJson(one)) === (textOf(other) ?? canonicalJson(other));
}
