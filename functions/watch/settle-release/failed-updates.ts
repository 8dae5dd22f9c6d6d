import type { Stacks } from '../../../shared/aws/stacks.ts';
import { type ServiceEntry, stacksOf } from '../../../shared/catalog/service-entry.ts';
import type { ReleaseRecord } from '../../../shared/ledger/records.ts';

/**
 * Objections to calling a release good that was judged healthy: its stack update did not succeed. The stack rolled itself
 * back, or is stuck half way (`UPDATE_ROLLBACK_FAILED`), so that some of its aliases are back on their old versions:
 * CloudFormation moves them back without a deployment, so nothing else shows it. Or it was told not to roll back
 * (`UPDATE_FAILED`), and would fail again as a restore point. A stack that was updated since says nothing about this
 * release.
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
