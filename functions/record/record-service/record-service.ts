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
  /** The stack whose update completed, if that is the reason to record. */
  stackId: z.string().optional(),
  /** A person declares the live state good, with a reason. */
  verdict: z.literal('good').optional(),
  reason: z.string().optional(),
  requestedBy: z.string().optional(),
  /** The time assigned for recording, ms since the epoch; null, or left out, before it is assigned. */
  moment: z.number().nullish(),
});
type Input = z.infer<typeof recordServiceInput>;

/** The result, and the next step. */
export interface Recording {
  /** `nothing`: there was nothing to record, or not now; `found`: the ledger had it; `recorded`: it is new there. */
  readonly outcome: 'nothing' | 'found' | 'recorded';
  /** The live release, if it is known. */
  readonly releaseId?: string;
  /** The result in words. */
  readonly detail: string;
  /**
   * `watch`: it is unproven, and no deployment will prove it; `look-again`: the service is being rolled back; `yield`:
   * likewise, and its incident does not know the release; `wait`: nothing was read yet, it has a time of its own for
   * recording.
   */
  readonly next: 'end' | 'watch' | 'look-again' | 'yield' | 'wait';
  /** For the next call, if `next` is `wait`. */
  readonly moment?: number;
  /** Seconds to wait for that time. */
  readonly waitSeconds?: number;
  /** The incident to be notified, if `next` is `yield`. */
  readonly holder?: Attempt;
}

export interface RecordServiceDeps extends SnapshotClients {
  readonly stacks: Stacks;
  readonly locks: LockLedger;
  /** Left out, no incident to be notified is sought: for a held service `next` is then `look-again`. */
  readonly plans?: PlanStore;
  readonly catalog: CatalogStore;
  readonly releases: ReleaseLedger;
  readonly paces: PaceLedger;
  readonly now: () => number;
}

/**
 * Records the live state of a service, if the ledger does not have it: as the release of the stack update that brought it
 * in, which its watched deployments join; or, for a move by hand, as a release from now on. A stack that rolled itself back
 * brought nothing in, and a rollback of the coordinator records the restored state itself.
 *
 * The live state is a candidate. It becomes good by being watched, or by a person's declaration; a person cannot declare
 * good a release that an incident condemned, aliases that split their traffic, or a service that is being changed.
 *
 * If too many services are recorded at once, it first gets a time of its own.
 *
 * @throws InvalidInput when a person declares good a state that cannot be; nothing is changed then
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
    // A failed release was rolled back: it is not live.
    const newest = others.find(({ verdict }) => verdict !== 'failed');
    // After the account was read: the current holder of the lock may have moved the aliases before.
    const held = (await deps.locks.lockOf(entry.service)) !== undefined;
    if (held && input.verdict) return nothing(input, `${entry.service} is being rolled back`);
    if (newest && isLive(newest, live)) return found(input, newest, live, others, held);
    const isNewer = live.began !== undefined && (!newest || live.began > newest.startedAt);
    // A newer completed update ended the deployments of the one before, even if nobody watched them to the end.
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
      // After the snapshot: an update that is not visible yet cannot be in it.
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
    // It proved healthy before it was restored, and the incident checked its recovery.
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
      // Deployments of the stack update join its release; a move by hand is a release of its own.
      releaseId: releaseIdOf(input.service, startedAt, began === undefined ? 'recorded' : undefined),
      service: input.service,
      startedAt,
      verdict: input.verdict ?? 'candidate',
      deployments: {},
      ...(began && live.stack && { stack: live.stack }),
      // During a rollback the state is no longer that of the release.
      ...(!held && { snapshot: [...live.snapshot], recordedAt: iso() }),
      ...(bad && { knownBad: bad.releaseId }),
      ...(input.verdict && { statedGood: statement(input) }),
    };
    const { releaseId } = release;
    if (input.verdict) refuse(input, objectionsByHand(release, live.snapshot, others));
    if (!(await releases.open(release))) {
      // A deployment of the same update was opened concurrently.
      return found(input, await releases.get(releaseId), live, others, held);
    }
    if (input.verdict) {
      return { outcome: 'recorded', releaseId, detail: `${releaseId} is good, a person says`, next: 'end' };
    }
    const detail = `${releaseId} is live and not proven yet`;
    const recorded: Recording = { outcome: 'recorded', releaseId, detail, next: 'watch' };
    return held ? duringRollback(recorded, release) : recorded;
  }

  /** A release of a stack without a deployment has no watch that would notify the incident. */
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

/** A person may vouch for an unjudged state, but not for one that is known to be bad or not at rest. */
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

/** There is nothing to record now; a person's declaration is then refused. */
function nothing({ service, verdict }: Input, detail: string): Recording {
  if (verdict) throw new InvalidInput(`verdict: what is live of ${service} cannot be called good: ${detail}`);
  return { outcome: 'nothing', detail, next: 'end' };
}

/** The missing resource that the catalog names, in words: a service that is not deployed yet, or no longer. */
function absence(error: unknown): string | undefined {
  const { name, message } = error as Error;
  const missing =
    name === 'ResourceNotFoundException' ||
    // From API Gateway.
    name === 'NotFoundException' ||
    isStackMissing(error);
  return missing ? message : undefined;
}
