import type { StackState } from '../../aws/stacks.ts';
import type { TargetContext } from '../target-adapter.ts';
import type { PlannedRole } from './shapes.ts';

/** The service role of a plan: the stack's own if it has one, otherwise the catalog's, which the stack keeps. */
export function planRole(own: string | undefined, named: string | undefined): PlannedRole | undefined {
  if (own !== undefined) return { arn: own };
  return named === undefined ? undefined : { arn: named, attach: true };
}

/** The role that our update passes: none if the stack has one, or if a person runs it with their own rights. */
export function passedRole(
  { role }: { readonly role?: PlannedRole | undefined },
  { roleArn }: Pick<StackState, 'roleArn'>,
  { byDeployer }: Pick<TargetContext, 'byDeployer'>,
): string | undefined {
  return roleArn === undefined && !byDeployer && role?.attach ? role.arn : undefined;
}

/** Whether an update runs with sufficient rights: those of a service role, or of a person who may deploy. */
export function hasRights(
  plan: { readonly role?: PlannedRole | undefined },
  stack: Pick<StackState, 'roleArn'>,
  context: Pick<TargetContext, 'byDeployer'>,
): boolean {
  const roleArn = stack.roleArn ?? passedRole(plan, stack, context);
  return roleArn !== undefined || context.byDeployer === true;
}

/**
 * Whether a request was refused because of the role that it passes: we may not pass it, or CloudFormation cannot assume it,
 * because it is gone or does not trust CloudFormation. The text of the second error is known only from public issues.
 */
export function isRoleRefused(error: unknown): boolean {
  const { message } = error as Error;
  return /iam:PassRole/.test(message) || /^Role \S+ is invalid or cannot be assumed/.test(message);
}

/** The rights with which CloudFormation changes a stack, to follow a description of the change. */
export function roleInWords(role: PlannedRole | undefined): string {
  if (!role) return "with the coordinator's rights";
  return role.attach
    ? `with the service role ${role.arn}, which the stack keeps for good`
    : `with its service role ${role.arn}`;
}
