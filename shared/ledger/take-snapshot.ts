import type { ServiceEntry } from '../catalog/service-entry.ts';
import { isSaved, savedStateOf } from '../targets/kinds.ts';
import type { TargetSnapshot } from '../targets/shapes.ts';
import type { SnapshotClients } from '../targets/target-kind.ts';
import type { ReleaseRecord } from './records.ts';

/**
 * Reads what is live for every target of a service, and saves what AWS does not keep: its stack's template.
 *
 * @param of the release whose snapshot it is, where that may have been overtaken: its aliases are recorded on the
 *   versions it brought in, and what a later update of the stack may have changed since is left out
 */
export async function takeSnapshot(
  entry: ServiceEntry,
  clients: SnapshotClients,
  of?: Pick<ReleaseRecord, 'deployments'>,
): Promise<TargetSnapshot[]> {
  const brought = Object.values(of?.deployments ?? {});
  const until = Math.max(...brought.map(({ createdAt }) => Date.parse(createdAt)));
  const isOvertaken = (updatedAt = 0) => brought.length > 0 && updatedAt > until;
  const physicalIds = entry.stack ? await clients.stacks.physicalIds(entry.stack) : new Map<string, string>();
  const scope = { entry, physicalIds, brought, isOvertaken };
  const snapshot: TargetSnapshot[] = [];
  for (const target of entry.targets) {
    if (!isSaved(target)) continue;
    const saved = await savedStateOf(target).read(clients, target, scope);
    if (saved) snapshot.push(saved);
  }
  // After the reads: an update that is not seen yet cannot have changed what was read.
  const ofRelease = snapshot.filter((saved) => !savedStateOf(saved).isOnlyLive);
  if (!entry.stack || brought.length === 0 || ofRelease.length === snapshot.length) return snapshot;
  const { lastUpdatedAt } = await clients.stacks.describe(entry.stack);
  return isOvertaken(lastUpdatedAt) ? ofRelease : snapshot;
}
