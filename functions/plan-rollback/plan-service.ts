import type { Aliases, AliasState } from '../../shared/aws/aliases.ts';
import type { Bucket } from '../../shared/aws/bucket.ts';
import { type Deployments, isActive } from '../../shared/aws/deployments.ts';
import { type ServiceEntry, type TargetEntry, targetName } from '../../shared/catalog/service-entry.ts';
import { NoWayBack } from '../../shared/errors.ts';
import type { ReleaseRecord, TargetSnapshot } from '../../shared/ledger/records.ts';
import { instant } from '../../shared/mail/mail-text.ts';
import { rollbackMark } from '../../shared/targets/rollback-marker.ts';
import type { CodeDeployPlan, ServicePlan, TargetPlan } from '../../shared/targets/service-plan.ts';

/** What planning a service reads of AWS. */
export interface PlanServiceDeps {
  readonly deployments: Deployments;
  readonly aliases: Aliases;
  readonly bucket: Bucket;
}

/** Where to go back to: a recorded good release, or the versions from before deployments that never completed. */
interface WayBack {
  readonly releaseId: string | undefined;
  readonly reason: string;
  readonly snapshot: readonly TargetSnapshot[];
}

/**
 * Plans the way back of one service from `bad`.
 *
 * It goes to the newest earlier release that was judged good and whose versions and template still exist.
 * Where none is recorded, a release whose deployments have not completed is undone to the versions they began
 * from: those were live a moment ago, and CodeDeploy takes the alias there by itself; unless a bad release had
 * brought them in. A completed release without a good one before it has no way back.
 *
 * @param earlier the releases before it, newest first
 * @throws NoWayBack
 */
export async function planService(
  deps: PlanServiceDeps,
  entry: ServiceEntry,
  bad: ReleaseRecord,
  earlier: readonly ReleaseRecord[],
): Promise<ServicePlan> {
  const wayBack = await findWayBack(deps, entry, bad, earlier);
  const targets: TargetPlan[] = [];
  const unchanged: { target: string; reason: string }[] = [];
  for (const target of entry.targets) {
    const planned = await planTarget(deps, entry, target, bad, earlier, wayBack);
    if ('reason' in planned) unchanged.push({ target: targetName(target), reason: planned.reason });
    else targets.push(planned);
  }
  const hasStackTarget = entry.targets.some(({ kind }) => kind === 'cloudformation');
  if (bad.stack && !hasStackTarget) targets.push(waitFor(bad.stack));
  return {
    service: entry.service,
    fromRelease: bad.releaseId,
    ...(wayBack.releaseId && { toRelease: wayBack.releaseId }),
    reason: wayBack.reason,
    targets,
    unchanged,
  };
}

/** A stack the catalog does not make a target is left as it is, once it is at rest. */
function waitFor(stack: string): TargetPlan {
  return { kind: 'cloudformation', phase: 'stack', target: 'stack', stack, alarms: [], waitOnly: true };
}

async function findWayBack(
  deps: PlanServiceDeps,
  entry: ServiceEntry,
  bad: ReleaseRecord,
  earlier: readonly ReleaseRecord[],
): Promise<WayBack> {
  const refused: string[] = [];
  for (const release of earlier) {
    const objection = await objectionTo(deps, release);
    if (objection) {
      refused.push(`${release.releaseId}: ${objection}`);
      continue;
    }
    return {
      releaseId: release.releaseId,
      snapshot: release.snapshot ?? [],
      reason: `to the release of ${instant(release.startedAt)}, the newest one verified good that still exists`,
    };
  }
  const before = await versionsBefore(deps, bad, earlier);
  if (before) return before;
  const seen = refused.length > 0 ? ` Refused: ${refused.join('; ')}.` : '';
  throw new NoWayBack(
    `The ledger holds no release of ${entry.service} from before ${bad.releaseId} that was verified good and still exists.${seen}`,
  );
}

async function objectionTo(deps: PlanServiceDeps, release: ReleaseRecord): Promise<string | undefined> {
  if (release.verdict === 'bad') return `marked bad by incident ${release.incidentId}`;
  if (release.verdict === 'candidate') return 'never verified good';
  for (const target of release.snapshot ?? []) {
    if (target.kind === 'cloudformation') {
      if (!(await deps.bucket.exists(target.templateKey)))
        return `the template ${target.templateKey} is gone`;
    } else if ((await deps.aliases.codeOf(target.function, target.version)) === undefined) {
      return `version ${target.version} of ${target.function} is gone`;
    }
  }
  return release.snapshot ? undefined : 'it was never recorded what was live';
}

