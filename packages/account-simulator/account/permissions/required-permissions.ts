import { AwsError } from '../service.ts';
import { httpApiPermissions, restApiPermissions } from './api-gateway-permissions.ts';
import { cloudFormationPermissions } from './cloudformation-permissions.ts';
import { cloudWatchPermissions } from './cloudwatch-permissions.ts';
import { codeDeployPermissions } from './codedeploy-permissions.ts';
import { dynamoDbPermissions } from './dynamodb-permissions.ts';
import { lambdaPermissions } from './lambda-permissions.ts';
import type { PermissionScope, RequiredPermission, Requirements } from './required-permission.ts';
import { s3Permissions } from './s3-permissions.ts';
import { snsPermissions } from './sns-permissions.ts';
import { ssmPermissions } from './ssm-permissions.ts';
import { statesPermissions } from './states-permissions.ts';
import { vpcLatticePermissions } from './vpc-lattice-permissions.ts';

/** By the wire's names of the services. */
const services: Readonly<Record<string, Requirements>> = {
  'api-gateway': restApiPermissions,
  apigatewayv2: httpApiPermissions,
  cloudformation: cloudFormationPermissions,
  cloudwatch: cloudWatchPermissions,
  codedeploy: codeDeployPermissions,
  dynamodb: dynamoDbPermissions,
  lambda: lambdaPermissions,
  s3: s3Permissions,
  sfn: statesPermissions,
  sns: snsPermissions,
  ssm: ssmPermissions,
  'vpc-lattice': vpcLatticePermissions,
};

/**
 * All permissions that a call requires.
 *
 * @throws AwsError `UnsupportedOperation` for an operation whose permissions are not known, naming it
 */
export function requiredPermissions(
  { service, operation, input }: { service: string; operation: string; input: object },
  scope: PermissionScope,
): readonly RequiredPermission[] {
  const requirement = services[service]?.[operation];
  if (requirement) return requirement(input as never, scope);
  throw new AwsError(
    'UnsupportedOperation',
    `UnsupportedOperation: the permissions for ${service}:${operation} are not known`,
    501,
  );
}
