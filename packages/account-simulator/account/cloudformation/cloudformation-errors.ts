import { AwsError } from '../service.ts';
import { notSimulated, type Problems } from '../template/problems.ts';

/** CloudFormation's answer to nearly everything it refuses; the message is all there is to tell cases apart. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

/** A stack that is not there, in the words of the operations that take a name or id. */
export function noSuchStack(name: string): AwsError {
  return validationError(`Stack with id ${name} does not exist`);
}

/** What the simulated CloudFormation has no model of. */
export function unsupported(what: string): AwsError {
  return validationError(notSimulated(what));
}

/** Throws at the first problem of a template, as CloudFormation does. */
export const refusing: Problems = {
  add: (_path, reason) => {
    throw validationError(reason);
  },
};
