import * as z from 'zod';
import { isStackMissing, type Stacks } from '../../../shared/aws/stacks.ts';
import type { CatalogStore } from '../../../shared/catalog/catalog-store.ts';
import { type ServiceEntry, stacksOf } from '../../../shared/catalog/service-entry.ts';
import { InvalidInput } from '../../../shared/errors.ts';
import { stackNameOf } from '../../../shared/ids.ts';
import { holderAgainst } from '../../../shared/incident/holder.ts';
import type { Attempt } from '../../../shared/ledger/incident-ledger.ts';
import { codeOfSnapshot, knownBad } from '../../../shared/ledger/known-bad.ts';
import { isLive, type LiveState } from '../../../shared/ledger/live-state.ts';
import type { LockLedger } from '../../../shared/ledger/lock-ledger.ts';
import { lookBackReleases, objectionsToGood } from '../../../shared/ledger/objections-to-good.ts';
import type { PaceLedger } from '../../../shared/ledger/pace-ledger.ts';
import { takeRecordingMoment } from '../../../shared/ledger/recording-pace.ts';
import { isRestorePoint, type ReleaseRecord, releaseIdOf } from '../../../shared/ledger/records.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import { takeSnapshot } from '../../../shared/ledger/take-snapshot.ts';
import type { PlanStore } from '../../../shared/targets/plan-store.ts';
import { isStackToken } from '../../../shared/targets/rollback-marker.ts';
import type { TargetSnapshot } from '../../../shared/targets/shapes.ts';
import type { SnapshotClients } from '../../../shared/targets/target-kind.ts';
import { isBeingDeployed } from './is-being-deployed.ts';

export const recordServiceInput = z.strictObject({
  service: z.string(),
  /** The stack whose update completed, where one is the reason to record. */
  stackId: z.string().optional(),
  /** A person says that what is live is good, and why. */
  verdict: z.literal('good').optional(),
  reason: z.string().optional(),
  requestedBy: z.string().optional(),
  /** The moment it was given to be recorded at, ms since the epoch; null, or left out, before it was given one. */
  moment: z.number().nullish(),
});
type Input = z.infer<typeof recordServiceInput>;

/** What became of it, and what follows. */
export interface Recording {
  /** `nothing`: there was nothing to record, or not now; `found`: the ledger had it; `recorded`: it is new there. */
  readonly outcome: 'nothing' | 'found' | 'recorded';
  /** The release that is live, where it is known. */
  readonly releaseId?: string;
  /** The same in words. */
  readonly detail: string;
  /**
   * `watch`: nothing has proved it yet, and no deployment will; `look-again`: the service is being rolled back;
   * `yield`: it is, and its incident knows nothing of the release; `wait`: nothing was read yet, it has a moment of its
   * own to be recorded at.
   */
  readonly next: 'end' | 'watch' | 'look-again' | 'yield' | 'wait';
  /** For the next call, where `next` is `wait`. */
  readonly moment?: number;
  /** How long to wait for that moment. */
  readonly waitSeconds?: number;
  /** The incident that has to be told, where `next` is `yield`. */
  readonly holder?: Attempt;
}

export interface RecordServiceDeps extends SnapshotClients {
  readonly stacks: Stacks;
  readonly locks: LockLedger;
  /** Without it no incident is looked for that would have to be told: of a service that is held, `next` is `look-again`. */
  readonly plans?: PlanStore;
  readonly catalog: CatalogStore;
  readonly releases: ReleaseLedger;
  readonly paces: PaceLedger;
  readonly now: () => number;
}

/**
 * Records what is live for a service, where the ledger does not have it: as the release of the stack update that
 * brought it in, which its watched deployments join; or, for what was moved by hand, as a release from now on. A
 * stack that rolled itself back brought nothing in, and what the coordinator puts back is recorded by the rollback.
 *
 * What is live is a candidate. It becomes good by being watched, or because a person says so; a person cannot say it
 * of what an incident named bad, of aliases that split their traffic, nor while the service is being changed.
 *
 * Where too many services are recorded at once, it is given a moment of its own first.
 *
 * @throws InvalidInput when a person calls good what cannot be; nothing is changed then
 */
