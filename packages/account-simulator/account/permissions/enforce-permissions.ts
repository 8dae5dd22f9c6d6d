import type { StackSpec } from '../../deploy/stack-spec.ts';
import type { SimulatedAccount } from '../account.ts';
import { AwsError } from '../service.ts';
import { checkAlarmTopics } from './alarm-permissions.ts';
import { checkDeadLetterQueues } from './dead-letter-permissions.ts';
import { machinePermissions } from './machine-permissions.ts';
import { permissionInterceptor } from './permission-interceptor.ts';
import { PermissionUsage } from './permission-usage.ts';
import { Permissions } from './permissions.ts';
import { on, type PermissionScope } from './required-permission.ts';

/**
 * Checks every call that a stack's functions and machines make from now on against the statements of their roles. Call it
 * once, when the stack is deployed and before anything runs.
 *
 * @returns the record of used grants and refused calls
 * @throws AwsError where AWS would not create a machine under its role; Error for features that are not simulated
 */
export function enforcePermissions(account: SimulatedAccount, stack: StackSpec): PermissionUsage {
  const usage = new PermissionUsage();
  const scope = scopeOf(account);
  const permissions = new Permissions({ stack, identity: account.identity, scope, usage });
  for (const machine of stack.machines) {
    const caller = { principal: machine.roleArn, resource: machine.logicalId };
    for (const required of machinePermissions(machine, scope)) permissions.require(caller, required, 'sfn');
  }
  for (const { logicalId, statements } of stack.resourcePolicies) usage.register(logicalId, statements);
  checkDeadLetterQueues(stack, usage);
  checkAlarmTopics(stack, usage);
  account.wire.use(permissionInterceptor(permissions, account.cloudFormation));
  account.authorizeTasks((action, resource, caller) =>
    permissions.require(caller, on(action, resource), 'sfn'),
  );
  return usage;
}

function scopeOf({
  identity,
  codeDeploy,
  cloudFormation,
  parameterStore,
}: SimulatedAccount): PermissionScope {
  const { region, accountId } = identity;
  return {
    arn: (service, resource) => `arn:aws:${service}:${region}:${accountId}:${resource}`,
    deploymentGroup(deploymentId) {
      const group = codeDeploy.lookUp(deploymentId)?.group;
      return group && { application: group.application, group: group.name };
    },
    groupConfig: (application, group) =>
      unlessRefused(() => codeDeploy.group(application, group).settings.configName),
    parameterKey(name) {
      const { keyId, tier = '' } = parameterStore.version(name) ?? {};
      return keyId === undefined || keyId === 'alias/aws/ssm' ? undefined : { keyId, tier };
    },
    changeSet(ChangeSetName, StackName) {
      const found = unlessRefused(() =>
        cloudFormation.operations.DescribeChangeSet({ ChangeSetName, StackName }),
      );
      if (!found) return undefined;
      const roleArn = cloudFormation.roleOfChangeSet(ChangeSetName, StackName);
      const names = { stackId: found.StackId ?? '', name: found.ChangeSetName ?? '' };
      return { ...names, ...(roleArn !== undefined && { roleArn }) };
    },
    stackChanges: (input) => cloudFormation.changesOf(input) ?? [],
    get pinRights() {
      return cloudFormation.pinRights;
    },
    get missingRights() {
      return cloudFormation.missingRights;
    },
    stack(StackName) {
      const found = unlessRefused(() => cloudFormation.operations.DescribeStacks({ StackName }));
      const RoleARN = found?.Stacks?.[0]?.RoleARN;
      return found && (RoleARN === undefined ? {} : { roleArn: RoleARN });
    },
  };
}

/** The service itself refuses a missing object. */
function unlessRefused<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}
