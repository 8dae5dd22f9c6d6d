import * as z from 'zod';

/** Id of a CodeDeploy deployment. Real ones have nine letters and digits behind `d-`. */
export const deploymentId = z
  .string()
  .regex(/^d-[A-Za-z0-9]{1,32}$/, 'must be the id of a CodeDeploy deployment, such as d-ABCDEFGHI');

/** Id of a release, and of its incident: the service, the time it began, and its cause if it has one. */
export const releaseId = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,39}-\d{8}T\d{6}Z(-\d{3}-[A-Za-z0-9-]{1,40})?$/,
    'must be the id of a release, such as orders-20260105T090500Z',
  );

/** Name of a stack, from its ARN; any other text is taken for the name. */
export function stackNameOf(stackId: string): string {
  return stackId.split('/')[1] ?? stackId;
}

/** The beginning of ARNs in every partition of AWS: `aws`, `aws-cn`, `aws-us-gov` and others to come. */
export const arnPrefix = 'arn:aws(?:-[a-z]{1,10}){0,3}';

/** Id of a CloudFormation stack: its ARN. */
export const stackArn = z
  .string()
  .regex(
    new RegExp(
      `^${arnPrefix}:cloudformation:[a-z0-9-]{1,30}:\\d{12}:stack/[A-Za-z][A-Za-z0-9-]{0,127}/[A-Za-z0-9-]{1,64}$`,
    ),
    'must be the ARN of a stack, such as arn:aws:cloudformation:eu-west-1:111122223333:stack/orders-prod/0a1b2c3d',
  );

/**
 * ARN of a state machine of the coordinator's own account and Region.
 *
 * @param ownArn any ARN of the account and the Region
 */
export function stateMachineArn(ownArn: string, name: string): string {
  const [arn, partition, , region, account] = ownArn.split(':');
  return [arn, partition, 'states', region, account, 'stateMachine', name].join(':');
}
