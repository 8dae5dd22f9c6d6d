import { isMoving } from '../../../shared/aws/stacks.ts';
import type { ReleaseRecord } from '../../../shared/ledger/records.ts';
import type { AliasSnapshot } from '../../../shared/targets/alias/shapes.ts';
import { isRelease } from './ledger-mirror.ts';
import type { PromiseCheck } from './promise.ts';
import type { RunFacts } from './run-facts.ts';

/**
 * Nothing becomes good by accident. A release turns good because a deployment of it, or it as a whole, was judged
 * healthy, because it puts a good one back or was put back and recovered, or because a person said so. One that was
 * judged as a whole really had the requests its policy asks for. The stack update that brought it in is through. And
 * nothing that is live with it came in by a release that is bad, or by a deployment that nothing has proved.
 */
export const goodIsEarned: PromiseCheck = {
  promise: 'good-is-earned',
  watch(facts, broken) {
    facts.ledger.onWrite(({ at, by, before, after }) => {
      if (!after || !isRelease(after) || after.verdict !== 'good' || before?.verdict === 'good') return;
      const say = (detail: string) => broken(`${facts.clock(at)} ${after.releaseId} turns good ${detail}`);
      // What was put back and seen to recover is good by that.
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

/** What is missing of a reason to call a release good; undefined where there is one. */
function reasonOf(facts: RunFacts, release: ReleaseRecord, at: number): string | undefined {
  const { service, statedGood, settled, deployments } = release;
  if (statedGood) return wasStated(facts, service) ? undefined : 'by the word of a person who said nothing';
  if (Object.values(deployments).some((one) => one.settled?.verdict === 'healthy')) return undefined;
  if (settled?.verdict !== 'healthy') return 'and nobody judged it healthy';
  const limits = facts.entry(service)?.policy.limits;
  if (!limits) return undefined;
  const since = Date.parse(release.recordedAt ?? release.startedAt);
  const served = (release.snapshot ?? []).some((one) => {
    if (one.kind === 'cloudformation') return false;
    const minutes = facts.truth.minutes(one as AliasSnapshot, since, at, limits);
    return (
      minutes.reduce((sum, { requests }) => sum + requests, 0) >= limits.sampleRequests * limits.breaches
    );
  });
  return served ? undefined : 'although too few asked anything of it';
}

/** Whether the stack update that made the deployments of a release is under way. */
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

function wasStated({ scenario }: RunFacts, service: string): boolean {
  return scenario.starts.some(({ machine, input }) => {
    const { service: named, verdict } = input as { service?: string; verdict?: string };
    return machine === 'record-release' && named === service && verdict === 'good';
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
  // One that was watched as a whole, or is answered for by a person, proves what is live with it.
  if (Object.keys(release.deployments).length === 0 || release.statedGood || origins.length === 0)
    return undefined;
  const proven = origins.some(
    (one) => one.verdict === 'good' || brought(one)?.settled?.verdict === 'healthy',
  );
  return proven ? undefined : `with ${target} on version ${version}, which nothing has proved`;
}
