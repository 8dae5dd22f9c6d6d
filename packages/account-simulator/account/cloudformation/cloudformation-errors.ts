import { AwsError } from '../service.ts';
import { notSimulated, type Problems } from '../template/problems.ts';

/** CloudFormation's error for nearly every refusal; only the message tells cases apart. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

/** The error for a missing stack, in the words of the operations that take a name or id. */
export function noSuchStack(name: string): AwsError {
  return validationError(`Stack with id ${name} does not exist`);
}

/** The error for a feature that is not simulated. */
export function unsupported(what: string): AwsError {
  return validationError(notSimulated(what));
}

/** Throws at the first problem of a template, as CloudFormation does. */
export const refusing: Problems = {
  add: (_path, reason) => {
    throw validationError(reason);
  },
};
