import type { Aliases } from '../../../shared/aws/aliases.ts';
import { type Deployments, isActive } from '../../../shared/aws/deployments.ts';
import { knownBad } from '../../../shared/ledger/known-bad.ts';
import { broughtBy, movedAlone, type ReleaseRecord } from '../../../shared/ledger/records.ts';
import type { TargetSnapshot } from '../../../shared/targets/shapes.ts';

/** Clients for finding the versions from before. */
export interface VersionsBeforeDeps {
  readonly deployments: Pick<Deployments, 'get'>;
  readonly aliases: Pick<Aliases, 'codeOf'>;
}

/**
 * The versions that the deployments of a release began from, if none of them has completed: they were live a moment ago, and
 * CodeDeploy's own rollback restores them. Undefined if a deployment has completed, a version is gone, or a bad release had
 * brought one in, or its code and configuration under another number.
 *
 * @param earlier the releases before it
 */
export async function versionsBefore(
  deps: VersionsBeforeDeps,
  bad: ReleaseRecord,
  earlier: readonly ReleaseRecord[],
): Promise<TargetSnapshot[] | undefined> {
  const snapshot: TargetSnapshot[] = [];
  for (const one of Object.values(bad.deployments)) {
    const deployment = await deps.deployments.get(one.deploymentId);
    const codeSha256 = await deps.aliases.codeOf(one.function, one.fromVersion);
    if (!isActive(deployment) && deployment.status === 'Succeeded') return undefined;
    if (codeSha256 === undefined || isBadVersion(earlier, one.function, one.fromVersion)) return undefined;
    if (one.digests && knownBad(new Map([[one.target, one.digests.from]]), earlier)) return undefined;
    snapshot.push({
      kind: 'codedeploy',
      target: one.target,
      function: one.function,
      alias: one.alias,
      version: one.fromVersion,
      codeSha256,
    });
  }
  if (snapshot.length === 0) return undefined;
  for (const { target, function: name, alias, fromVersion: version } of movedAlone(bad)) {
    if (version === undefined || isBadVersion(earlier, name, version)) continue;
    const codeSha256 = await deps.aliases.codeOf(name, version);
    if (codeSha256 === undefined) continue;
    snapshot.push({ kind: 'lambda-alias', target, function: name, alias, version, codeSha256 });
  }
  return snapshot;
}

/** Whether a release marked bad brought a version in: live or not, it must not be restored. */
function isBadVersion(releases: readonly ReleaseRecord[], functionName: string, version: string): boolean {
  return releases.some(
    (release) =>
      release.verdict === 'bad' &&
      broughtBy(release).some((one) => one.function === functionName && one.toVersion === version),
  );
}
