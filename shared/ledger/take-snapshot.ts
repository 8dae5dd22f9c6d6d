import { ResourceNotFoundException } from '@aws-sdk/client-lambda';
import { isAlias } from '../catalog/alias-kinds.ts';
import { readOwnedStacks, withOwnAliases } from '../catalog/own-aliases.ts';
import type { ServiceEntry } from '../catalog/service-entry.ts';
import { isSaved, savedStateOf } from '../targets/kinds.ts';
import type { TargetSnapshot } from '../targets/shapes.ts';
import type { SnapshotClients } from '../targets/target-kind.ts';
import { movedAlone, type ReleaseRecord } from './records.ts';

/**
 * Reads the live state of every target of a service, and saves the part that AWS does not keep: its stack's template.
 *
 * The stacks are read anew: a release may bring in functions that the catalog does not know yet. A missing alias is left
 * out: a release may remove a function, and an entry may name one that never existed.
 *
 * @param of the release of the snapshot, if it may have been overtaken: its aliases are recorded on the
 *   versions it brought in, and state that a later update of the stack may have changed is left out
 * @throws ResourceNotFoundException if every alias of the service is gone
 */
export async function takeSnapshot(
  catalogEntry: ServiceEntry,
  clients: SnapshotClients,
  of?: Pick<ReleaseRecord, 'deployments' | 'moved'>,
): Promise<TargetSnapshot[]> {
  const deployments = Object.values(of?.deployments ?? {});
  // An alias that somebody has moved on is not settled.
  const brought = [...deployments, ...(of ? movedAlone(of) : []).filter(({ settled }) => settled)];
  const until = Math.max(...deployments.map(({ createdAt }) => Date.parse(createdAt)));
  const isOvertaken = (updatedAt = 0) => deployments.length > 0 && updatedAt > until;
  const stacks = await readOwnedStacks(catalogEntry, (stack) => clients.stacks.resources(stack));
  const entry = withOwnAliases(catalogEntry, stacks);
  const own = stacks.find(({ stack }) => stack === entry.stack)?.resources ?? [];
  const physicalIds = new Map(own.map(({ logicalId, physicalId }) => [logicalId, physicalId]));
  const scope = { entry, physicalIds, brought, isOvertaken };
  const snapshot: TargetSnapshot[] = [];
  const aliases = entry.targets.filter(isAlias).length;
  let gone = 0;
  for (const target of entry.targets) {
    if (!isSaved(target)) continue;
    try {
      const saved = await savedStateOf(target).read(clients, target, scope);
      if (saved) snapshot.push(saved);
    } catch (error) {
      if (!(isAlias(target) && error instanceof ResourceNotFoundException)) throw error;
      gone += 1;
      if (gone === aliases) throw error;
    }
  }
  // After the reads: an update that is not visible yet cannot have changed the state that was read.
  const ofRelease = snapshot.filter((saved) => !savedStateOf(saved).isOnlyLive);
  if (!entry.stack || deployments.length === 0 || ofRelease.length === snapshot.length) return snapshot;
  const { lastUpdatedAt } = await clients.stacks.describe(entry.stack);
  return isOvertaken(lastUpdatedAt) ? ofRelease : snapshot;
}
