import { AwsError } from '../service.ts';
import { type Leaf, leafTest } from './pattern-operators.ts';

/** Whether an event matches a pattern. */
export type EventTest = (event: object) => boolean;

type Test = (value: unknown) => boolean;

/** More combinations of `$or` alternatives than this are refused. */
const MOST_COMBINATIONS = 1_000;

/**
 * Compiles an event pattern (EventBridge User Guide, "Creating event patterns" and "Comparison operators for use in event
 * patterns"): all fields must match, one of a field's listed values must, and a field whose value in the event is an array
 * matches if one of its elements does.
 *
 * @throws AwsError `InvalidEventPatternException` naming the path of an invalid part
 */
export function compileEventPattern(pattern: unknown): EventTest {
  if (!isObject(pattern) || Object.keys(pattern).length === 0) {
    throw invalidPattern('', 'a pattern is an object with at least one field');
  }
  if (combinations(pattern) > MOST_COMBINATIONS) {
    throw invalidPattern('', `$or makes more than ${MOST_COMBINATIONS} rule combinations`);
  }
  return fieldsTest(pattern, '');
}

function fieldsTest(pattern: Record<string, unknown>, path: string): Test {
  const fields = Object.entries(pattern);
  if (fields.length === 0) throw invalidPattern(path, 'an empty object matches nothing');
  const tests = fields.map(([name, wanted]) => {
    const at = path === '' ? name : `${path}.${name}`;
    return name === '$or' ? alternativesTest(wanted, at, path) : fieldTest(name, wanted, at);
  });
  const all = (value: unknown) => tests.every((test) => test(value));
  // All fields of one pattern object must match in the same element of an array.
  return (value) => (Array.isArray(value) ? value.some(all) : all(value));
}

function fieldTest(name: string, wanted: unknown, path: string): Test {
  if (isObject(wanted)) {
    const inner = fieldsTest(wanted, path);
    return (value) => inner(member(value, name));
  }
  if (!Array.isArray(wanted)) throw invalidPattern(path, 'must be an object or an array');
  if (wanted.length === 0) throw invalidPattern(path, 'an empty array matches nothing');
  const tests = wanted.map((candidate, index) => leafTest(candidate, `${path}[${index}]`));
  return (value) => {
    const leaf = toLeaf(member(value, name));
    return tests.some((test) => test(leaf));
  };
}

function alternativesTest(wanted: unknown, path: string, parent: string): Test {
  if (!Array.isArray(wanted) || wanted.length < 2 || !wanted.every(isObject)) {
    throw invalidPattern(path, '$or takes an array of two or more objects');
  }
  const tests = wanted.map((alternative) => fieldsTest(alternative, parent));
  return (value) => tests.some((test) => test(value));
}

/**
 * Operators work on leaf nodes: an object in the event, or an absent field, has no value; an array stands for its scalar
 * elements.
 */
function toLeaf(value: unknown): Leaf {
  const elements = Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value];
  return elements.filter((element) => element === null || !['object', 'undefined'].includes(typeof element));
}

function member(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function combinations(pattern: Record<string, unknown>): number {
  let product = 1;
  for (const [name, wanted] of Object.entries(pattern)) {
    if (name === '$or' && Array.isArray(wanted)) {
      const alternatives = wanted.filter(isObject).map(combinations);
      product *= alternatives.reduce((sum, count) => sum + count, 0) || 1;
    } else if (isObject(wanted)) {
      product *= combinations(wanted);
    }
  }
  return product;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalidPattern(path: string, reason: string): AwsError {
  const place = path === '' ? '' : ` at "${path}"`;
  return new AwsError('InvalidEventPatternException', `Event pattern is not valid${place}: ${reason}.`);
}
