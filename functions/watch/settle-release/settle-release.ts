import * as z from 'zod';
import { readAlarmConditions } from '../../../shared/aws/alarm-conditions.ts';
import type { AlarmReader } from '../../../shared/aws/alarm-reader.ts';
import { type Deployments, isActive } from '../../../shared/aws/deployments.ts';
import type { CatalogStore } from '../../../shared/catalog/catalog-store.ts';
import type { ServiceEntry } from '../../../shared/catalog/service-entry.ts';
import { LedgerCorrupt } from '../../../shared/errors.ts';
import type { AlarmsFound } from '../../../shared/judge/alarm-conditions.ts';
import { blocked } from '../../../shared/judge/ended-deployment.ts';
import { judgementVerdict } from '../../../shared/judge/judgement.ts';
import { isProvedHealthy } from '../../../shared/judge/next-step.ts';
import type { CheckpointLedger } from '../../../shared/ledger/checkpoint-ledger.ts';
import { checkpointSubjectOf } from '../../../shared/ledger/checkpoint-subject.ts';
import { lookBackReleases, objectionsToGood } from '../../../shared/ledger/objections-to-good.ts';
import {
  broughtBy,
  movedAlone,
  preflightOf,
  type ReleaseRecord,
  type SettledAs,
} from '../../../shared/ledger/records.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import { objectionsToServedWell, replacedAt } from '../../../shared/ledger/served-well.ts';
import { takeSnapshot } from '../../../shared/ledger/take-snapshot.ts';
import { blockedDeployments, failedMail } from '../../../shared/mail/failed-mail.ts';
import type { Mailer } from '../../../shared/mail/mailer.ts';
import { recordedMail } from '../../../shared/mail/recorded-mails.ts';
import { observedMail, releaseMail, servedWellMail } from '../../../shared/mail/release-mails.ts';
import type { TrafficReader } from '../../../shared/mail/traffic-reader.ts';
import { aliasesOfRelease, metWhenRecorded } from '../../../shared/mail/users-meet.ts';
import { type TargetSnapshot, targetName } from '../../../shared/targets/shapes.ts';
import type { SnapshotClients } from '../../../shared/targets/target-kind.ts';
import { type Figures, secondsBetween } from '../../../shared/telemetry/figures.ts';
import { failedUpdates } from './failed-updates.ts';

export const settleReleaseInput = z.strictObject({
  releaseId: z.string(),
  /**
   * The deployment that completed its bake, or ended without evidence against its code; absent for a release watched as a
   * whole.
   */
  deploymentId: z.string().optional(),
  verdict: judgementVerdict,
  requests: z.number(),
  errors: z.number(),
  /** The observation, in words. */
  reason: z.string(),
  /** Cause of a blocked deployment; null, or left out, if it was not blocked. */
  blocked: blocked.nullish(),
  /** Its version's share of the requests at the last look. */
  share: z.number().optional(),
  /** The watching execution. */
  executionArn: z.string(),
});
type Input = z.infer<typeof settleReleaseInput>;

/**
 * `good`, `served-well`, `unproven`, `suspect`, `failed`: the release is settled; `replaced`: a newer release replaced it
 * before anything was proved, which needs no mail; `waiting`: for its other deployments; `bad`: an incident has it. A
 * suspect release was judged unhealthy and is not rolled back automatically: because it came without a deployment and may
 * not be the cause, or because its service is only observed.
 */
export type Settlement =
  | 'good'
  | 'served-well'
  | 'unproven'
  | 'suspect'
  | 'failed'
  | 'replaced'
  | 'waiting'
  | 'bad';

/** Parameter Store allows 3 labels a second, and a settlement has 50 s for everything. */
const mostLabels = 20;

export interface SettleReleaseDeps extends SnapshotClients {
  readonly catalog: CatalogStore;
  readonly deployments: Pick<Deployments, 'get'>;
  readonly alarmReader: AlarmReader;
  readonly releases: ReleaseLedger;
  readonly checkpoints: CheckpointLedger;
  readonly figures: Pick<Figures, 'count'>;
  readonly mailer: Mailer;
  readonly traffic: TrafficReader;
  readonly environment: string;
  readonly now: () => number;
}

