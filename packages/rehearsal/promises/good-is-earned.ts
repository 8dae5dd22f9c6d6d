import { isMoving } from '../../../shared/aws/stacks.ts';
import { isAlias } from '../../../shared/catalog/alias-kinds.ts';
import { broughtBy, isRestorePoint, type ReleaseRecord } from '../../../shared/ledger/records.ts';
import type { AliasSnapshot } from '../../../shared/targets/alias/shapes.ts';
import { isRelease } from './ledger-mirror.ts';
import type { PromiseCheck } from './promise.ts';
import type { RunFacts } from './run-facts.ts';

/**
 * No release becomes good by accident, nor served-well: the latter takes a healthy release with the requests of its policy,
 * and a newer one in its place. A release becomes good because a deployment of it, or the whole release, was judged healthy,
 * because it restores a good release or was restored and recovered, or because a person said so. A healthy verdict rests on
 * at least the requests that the policy demands. The stack update of the release is complete. And nothing live with the
 * release came from a bad release, or from a deployment without a good verdict.
 */
export const goodIsEarned: PromiseCheck = {
  promise: 'good-is-earned',
  watch(facts, broken) {
    facts.ledger.onWrite(({ at, by, before, after }) => {
      if (!after || !isRelease(after) || !isRestorePoint(after) || before?.verdict === after.verdict) return;
      const say = (detail: string) =>
        broken(`${facts.clock(at)} ${after.releaseId} turns ${after.verdict} ${detail}`);
      // A release that was restored and seen to recover is good.
      if (after.restores !== undefined || by === 'CloseIncidentFunction') return;
      const reason = reasonOf(facts, after, at);
      if (reason) say(reason);
      if (!after.statedGood && isBeingUpdated(facts, after)) say('while its stack is still being updated');
      for (const alias of after.snapshot ?? []) {
        const problem =
          alias.kind !== 'cloudformation' && originProblem(facts, after, alias as AliasSnapshot);
        if (problem) say(problem);
      }
    });
    return undefined;
  },
};

/** The missing condition for calling a release good; undefined where all are met. */
function reasonOf(facts: RunFacts, release: ReleaseRecord, at: number): string | undefined {
  const { service, statedGood, settled, deployments } = release;
  if (statedGood) return wasStated(facts, service) ? undefined : 'by the word of a person who said nothing';
  if (release.verdict === 'served-well') return whyNotWell(facts, release, at);
  const isWhole = Object.keys(deployments).length === 0;
  const healthy = broughtBy(release).filter((one) => one.settled?.verdict === 'healthy');
  if (isWhole ? settled?.verdict !== 'healthy' : healthy.length === 0) return 'and nobody judged it healthy';
  const policy = facts.entry(service)?.policy;
  if (!policy) return undefined;
  const requestsTo = (live: Pick<AliasSnapshot, 'function' | 'alias' | 'version'>, since: string) =>
    facts.truth
      .minutes(live, Date.parse(since), at, policy.limits)
      .reduce((sum, { requests }) => sum + requests, 0);
  const { moved = {}, snapshot = [], recordedAt, startedAt } = release;
  const served = isWhole
    ? snapshot
        .filter(isAlias)
        .map((one) => requestsTo(one, moved[one.target]?.movedAt ?? recordedAt ?? startedAt))
        .reduce((sum, requests) => sum + requests, 0)
    : Math.max(
        ...healthy.map((one) =>
          requestsTo({ ...one, version: one.toVersion }, 'createdAt' in one ? one.createdAt : one.movedAt),
        ),
      );
  return served >= policy.bake.minRequests ? undefined : 'although too few asked anything of it';
}

