import { isList, isMap } from '../account/template/template-value.ts';
import type { PropertyReader } from './property-reader.ts';

/** One statement of an IAM policy, resolved, with lists where IAM takes one text or a list. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  /** Only in a resource policy: the principals that the statement is about. */
  readonly Principal?: unknown;
  /** Operator → key → values. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/**
 * Reads the `Statement` of a policy document. `NotAction`, `NotResource` and `NotPrincipal` are refused: they grant by
 * omission.
 */
export function readStatements(document: PropertyReader): PolicyStatement[] {
  document.only(['Version', 'Id', 'Statement']);
  const single = isMap(document.raw('Statement'));
  const statements = single ? [document.map('Statement')] : document.maps('Statement');
  if (statements.length === 0) document.refuse('Statement', 'is required');
  return statements.map((statement) => {
    statement.only(['Sid', 'Effect', 'Action', 'Resource', 'Principal', 'Condition']);
    if (!statement.has('Action')) statement.refuse('Action', 'is required');
    const sid = statement.optionalText('Sid');
    const principal = statement.raw('Principal');
    return {
      ...(sid === undefined ? {} : { Sid: sid }),
      Effect: statement.oneOf('Effect', ['Allow', 'Deny']),
      Action: statement.texts('Action'),
      Resource: statement.texts('Resource'),
      ...(principal === undefined ? {} : { Principal: principal }),
      ...(statement.has('Condition') ? { Condition: readCondition(statement.map('Condition')) } : {}),
    };
  });
}

function readCondition(condition: PropertyReader) {
  return Object.fromEntries(
    condition.keys().map((operator) => {
      const keys = condition.map(operator);
      return [operator, Object.fromEntries(keys.keys().map((key) => [key, valuesOf(keys, key)]))];
    }),
  );
}

function valuesOf(keys: PropertyReader, key: string): readonly string[] {
  const value = keys.raw(key);
  return (isList(value) ? value : [value]).map(String);
}
