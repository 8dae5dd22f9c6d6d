import { isActive } from '../../shared/aws/deployments.ts';
import { type ServiceEntry, targetName } from '../../shared/catalog/service-entry.ts';
import { NoWayBack } from '../../shared/errors.ts';
import type { ReleaseRecord, TargetSnapshot } from '../../shared/ledger/records.ts';
import { instant } from '../../shared/mail/mail-text.ts';
import { missingArtefact } from '../../shared/targets/missing-artefact.ts';
import type { ServicePlan, TargetPlan } from '../../shared/targets/service-plan.ts';
import { type PlanTargetDeps, planTarget, type WayBack } from './plan-target.ts';

/** What planning a service reads of AWS. */
export type PlanServiceDeps = PlanTargetDeps;

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
    ...(entry.order && { order: entry.order }),
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
    const missing = await missingArtefact(deps, target);
    if (missing) return missing;
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
