import { createHash } from 'node:crypto';
import { SeededRandom } from '../../random/seeded-random.ts';

const HASH_ALGORITHMS: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

type JsonataFunction = (...parameters: never[]) => unknown;

/**
 * Functions that Step Functions adds to JSONata, and JSONata's functions that would draw on chance outside the seed, by name
 * without the dollar sign (AWS: step-functions/latest/dg/transforming-data, "JSONata functions provided by Step Functions").
 * Non-integer numbers are rounded down, as that page says.
 *
 * `random` is called for the generator only when a function draws from it.
 */
export function statesFunctions(random: () => SeededRandom): Readonly<Record<string, JsonataFunction>> {
  return {
    partition: (array: unknown, size: unknown) => partition(array, size),
    range: (first: unknown, last: unknown, step: unknown) => range(first, last, step),
    hash: (text: unknown, algorithm: unknown) => hash(text, algorithm),
    parse: (text: unknown) => parse(text),
    random: (seed?: unknown) =>
      seed === undefined ? random().uniform() : new SeededRandom(integer('random', seed)).uniform(),
    uuid: () => random().uuid(),
    shuffle: (array: unknown) => shuffle(array, random),
  };
}

function partition(array: unknown, size: unknown): unknown[][] | undefined {
  if (array === undefined || size === undefined) return undefined;
  const items = Array.isArray(array) ? array : [array];
  const length = integer('partition', size);
  if (length < 1) throw refusal('partition', 'the chunk size must be at least 1');
  const chunks: unknown[][] = [];
  for (let i = 0; i < items.length; i += length) chunks.push(items.slice(i, i + length));
  return chunks;
}

function range(first: unknown, last: unknown, step: unknown): number[] | undefined {
  if (first === undefined || last === undefined || step === undefined) return undefined;
  const [from, to, by] = [integer('range', first), integer('range', last), integer('range', step)];
  if (by === 0) throw refusal('range', 'the delta must not be 0');
  const values: number[] = [];
  // a JSONata sequence: a single number stands for itself (recorded on AWS)
  Object.defineProperty(values, 'sequence', { value: true, enumerable: false });
  for (let value = from; by > 0 ? value <= to : value >= to; value += by) values.push(value);
  return values;
}

function hash(text: unknown, algorithm: unknown): string | undefined {
  if (text === undefined || algorithm === undefined) return undefined;
  const name = typeof algorithm === 'string' ? HASH_ALGORITHMS[algorithm] : undefined;
  if (name === undefined) throw refusal('hash', `${JSON.stringify(algorithm)} is not a supported algorithm`);
  if (typeof text !== 'string') throw refusal('hash', 'the first argument must be a string');
  return createHash(name).update(text).digest('hex');
}

function parse(text: unknown): unknown {
  if (text === undefined) return undefined;
  if (typeof text !== 'string') throw refusal('parse', 'the argument must be a string');
  try {
    return JSON.parse(text);
  } catch {
    throw refusal('parse', 'the argument is not valid JSON');
  }
}

/** JSONata's own `$shuffle` (Fisher–Yates) draws from Math.random. */
function shuffle(array: unknown, random: () => SeededRandom): unknown[] | undefined {
  if (array === undefined) return undefined;
  const items = Array.isArray(array) ? [...array] : [array];
  for (let i = items.length - 1; i > 0; i -= 1) {
    const j = random().integer(0, i);
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
}

function integer(name: string, value: unknown): number {
  if (typeof value !== 'number') throw refusal(name, `${JSON.stringify(value)} is not a number`);
  return Math.floor(value);
}

function refusal(name: string, why: string): Error {
  return new Error(`The function $${name} failed: ${why}`);
}
