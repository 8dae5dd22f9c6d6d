import type * as z from 'zod';
import { nearestName } from './nearest-name.ts';
import { shownText } from './plain-text.ts';

/** A problem of a value that a person wrote: its place and the expected form. */
export interface InputProblem {
  /** A path such as `policy.limits.errorRate`; empty for the value as a whole. */
  readonly path: string;
  readonly reason: string;
}

/** The checked value, or all its problems. */
export type CheckedInput<T> = { readonly data: T } | { readonly problems: readonly InputProblem[] };

/** A person mends a few problems at a time; a value of another kind has hundreds. */
export const problemsShown = 10;

/**
 * Checks a value against a schema. Each problem names the field, the value found and the form expected; an unknown field
 * gets the nearest known one.
 */
export function checkInput<T>(schema: z.ZodType<T>, value: unknown): CheckedInput<T> {
  const known: KnownFields = new WeakMap();
  const parsed = schema.safeParse(value, { error: (issue) => wordsFor(issue, known) });
  return parsed.success ? { data: parsed.data } : { problems: problemsOf(parsed.error.issues, known) };
}

/** The problems in one line, {@link problemsShown} of them at most. */
export function describeProblems(problems: readonly InputProblem[]): string {
  return fewProblems(problems)
    .map(({ path, reason }) => (path ? `${path}: ${reason}` : reason))
    .join('; ');
}

/** The first {@link problemsShown} problems, and a last entry that counts the others. */
export function fewProblems(problems: readonly InputProblem[]): readonly InputProblem[] {
  if (problems.length <= problemsShown) return problems;
  const left = problems.length - problemsShown;
  return [...problems.slice(0, problemsShown), { path: '', reason: `and ${left} more problems` }];
}

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;
/** The known fields of an object that has unknown ones, by the list of the unknown ones. */
type KnownFields = WeakMap<readonly string[], readonly string[]>;

function problemsOf(
  issues: readonly Issue[],
  known: KnownFields,
  prefix: readonly string[] = [],
): InputProblem[] {
  return issues.flatMap((issue): InputProblem[] => {
    const path = [...prefix, ...issue.path.map((key) => shownText(String(key)))];
    if (issue.code === 'unrecognized_keys') {
      const fields = known.get(issue.keys) ?? [];
      return issue.keys.map((key) => ({
        path: [...path, shownText(key)].join('.'),
        reason: `is not a known field${didYouMean(key, fields)}`,
      }));
    }
    const meant = issue.code === 'invalid_union' ? meantBranch(issue.errors) : undefined;
    if (meant) return problemsOf(meant, known, path);
    return [{ path: path.join('.') || 'input', reason: issue.message }];
  });
}

/** The branch of a union that matches the value's type, if it is the only one. */
function meantBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const alike = branches.filter(
    (issues) =>
      issues.length > 0 && !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  );
  const [branch] = alike;
  return alike.length === 1 &&
    branch?.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys')
    ? branch
    : undefined;
}

function wordsFor(issue: RawIssue, known: KnownFields): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue.expected, issue.input);
    case 'invalid_value': {
      const values = issue.values.map((value) => JSON.stringify(value));
      const expected = values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
      if (issue.input === undefined) return `is missing: it must be ${expected}`;
      const nearest = didYouMean(issue.input, issue.values.map(String));
      return `must be ${expected}, not ${valueInWords(issue.input)}${nearest}`;
    }
    case 'unrecognized_keys': {
      const { shape = {} } = (issue.inst as { readonly shape?: object } | undefined) ?? {};
      known.set(issue.keys, Object.keys(shape));
      return undefined;
    }
    case 'too_small':
      return outOfRange(issue.origin, issue.minimum, issue.inclusive === false ? 'more than' : 'at least');
    case 'too_big':
      return outOfRange(issue.origin, issue.maximum, issue.inclusive === false ? 'less than' : 'at most');
    default:
      return undefined;
  }
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};

function wrongType(expected: string, input: unknown): string {
  const words = typeWords[expected] ?? expected;
  return input === undefined
    ? `is missing: it must be ${words}`
    : `must be ${words}, not ${valueInWords(input)}`;
}

function valueInWords(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? `"${shownText(value)}"` : String(value);
}

function outOfRange(origin: string, limit: number | bigint, comparison: string): string {
  const unit = { string: ' characters', array: ' entries', set: ' entries' }[origin];
  if (unit === undefined) return `must be ${comparison} ${limit}`;
  return comparison === 'at least' && limit === 1
    ? 'must not be empty'
    : `must have ${comparison} ${limit}${unit}`;
}

function didYouMean(given: unknown, allowed: readonly string[]): string {
  const nearest = typeof given === 'string' ? nearestName(given, allowed) : undefined;
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
}
