import type { Stacks } from '../../aws/stacks.ts';
import type { StackChange } from '../../stack/change-set.ts';
import type { Standing } from '../target-adapter.ts';
import { left } from './left-stack.ts';
import { type Found, moving, restored, stranded } from './stack-standing.ts';

/** A step about the change set only: it is made, or deleted if it is out of date. */
export interface ChangeSetStep {
  readonly ask: 'make' | 'drop';
}

/** Words for an update that is read as a change set before it is executed. */
export interface ChangeSetWords {
  /** The change set, such as "the change set that pins stack shop-orders". */
  readonly name: string;
  /** State of the stack before the change set is made. */
  readonly before: string;
  /** State of the stack if nothing would change. */
  readonly unchanged: string;
  /** State of the stack if the change set could not be made. */
  readonly failed: string;
}

/**
 * The standing of a stack by the change set of its next update, and the next step.
 *
 * @param ready called with the changes once the change set can be executed; returns the standing
 * @throws TargetLeft if CloudFormation could not make the change set
 */
export async function standingByChangeSet<Own>(
  stacks: Stacks,
  stack: string,
  changeSetName: string,
  words: ChangeSetWords,
  ready: (changes: readonly StackChange[]) => Found<Own> | Promise<Found<Own>>,
): Promise<Found<Own | ChangeSetStep>> {
  const changeSet = await stacks.changeSet(stack, changeSetName);
  if (!changeSet) return stranded(words.before, { ask: 'make' as const });
  switch (changeSet.is) {
    case 'making':
      return moving(`${words.name} is being made`);
    case 'executing':
      return moving(`${words.name} is being executed`);
    case 'empty':
      return restored(words.unchanged);
    case 'failed':
      throw left(words.failed, [changeSet.reason]);
    case 'outdated':
      return stranded(`${words.name} is out of date`, { ask: 'drop' as const });
    case 'ready':
      return ready(changeSet.changes);
  }
}

/** Deletes a change set that an update of the stack has made out of date. */
export async function dropChangeSet(stacks: Stacks, stack: string, changeSetName: string): Promise<Standing> {
  await stacks.deleteChangeSet(stack, changeSetName);
  return { is: 'stranded', detail: `a change set of stack ${stack} was out of date` };
}
