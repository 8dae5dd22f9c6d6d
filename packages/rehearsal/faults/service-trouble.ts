import { AwsError } from 'account-simulator/account/service.ts';

/** A service's error for too many calls; its name differs by service. */
export function throttled(service: string): AwsError {
  const message = 'Rate exceeded';
  switch (service) {
    case 'lambda':
      return new AwsError('TooManyRequestsException', message, 429);
    case 's3':
      return new AwsError('SlowDown', message, 503);
    case 'dynamodb':
      return new AwsError('ProvisionedThroughputExceededException', message, 400);
    case 'cloudformation':
    case 'cloudwatch':
      return new AwsError('Throttling', message, 400);
    default:
      return new AwsError('ThrottlingException', message, 400);
  }
}

/** A service's error for another change in progress; its name differs by service. */
export function underWay(service: string): AwsError {
  const message = 'Another operation is in progress.';
  switch (service) {
    case 'lambda':
      return new AwsError('ResourceConflictException', message, 409);
    case 'codedeploy':
      return new AwsError('DeploymentLimitExceededException', message, 400);
    case 'cloudformation':
      return new AwsError('OperationInProgressException', message, 409);
    case 'ssm':
      return new AwsError('TooManyUpdates', message, 400);
    default:
      return new AwsError('ConflictException', message, 409);
  }
}

/** A service's error for an internal failure; its name differs by service. */
export function failed(service: string): AwsError {
  const message = 'An internal error occurred.';
  switch (service) {
    case 'lambda':
      return new AwsError('ServiceException', 'The Lambda service encountered an internal error.', 500);
    case 's3':
    case 'sns':
      return new AwsError('InternalError', message, 500);
    case 'dynamodb':
    case 'ssm':
      return new AwsError('InternalServerError', message, 500);
    case 'cloudwatch':
      return new AwsError('InternalServiceFault', message, 500);
    default:
      return new AwsError('InternalFailure', message, 500);
  }
}
