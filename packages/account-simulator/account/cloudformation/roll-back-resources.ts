import type { SeededRandom } from '../../random/seeded-random.ts';
import { canonicalJson } from '../template/canonical-json.ts';
import type { ResourceProvider } from './resource-provider.ts';
import { ResourceWork } from './resource-work.ts';
import { type Stack, type StackResource, strike } from './stack.ts';
import type { StackJournal } from './stack-journal.ts';

/**
 * Restores every resource that an update changed, or tried to change, to the stack's last stable state; all in parallel. A
 * resource that cannot be restored does not hold up the others.
 *
 * @param onEnd called once, with the logical ids that could not be restored
 */
export function rollBackResources(
  stack: Stack,
  journal: StackJournal,
  random: SeededRandom,
  provider: (type: string) => ResourceProvider,
  onEnd: (failed: readonly string[]) => void,
): void {
  const failed: string[] = [];
  let running = 1;
  const done = (): void => {
    running -= 1;
    if (running === 0) onEnd(failed);
  };
  for (const [logicalId, before] of stack.stable.resources) {
    const now = stack.resources.get(logicalId);
    if (!now) continue;
    if (now.physicalId && now.physicalId !== before.physicalId) {
      // The replaced resource still exists; its replacement is deleted afterwards.
      journal.setResource(stack, before, 'UPDATE_COMPLETE');
      continue;
    }
    if (!needsPuttingBack(now, before)) {
      if (now.status === 'UPDATE_FAILED') stack.resources.set(logicalId, before);
      continue;
    }
    running += 1;
    journal.setResource(stack, now, 'UPDATE_IN_PROGRESS', { dirty: true });
    const { type, properties, updatePolicy } = before;
    const change = { stack, logicalId, type, properties, updatePolicy, rollingBack: true };
    const fault = strike(stack, 'rollback', logicalId);
    new ResourceWork(journal.clock, random, provider(type), change, now, fault, (result) => {
      if (result.ok) {
        journal.setResource(stack, before, 'UPDATE_COMPLETE');
      } else {
        failed.push(logicalId);
        journal.setResource(stack, now, 'UPDATE_FAILED', { reason: result.reason, dirty: true });
      }
      done();
    });
  }
  done();
}

/** The resources with which an update replaced others. */
export function replacementsOf(stack: Stack): StackResource[] {
  return [...stack.resources.values()].filter(({ logicalId, physicalId }) => {
    const before = stack.stable.resources.get(logicalId);
    return before !== undefined && physicalId !== '' && physicalId !== before.physicalId;
  });
}

/** The resources that an update created and a rollback must remove, newest first. */
export function createdSince(stack: Stack): StackResource[] {
  return [...stack.resources.values()]
    .filter(({ logicalId }) => !stack.stable.resources.has(logicalId))
    .reverse();
}

function needsPuttingBack(now: StackResource, before: StackResource): boolean {
  return now.dirty || canonicalJson(now.properties) !== canonicalJson(before.properties);
}
