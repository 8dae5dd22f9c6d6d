import type { PutParameterCommandInput } from '@aws-sdk/client-ssm';
import { AwsError } from '../service.ts';
import type { Parameter, Tier } from './parameter.ts';
import { latest } from './parameter.ts';

/** Largest value of each tier, in bytes (AWS Systems Manager User Guide, "Managing parameter tiers"). */
const MAXIMUM_VALUE_BYTES: Readonly<Record<Tier, number>> = { Standard: 4096, Advanced: 8192 };
/** Levels a name may have. */
const MAXIMUM_LEVELS = 15;
const MAXIMUM_NAME_LENGTH = 1011;

/** The error for an invalid input. */
export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/**
 * Checks a name against the rules for new parameters.
 *
 * Source: AWS Systems Manager API Reference, "PutParameter", naming constraints.
 */
export function checkName(name: string): void {
  if (name === '' || name.length > MAXIMUM_NAME_LENGTH || !/^[A-Za-z0-9_.\-/]+$/.test(name)) {
    throw invalid(
      'Parameter name: only a mix of letters, numbers and the following 3 symbols .-_ may be used, ' +
        'with / between the levels of a hierarchy.',
    );
  }
  if (/^\/?(aws|ssm)/i.test(name)) {
    throw invalid(`Parameter name: can't be prefixed with "aws" or "ssm" (case-insensitive): ${name}`);
  }
  if (name.includes('/') && (!name.startsWith('/') || name.endsWith('/') || name.includes('//'))) {
    throw invalid('Parameter name must be a fully qualified name.');
  }
  if (name.split('/').length - 1 > MAXIMUM_LEVELS) {
    throw new AwsError(
      'HierarchyLevelLimitExceededException',
      `Hierarchy can't exceed ${MAXIMUM_LEVELS} levels: ${name}`,
    );
  }
}

/** Checks a value against its pattern, the ban on references and the size limit of its tier. */
export function checkValue(value: string | undefined, tier: Tier, pattern: string | undefined): void {
  if (value === undefined || value === '') throw invalid('Parameter value must not be empty.');
  if (/\{\{.*\}\}/s.test(value)) {
    throw invalid('Parameter value can\'t nest another parameter. Do not use "{{}}" in the value');
  }
  if (Buffer.byteLength(value) > MAXIMUM_VALUE_BYTES[tier]) {
    throw invalid(
      `${tier} tier parameters support a maximum parameter value of ${MAXIMUM_VALUE_BYTES[tier]} characters.`,
    );
  }
  if (pattern !== undefined && !compile(pattern).test(value)) {
    throw new AwsError(
      'ParameterPatternMismatchException',
      `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
    );
  }
}

function compile(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`, 's');
  } catch {
    throw new AwsError('InvalidAllowedPatternException', `Allowed pattern is not valid: ${pattern}`);
  }
}

/** The tier after a write: the requested tier, else the parameter's; Advanced never goes back. */
export function tierOf(input: PutParameterCommandInput, existing: Parameter | undefined): Tier {
  const current = existing && latest(existing).tier;
  switch (input.Tier) {
    case undefined:
      return current ?? 'Standard';
    case 'Intelligent-Tiering': {
      const large = Buffer.byteLength(input.Value ?? '') > MAXIMUM_VALUE_BYTES.Standard;
      return large || current === 'Advanced' ? 'Advanced' : 'Standard';
    }
    case 'Standard':
      if (current === 'Advanced') {
        throw invalid(
          "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the " +
            'advanced-parameter tier to the standard-parameter tier.',
        );
      }
      return 'Standard';
    case 'Advanced':
      return 'Advanced';
    default:
      throw invalid(`Tier must be one of Standard, Advanced, Intelligent-Tiering: ${input.Tier}`);
  }
}