/** The missing condition for calling a release served-well: it was live, healthy, had requests, and was replaced. */
function whyNotWell(facts: RunFacts, release: ReleaseRecord, at: number): string | undefined {
  const { service, settled, deployments, recordedAt, startedAt, snapshot = [] } = release;
  if (isFirst(facts, release)) return whyNotWellBefore(facts, release);
  const watched = Object.values(deployments);
  const isHealthy = [settled, ...watched.map((one) => one.settled)].some((one) => one?.verdict === 'healthy');
  if (!isHealthy && !watched.some((one) => one.servesWellSince)) return 'and nobody judged it healthy';
  const newest = facts.ledger.releases(service).at(-1);
  if (newest?.releaseId === release.releaseId) return 'and nothing replaced it';
  const policy = facts.entry(service)?.policy;
  if (!policy) return undefined;
  const since = Date.parse(watched.length > 0 ? startedAt : (recordedAt ?? startedAt));
  const served = snapshot.filter(isAlias).some((alias) => {
    const minutes = facts.truth.minutes(alias, since, at, policy.limits);
    return minutes.reduce((sum, { requests }) => sum + requests, 0) >= policy.bake.minRequests;
  });
  return served ? undefined : 'although too few asked anything of it';
}

/** Whether a release is the first live state that the ledger knows, and not replaced yet. */
function isFirst(facts: RunFacts, { releaseId, service, deployments }: ReleaseRecord): boolean {
  const all = facts.ledger.releases(service);
  return all.length === 1 && all[0]?.releaseId === releaseId && Object.keys(deployments).length === 0;
}

/** The same for a first state: it had requests in the three days before it was recorded, and kept within the limits then. */
function whyNotWellBefore(facts: RunFacts, { service, recordedAt, startedAt, snapshot = [] }: ReleaseRecord) {
  const policy = facts.entry(service)?.policy;
  if (!policy) return undefined;
  const until = Date.parse(recordedAt ?? startedAt);
  let most = 0;
  for (const alias of snapshot.filter(isAlias)) {
    const minutes = facts.truth.minutes(alias, until - 3 * 86_400_000, until, policy.limits);
    const requests = minutes.reduce((sum, one) => sum + one.requests, 0);
    const excess = minutes.reduce((sum, one) => sum + one.excess * one.requests, 0) / (requests || 1);
    if (excess > 1.05) return `although ${alias.target} was over a limit before`;
    most = Math.max(most, requests);
  }
  return most >= policy.bake.minRequests ? undefined : 'although too few asked anything of it before';
}

/** Whether the stack update behind a release's deployments is in progress. */
function isBeingUpdated(facts: RunFacts, { service, deployments }: ReleaseRecord): boolean {
  const created = Object.values(deployments).map(({ createdAt }) => Date.parse(createdAt));
  const stack = facts.entry(service)?.stack;
  if (stack === undefined || created.length === 0) return false;
  const { cloudFormation } = facts.account;
  return (
    isMoving({ status: cloudFormation.status(stack) }) &&
    (cloudFormation.updatedAt(stack) ?? 0) <= Math.max(...created)
  );
}

/** Whether a person stated that the release is good: in the console, with the command, or in a scenario. */
function wasStated(facts: RunFacts, service: string): boolean {
  const own = new Set(facts.coordinator.roles().map(({ roleArn }) => roleArn));
  return facts.executions('RecordRelease').some(({ startedBy = '', parent, inputPayload }) => {
    const said = inputPayload.value as { service?: string; verdict?: string } | null;
    const isOurs = parent !== undefined || own.has(startedBy);
    return !isOurs && said?.service === service && said.verdict === 'good';
  });
}

function originProblem(facts: RunFacts, release: ReleaseRecord, alias: AliasSnapshot): string | undefined {
  const { target, version } = alias;
  const brought = ({ deployments }: ReleaseRecord) =>
    Object.values(deployments).find((one) => one.target === target && one.toVersion === version);
  if (brought(release)) return undefined;
  const origins = facts.ledger
    .releases(release.service)
    .filter((one) => one.releaseId !== release.releaseId && brought(one));
  const bad = origins.find(({ verdict }) => verdict === 'bad');
  if (bad) return `with ${target} on version ${version} of ${bad.releaseId}, which is bad`;
  // A release that was watched as a whole, or vouched for by a person, proves everything live with it.
  if (Object.keys(release.deployments).length === 0 || release.statedGood || origins.length === 0)
    return undefined;
  const proven = origins.some(
    (one) => one.verdict === 'good' || brought(one)?.settled?.verdict === 'healthy',
  );
  return proven ? undefined : `with ${target} on version ${version}, which nothing has proved`;
}
