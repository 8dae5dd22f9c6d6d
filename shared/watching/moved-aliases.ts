import { type Aliases, isAlone } from '../aws/aliases.ts';
import type { Stacks } from '../aws/stacks.ts';
import { isAlias } from '../catalog/alias-kinds.ts';
import { ownedAliases, readOwnedStacks } from '../catalog/own-aliases.ts';
import type { ServiceEntry } from '../catalog/service-entry.ts';
import { codeOfSnapshot } from '../ledger/known-bad.ts';
import { broughtBy, type MovedAlias, movedAlone, type ReleaseRecord } from '../ledger/records.ts';
import { targetName } from '../targets/shapes.ts';
import { type BaselineDeps, readBaseline } from './baseline.ts';
import { readNormalRates } from './normal-rates.ts';

/** Clients for finding moved aliases. */
export interface MovedAliasesDeps extends BaselineDeps {
  readonly stacks: Pick<Stacks, 'resources'>;
  readonly aliases: Pick<Aliases, 'find'>;
  readonly now: () => number;
}

/** Number of earlier releases searched for the version before: an hour of a team that releases twelve times an hour. */
const lookBackReleases = 12;

/**
 * Statuses of an alias that its stack has moved or created. While an alias is being moved, CodeDeploy may be the one to move
 * it.
 */
const isMovedStatus: ReadonlySet<string | undefined> = new Set(['CREATE_COMPLETE', 'UPDATE_COMPLETE']);

/** An alias that a release may have moved. */
interface Candidate extends Pick<MovedAlias, 'target' | 'function' | 'alias'> {
  /** Its version; undefined while it is unknown. */
  readonly version?: string;
  /** ms since the epoch */
  readonly movedAt: number;
}

/**
 * The aliases of a release that no CodeDeploy deployment moves: its stack pointed them at other versions at once, or created
 * them. The stacks are read anew, because a release may bring in functions that the catalog does not know yet. A release
 * without any deployment has also moved every recorded alias that was on another version before: somebody may have moved it
 * outside a stack.
 *
 * The aliases found are recorded with the release, so that a look need not search again. The stack may move an alias at any
 * time until its update is over: only a later read is complete.
 *
 * @returns all that are known by now, without those that a deployment has
 */
export async function findMoved(
  deps: MovedAliasesDeps,
  entry: ServiceEntry,
  release: ReleaseRecord,
): Promise<MovedAlias[]> {
  const { releaseId, service, startedAt, snapshot, comparedAt } = release;
  if (comparedAt !== undefined) return movedAlone(release);
  const known = new Set([
    ...Object.values(release.deployments).map(({ target }) => target),
    ...Object.keys(release.moved ?? {}),
  ]);
  const touched = await touchedByStack();
  const candidates = [...touched, ...recorded(release, touched)].filter(({ target }) => !known.has(target));
  const found: MovedAlias[] = [];
  if (candidates.length > 0) {
    const all = await deps.releases.list(service, { before: releaseId, limit: lookBackReleases });
    // A failed release was rolled back: its versions were not live before.
    const earlier = all.filter(({ verdict }) => verdict !== 'failed');
    for (const candidate of candidates) {
      const moved = await movedBy(candidate, earlier);
      if (moved) found.push(moved);
    }
    await deps.releases.addMoved(releaseId, found);
  }
  // The live state is recorded once the update of the stack has completed.
  if (snapshot) await deps.releases.markCompared(releaseId, new Date(deps.now()).toISOString());
  const moved = { ...release.moved, ...Object.fromEntries(found.map((one) => [one.target, one])) };
  return movedAlone({ ...release, moved });

  async function touchedByStack(): Promise<Candidate[]> {
    if (release.stack === undefined) return [];
    const stacks = await readOwnedStacks(entry, (name) => deps.stacks.resources(name));
    return ownedAliases(entry, stacks).flatMap(({ target, functionName, alias, resource }) => {
      const { status, updatedAt = 0 } = resource;
      if (!isMovedStatus.has(status) || updatedAt < Date.parse(startedAt)) return [];
      return [{ target: targetName(target), function: functionName, alias, movedAt: updatedAt }];
    });
  }

  async function movedBy(
    { target, function: name, alias, version, movedAt }: Candidate,
    earlier: readonly ReleaseRecord[],
  ): Promise<MovedAlias | undefined> {
    const before = versionBefore(target, earlier);
    const toVersion = version ?? (await versionAlone(name, alias));
    if (toVersion === undefined || before === toVersion) return undefined;
    // For an alias recorded outside a stack, only another version before proves a move.
    if (version !== undefined && before === undefined) return undefined;
    const baseline =
      before === undefined
        ? { requests: 0, errors: 0, minutes: 0 }
        : await readBaseline(
            deps,
            { service, target, function: name, alias, version: before },
            entry.policy.limits,
            Date.parse(startedAt),
          );
    const of = { service, function: name, alias };
    const normal = await readNormalRates(deps, of, entry.policy.limits, Date.parse(startedAt));
    return {
      target,
      function: name,
      alias,
      ...(before !== undefined && { fromVersion: before }),
      toVersion,
      movedAt: new Date(movedAt).toISOString(),
      ...(before !== undefined && digestsOf(target, [before, toVersion], [release, ...earlier])),
      baseline,
      ...(normal && { normal }),
    };
  }

  /** The version of an alias; weights belong to CodeDeploy, whose deployment will report an event. */
  async function versionAlone(name: string, alias: string): Promise<string | undefined> {
    const live = await deps.aliases.find(name, alias);
    return live && isAlone(live) ? live.version : undefined;
  }
}

/** The aliases recorded for a release without any deployment, except those that its stack reports. */
function recorded(
  { deployments, snapshot = [], recordedAt, startedAt }: ReleaseRecord,
  touched: readonly Candidate[],
): Candidate[] {
  if (Object.keys(deployments).length > 0) return [];
  const told = new Set(touched.map(({ target }) => target));
  const movedAt = Date.parse(recordedAt ?? startedAt);
  return snapshot.filter(isAlias).flatMap(({ target, function: name, alias, version, weights }) => {
    if (told.has(target) || weights !== undefined) return [];
    return [{ target, function: name, alias, version, movedAt }];
  });
}

/** The last version of a target in earlier releases; undefined if none records one. */
function versionBefore(target: string, earlier: readonly ReleaseRecord[]): string | undefined {
  for (const release of earlier) {
    const saved = release.snapshot?.filter(isAlias).find((one) => one.target === target);
    if (saved) return saved.version;
    const brought = broughtBy(release).find((one) => one.target === target);
    if (brought) return brought.toVersion;
  }
  return undefined;
}

/** Digests of both versions of an alias, if releases that were on them recorded them. */
function digestsOf(
  target: string,
  versions: readonly [from: string, to: string],
  releases: readonly ReleaseRecord[],
): Pick<MovedAlias, 'digests'> {
  const snapshots = releases.flatMap(({ snapshot }) => (snapshot ? [snapshot.filter(isAlias)] : []));
  const [from, to] = versions.map((version) => {
    const saved = snapshots.find((all) =>
      all.some((one) => one.target === target && one.version === version),
    );
    return saved && codeOfSnapshot(saved).get(target);
  });
  return from && to ? { digests: { from, to } } : {};
}
