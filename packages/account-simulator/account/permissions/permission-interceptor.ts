import type { SimulatedCloudFormation } from '../cloudformation/simulated-cloudformation.ts';
import { AwsError } from '../service.ts';
import type { Interceptor } from '../wire/wire.ts';
import type { Permissions } from './permissions.ts';
import { toSeeThatMissing } from './s3-permissions.ts';

/**
 * Refuses calls on the wire that the caller's role does not allow, with the service's own error. CloudFormation may find a
 * missing right of the caller only later; see `MissingRights`.
 */
export function permissionInterceptor(
  permissions: Permissions,
  cloudFormation: Pick<SimulatedCloudFormation, 'denyChangeOf' | 'stackOfChangeSet'>,
): Interceptor {
  return async (call, next) => {
    permissions.check(call);
    if (call.service === 'cloudformation') {
      const denied = permissions.deniedStackChanges(call);
      const { StackName, ChangeSetName } = call.input;
      const stack = ChangeSetName ? cloudFormation.stackOfChangeSet(ChangeSetName, StackName) : StackName;
      const output = await next();
      // CloudFormation begins to change resources some seconds after it has accepted the update.
      for (const { logicalId, reason } of denied) cloudFormation.denyChangeOf(stack, logicalId, reason);
      return output;
    }
    if (call.service !== 's3') return next();
    try {
      return await next();
    } catch (error) {
      if (isMissingObject(error)) permissions.require(call.caller, toSeeThatMissing(call.input), 's3');
      throw error;
    }
  };
}

function isMissingObject(error: unknown): boolean {
  return error instanceof AwsError && error.statusCode === 404 && error.name !== 'NoSuchBucket';
}
