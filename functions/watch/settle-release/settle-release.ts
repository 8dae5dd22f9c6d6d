import * as z from 'zod';
import type { CatalogStore } from '../../../shared/catalog/catalog-store.ts';
import type { ServiceEntry } from '../../../shared/catalog/service-entry.ts';
import { LedgerCorrupt } from '../../../shared/errors.ts';
import { judgementVerdict } from '../../../shared/judge/judgement.ts';
import type { CheckpointLedger } from '../../../shared/ledger/checkpoint-ledger.ts';
import { checkpointSubjectOf } from '../../../shared/ledger/checkpoint-subject.ts';
import { lookBackReleases, objectionsToGood } from '../../../shared/ledger/objections-to-good.ts';
import type { ReleaseRecord } from '../../../shared/ledger/records.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import { takeSnapshot } from '../../../shared/ledger/take-snapshot.ts';
import type { MailRoom } from '../../../shared/mail/mail-room.ts';
import { recordedMail } from '../../../shared/mail/recorded-mails.ts';
import { observedMail, releaseMail } from '../../../shared/mail/release-mails.ts';
import { type TargetSnapshot, targetName } from '../../../shared/targets/shapes.ts';
import type { SnapshotClients } from '../../../shared/targets/target-kind.ts';
import { failedUpdates } from './failed-updates.ts';

export const settleReleaseInput = z.strictObject({
  releaseId: z.string(),
  /** The deployment that came through its bake; absent where the release as a whole did. */
  deploymentId: z.string().optional(),
  verdict: judgementVerdict,
  requests: z.number(),
  errors: z.number(),
  /** What was seen, in words. */
  reason: z.string(),
  /** The execution that watched. */
  executionArn: z.string(),
});
type Input = z.infer<typeof settleReleaseInput>;

/**
 * `good`, `unproven`, `suspect`: the release is settled; `waiting`: for its other deployments; `bad`: an incident
 * has it. Suspect is one that was judged unhealthy and is not undone by itself: because it came without a deployment,
 * or because its service is only observed.
 */
export type Settlement = 'good' | 'unproven' | 'suspect' | 'waiting' | 'bad';

/** Parameter Store takes 3 labels a second, and a settlement has 50 s for everything. */
const mostLabels = 20;

/** What the rule needs. */
export interface SettleReleaseDeps extends SnapshotClients {
  readonly catalog: CatalogStore;
  readonly releases: ReleaseLedger;
  readonly checkpoints: CheckpointLedger;
  readonly mailRoom: MailRoom;
  readonly environment: string;
  readonly now: () => number;
}

/**
 * Records that a deployment came through its bake and, once all deployments of its release have, settles the
 * release: good, with a snapshot of what is live, when one of them proved healthy, none did otherwise, and nothing
 * speaks against what its other targets are on; unproven otherwise. A release that came without deployments is
 * settled by what was seen of it as a whole. Tells the stakeholders, once per release.
 */
export function settleRelease(deps: SettleReleaseDeps) {
  const { releases } = deps;

  return async (input: Input): Promise<{ settlement: Settlement }> => {
    const { deploymentId, releaseId, verdict, requests, errors, reason } = input;
    const settled = { verdict, at: new Date(deps.now()).toISOString(), requests, errors, reason };
    if (deploymentId === undefined) await releases.settle(releaseId, settled);
    else await releases.settleDeployment(releaseId, deploymentId, settled);

    const release = await releases.get(releaseId);
    // One that is bad is followed to its own end, which may be later than this.
    if (deploymentId !== undefined && verdict !== 'unhealthy')
      await recordEnd(release, deploymentId, settled);
    if (release.verdict === 'bad' || release.undoneBy) return { settlement: 'bad' };
    const deployments = Object.values(release.deployments);
    if (deployments.some((one) => one.settled?.verdict === 'unhealthy')) return tellSuspect(input, release);
    if (deployments.some((one) => !one.settled)) return { settlement: 'waiting' };

    const verdicts = deployments.length > 0 ? deployments.map((one) => one.settled) : [release.settled];
    const healthy = verdicts.some((one) => one?.verdict === 'healthy');
    const objections = healthy && release.verdict !== 'good' ? await markGood(release) : [];
    if (objections === 'bad') return { settlement: 'bad' };
    const good = release.verdict === 'good' || (healthy && objections.length === 0);
    return deployments.length > 0
      ? tellOfDeployments(input, release, good, objections)
      : tellOfRelease(input, release, good, objections);
  };

  /** The watch of a deployment is over; what was settled first stands. */
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

  /** Marks a healthy release good, or says what speaks against that. */
  async function markGood(release: ReleaseRecord): Promise<string[] | 'bad'> {
    const { releaseId, service } = release;
    const entry = await deps.catalog.entry(service);
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

  async function tellOfDeployments(
    { releaseId, deploymentId, executionArn }: Input,
    release: ReleaseRecord,
    good: boolean,
    objections: readonly string[],
  ): Promise<{ settlement: Settlement }> {
    const mail = releaseMail(deps.environment, release, { good, objections, now: deps.now() });
    await deps.mailRoom.send(releaseId, 'settled', deploymentId ?? executionArn, mail);
    return { settlement: good ? 'good' : 'unproven' };
  }

  /** Said as soon as one deployment of it is bad, whatever becomes of the others. */
  async function tellSuspect(
    { releaseId, deploymentId, executionArn, reason }: Input,
    release: ReleaseRecord,
  ): Promise<{ settlement: Settlement }> {
    const mail = observedMail(deps.environment, release, reason);
    await deps.mailRoom.send(releaseId, 'settled', deploymentId ?? executionArn, mail);
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
    const mail = recordedMail(deps.environment, release, {
      settlement,
      settled,
      reason: objections.length > 0 ? objections.join('; ') : reason,
    });
    await deps.mailRoom.send(releaseId, 'settled', executionArn, mail);
    return { settlement };
  }
}
