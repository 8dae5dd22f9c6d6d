import type { Parameter } from '@aws-sdk/client-cloudformation';
import { validationError } from './cloudformation-errors.ts';
import type { StackParameter } from './stack.ts';
import type { ParameterDeclaration, Template } from './template.ts';

/** Parameter Store, as templates read it by parameters of type `AWS::SSM::Parameter::Value`. */
export interface StoredParameters {
  get(name: string): string | undefined;
  /** Whether `UsePreviousValue` keeps what was read before; otherwise it is read anew. */
  readonly kept: boolean;
}

/**
 * The values a template's parameters get from a request.
 *
 * @param previous the stack's parameters before, for `UsePreviousValue`; none when the stack is made
 * @throws ValidationError for a value without declaration, a declaration without value, a value not allowed
 */
export function parameterValues(
  template: Template,
  given: readonly Parameter[],
  previous: readonly StackParameter[],
  stored: StoredParameters,
): StackParameter[] {
  const declared = template.Parameters ?? {};
  const unknown = given.flatMap(({ ParameterKey = '' }) => (ParameterKey in declared ? [] : [ParameterKey]));
  if (unknown.length > 0) {
    throw validationError(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  }
  const byKey = new Map(given.map((parameter) => [parameter.ParameterKey, parameter]));
  const missing: string[] = [];
  const values: StackParameter[] = [];
  for (const [key, declaration] of Object.entries(declared)) {
    const value = chooseValue(key, declaration, byKey.get(key), previous);
    if (value === undefined) {
      missing.push(key);
      continue;
    }
    const noEcho = String(declaration.NoEcho) === 'true';
    if (!declaration.Type?.startsWith(STORED)) {
      values.push({ key, value, noEcho });
      continue;
    }
    const before = byKey.get(key)?.UsePreviousValue && stored.kept && previous.find((one) => one.key === key);
    const resolved = before ? before.resolved : stored.get(value);
    if (resolved === undefined) {
      throw validationError(`Unable to fetch parameters [${value}] from parameter store for this account.`);
    }
    values.push({ key, value, resolved, noEcho });
  }
  if (missing.length > 0) throw validationError(`Parameters: [${missing.join(', ')}] must have values`);
  return values;
}

const STORED = 'AWS::SSM::Parameter::Value<';

function chooseValue(
  key: string,
  declaration: ParameterDeclaration,
  given: Parameter | undefined,
  previous: readonly StackParameter[],
): string | undefined {
  if (given?.UsePreviousValue) {
    if (given.ParameterValue) {
      throw validationError(
        `Invalid input for parameter key ${key}. Cannot specify usePreviousValue as true and non empty value for a parameter`,
      );
    }
    const before = previous.find((parameter) => parameter.key === key);
    if (!before) {
      throw validationError(
        `Invalid input for parameter key ${key}. Cannot specify usePreviousValue as true for a parameter key not in the previous template`,
      );
    }
    return before.value;
  }
  const value = given?.ParameterValue ?? declaration.Default;
  if (value === undefined) return undefined;
  const { AllowedValues, AllowedPattern } = declaration;
  if (AllowedValues && !AllowedValues.map(String).includes(String(value))) {
    throw validationError(
      `Parameter '${key}' must be one of AllowedValues: [${AllowedValues.map(String).join(', ')}]`,
    );
  }
  if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(String(value))) {
    throw validationError(`Parameter '${key}' must match pattern ${AllowedPattern}`);
  }
  return String(value);
}