export function recordService(deps: RecordServiceDeps) {
  const { releases } = deps;

  return async (input: Input): Promise<Recording> => {
    const entry = await deps.catalog.entry(input.service);
    const moment = input.moment ?? (await takeRecordingMoment(deps.paces, entry));
    const waitSeconds = Math.ceil((moment - deps.now()) / 1000);
    if (waitSeconds > 0) {
      const detail = 'others are being recorded: it waits for its moment';
      return { outcome: 'nothing', detail, next: 'wait', moment, waitSeconds };
    }
    const live = await readLive(entry, input);
    if ('absent' in live) return nothing(input, live.absent);
    const others = await releases.list(entry.service, { limit: lookBackReleases });
    // What failed was taken back: it is not what is live.
    const newest = others.find(({ verdict }) => verdict !== 'failed');
    // After the account was read: whoever has the lock by now may have moved what was read.
    const held = (await deps.locks.lockOf(entry.service)) !== undefined;
    if (held && input.verdict) return nothing(input, `${entry.service} is being rolled back`);
    if (newest && isLive(newest, live)) return found(input, newest, live, others, held);
    const isNewer = live.began !== undefined && (!newest || live.began > newest.startedAt);
    // A newer update that completed ended the deployments of the one before, though nobody may have watched to the end.
    if (newest && !isNewer && isBeingDeployed(newest, deps.now())) {
      return nothing(input, `${newest.releaseId} is being deployed`);
    }
    if (input.stackId && !isNewer) return nothing(input, 'the update brought nothing in that is live now');
    return record(input, live, isNewer ? live.began : undefined, others, held);
  };

  async function readLive(
    entry: ServiceEntry,
    { stackId }: Input,
  ): Promise<(LiveState & { stack?: string }) | { absent: string }> {
    try {
      const snapshot = await takeSnapshot(entry, deps);
      const stack = stackId === undefined ? stacksOf(entry)[0] : stackNameOf(stackId);
      if (!stack) return { snapshot };
      // After the snapshot: an update that is not seen yet cannot be in it.
      const { status, lastUpdatedAt, createdAt } = await deps.stacks.describe(stack);
      if (!status.endsWith('_COMPLETE')) return { absent: `stack ${stack} is ${status}` };
      const brought = status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE';
      const began = new Date(lastUpdatedAt ?? createdAt).toISOString();
      const ours = isStackToken((await deps.stacks.history(stack)).token);
      return { snapshot, stack, stackIsOurs: ours, ...(brought && !ours && { began }) };
    } catch (error) {
      const absent = absence(error);
      if (absent) return { absent };
      throw error;
    }
  }

  async function found(
    input: Input,
    release: ReleaseRecord,
    live: LiveState,
    others: readonly ReleaseRecord[],
    held: boolean,
  ): Promise<Recording> {
    const { releaseId, verdict, deployments, restoredBy } = release;
    const as = (detail: string, next: Recording['next'] = 'end'): Recording => ({
      outcome: 'found',
      releaseId,
      detail,
      next,
    });
    if (verdict === 'bad') return nothing(input, `${releaseId} is live, and was named bad by an incident`);
    if (verdict === 'good') return as(`${releaseId} is live and good already`);
    if (input.verdict) {
      const snapshot = release.snapshot ?? live.snapshot;
      refuse(input, objectionsByHand(release, snapshot, others));
      if (!(await releases.markGood(releaseId, snapshot, statement(input)))) {
        return nothing(input, `${releaseId} was named bad by an incident just now`);
      }
      return as(`${releaseId} is live, and good because a person says so`);
    }
    if (held)
      return duringRollback(as(`${releaseId} is live, and the service is being rolled back`), release);
    // It proved healthy before it was put back, and the incident looked at its recovery.
    if (restoredBy !== undefined && isRestorePoint(release)) {
      return as(`${releaseId} is live: incident ${restoredBy} put it back`);
    }
    await releases.addSnapshot(releaseId, live.snapshot, iso());
    if (Object.keys(deployments).length > 0) return as(`${releaseId} is watched by its deployments`);
    if (release.settled) return as(`${releaseId} was watched and is not proven`);
    return as(`${releaseId} is live and not proven yet`, 'watch');
  }

  async function record(
    input: Input,
    live: LiveState & { readonly stack?: string },
    began: string | undefined,
    others: readonly ReleaseRecord[],
    held: boolean,
  ): Promise<Recording> {
    const startedAt = began ?? iso();
    const bad = knownBad(codeOfSnapshot(live.snapshot), others);
    const release: ReleaseRecord = {
      // Deployments of the stack update join its release; what was moved by hand is one of its own.
      releaseId: releaseIdOf(input.service, startedAt, began === undefined ? 'recorded' : undefined),
      service: input.service,
      startedAt,
      verdict: input.verdict ?? 'candidate',
      deployments: {},
      ...(began && live.stack && { stack: live.stack }),
      // What is being rolled back is not what the release was.
      ...(!held && { snapshot: [...live.snapshot], recordedAt: iso() }),
      ...(bad && { knownBad: bad.releaseId }),
      ...(input.verdict && { statedGood: statement(input) }),
    };
    const { releaseId } = release;
    if (input.verdict) refuse(input, objectionsByHand(release, live.snapshot, others));
    if (!(await releases.open(release))) {
      // A deployment of the same update was seen just now.
      return found(input, await releases.get(releaseId), live, others, held);
    }
    if (input.verdict) {
      return { outcome: 'recorded', releaseId, detail: `${releaseId} is good, a person says`, next: 'end' };
    }
    const detail = `${releaseId} is live and not proven yet`;
    const recorded: Recording = { outcome: 'recorded', releaseId, detail, next: 'watch' };
    return held ? duringRollback(recorded, release) : recorded;
  }

  /** What a stack brought in without a deployment has no watch that would tell the incident of it. */
  async function duringRollback(recording: Recording, release: ReleaseRecord): Promise<Recording> {
    const { stack, deployments, restoredBy } = release;
    const { locks, plans } = deps;
    const isUnwatched = stack && Object.keys(deployments).length === 0 && restoredBy === undefined;
    const holder = isUnwatched && plans ? await holderAgainst({ locks, plans }, release) : undefined;
    return holder ? { ...recording, next: 'yield', holder } : { ...recording, next: 'look-again' };
  }

  function iso(): string {
    return new Date(deps.now()).toISOString();
  }

  function statement({ reason = '', requestedBy }: Input): NonNullable<ReleaseRecord['statedGood']> {
    return { by: requestedBy ?? 'a person in the Step Functions console', reason, at: iso() };
  }
}

/** A person answers for what was never judged, but not for what is known to be bad or not at rest. */
function objectionsByHand(
  release: ReleaseRecord,
  snapshot: readonly TargetSnapshot[],
  others: readonly ReleaseRecord[],
): string[] {
  return objectionsToGood({ ...release, deployments: {} }, snapshot, others);
}

function refuse(input: Input, objections: readonly string[]): void {
  if (objections.length > 0) nothing(input, objections.join('; '));
}

/** There is nothing to record now; where a person called it good, that is refused. */
function nothing({ service, verdict }: Input, detail: string): Recording {
  if (verdict) throw new InvalidInput(`verdict: what is live of ${service} cannot be called good: ${detail}`);
  return { outcome: 'nothing', detail, next: 'end' };
}

/** What is named in the catalog and not there, in words: a service that is not deployed yet, or not any more. */
function absence(error: unknown): string | undefined {
  const { name, message } = error as Error;
  const missing =
    name === 'ResourceNotFoundException' ||
    // API Gateway's.
    name === 'NotFoundException' ||
    isStackMissing(error);
  return missing ? message : undefined;
}
