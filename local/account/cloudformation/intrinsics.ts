import { unsupported, validationError } from './cloudformation-errors.ts';

/** Returned by a {@link Scope} for a name it does not know yet: the function that uses it is left standing. */
export const LATER = Symbol('resolved later');

/** What names stand for while a value is resolved. */
export interface Scope {
  ref(name: string): unknown | typeof LATER;
  getAtt(logicalId: string, attribute: string): unknown | typeof LATER;
  /** Whether a condition of the template holds. */
  condition(name: string): boolean;
  findInMap(map: string, top: string, second: string): unknown;
  /** The value of an export; without it, imports are left standing. */
  importValue?(name: string): unknown;
}

/** Takes a property out of its object. */
const NO_VALUE = Symbol('AWS::NoValue');

/**
 * Replaces the intrinsic functions in `value` as far as `scope` knows their names.
 *
 * @throws ValidationError for a function that is not supported, by its name
 */
export function resolve(value: unknown, scope: Scope): unknown {
  const resolved = walk(value, scope);
  return resolved === NO_VALUE ? undefined : resolved;
}

/** Logical ids and parameter names that `value` still refers to. */
export function references(value: unknown, found: Set<string> = new Set()): Set<string> {
  if (Array.isArray(value)) for (const item of value) references(item, found);
  else if (typeof value === 'object' && value !== null) {
    const { Ref: ref, 'Fn::GetAtt': getAtt, 'Fn::Sub': sub } = value as Record<string, unknown>;
    if (typeof ref === 'string') found.add(ref);
    if (getAtt !== undefined) found.add(attributeOf(getAtt).logicalId);
    if (sub !== undefined) {
      const [text, own] = subParts(sub);
      for (const [, name] of text.matchAll(PLACEHOLDER)) {
        if (name !== undefined && !(name in own)) found.add(name.split('.')[0] as string);
      }
    }
    for (const item of Object.values(value)) references(item, found);
  }
  return found;
}

/** Whether a condition expression (`Fn::Equals`, `Fn::Not`, `Fn::And`, `Fn::Or`, `Condition`) holds. */
export function holds(expression: unknown, scope: Scope): boolean {
  const [name, argument] = soleEntry(expression);
  const all = (): boolean[] => (argument as unknown[]).map((part) => holds(part, scope));
  switch (name) {
    case 'Condition':
      return scope.condition(argument as string);
    case 'Fn::Equals': {
      const [left, right] = argument as unknown[];
      return String(walk(left, scope)) === String(walk(right, scope));
    }
    case 'Fn::Not':
      return !all()[0];
    case 'Fn::And':
      return all().every(Boolean);
    case 'Fn::Or':
      return all().some(Boolean);
    default:
      throw unsupported(`the condition function ${name}`);
  }
}

const PLACEHOLDER = /\$\{([A-Za-z0-9:.]+)\}/g;

function walk(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string') {
    if (value.includes('{{resolve:')) throw unsupported(`dynamic references (${value})`);
    return value;
  }
  if (Array.isArray(value)) return value.map((item) => walk(item, scope)).filter((item) => item !== NO_VALUE);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (first && entries.length === 1 && (first[0] === 'Ref' || first[0].startsWith('Fn::'))) {
    return call(first[0], first[1], value, scope);
  }
  const result: Record<string, unknown> = {};
  for (const [key, item] of entries) {
    const resolved = walk(item, scope);
    if (resolved !== NO_VALUE) result[key] = resolved;
  }
  return result;
}

function call(name: string, argument: unknown, whole: object, scope: Scope): unknown {
  switch (name) {
    case 'Ref': {
      if (argument === 'AWS::NoValue') return NO_VALUE;
      const value = scope.ref(argument as string);
      return value === LATER ? whole : value;
    }
    case 'Fn::GetAtt': {
      const { logicalId, attribute } = attributeOf(argument);
      const value = scope.getAtt(logicalId, attribute);
      return value === LATER ? whole : value;
    }
    case 'Fn::Sub':
      return substitute(argument, scope);
    case 'Fn::If': {
      const [condition, yes, no] = argument as [string, unknown, unknown];
      return walk(scope.condition(condition) ? yes : no, scope);
    }
    case 'Fn::FindInMap': {
      const [map, top, second] = walk(argument, scope) as [string, string, string];
      return scope.findInMap(map, top, second);
    }
    case 'Fn::ImportValue': {
      const exported = walk(argument, scope);
      if (typeof exported !== 'string' || !scope.importValue) return { [name]: exported };
      return scope.importValue(exported);
    }
    case 'Fn::Join': {
      const [delimiter, parts] = walk(argument, scope) as [string, unknown];
      if (!Array.isArray(parts) || parts.some(isPending)) return { [name]: [delimiter, parts] };
      return parts.join(delimiter);
    }
    case 'Fn::Select': {
      const [index, list] = walk(argument, scope) as [string | number, unknown];
      if (!Array.isArray(list)) return { [name]: [index, list] };
      return list[Number(index)];
    }
    case 'Fn::Split': {
      const [delimiter, text] = walk(argument, scope) as [string, unknown];
      return typeof text === 'string' ? text.split(delimiter) : { [name]: [delimiter, text] };
    }
    default:
      throw unsupported(`the function ${name}`);
  }
}

function substitute(argument: unknown, scope: Scope): unknown {
  const [text, own] = subParts(argument);
  const rest: Record<string, unknown> = {};
  let pending = false;
  const result = text.replaceAll(PLACEHOLDER, (placeholder, name: string) => {
    const dot = name.indexOf('.');
    const value =
      name in own
        ? walk(own[name], scope)
        : dot < 0
          ? scope.ref(name)
          : scope.getAtt(name.slice(0, dot), name.slice(dot + 1));
    if (value === LATER || isPending(value)) {
      pending = true;
      if (name in own) rest[name] = value;
      return placeholder;
    }
    return String(value);
  });
  if (!pending) return result.replaceAll('${!', '${');
  return { 'Fn::Sub': Object.keys(rest).length > 0 ? [result, rest] : result };
}

function subParts(argument: unknown): [string, Record<string, unknown>] {
  if (typeof argument === 'string') return [argument, {}];
  const [text, own] = argument as [string, Record<string, unknown> | undefined];
  return [text, own ?? {}];
}

function attributeOf(argument: unknown): { logicalId: string; attribute: string } {
  const parts = Array.isArray(argument) ? argument : String(argument).split('.');
  return { logicalId: String(parts[0]), attribute: parts.slice(1).join('.') };
}

function isPending(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function soleEntry(expression: unknown): [string, unknown] {
  const entries = Object.entries((expression ?? {}) as object);
  const [entry] = entries;
  if (!entry || entries.length !== 1) {
    throw validationError('Template format error: Conditions can only be boolean operations');
  }
  return entry;
}
