import { ResourceNotFoundException } from '@aws-sdk/client-lambda';
import { isAlias } from '../catalog/alias-kinds.ts';
import { readOwnedStacks, withOwnAliases } from '../catalog/own-aliases.ts';
import type { ServiceEntry } from '../catalog/service-entry.ts';
import { isSaved, savedStateOf } from '../targets/kinds.ts';
import type { TargetSnapshot } from '../targets/shapes.ts';
import type { SnapshotClients } from '../targets/target-kind.ts';
import { movedAlone, type ReleaseRecord } from './records.ts';

/**
 * Reads what is live for every target of a service, and saves what AWS does not keep: its stack's template.
 *
 * The stacks are read anew: a release may bring in functions that the catalog does not know yet. An alias that is gone
 * is left out: a release may take a function away, and an entry may name what never was.
 *
 * @param of the release whose snapshot it is, where that may have been overtaken: its aliases are recorded on the
 *   versions it brought in, and what a later update of the stack may have changed since is left out
 * @throws ResourceNotFoundException where every alias of the service is gone
 */
export async function takeSnapshot(
  catalogEntry: ServiceEntry,
  clients: SnapshotClients,
  of?: Pick<ReleaseRecord, 'deployments' | 'moved'>,
): Promise<TargetSnapshot[]> {
  const deployments = Object.values(of?.deployments ?? {});
  // What somebody has moved on is not settled.
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
  // After the reads: an update that is not seen yet cannot have changed what was read.
  const ofRelease = snapshot.filter((saved) => !savedStateOf(saved).isOnlyLive);
  if (!entry.stack || deployments.length === 0 || ofRelease.length === snapshot.length) return snapshot;
  const { lastUpdatedAt } = await clients.stacks.describe(entry.stack);
  return isOvertaken(lastUpdatedAt) ? ofRelease : snapshot;
}
