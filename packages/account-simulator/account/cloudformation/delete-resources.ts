import type { SeededRandom } from '../../random/seeded-random.ts';
import { AwsError } from '../service.ts';
import type { ResourceProvider } from './resource-provider.ts';
import type { Stack, StackResource } from './stack.ts';
import type { StackJournal } from './stack-journal.ts';

/**
 * Removes resources from a stack, all in parallel. A resource to be retained leaves the stack with DELETE_SKIPPED and lives
 * on outside it; a resource that cannot be removed leaves with DELETE_FAILED, as in CloudFormation's clean-up.
 */
export function deleteResources(
  stack: Stack,
  resources: readonly StackResource[],
  journal: StackJournal,
  random: SeededRandom,
  provider: (type: string) => ResourceProvider,
  onEnd: () => void,
): void {
  let running = 1;
  const done = (): void => {
    running -= 1;
    if (running === 0) onEnd();
  };
  for (const resource of resources) {
    // A replaced resource has a successor under its logical id; the successor stays unchanged.
    const current = stack.resources.get(resource.logicalId);
    const successor = current?.physicalId === resource.physicalId ? undefined : current;
    const keepSuccessor = (): void => {
      if (successor) stack.resources.set(resource.logicalId, successor);
    };
    if (resource.deletionPolicy?.startsWith('Retain') && resource.physicalId) {
      journal.setResource(stack, resource, 'DELETE_SKIPPED');
      keepSuccessor();
      continue;
    }
    running += 1;
    const record = journal.setResource(stack, resource, 'DELETE_IN_PROGRESS');
    keepSuccessor();
    const { seconds } = provider(resource.type);
    journal.clock.after(random.integer(seconds[0] * 1000, seconds[1] * 1000), () => {
      try {
        if (record.physicalId) provider(record.type).delete(record);
        journal.setResource(stack, record, 'DELETE_COMPLETE');
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        journal.setResource(stack, record, 'DELETE_FAILED', { reason: error.message });
        stack.resources.delete(record.logicalId);
      }
      keepSuccessor();
      done();
    });
  }
  done();
}
