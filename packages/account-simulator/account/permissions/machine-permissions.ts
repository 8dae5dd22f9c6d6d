import type { MachineSpec } from '../../deploy/stack-spec.ts';
import { AwsError } from '../service.ts';
import { on, type PermissionScope, type RequiredPermission } from './required-permission.ts';

/**
 * Permissions that a machine's role needs before the machine can be created: to wait for executions it starts
 * (`startExecution.sync`), Step Functions keeps a rule of its own in EventBridge under that role.
 *
 * Source: Step Functions developer guide, "Call Step Functions: IAM policies" (stepfunctions-iam).
 */
export function machinePermissions(
  { definition, roleArn }: Pick<MachineSpec, 'definition' | 'roleArn'>,
  scope: PermissionScope,
): readonly RequiredPermission[] {
  if (!/"arn:[\w-]+:states:::states:startExecution\.sync/.test(JSON.stringify(definition))) return [];
  const rule = scope.arn('events', 'rule/StepFunctionsGetEventsForStepFunctionsExecutionRule');
  const refusal = () =>
    new AwsError('AccessDeniedException', `'${roleArn}' is not authorized to create managed-rule.`);
  return ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'].map((action) => ({
    ...on(action, rule),
    refusal,
  }));
}