/**
 * Records that a deployment completed its bake and, once all deployments of its release have, settles the release: good,
 * with a snapshot of the live state, if one of them proved healthy with the requests of its policy, none did otherwise, and
 * there is no objection to its other targets; unproven otherwise. A release that was replaced before its bake was over
 * served well, or proved nothing. A release that came without deployments is settled by its watch as a whole. Mails the
 * stakeholders, once per release.
 *
 * A release with a deployment that failed for a reason that says nothing about its code is `failed`, once none of its
 * deployments may still turn out bad: if one fails, the stack stops the others.
 */
export function settleRelease(deps: SettleReleaseDeps) {
  const { releases } = deps;

  return async (input: Input): Promise<{ settlement: Settlement }> => {
    const { settlement } = await settle(input);
    await countVerdict(input, settlement);
    return { settlement };
  };

  async function settle(input: Input): Promise<{ settlement: Settlement }> {
    const { deploymentId, releaseId, verdict, requests, errors, reason } = input;
    const at = new Date(deps.now()).toISOString();
    const replaced = !input.blocked && (await isReplaced(input));
    const settled: SettledAs = {
      verdict,
      at,
      requests,
      errors,
      reason,
      ...whoBlocked(input),
      ...(replaced && { replaced }),
    };
    if (deploymentId === undefined) await releases.settle(releaseId, settled);
    else await releases.settleDeployment(releaseId, deploymentId, settled);

    const release = await releases.get(releaseId);
    // A bad deployment is followed to its own end, which may be later than this; so is a failed one.
    if (deploymentId !== undefined && verdict !== 'unhealthy' && !input.blocked)
      await recordEnd(release, deploymentId, settled);
    if (release.verdict === 'bad' || release.undoneBy) return { settlement: 'bad' };
    const deployments = Object.values(release.deployments);
    if (deployments.some((one) => one.settled?.verdict === 'unhealthy')) return tellSuspect(input, release);
    if (deployments.some((one) => one.settled?.blocked)) return settleFailed(input, release);
    if (deployments.some((one) => !one.settled)) return { settlement: 'waiting' };

    const moved = movedAlone(release);
    const verdicts =
      deployments.length > 0 ? [...deployments, ...moved].map((one) => one.settled) : [release.settled];
    if (release.verdict !== 'good' && verdicts.some((one) => one?.replaced)) {
      return settleReplaced(input, release, verdicts);
    }
    const healthy = verdicts.filter((one) => one?.verdict === 'healthy');
    const objections =
      healthy.length > 0 && release.verdict !== 'good' ? await markGood(release, healthy) : [];
    if (objections === 'bad') return { settlement: 'bad' };
    const good = release.verdict === 'good' || (healthy.length > 0 && objections.length === 0);
    return deployments.length > 0
      ? tellOfDeployments(input, release, good, objections)
      : tellOfRelease(input, release, good, objections);
  }

  /**
   * Counts a final verdict. A release that was replaced before anything was proved has none; a bad one is counted by its
   * incident.
   */
  async function countVerdict(
    { releaseId, deploymentId, executionArn }: Input,
    settlement: Settlement,
  ): Promise<void> {
    const isSuccess = settlement === 'good' || settlement === 'served-well' || settlement === 'unproven';
    if (!isSuccess && settlement !== 'suspect' && settlement !== 'failed') return;
    await deps.figures.count(releaseId, 'verdict', deploymentId ?? executionArn, {
      Releases: 1,
      Successes: isSuccess ? 1 : 0,
      ...(isSuccess && (await timeToDeploy(releaseId))),
    });
  }

  /** From its first deployment to the end of the last one's shift, by CodeDeploy's clock. */
  async function timeToDeploy(releaseId: string): Promise<{ TimeToDeploy?: number }> {
    const { service, deployments } = await releases.get(releaseId);
    const [first] = Object.values(deployments)
      .map(({ createdAt }) => createdAt)
      .sort();
    if (first === undefined) return {};
    const checkpoints = await deps.checkpoints.list(service, { from: first });
    const shifted = checkpoints.flatMap((one) =>
      one.phase === 'bake' && deployments[one.deploymentId] ? Date.parse(one.at) : [],
    );
    if (shifted.length < Object.keys(deployments).length) return {};
    return { TimeToDeploy: secondsBetween(Date.parse(first), Math.max(...shifted)) };
  }

  async function settleFailed(
    { releaseId, deploymentId, executionArn }: Input,
    release: ReleaseRecord,
  ): Promise<{ settlement: Settlement }> {
    for (const watched of Object.values(release.deployments)) {
      if (watched.settled) continue;
      const deployment = await deps.deployments.get(watched.deploymentId);
      // Its own watch judges its end. A deployment that succeeded is rolled back with its stack, and bakes meanwhile.
      if (isActive(deployment) || deployment.status !== 'Succeeded') return { settlement: 'waiting' };
    }
    const reason = blockedDeployments(release)[0]?.settled.reason ?? 'its deployment failed';
    const at = new Date(deps.now()).toISOString();
    if (!(await releases.markFailed(releaseId, { at, reason }))) return { settlement: 'bad' };
    await deps.mailer.send(releaseId, 'settled', deploymentId ?? executionArn, async () =>
      failedMail(deps.environment, release, { ...(await factsOf(release)), executionArn }),
    );
    return { settlement: 'failed' };
  }

  /** Whether a newer release replaced it. */
  async function isReplaced({ releaseId, deploymentId }: Input): Promise<boolean> {
    const release = await releases.get(releaseId);
    const newest = await releases.newestInForce(release.service);
    const createdAt = deploymentId === undefined ? undefined : release.deployments[deploymentId]?.createdAt;
    return replacedAt(release, newest, createdAt) !== undefined;
  }

  /** A release that was replaced before its bake was over served well if it had the requests for that, and no doubt. */
  async function settleReplaced(
    { releaseId, deploymentId, executionArn }: Input,
    release: ReleaseRecord,
    verdicts: readonly (SettledAs | undefined)[],
  ): Promise<{ settlement: Settlement }> {
    const { service } = release;
    const { bake } = (await deps.catalog.entry(service)).policy;
    const isProved = verdicts.some((one) => isProvedHealthy(one, bake));
    const others = await releases.list(service, { limit: lookBackReleases });
    if (!isProved || objectionsToServedWell(release, others).length > 0) return { settlement: 'replaced' };
    if (!(await releases.markServedWell(releaseId))) return { settlement: 'bad' };
    await deps.mailer.send(releaseId, 'settled', deploymentId ?? executionArn, async () =>
      servedWellMail(deps.environment, release, { meet: await deps.traffic.read(aliasesOfRelease(release)) }),
    );
    return { settlement: 'served-well' };
  }

  /** Records the end of a deployment's watch; the first record stands. */
  async function recordEnd(
    release: ReleaseRecord,
    deploymentId: string,
    now: NonNullable<ReleaseRecord['settled']>,
  ): Promise<void> {
    const watched = release.deployments[deploymentId];
    if (!watched) {
      throw new LedgerCorrupt(`Release ${release.releaseId} does not know deployment ${deploymentId}.`);
    }
    const { verdict, at } = watched.settled ?? now;
    await deps.checkpoints.record({
      ...checkpointSubjectOf(release, watched),
      phase: 'ended',
      status: 'Succeeded',
      at,
      seenAt: now.at,
      verdict,
      evidence: [],
    });
  }

  /**
   * Marks a healthy release good, or returns the objections.
   *
   * @param healthy its parts that were found healthy
   */
  async function markGood(
    release: ReleaseRecord,
    healthy: readonly (SettledAs | undefined)[],
  ): Promise<string[] | 'bad'> {
    const { releaseId, service } = release;
    const entry = await deps.catalog.entry(service);
    const { bake } = entry.policy;
    if (!healthy.some((one) => isProvedHealthy(one, bake))) {
      const most = Math.max(...healthy.map((one) => one?.requests ?? 0));
      return [
        `it served ${most} requests until the end of its bake, and policy.bake.minRequests asks for ${bake.minRequests}`,
      ];
    }
    const snapshot = release.snapshot ?? (await takeSnapshot(entry, deps, release));
    const all = await releases.list(service, { limit: lookBackReleases });
    const others = all.filter((one) => one.releaseId !== releaseId);
    const objections = [
      ...objectionsToGood(release, snapshot, others),
      // Last, so that a rollback that begins while the snapshot is taken is seen.
      ...(await failedUpdates(entry, release, deps.stacks)),
    ];
    if (objections.length > 0) return objections;
    if (!(await releases.markGood(releaseId, snapshot))) return 'bad';
    await labelGood(entry, snapshot);
    return [];
  }

  /** For people who look at Parameter Store; see decision 13. */
  async function labelGood({ targets }: ServiceEntry, snapshot: readonly TargetSnapshot[]): Promise<void> {
    const labelled = targets.flatMap((one) =>
      one.kind === 'parameter' && one.labels ? targetName(one) : [],
    );
    const versions = snapshot.flatMap((one) =>
      one.kind === 'parameter' && labelled.includes(one.target) ? one.parameters : [],
    );
    for (const { name, version } of versions.slice(0, mostLabels)) {
      await deps.parameterStore.label(name, version, 'good');
    }
  }

  /**
   * Problems of the declared alarms and those of its deployment groups: they show what did not watch the release. The number
   * of rings before it was read when it opened.
   */
  async function whatIsWrongWithAlarms(release: ReleaseRecord): Promise<AlarmsFound> {
    const { service, startedAt, recordedAt = startedAt, deployments } = release;
    const { policy } = await deps.catalog.entry(service);
    const ofGroups = Object.values(deployments).flatMap(({ groupAlarms = [] }) => groupAlarms);
    const names = [...new Set([...policy.alarms, ...ofGroups])];
    const began = [recordedAt, ...Object.values(deployments).map(({ createdAt }) => createdAt)];
    const { rings, ringsUnknown } = preflightOf(release) ?? {};
    const found = await readAlarmConditions(
      deps.alarmReader,
      await deps.alarmReader.details(names),
      deps.now(),
      {
        startedAt: Math.min(...began.map((at) => Date.parse(at))),
        versions: broughtBy(release),
        rings,
      },
    );
    return { ...found, ...(ringsUnknown !== undefined && { ringsUnknown }) };
  }

  /** Facts for the mail of a release: its traffic, and problems of its alarms. */
  async function factsOf(release: ReleaseRecord, asRecorded = false) {
    return {
      alarms: await whatIsWrongWithAlarms(release),
      meet: asRecorded ? metWhenRecorded(release) : await deps.traffic.read(aliasesOfRelease(release)),
    };
  }

  async function tellOfDeployments(
    { releaseId, deploymentId, executionArn }: Input,
    release: ReleaseRecord,
    good: boolean,
    objections: readonly string[],
  ): Promise<{ settlement: Settlement }> {
    await deps.mailer.send(releaseId, 'settled', deploymentId ?? executionArn, async () =>
      releaseMail(deps.environment, release, {
        ...(await factsOf(release)),
        executionArn,
        good,
        objections,
        now: deps.now(),
      }),
    );
    return { settlement: good ? 'good' : 'unproven' };
  }

  /** Reported as soon as one of its deployments is bad, whatever the result of the others. */
  async function tellSuspect(
    { releaseId, deploymentId, executionArn, reason }: Input,
    release: ReleaseRecord,
  ): Promise<{ settlement: Settlement }> {
    await deps.mailer.send(releaseId, 'settled', deploymentId ?? executionArn, async () =>
      observedMail(deps.environment, release, { ...(await factsOf(release)), executionArn, reason }),
    );
    return { settlement: 'suspect' };
  }

  async function tellOfRelease(
    { releaseId, executionArn, reason }: Input,
    release: ReleaseRecord,
    good: boolean,
    objections: readonly string[],
  ): Promise<{ settlement: Settlement }> {
    const { settled } = release;
    if (!settled) return { settlement: 'waiting' };
    const settlement = good ? 'good' : settled.verdict === 'unhealthy' ? 'suspect' : 'unproven';
    await deps.mailer.send(releaseId, 'settled', executionArn, async () =>
      recordedMail(deps.environment, release, {
        ...(await factsOf(release, settlement !== 'suspect')),
        executionArn,
        settlement,
        settled,
        reason: objections.length > 0 ? objections.join('; ') : reason,
      }),
    );
    return { settlement };
  }
}

function whoBlocked({ blocked, share = 0 }: Input): Pick<SettledAs, 'blocked' | 'share'> {
  return blocked ? { blocked, ...(share > 0 && { share }) } : {};
}
