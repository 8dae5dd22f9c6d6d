import { isAlias } from '../catalog/alias-kinds.ts';
import type { AliasSnapshot } from '../targets/alias/shapes.ts';
import { savedStateOf } from '../targets/kinds.ts';
import type { TargetSnapshot } from '../targets/shapes.ts';
import { codeOfSnapshot, knownBad } from './known-bad.ts';
import { splitAliases } from './live-state.ts';
import { broughtBy, isRestorePoint, type ReleaseRecord } from './records.ts';

/**
 * Number of earlier releases searched for the one that brought a version in. An older version has served through fifty
 * releases, and counts as from before the ledger.
 */
export const lookBackReleases = 50;

/**
 * The objections to calling a release good that was judged healthy, in words; empty if there are none.
 *
 * A release is restored as a whole, so it is good only if all of it is. The versions that it brought in, by deployments or
 * by its stack alone, were judged with it; every other alias has to be on a version that a good release had, that was judged
 * healthy by its own deployment, or that was live before the first release in the ledger. No alias may be on a version of a
 * bad release, have a bad release's code and configuration, or split its traffic.
 *
 * @param snapshot state that was live with the release
 * @param others the service's other releases, newest first, at least {@link lookBackReleases}
 */
export function objectionsToGood(
  release: ReleaseRecord,
  snapshot: readonly TargetSnapshot[],
  others: readonly ReleaseRecord[],
): string[] {
  const objections = splitAliases(snapshot).map(({ target }) => `${target} splits its traffic`);
  objections.push(...snapshot.flatMap((saved) => savedStateOf(saved).objection?.(saved) ?? []));
  const bad = knownBad(codeOfSnapshot(snapshot), others);
  if (bad) objections.push(`what is live has the code and the configuration of ${bad.releaseId}, marked bad`);
  const judged = new Set(broughtBy(release).map(({ target }) => target));
  for (const alias of snapshot.filter(isAlias)) {
    const origin = unprovenOrigin(alias, others);
    const { target, version } = alias;
    const came = origin && `${target} is on version ${version}, which came with ${origin.releaseId}`;
    if (origin?.verdict === 'bad') objections.push(`${came}, marked bad`);
    // A release that came without deployments was watched as a whole.
    else if (origin && judged.size > 0 && !judged.has(target))
      objections.push(`${came} and was never proven`);
  }
  return objections;
}

/** The release that brought a version in, if that version is unproven. */
function unprovenOrigin(alias: AliasSnapshot, others: readonly ReleaseRecord[]): ReleaseRecord | undefined {
  let carrier: ReleaseRecord | undefined;
  for (const other of others) {
    const brought = broughtBy(other).find(
      (one) => one.target === alias.target && one.toVersion === alias.version,
    );
    if (brought) {
      const proven = brought.settled?.verdict === 'healthy' && other.verdict !== 'bad';
      return proven || isRestorePoint(other) ? undefined : other;
    }
    const had = other.snapshot?.filter(isAlias).find(({ target }) => target === alias.target);
    if (!had) continue;
    if (had.version !== alias.version) return carrier;
    if (isRestorePoint(other)) return undefined;
    carrier = other;
  }
  // The versions of the first release in the ledger were live before it.
  return carrier?.verdict === 'bad' ? carrier : undefined;
}