async function versionsBefore(
  deps: PlanServiceDeps,
  bad: ReleaseRecord,
  earlier: readonly ReleaseRecord[],
): Promise<WayBack | undefined> {
  const snapshot: TargetSnapshot[] = [];
  for (const one of Object.values(bad.deployments)) {
    const deployment = await deps.deployments.get(one.deploymentId);
    const codeSha256 = await deps.aliases.codeOf(one.function, one.fromVersion);
    if (!isActive(deployment) && deployment.status === 'Succeeded') return undefined;
    if (codeSha256 === undefined || isBadVersion(earlier, one.function, one.fromVersion)) return undefined;
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
  return {
    releaseId: undefined,
    snapshot,
    reason:
      'to the versions from before the deployment; no release of the service has been verified good yet',
  };
}

/** Whether a release marked bad brought a version in: live or not, it is nothing to go back to. */
function isBadVersion(releases: readonly ReleaseRecord[], functionName: string, version: string): boolean {
  return releases.some(
    ({ verdict, deployments }) =>
      verdict === 'bad' &&
      Object.values(deployments).some((one) => one.function === functionName && one.toVersion === version),
  );
}

async function planTarget(
  deps: PlanServiceDeps,
  entry: ServiceEntry,
  target: TargetEntry,
  bad: ReleaseRecord,
  earlier: readonly ReleaseRecord[],
  wayBack: WayBack,
): Promise<TargetPlan | { readonly reason: string }> {
  const name = targetName(target);
  const goal = wayBack.snapshot.find((one) => one.target === name);
  if (target.kind === 'cloudformation') {
    if (!bad.stack) return { reason: 'the release did not come through the stack' };
    return {
      kind: 'cloudformation',
      phase: 'stack',
      target: name,
      stack: target.stack ?? entry.stack ?? '',
      alarms: await alarmsOf(deps, entry, bad),
      ...(goal && { snapshot: goal }),
    };
  }
  const deployment = Object.values(bad.deployments).find((one) => one.target === name);
  if (!goal || goal.kind === 'cloudformation') {
    return { reason: deployment ? 'nothing is recorded of it before' : 'the release did not change it' };
  }
  const way = {
    target: name,
    function: goal.function,
    alias: goal.alias,
    toVersion: goal.version,
    toCodeSha256: goal.codeSha256,
    phase: 'traffic' as const,
  };
  if (deployment) {
    const { application, deploymentGroup, deploymentId, toVersion: fromVersion } = deployment;
    return { kind: 'codedeploy', ...way, fromVersion, application, deploymentGroup, deploymentId };
  }
  const live = await deps.aliases.get(goal.function, goal.alias);
  if (live.version === goal.version && Object.keys(live.weights).length === 0) {
    return { reason: `it is on version ${live.version}, as in that release` };
  }
  const unseen = target.kind === 'codedeploy' && (await unseenDeployment(deps, name, bad, earlier));
  return unseen
    ? { kind: 'codedeploy', ...way, fromVersion: newestOf(live), ...unseen }
    : { kind: 'lambda-alias', ...way, fromVersion: live.version };
}

/**
 * The deployment of a release that the ledger does not know, because its watch broke off before it was recorded:
 * while it runs, it moves the alias, so that it has to be stopped like any other. Its deployment group is the one
 * that an earlier release of the target went through.
 */
async function unseenDeployment(
  { deployments }: PlanServiceDeps,
  target: string,
  bad: ReleaseRecord,
  earlier: readonly ReleaseRecord[],
): Promise<Pick<CodeDeployPlan, 'application' | 'deploymentGroup' | 'deploymentId'> | undefined> {
  const known = earlier
    .flatMap((release) => Object.values(release.deployments))
    .find((one) => one.target === target);
  if (!known) return undefined;
  const { application, deploymentGroup } = known;
  const since = await deployments.listSince({ application, deploymentGroup }, Date.parse(bad.startedAt));
  const oldest = since.filter((one) => !rollbackMark(one)).at(-1);
  return oldest && { application, deploymentGroup, deploymentId: oldest.id };
}

/** The newest version an alias refers to: while traffic is shifted, that is the one shifted in. */
function newestOf({ version, weights }: AliasState): string {
  return [version, ...Object.keys(weights)].sort((a, b) => Number(b) - Number(a))[0] as string;
}

/** The declared alarms of the service and those of the deployment groups its stack update would go through. */
async function alarmsOf(deps: PlanServiceDeps, entry: ServiceEntry, bad: ReleaseRecord): Promise<string[]> {
  const names = new Set(entry.policy.alarms);
  for (const { application, deploymentGroup } of Object.values(bad.deployments)) {
    for (const name of await deps.deployments.groupAlarms(application, deploymentGroup)) names.add(name);
  }
  return [...names].sort();
}
