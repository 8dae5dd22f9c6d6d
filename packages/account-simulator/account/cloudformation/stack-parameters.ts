import type { Parameter } from '@aws-sdk/client-cloudformation';
import { parameterTexts, STORED_TYPE } from '../template/parameters.ts';
import type { ParameterDeclaration, Template } from '../template/template.ts';
import { refusing, validationError } from './cloudformation-errors.ts';
import type { StackParameter } from './stack.ts';

/** Parameter Store, as templates read it through parameters of type `AWS::SSM::Parameter::Value`. */
export interface StoredParameters {
  get(name: string): string | undefined;
  /** Whether `UsePreviousValue` keeps the value read before; otherwise it is read again. */
  readonly kept: boolean;
}

/**
 * The values of a template's parameters for a request.
 *
 * @param previous the stack's previous parameters, for `UsePreviousValue`; empty on creation
 * @throws ValidationError for a value without declaration, a declaration without value, a value not allowed
 */
export function parameterValues(
  template: Template,
  given: readonly Parameter[],
  previous: readonly StackParameter[],
  stored: StoredParameters,
): StackParameter[] {
  const byKey = new Map(given.map((parameter) => [parameter.ParameterKey ?? '', parameter]));
  const chosen = given.flatMap((parameter): [string, string][] => {
    const value = givenValue(parameter, previous);
    return value === undefined ? [] : [[parameter.ParameterKey ?? '', value]];
  });
  const texts = parameterTexts(template, new Map(chosen), refusing);
  return [...texts].map(([key, value]) => {
    const declaration = template.Parameters?.[key] as ParameterDeclaration;
    const { NoEcho, Type } = declaration;
    const noEcho = String(NoEcho) === 'true';
    if (!Type.startsWith(STORED_TYPE)) return { key, value, noEcho };
    const before = byKey.get(key)?.UsePreviousValue && stored.kept && previous.find((one) => one.key === key);
    const resolved = before ? before.resolved : stored.get(value);
    if (resolved === undefined) {
      throw validationError(`Unable to fetch parameters [${value}] from parameter store for this account.`);
    }
    return { key, value, resolved, noEcho };
  });
}

function givenValue(
  { ParameterKey: key, ParameterValue: value, UsePreviousValue: isKept }: Parameter,
  previous: readonly StackParameter[],
): string | undefined {
  if (!isKept) return value;
  const refuse = (reason: string) =>
    validationError(
      `Invalid input for parameter key ${key}. Cannot specify usePreviousValue as true ${reason}`,
    );
  if (value) throw refuse('and non empty value for a parameter');
  const before = previous.find((parameter) => parameter.key === key);
  if (!before) throw refuse('for a parameter key not in the previous template');
  return before.value;
}
