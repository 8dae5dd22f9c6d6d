import type { ProblemList } from './template-problem.ts';
import { isList, isMap, kindOf, type TemplateMap, type TemplateValue } from './template-value.ts';

/** Values for the template's parameters, by name, as `sam deploy --parameter-overrides` takes them. */
export type ParameterValues = Readonly<Record<string, string | number | boolean>>;

const attributes = [
  'Type',
  'Default',
  'Description',
  'AllowedValues',
  'AllowedPattern',
  'MinLength',
  'MaxLength',
  'MinValue',
  'MaxValue',
  'ConstraintDescription',
  'NoEcho',
];

/**
 * The value of every parameter: what was given, else its default, checked against type and constraints.
 * Lists come back as lists of text, everything else as text, which is what `Ref` gives.
 *
 * Source: AWS CloudFormation User Guide, "Parameters section".
 */
export function resolveParameters(
  declared: TemplateMap,
  given: ParameterValues,
  problems: ProblemList,
): ReadonlyMap<string, TemplateValue> {
  for (const name of Object.keys(given)) {
    if (name in declared) continue;
    const known = Object.keys(declared).join(', ') || 'none';
    problems.add(`Parameters.${name}`, `was given a value but is not declared; declared are: ${known}`);
  }
  const values = new Map<string, TemplateValue>();
  for (const [name, declaration] of Object.entries(declared)) {
    const path = `Parameters.${name}`;
    if (!isMap(declaration)) {
      problems.add(path, `must be a mapping, not ${kindOf(declaration)}`);
      continue;
    }
    for (const attribute of Object.keys(declaration)) {
      if (!attributes.includes(attribute))
        problems.add(`${path}.${attribute}`, 'is not a parameter attribute');
    }
    const value = given[name] ?? declaration.Default;
    if (value === undefined || value === null || typeof value === 'object') {
      problems.add(
        path,
        value === undefined ? 'has no default and was given no value' : 'must have a plain value',
      );
      continue;
    }
    const checked = checkParameter(declaration, String(value), path, problems);
    if (checked !== undefined) values.set(name, checked);
  }
  return values;
}

function checkParameter(declaration: TemplateMap, value: string, path: string, problems: ProblemList) {
  const type = declaration.Type;
  const isListType = type === 'CommaDelimitedList' || type === 'List<Number>';
  if (type !== 'String' && type !== 'Number' && !isListType) {
    problems.add(`${path}.Type`, `${kindOf(type)} is not simulated; String, Number and lists of them are`);
    return undefined;
  }
  const items = isListType ? value.split(',').map((item) => item.trim()) : [value];
  for (const item of items) {
    const reason = whatIsWrong(declaration, item, type === 'Number' || type === 'List<Number>');
    if (reason === undefined) continue;
    const hint = declaration.ConstraintDescription;
    problems.add(path, `${JSON.stringify(item)} ${reason}${typeof hint === 'string' ? ` (${hint})` : ''}`);
  }
  return isListType ? items : value;
}

function whatIsWrong(declaration: TemplateMap, value: string, isNumber: boolean): string | undefined {
  const allowed = declaration.AllowedValues;
  if (isList(allowed) && !allowed.some((one) => String(one) === value)) {
    return `is not allowed; allowed are: ${allowed.map(String).join(', ')}`;
  }
  const pattern = declaration.AllowedPattern;
  // CloudFormation matches the whole value (Java's String.matches), whether or not the pattern is anchored.
  if (typeof pattern === 'string' && !new RegExp(`^(?:${pattern})$`).test(value)) {
    return `does not match the pattern ${pattern}`;
  }
  const limit = (name: string) => (declaration[name] === undefined ? undefined : Number(declaration[name]));
  if (isNumber) {
    if (value.trim() === '' || Number.isNaN(Number(value))) return 'is not a number';
    return outside(Number(value), limit('MinValue'), limit('MaxValue'), 'the value');
  }
  return outside(value.length, limit('MinLength'), limit('MaxLength'), 'the length');
}

function outside(size: number, min: number | undefined, max: number | undefined, what: string) {
  if (min !== undefined && size < min) return `is too small: ${what} must be at least ${min}`;
  if (max !== undefined && size > max) return `is too large: ${what} must be at most ${max}`;
  return undefined;
}
