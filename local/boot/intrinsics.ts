import type { ProblemList } from './template-problem.ts';
import { isList, isMap, kindOf, type TemplateMap, type TemplateValue } from './template-value.ts';

/** What the intrinsic functions of a template refer to. */
export interface IntrinsicScope {
  /** Value of `Ref name`: a parameter, pseudo parameter or resource; `undefined` for AWS::NoValue. */
  ref(name: string): TemplateValue | undefined;
  /** Value of `Fn::GetAtt [logicalId, attribute]`. */
  attribute(logicalId: string, attribute: string): TemplateValue;
  condition(name: string): boolean;
  mapping(name: string, topKey: string, secondKey: string): TemplateValue;
}

/** Thrown by a scope for a name it cannot resolve; the resolver notes its message at the path in question. */
export class Unresolvable extends Error {
  override readonly name = 'Unresolvable';
}

type Evaluate = (argument: TemplateValue, path: string) => TemplateValue | undefined;

/**
 * Evaluates the intrinsic functions of a template; everything else passes as it is.
 *
 * What cannot be evaluated is noted in the problem list at its path, and stands as `undefined`, which is also
 * what `AWS::NoValue` gives: it drops the property or list item it stands for.
 *
 * Source: AWS CloudFormation User Guide, "Intrinsic function reference".
 */
export class IntrinsicResolver {
  readonly #scope: IntrinsicScope;
  readonly #problems: ProblemList;

  constructor(scope: IntrinsicScope, problems: ProblemList) {
    this.#scope = scope;
    this.#problems = problems;
  }

  /** The value with its intrinsics evaluated; `path` is where it stands in the template. */
  resolve(value: TemplateValue, path: string): TemplateValue | undefined {
    if (isList(value)) {
      return value.flatMap((item, at) => {
        const resolved = this.resolve(item, `${path}[${at}]`);
        return resolved === undefined ? [] : [resolved];
      });
    }
    if (!isMap(value)) return value;
    const name = intrinsicName(value);
    if (name !== undefined) return this.#evaluate(name, value[name] as TemplateValue, path);
    return this.resolveMap(value, path);
  }

  /** As {@link resolve}, for a mapping that is not itself an intrinsic. */
  resolveMap(map: TemplateMap, path: string): TemplateMap {
    const resolved: Record<string, TemplateValue> = {};
    for (const [key, item] of Object.entries(map)) {
      const value = this.resolve(item, `${path}.${key}`);
      if (value !== undefined) resolved[key] = value;
    }
    return resolved;
  }

  /** Evaluates a condition expression (`Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not`, `Condition`). */
  evaluateCondition(value: TemplateValue, path: string): boolean {
    const name = isMap(value) ? Object.keys(value)[0] : undefined;
    const argument = isMap(value) && name !== undefined ? value[name] : undefined;
    const list = isList(argument) ? argument : [];
    const all = () => list.map((item, at) => this.evaluateCondition(item, `${path}.${name}[${at}]`));
    switch (name) {
      case 'Condition':
        return this.#attempt(path, () => this.#scope.condition(String(argument))) ?? false;
      case 'Fn::Equals': {
        const [left, right] = list.map((item, at) => this.resolve(item, `${path}.Fn::Equals[${at}]`));
        if (list.length !== 2) this.#problems.add(path, 'Fn::Equals takes two values');
        return JSON.stringify(asText(left)) === JSON.stringify(asText(right));
      }
      case 'Fn::Not':
        if (list.length !== 1) this.#problems.add(path, 'Fn::Not takes a list of one condition');
        return !all()[0];
      case 'Fn::And':
      case 'Fn::Or':
        if (list.length < 2 || list.length > 10)
          this.#problems.add(path, `${name} takes two to ten conditions`);
        return name === 'Fn::And' ? all().every(Boolean) : all().some(Boolean);
      default:
        this.#problems.add(path, `is not a condition: ${kindOf(value)}`);
        return false;
    }
  }

  #evaluate(name: string, argument: TemplateValue, path: string): TemplateValue | undefined {
    const evaluate = this.#functions[name];
    if (evaluate) return this.#attempt(path, () => evaluate(argument, `${path}.${name}`));
    this.#problems.add(path, `${name} is not simulated`);
    return undefined;
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

