import { isAlias } from '../catalog/alias-kinds.ts';
import type { TargetSnapshot } from '../targets/shapes.ts';
import { movedAlone, type ReleaseRecord, type VersionDigests, type WatchedDeployment } from './records.ts';

/** The digests of the version of each alias of a release, by name of the target. */
export type CarriedCode = ReadonlyMap<string, VersionDigests>;

/** The fields of earlier releases that are read. */
type Past = Pick<ReleaseRecord, 'releaseId' | 'verdict' | 'deployments' | 'moved' | 'badBy'>;

/** The digests in a snapshot, as far as they were recorded. */
export function codeOfSnapshot(snapshot: readonly TargetSnapshot[]): CarriedCode {
  return new Map(
    snapshot
      .filter(isAlias)
      .flatMap(({ target, codeSha256: code, configurationSha256: configuration }) =>
        code && configuration ? [[target, { code, configuration }] as const] : [],
      ),
  );
}

/** The digests that the deployments of a release brought in. */
export function codeOfDeployments(
  deployments: Readonly<Record<string, Pick<WatchedDeployment, 'target' | 'digests'>>>,
): CarriedCode {
  return new Map(
    Object.values(deployments).flatMap(({ target, digests }) =>
      digests ? [[target, digests.to] as const] : [],
    ),
  );
}

/**
 * The bad release whose code and configuration appear again; undefined if there is none.
 *
 * The condemned version is that of the deployment, or of the alias moved without one, that was found bad. If that is not
 * known, it is everything that the release changed, together: any part of it alone may be good. A version with the code and
 * the configuration of the one before changed nothing, and condemns nothing: the fault is elsewhere, in a parameter for
 * example.
 */
export function knownBad<R extends Past>(carried: CarriedCode, releases: readonly R[]): R | undefined {
  return releases.find((release) => {
    if (release.verdict !== 'bad') return false;
    const condemned = condemnedBy(release);
    return (
      condemned.length > 0 && condemned.every(({ target, digests }) => isSame(carried.get(target), digests))
    );
  });
}

/**
 * The bad release that brought in code of a digest; undefined if none did. If a bad release changed only the configuration,
 * its code is not condemned.
 *
 * @param digest as Lambda's `CodeSha256`
 */
export function knownBadCode<R extends Past>(digest: string, releases: readonly R[]): R | undefined {
  return releases.find(
    (release) =>
      release.verdict === 'bad' &&
      suspectsOf(release).some(({ digests }) => digests?.to.code === digest && digests.from.code !== digest),
  );
}

/** Targets of a bad release with their condemned digests. */
function condemnedBy(release: Past): { target: string; digests: VersionDigests }[] {
  const changed = suspectsOf(release).filter(({ digests }) => !(digests && isSame(digests.from, digests.to)));
  const condemned = changed.flatMap(({ target, digests }) =>
    digests ? [{ target, digests: digests.to }] : [],
  );
  // Without the digests of one part a repetition of all parts cannot be recognized.
  return condemned.length === changed.length ? condemned : [];
}

/** The versions of a bad release. An alias moved without a deployment may have no digests: it condemns nothing. */
function suspectsOf({
  deployments,
  moved = {},
  badBy,
}: Past): Pick<WatchedDeployment, 'target' | 'digests'>[] {
  const isSuspect = (id: string) => badBy === undefined || id === badBy;
  return [
    ...Object.values(deployments).filter(({ deploymentId }) => isSuspect(deploymentId)),
    ...movedAlone({ deployments, moved }).filter(({ target, digests }) => digests && isSuspect(target)),
  ];
}

function isSame(one: VersionDigests | undefined, other: VersionDigests): boolean {
  return one?.code === other.code && one.configuration === other.configuration;
}
