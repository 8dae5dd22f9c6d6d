import type { Stacks } from '../../../shared/aws/stacks.ts';
import { type ServiceEntry, stacksOf } from '../../../shared/catalog/service-entry.ts';
import type { ReleaseRecord } from '../../../shared/ledger/records.ts';

/**
 * Why a release may not be called good although it was judged healthy: the stack update that brought it in did not go
 * through. It rolled itself back, or is stuck half way (`UPDATE_ROLLBACK_FAILED`), so that some of its aliases are where
 * they were before: CloudFormation puts them back without a deployment, so that nothing else tells of it. Or it was told
 * not to roll back (`UPDATE_FAILED`), and would fail again where it is gone back to. A stack that was updated since says
 * nothing about this release.
 */
export async function failedUpdates(
  entry: ServiceEntry,
  { deployments }: Pick<ReleaseRecord, 'deployments'>,
  stacks: Pick<Stacks, 'describe'>,
): Promise<string[]> {
  const until = Math.max(...Object.values(deployments).map(({ createdAt }) => Date.parse(createdAt)));
  const objections: string[] = [];
  for (const stack of Number.isFinite(until) ? stacksOf(entry) : []) {
    const { status, lastUpdatedAt = 0 } = await stacks.describe(stack);
    if (/^UPDATE_(ROLLBACK_|FAILED)/.test(status) && lastUpdatedAt <= until) {
      objections.push(`the update of stack ${stack} that brought it in did not go through (${status})`);
    }
  }
  return objections;
}
