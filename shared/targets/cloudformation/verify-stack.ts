import { isAtRest, type StackState, type Stacks } from '../../aws/stacks.ts';
import type { StackPinPlan, StackPlan, StackRebuildPlan } from './shapes.ts';
import { roleInWords } from './stack-role.ts';
import { stuck } from './stack-standing.ts';
import { lackedSincePin, lackedTriggers, triggersAfter, triggersInWords } from './stack-triggers.ts';

/**
 * Reads the stack once more and says how it is, and what it got or lost.
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

/** What a pin or a rebuild gave to a stack, and what it took, to follow what was done. */
export function afterPin(plan: Pick<StackPinPlan, 'role' | 'triggers'>, stack: StackState): string {
  const { role } = plan;
  const attached = role?.attach && stack.roleArn === role.arn ? ` ${roleInWords(role)}` : '';
  const lacked = lackedTriggers(plan, stack);
  return `${attached}${lacked ? `; its rollback triggers are empty (${triggersInWords(lacked)})` : ''}`;
}
