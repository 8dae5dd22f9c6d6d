import type { Aliases } from '../aws/aliases.ts';
import { codeOfDeployments, knownBad } from '../ledger/known-bad.ts';
import { lookBackReleases } from '../ledger/objections-to-good.ts';
import type { ReleaseRecord, WatchedDeployment } from '../ledger/records.ts';
import type { ReleaseLedger } from '../ledger/release-ledger.ts';

/** The fields of a deployment that a check for known bad code uses. */
export type BroughtDeployment = Pick<WatchedDeployment, 'deploymentId' | 'target' | 'digests'>;

/** Digests of both versions of a deployment; undefined if Lambda does not show all of them. */
export async function digestsOfChange(
  aliases: Pick<Aliases, 'digestsOf'>,
  change: Pick<WatchedDeployment, 'function' | 'fromVersion' | 'toVersion'>,
): Promise<WatchedDeployment['digests']> {
  const [from, to] = await Promise.all(
    [change.fromVersion, change.toVersion].map((version) => aliases.digestsOf(change.function, version)),
  );
  if (from?.configuration === undefined || to?.configuration === undefined) return undefined;
  return {
    from: { code: from.code, configuration: from.configuration },
    to: { code: to.code, configuration: to.configuration },
  };
}

/** The bad release whose code and configuration a deployment, together with its release so far, brings in again. */
export async function knownBadOf(
  releases: Pick<ReleaseLedger, 'list'>,
  { service, isOwn }: { readonly service: string; readonly isOwn: (release: ReleaseRecord) => boolean },
  brought: BroughtDeployment,
): Promise<string | undefined> {
  if (!brought.digests) return undefined;
  const all = await releases.list(service, { limit: lookBackReleases });
  const own = all.find(isOwn);
  const others = all.filter((one) => one !== own);
  const carried = codeOfDeployments({ ...own?.deployments, [brought.deploymentId]: brought });
  return knownBad(carried, others)?.releaseId;
}
