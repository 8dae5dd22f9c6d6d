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

/** Newest records read: a release of ten functions leaves about fifty. */
const lookBackRecords = 100;
/** Newest releases read, if no deployment shows the version. */
const lookBackReleases = 5;

/**
 * The time since when an alias has a version alone at `at`, from the ledger's deployments and observations, or from recorded
 * states. Times are ms since the epoch.
 *
 * @returns undefined if the ledger does not know it
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
    // The state of a release that began at that very time was not there before.
    if (startedAt >= until) continue;
    const live = snapshot?.filter(isAlias).find((one) => one.target === target);
    if (!live) continue;
    if (live.version !== version || live.weights) break;
    if (recordedAt !== undefined && recordedAt <= until) since = Date.parse(recordedAt);
  }
  return since;
}
