import { AWS_LIMITS, type Limits } from '../limits.ts';
import type { Machine } from '../machine.ts';
import { StepFunctionsError } from '../step-functions-error.ts';
import { checkScopes, compileGraph, newScope } from './compile-graph.ts';
import { DefinitionReader, type Problem } from './definition-reader.ts';

const FIELDS = ['Comment', 'QueryLanguage', 'StartAt', 'States', 'TimeoutSeconds', 'Version'];
const MOST_SECONDS = 99_999_999;

/** A definition that is invalid or uses features that this interpreter does not run; every problem is listed. */
export class InvalidDefinition extends StepFunctionsError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const lines = problems.map(({ path, message }) => `${path === '' ? '/' : path}: ${message}`);
    super('InvalidDefinition', `Invalid State Machine Definition:\n${lines.join('\n')}`);
    this.problems = problems;
  }
}

/**
 * Checks a definition in the Amazon States Language (an object or its JSON text) and makes it ready to run. Throws {@link
 * InvalidDefinition} with every problem.
 */
export function compileDefinition(definition: object | string, limits: Limits = AWS_LIMITS): Machine {
  const text = typeof definition === 'string' ? definition : JSON.stringify(definition);
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.definitionBytes) {
    throw new InvalidDefinition([
      { path: '', message: `has ${bytes} bytes; the most is ${limits.definitionBytes}` },
    ]);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new InvalidDefinition([{ path: '', message: `is not JSON: ${(error as Error).message}` }]);
  }
  const reader = new DefinitionReader();
  const fields = reader.object(parsed, '', FIELDS);
  if (fields === undefined) throw new InvalidDefinition(reader.problems);
  const language = fields.QueryLanguage ?? 'JSONPath';
  if (language !== 'JSONata' && language !== 'JSONPath') {
    reader.problem('/QueryLanguage', 'must be JSONata or JSONPath');
  }
  if ((fields.Version ?? '1.0') !== '1.0') reader.problem('/Version', 'must be 1.0');
  const scope = newScope(language === 'JSONata');
  const timeoutSeconds = reader.integer(fields, 'TimeoutSeconds', '', 1, MOST_SECONDS);
  const graph = compileGraph(reader, fields, '', undefined, scope);
  checkScopes(reader, scope, new Set());
  if (graph === undefined || reader.problems.length > 0) throw new InvalidDefinition(reader.problems);
  return { graph, timeoutSeconds };
}
