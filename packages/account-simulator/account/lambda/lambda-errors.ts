import { AwsError } from '../service.ts';

/** ResourceNotFoundException (404) for a function or version. */
export function functionNotFound(arn: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404, { Type: 'User' });
}

/** ResourceConflictException (409): a change of the alias is in progress. */
export function updateInProgress(arn: string): AwsError {
  return new AwsError(
    'ResourceConflictException',
    `The operation cannot be performed at this time. An update is in progress for resource: ${arn}`,
    409,
    { Type: 'User' },
  );
}

/** ResourceNotFoundException (404) for an alias. */
export function aliasNotFound(arn: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Cannot find alias arn: ${arn}`, 404, { Type: 'User' });
}

/** PreconditionFailedException (412): another writer wrote between the caller's read and this write. */
export function revisionMismatch(): AwsError {
  return new AwsError(
    'PreconditionFailedException',
    'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    412,
    { Type: 'User' },
  );
}

/** InvalidParameterValueException (400): an alias has weights or provisioned concurrency, never both. */
export function weightsWithProvisionedConcurrency(): AwsError {
  return new AwsError(
    'InvalidParameterValueException',
    'Alias with weights can not be used with Provisioned Concurrency',
    400,
    { Type: 'User' },
  );
}
