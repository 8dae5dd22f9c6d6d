import type { StackState } from '../../aws/stacks.ts';
import type { TargetContext } from '../target-adapter.ts';
import type { PlannedRole } from './shapes.ts';

/** The service role of a plan: the stack's own where it has one, otherwise the catalog's, which the stack is to keep. */
export function planRole(own: string | undefined, named: string | undefined): PlannedRole | undefined {
  if (own !== undefined) return { arn: own };
  return named === undefined ? undefined : { arn: named, attach: true };
}

/** The role that an update of ours passes: none to a stack that has one, and none with a person's own rights. */
export function passedRole(
  { role }: { readonly role?: PlannedRole | undefined },
  { roleArn }: Pick<StackState, 'roleArn'>,
  { byDeployer }: Pick<TargetContext, 'byDeployer'>,
): string | undefined {
  return roleArn === undefined && !byDeployer && role?.attach ? role.arn : undefined;
}

/** Whether an update runs with rights that suffice: those of a service role, or of a person who may deploy. */
export function hasRights(
  plan: { readonly role?: PlannedRole | undefined },
  stack: Pick<StackState, 'roleArn'>,
  context: Pick<TargetContext, 'byDeployer'>,
): boolean {
  const roleArn = stack.roleArn ?? passedRole(plan, stack, context);
  return roleArn !== undefined || context.byDeployer === true;
}

/**
 * Whether a request was refused for the role that it passes: we may not pass it, or CloudFormation cannot take it on,
 * because it is gone or does not trust CloudFormation. Of the second only the words are known, from public issues.
 */
export function isRoleRefused(error: unknown): boolean {
  const { message } = error as Error;
  return /iam:PassRole/.test(message) || /^Role \S+ is invalid or cannot be assumed/.test(message);
}

/** By whose rights CloudFormation changes a stack, to follow what is done to it. */
export function roleInWords(role: PlannedRole | undefined): string {
  if (!role) return "with the coordinator's rights";
  return role.attach
    ? `with the service role ${role.arn}, which the stack keeps for good`
    : `with its service role ${role.arn}`;
}
