import type { ErrorCode } from '@aws-sdk/client-codedeploy';

/** A deployment's `errorInformation`. */
export interface DeploymentError {
  readonly code: ErrorCode;
  readonly message: string;
}

/**
 * INVALID_LAMBDA_CONFIGURATION: the AppSpec and the alias do not match; `detail` holds the reason where CodeDeploy gives
 * one.
 */
export function invalidConfiguration(detail?: string): DeploymentError {
  const message =
    'The deployment failed because the AppSpec file that specifies the AWS Lambda deployment configuration is missing or has an invalid configuration.';
  return {
    code: 'INVALID_LAMBDA_CONFIGURATION',
    message: detail === undefined ? message : `${message} ${detail}`,
  };
}

/**
 * The alias is not, or not only, on the AppSpec's `CurrentVersion`: it was moved outside CodeDeploy, or left with weights.
 */
export function versionMismatch(): DeploymentError {
  return invalidConfiguration(
    'The Lambda function alias version does not match the current version in AppSpec file',
  );
}

/** ALARM_ACTIVE, in the words of recorded deployments. */
export function alarmActive(names: readonly string[]): DeploymentError {
  return {
    code: 'ALARM_ACTIVE',
    message: `One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected deployments have been stopped. Activated alarms: <${names.join(', ')}>`,
  };
}

/** MANUAL_STOP. The wording is not documented. */
export function manualStop(): DeploymentError {
  return { code: 'MANUAL_STOP', message: 'The deployment was stopped by a user.' };
}
