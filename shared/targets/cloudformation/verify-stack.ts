import { isAtRest, type StackState, type Stacks } from '../../aws/stacks.ts';
import type { StackPinPlan, StackPlan, StackRebuildPlan } from './shapes.ts';
import { roleInWords } from './stack-role.ts';
import { stuck } from './stack-standing.ts';
import { lackedSincePin, lackedTriggers, triggersAfter, triggersInWords } from './stack-triggers.ts';

/**
 * Reads the stack again and describes its status, and the settings that it got or lost.
 *
 * @throws TargetNotRestored when it is not at rest
 */
export async function verifyStack(
  stacks: Stacks,
  plan: StackPlan | StackPinPlan | StackRebuildPlan,
): Promise<string> {
  const stack = await stacks.describe(plan.stack);
  if (!isAtRest(stack)) throw stuck(stack);
  const found = `stack ${plan.stack} is ${stack.status}`;
  if (plan.kind !== 'cloudformation') return found + afterPin(plan, stack);
  if (!plan.waitOnly) return found + triggersAfter(plan, stack);
  return [found, ...(await lackedSincePin(stacks, plan))].join('. ');
}

/** Settings that a pin or a rebuild added to or removed from a stack, to follow a description of the change. */
export function afterPin(plan: Pick<StackPinPlan, 'role' | 'triggers'>, stack: StackState): string {
  const { role } = plan;
  const attached = role?.attach && stack.roleArn === role.arn ? ` ${roleInWords(role)}` : '';
  const lacked = lackedTriggers(plan, stack);
  return `${attached}${lacked ? `; its rollback triggers are empty (${triggersInWords(lacked)})` : ''}`;
}
