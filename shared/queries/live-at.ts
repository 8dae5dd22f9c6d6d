import type { ServiceEntry } from '../catalog/service-entry.ts';
import type { ReleaseRecord } from '../ledger/records.ts';
import { type TargetSnapshot, targetName } from '../targets/shapes.ts';
import { type AliasAt, type AliasFacts, aliasesAt } from './alias-timeline.ts';

/** The state at a moment of a target that no deployment moves, from the release in force. */
export interface SavedAt {
  readonly target: string;
  /** The state that the release recorded; null if it recorded none of this target. */
  readonly saved: TargetSnapshot | null;
  /** The release that is the source; null before the first one. */
  readonly releaseId: string | null;
}

/** The live state of one service at a moment. */
export interface ServiceLiveAt {
  readonly service: string;
  /** ISO 8601 */
  readonly at: string;
  /** The release in force: the newest that had begun. Its verdict is today's. Null before the first. */
  readonly release: Pick<ReleaseRecord, 'releaseId' | 'startedAt' | 'verdict' | 'restores'> | null;
  readonly aliases: readonly AliasAt[];
  readonly others: readonly SavedAt[];
}

/** Facts for the answer. */
export interface LiveAtFacts extends AliasFacts {
  /** Undefined for a service that is no longer in the catalog. */
  readonly entry: ServiceEntry | undefined;
  /** Releases that had begun by then, newest first; at least the first. */
  readonly releases: readonly ReleaseRecord[];
}

/**
 * The live state of a service at a moment, from the ledger alone.
 *
 * @param at ISO 8601
 */
export function liveAt(service: string, at: string, facts: LiveAtFacts): ServiceLiveAt {
  const [inForce] = facts.releases;
  const aliases = aliasesAt(facts, at);
  const moved = new Set(aliases.map(({ target }) => target));
  const names = facts.entry
    ? facts.entry.targets.map(targetName)
    : (inForce?.snapshot ?? []).map(({ target }) => target);
  return {
    service,
    at,
    release: inForce
      ? {
          releaseId: inForce.releaseId,
          startedAt: inForce.startedAt,
          verdict: inForce.verdict,
          ...(inForce.restores && { restores: inForce.restores }),
        }
      : null,
    aliases,
    others: names
      .filter((name) => !moved.has(name))
      .map((target) => ({
        target,
        saved: inForce?.snapshot?.find((one) => one.target === target) ?? null,
        releaseId: inForce?.releaseId ?? null,
      })),
  };
}