  readonly #functions: Readonly<Record<string, Evaluate>> = {
    Ref: (argument) => this.#scope.ref(text(argument, 'Ref')),
    'Fn::GetAtt': (argument, path) => {
      const [logicalId, ...attribute] = (isList(argument) ? argument : String(argument).split('.')).map(
        (part) => text(this.resolve(part, path), 'Fn::GetAtt'),
      );
      if (logicalId === undefined || attribute.length === 0) {
        throw new Unresolvable('Fn::GetAtt takes a resource and the name of an attribute');
      }
      return this.#scope.attribute(logicalId, attribute.join('.'));
    },
    'Fn::Sub': (argument, path) => this.#substitute(argument, path),
    'Fn::Join': (argument, path) => {
      const [separator, items] = this.#arguments(argument, path, 'Fn::Join', 2);
      if (typeof separator !== 'string' || !isList(items))
        throw new Unresolvable('Fn::Join takes [text, list]');
      return items.map((item) => text(item, 'Fn::Join')).join(separator);
    },
    'Fn::Split': (argument, path) => {
      const [separator, source] = this.#arguments(argument, path, 'Fn::Split', 2);
      return text(source, 'Fn::Split').split(text(separator, 'Fn::Split'));
    },
    'Fn::Select': (argument, path) => {
      const [index, items] = this.#arguments(argument, path, 'Fn::Select', 2);
      if (!isList(items)) throw new Unresolvable('Fn::Select takes [index, list]');
      const item = items[Number(index)];
      if (item === undefined)
        throw new Unresolvable(`Fn::Select: there is no item ${index} of ${items.length}`);
      return item;
    },
    'Fn::If': (argument, path) => {
      if (!isList(argument) || argument.length !== 3) throw new Unresolvable('Fn::If takes three values');
      const [name, whenTrue, whenFalse] = argument as [TemplateValue, TemplateValue, TemplateValue];
      const holds = this.#scope.condition(text(name, 'Fn::If'));
      return this.resolve(holds ? whenTrue : whenFalse, `${path}[${holds ? 1 : 2}]`);
    },
    'Fn::FindInMap': (argument, path) => {
      const keys = this.#arguments(argument, path, 'Fn::FindInMap', 3).map((key) =>
        text(key, 'Fn::FindInMap'),
      );
      return this.#scope.mapping(...(keys as [string, string, string]));
    },
    'Fn::Base64': (argument, path) =>
      Buffer.from(text(this.resolve(argument, path), 'Fn::Base64')).toString('base64'),
  };

  #arguments(argument: TemplateValue, path: string, name: string, count: number) {
    if (!isList(argument) || argument.length !== count)
      throw new Unresolvable(`${name} takes ${count} values`);
    return argument.map((item, at) => {
      const value = this.resolve(item, `${path}[${at}]`);
      if (value === undefined) throw new Unresolvable(`${name}: value ${at} cannot be resolved`);
      return value;
    });
  }

  #substitute(argument: TemplateValue, path: string): string {
    const [template, map] = isList(argument) ? argument : [argument, {}];
    if (typeof template !== 'string' || !isMap(map))
      throw new Unresolvable('Fn::Sub takes text, or [text, mapping]');
    const variables = this.resolveMap(map, `${path}[1]`);
    return template.replace(/\$\{([^}]*)\}/g, (_, inner: string) => {
      const name = inner.trim();
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      if (name in variables) return text(variables[name], `Fn::Sub \${${name}}`);
      const dot = name.indexOf('.');
      const value =
        dot < 0 ? this.#scope.ref(name) : this.#scope.attribute(name.slice(0, dot), name.slice(dot + 1));
      return text(value, `Fn::Sub \${${name}}`);
    });
  }
}

/** The name of the intrinsic a mapping stands for, if it is one. */
export function intrinsicName(map: TemplateMap): string | undefined {
  const keys = Object.keys(map);
  const [key] = keys;
  return keys.length === 1 && key !== undefined && (key === 'Ref' || key.startsWith('Fn::'))
    ? key
    : undefined;
}

function text(value: TemplateValue | undefined, where: string): string {
  const plain = asText(value);
  if (typeof plain === 'string') return plain;
  throw new Unresolvable(`${where} needs text, not ${kindOf(value)}`);
}

/** CloudFormation compares and joins numbers and booleans by their text. */
function asText(value: TemplateValue | undefined): TemplateValue | undefined {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}
