import type { Catcher, Retrier } from '../machine.ts';
import { compileAssign } from './compile-assign.ts';
import type { DefinitionReader, Fields } from './definition-reader.ts';

/** The largest count and number of seconds that AWS accepts (…/dg/concepts-error-handling). */
const LARGEST = 99_999_999;
const LONGEST_DELAY_SECONDS = 31_622_400;

const RETRIER_FIELDS = [
  'ErrorEquals',
  'IntervalSeconds',
  'MaxAttempts',
  'BackoffRate',
  'MaxDelaySeconds',
  'JitterStrategy',
  'Comment',
];

const CATCHER_FIELDS = ['ErrorEquals', 'Next', 'Output', 'Assign', 'Comment'];

/** Reads a state's Retry with AWS's defaults: 1 s, 3 attempts, rate 2, no cap, no jitter. */
export function compileRetry(reader: DefinitionReader, state: Fields, path: string): Retrier[] {
  return entries(reader, state, 'Retry', path).flatMap(({ value, at, last }) => {
    const fields = reader.object(value, at, RETRIER_FIELDS);
    if (fields === undefined) return [];
    const backoffRate = fields.BackoffRate ?? 2;
    if (typeof backoffRate !== 'number' || backoffRate < 1) {
      reader.problem(`${at}/BackoffRate`, 'must be a number of at least 1');
    }
    const jitter = fields.JitterStrategy ?? 'NONE';
    if (jitter !== 'NONE' && jitter !== 'FULL') {
      reader.problem(`${at}/JitterStrategy`, 'must be FULL or NONE');
    }
    return {
      errorEquals: errorEquals(reader, fields, at, last),
      intervalSeconds: reader.integer(fields, 'IntervalSeconds', at, 1, LARGEST) ?? 1,
      maxAttempts: reader.integer(fields, 'MaxAttempts', at, 0, LARGEST) ?? 3,
      backoffRate: backoffRate as number,
      maxDelaySeconds:
        reader.integer(fields, 'MaxDelaySeconds', at, 1, LONGEST_DELAY_SECONDS) ?? Number.POSITIVE_INFINITY,
      fullJitter: jitter === 'FULL',
    };
  });
}

/** Reads a state's Catch; the names it assigns are added to `assigned`. */
export function compileCatch(
  reader: DefinitionReader,
  state: Fields,
  path: string,
  assigned: Set<string>,
): Catcher[] {
  return entries(reader, state, 'Catch', path).flatMap(({ value, at, index, last }) => {
    const fields = reader.object(value, at, CATCHER_FIELDS);
    if (fields === undefined) return [];
    const location = `Catch[${index}]`;
    return {
      errorEquals: errorEquals(reader, fields, at, last),
      assign: compileAssign(reader, fields, at, assigned, ['errorOutput'], `${location}/`),
      output:
        fields.Output === undefined
          ? undefined
          : reader.template(fields.Output, `${at}/Output`, `${location}/Output`, ['errorOutput']),
      next: reader.text(fields, 'Next', at, true) ?? '',
    };
  });
}

function entries(reader: DefinitionReader, state: Fields, field: string, path: string) {
  const value = state[field];
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    reader.problem(`${path}/${field}`, 'must be an array');
    return [];
  }
  return value.map((entry: unknown, index) => ({
    value: entry,
    at: `${path}/${field}[${index}]`,
    index,
    last: index === value.length - 1,
  }));
}

function errorEquals(reader: DefinitionReader, fields: Fields, path: string, last: boolean): string[] {
  const names = fields.ErrorEquals;
  const at = `${path}/ErrorEquals`;
  if (!Array.isArray(names) || names.length === 0 || !names.every((name) => typeof name === 'string')) {
    reader.problem(at, 'must be an array of error names that is not empty');
    return [];
  }
  if (names.includes('States.ALL')) {
    if (names.length > 1) reader.problem(at, 'States.ALL must stand alone');
    if (!last) reader.problem(at, 'States.ALL must be in the last entry');
  }
  return names;
}
