import { BlockList, isIP } from 'node:net';
import { AwsError } from '../service.ts';

/** The scalar values of a field of an event; none if the field is absent. */
export type Leaf = readonly unknown[];

type Scalar = (value: unknown) => boolean;

const LARGEST_NUMBER = 5e9;

/**
 * The test for one element of a pattern's array: a value to equal, or an object with one operator.
 *
 * @param path place of the element, for the error
 * @throws AwsError `InvalidEventPatternException` for an operator that EventBridge does not document, or its misuse
 */
export function leafTest(wanted: unknown, path: string): (leaf: Leaf) => boolean {
  if (wanted === null || ['string', 'number', 'boolean'].includes(typeof wanted)) {
    return (leaf) => leaf.includes(wanted);
  }
  const [operator, operand] = onlyEntry(wanted, path);
  const at = `${path}.${operator}`;
  if (operator === 'exists') {
    if (typeof operand !== 'boolean') throw invalid(at, 'takes true or false');
    return (leaf) => leaf.length > 0 === operand;
  }
  const test = operator === 'anything-but' ? anythingBut(operand, at) : scalarTest(operator, operand, at);
  return (leaf) => leaf.some(test);
}

function scalarTest(operator: string, operand: unknown, at: string): Scalar {
  switch (operator) {
    case 'prefix':
      return affix(operand, at, (value, affixed) => value.startsWith(affixed));
    case 'suffix':
      return affix(operand, at, (value, affixed) => value.endsWith(affixed));
    case 'equals-ignore-case': {
      const wanted = text(operand, at).toLowerCase();
      return onText((value) => value.toLowerCase() === wanted);
    }
    case 'wildcard': {
      const wanted = wildcard(text(operand, at), at);
      return onText((value) => wanted.test(value));
    }
    case 'numeric':
      return numeric(operand, at);
    case 'cidr':
      return cidr(text(operand, at), at);
    default:
      throw invalid(at, `"${operator}" is not a comparison operator`);
  }
}

/** Anything-but takes a value, a list of strings or of numbers, or one operator over a string or a list of strings. */
function anythingBut(operand: unknown, at: string): Scalar {
  const isText = (value: unknown) => typeof value === 'string';
  const isNumber = (value: unknown) => typeof value === 'number';
  if (isText(operand) || isNumber(operand)) return (value) => value !== operand;
  if (Array.isArray(operand)) {
    if (operand.length === 0 || !(operand.every(isText) || operand.every(isNumber))) {
      throw invalid(at, 'takes a list of only strings or only numbers');
    }
    const unwanted: readonly unknown[] = operand;
    return (value) => !unwanted.includes(value);
  }
  const [operator, inner] = onlyEntry(operand, at);
  if (!['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(operator)) {
    throw invalid(`${at}.${operator}`, `"${operator}" cannot be used with anything-but`);
  }
  const list = Array.isArray(inner) ? inner : [inner];
  if (list.length === 0) throw invalid(`${at}.${operator}`, 'an empty array matches nothing');
  const tests = list.map((entry) =>
    scalarTest(operator, text(entry, `${at}.${operator}`), `${at}.${operator}`),
  );
  return (value) => !tests.some((test) => test(value));
}

function affix(operand: unknown, at: string, holds: (value: string, affixed: string) => boolean): Scalar {
  if (typeof operand === 'string') return onText((value) => holds(value, operand));
  const [operator, inner] = onlyEntry(operand, at);
  if (operator !== 'equals-ignore-case') {
    throw invalid(`${at}.${operator}`, 'only equals-ignore-case can stand here');
  }
  const wanted = text(inner, `${at}.${operator}`).toLowerCase();
  return onText((value) => holds(value.toLowerCase(), wanted));
}

/** `[">", 0, "<=", 5]`: one comparison, or two that form a range. */
function numeric(operand: unknown, at: string): Scalar {
  const parts: unknown[] = Array.isArray(operand) ? operand : [];
  if (parts.length !== 2 && parts.length !== 4)
    throw invalid(at, 'takes one or two pairs of operator and number');
  const tests: ((value: number) => boolean)[] = [];
  for (let i = 0; i < parts.length; i += 2) {
    const limit = parts[i + 1];
    if (typeof limit !== 'number' || Math.abs(limit) > LARGEST_NUMBER) {
      throw invalid(at, `${JSON.stringify(limit)} is not a number within -5e9 and 5e9`);
    }
    tests.push(comparison(parts[i], limit, at));
  }
  return (value) =>
    typeof value === 'number' && Math.abs(value) <= LARGEST_NUMBER && tests.every((test) => test(value));
}

function comparison(operator: unknown, limit: number, at: string): (value: number) => boolean {
  switch (operator) {
    case '=':
      return (value) => value === limit;
    case '<':
      return (value) => value < limit;
    case '<=':
      return (value) => value <= limit;
    case '>':
      return (value) => value > limit;
    case '>=':
      return (value) => value >= limit;
    default:
      throw invalid(at, `${JSON.stringify(operator)} is not one of = < <= > >=`);
  }
}

/** `*` stands for any characters, `\*` and `\\` for themselves. */
function wildcard(pattern: string, at: string): RegExp {
  let source = '';
  for (let i = 0; i < pattern.length; i += 1) {
    const character = pattern[i] as string;
    if (character === '\\') {
      const escaped = pattern[i + 1];
      if (escaped !== '*' && escaped !== '\\') throw invalid(at, 'a backslash escapes only * and \\');
      source += `\\${escaped}`;
      i += 1;
    } else if (character === '*') {
      if (pattern[i + 1] === '*') throw invalid(at, 'consecutive wildcard characters are not supported');
      source += '.*';
    } else {
      source += character.replace(/[.+?^${}()|[\]]/, '\\$&');
    }
  }
  return new RegExp(`^${source}$`, 's');
}

function cidr(range: string, at: string): Scalar {
  const [address = '', bits = '', ...rest] = range.split('/');
  const family = isIP(address);
  const length = Number(bits);
  const isLength = /^\d+$/.test(bits) && length <= (family === 4 ? 32 : 128);
  if (family === 0 || !isLength || rest.length > 0) {
    throw invalid(at, `${JSON.stringify(range)} is not a range of addresses`);
  }
  const addresses = new BlockList();
  addresses.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
  return onText((value) => isIP(value) === family && addresses.check(value, family === 4 ? 'ipv4' : 'ipv6'));
}

function onText(test: (value: string) => boolean): Scalar {
  return (value) => typeof value === 'string' && test(value);
}

function text(value: unknown, at: string): string {
  if (typeof value !== 'string') throw invalid(at, `${JSON.stringify(value)} is not a string`);
  return value;
}

function onlyEntry(wanted: unknown, path: string): [string, unknown] {
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted)) {
    throw invalid(path, `${JSON.stringify(wanted)} is neither a value nor a comparison`);
  }
  const [entry, ...others] = Object.entries(wanted);
  if (entry === undefined || others.length > 0) throw invalid(path, 'a comparison has exactly one operator');
  return entry;
}

function invalid(path: string, reason: string): AwsError {
  return new AwsError('InvalidEventPatternException', `Event pattern is not valid at "${path}": ${reason}.`);
}
