import { isAlias } from '../catalog/alias-kinds.ts';
import type { CheckpointLedger } from '../ledger/checkpoint-ledger.ts';
import type { ReleaseLedger } from '../ledger/release-ledger.ts';
import { aliasesAt } from './alias-timeline.ts';

/** A version behind one of a service's aliases. */
export interface ServedVersion {
  readonly service: string;
  /** Name of the target in the catalog entry. */
  readonly target: string;
  readonly version: string;
}

/** Newest records that are read: a release of ten functions leaves about fifty. */
const lookBackRecords = 100;
/** Newest releases that are read, where no deployment tells of the version. */
const lookBackReleases = 5;

/**
 * Since when an alias has a version alone at `at`, by the deployments and observations that the ledger holds, or by what was
 * recorded as live. Times are ms since the epoch.
 *
 * @returns undefined where the ledger does not know it
 */
export async function aloneSince(
  { checkpoints, releases }: { readonly checkpoints: CheckpointLedger; readonly releases: ReleaseLedger },
  { service, target, version }: ServedVersion,
  at: number,
): Promise<number | undefined> {
  const until = new Date(at).toISOString();
  const span = { until, limit: lookBackRecords };
  const facts = {
    checkpoints: await checkpoints.list(service, span),
    observations: await checkpoints.observations(service, span),
  };
  const served = aliasesAt(facts, until).find((one) => one.target === target);
  if (served && served.since !== null) {
    const isKnown = served.certainty !== 'between' && served.versions.join() === version;
    return isKnown ? Date.parse(served.since) : undefined;
  }
  let since: number | undefined;
  for (const { startedAt, snapshot, recordedAt } of await releases.list(service, {
    limit: lookBackReleases,
  })) {
    // What a release that began just then changed was not there before.
    if (startedAt >= until) continue;
    const live = snapshot?.filter(isAlias).find((one) => one.target === target);
    if (!live) continue;
    if (live.version !== version || live.weights) break;
    if (recordedAt !== undefined && recordedAt <= until) since = Date.parse(recordedAt);
  }
  return since;
}
