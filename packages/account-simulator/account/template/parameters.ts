import type { Problems } from './problems.ts';
import type { ParameterDeclaration, Template } from './template.ts';
import { isList, type TemplateValue } from './template-value.ts';

/** Prefix of parameter types whose value is a name in Parameter Store. */
export const STORED_TYPE = 'AWS::SSM::Parameter::Value<';

/**
 * The text of every parameter: the given value, else the default. Reports values without a declaration, declarations without
 * a value, and values that the type or constraints do not allow.
 *
 * Source: AWS CloudFormation User Guide, "CloudFormation template Parameters syntax".
 */
export function parameterTexts(
  { Parameters: declared = {} }: Template,
  given: ReadonlyMap<string, string>,
  problems: Problems,
): ReadonlyMap<string, string> {
  const unknown = [...given.keys()].filter((name) => !Object.hasOwn(declared, name));
  if (unknown.length > 0) {
    problems.add('Parameters', `Parameters: [${unknown.join(', ')}] do not exist in the template`);
  }
  const values = new Map<string, string>();
  for (const [name, declaration] of Object.entries(declared)) {
    const value = given.get(name) ?? declaration.Default;
    if (value !== undefined) values.set(name, String(value));
  }
  const missing = Object.keys(declared).filter((name) => !values.has(name));
  if (missing.length > 0) {
    problems.add('Parameters', `Parameters: [${missing.join(', ')}] must have values`);
  }
  for (const [name, value] of values) {
    checkValue(name, value, declared[name] as ParameterDeclaration, problems);
  }
  return values;
}

/** The value of `Ref` for a parameter: a list of texts for a list type, else its text. */
export function parameterValue({ Type }: ParameterDeclaration, text: string): TemplateValue {
  return /List/.test(Type) ? text.split(',').map((item) => item.trim()) : text;
}

function checkValue(name: string, text: string, declaration: ParameterDeclaration, problems: Problems): void {
  const value = parameterValue(declaration, text);
  for (const item of isList(value) ? value : [value]) {
    const reason = whatIsWrong(`Parameter '${name}'`, String(item), declaration);
    if (reason === undefined) continue;
    const { ConstraintDescription: hint } = declaration;
    problems.add(
      `Parameters.${name}`,
      hint === undefined ? reason : `Parameter ${name} failed to satisfy constraint: ${hint}`,
    );
  }
}

function whatIsWrong(name: string, value: string, declaration: ParameterDeclaration): string | undefined {
  const { Type, AllowedValues: allowed, AllowedPattern: pattern } = declaration;
  if (Array.isArray(allowed) && !allowed.map(String).includes(value)) {
    return `${name} must be one of AllowedValues: [${allowed.map(String).join(', ')}]`;
  }
  if (typeof pattern === 'string' && !isWhole(value, pattern)) return `${name} must match pattern ${pattern}`;
  const limit = (attribute: string) =>
    declaration[attribute] === undefined ? undefined : Number(declaration[attribute]);
  if (Type === 'Number' || Type === 'List<Number>') {
    if (value.trim() === '' || Number.isNaN(Number(value))) return `${name} must be a number`;
    const [low, high] = [limit('MinValue'), limit('MaxValue')];
    if (low !== undefined && Number(value) < low) return `${name} must be a number not less than ${low}`;
    if (high !== undefined && Number(value) > high)
      return `${name} must be a number not greater than ${high}`;
    return undefined;
  }
  const [low, high] = [limit('MinLength'), limit('MaxLength')];
  if (low !== undefined && value.length < low) return `${name} must contain at least ${low} characters`;
  if (high !== undefined && value.length > high) return `${name} must contain at most ${high} characters`;
  return undefined;
}

/** CloudFormation matches the whole value (Java's String.matches), whether or not the pattern is anchored. */
function isWhole(value: string, pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(value);
  } catch {
    return false;
  }
}
