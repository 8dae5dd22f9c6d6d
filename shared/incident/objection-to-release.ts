import { everyService, type HoldLedger, type HoldRecord } from '../ledger/hold-ledger.ts';
import type { IncidentLedger } from '../ledger/incident-ledger.ts';
import type { HookCause } from '../ledger/lifecycle-hook-ledger.ts';
import type { Lock, LockLedger } from '../ledger/lock-ledger.ts';
import { lookBackReleases } from '../ledger/objections-to-good.ts';
import { type IncidentRecord, isRestorePoint } from '../ledger/records.ts';
import type { ReleaseLedger } from '../ledger/release-ledger.ts';
import { attemptOf } from './lock-owner.ts';

/** The reason why a release may not get its first traffic. */
export interface ObjectionToRelease {
  readonly cause: Extract<HookCause, 'locked' | 'on-hold' | 'frozen' | 'known-bad' | 'unhealthy'>;
  /** In words that follow the name of the service. */
  readonly reason: string;
}

/** Inputs of the decision. */
export interface ServiceStanding {
  readonly service: string;
  readonly lock: Lock | undefined;
  /** Holds in force. */
  readonly holds: readonly HoldRecord[];
  /** The latest hold or resumption of each service that was ever on hold, and of everything. */
  readonly words: readonly HoldRecord[];
  /** The incident of the newest release before the incoming one, if that release is bad. */
  readonly lastIncident: IncidentRecord | undefined;
}

/** The incident that has the lock of a service, in words that follow the service's name. */
export function rollingBackInWords({ owner }: Lock): string {
  return `incident ${attemptOf(owner)?.incidentId ?? owner} is rolling it back`;
}

/**
 * The reason why a service takes no release now, of whatever content: an incident changes it, a person has put it on hold,
 * or an incident froze it. A frozen service takes releases again once a person resumes it, as after a hold.
 */
export function objectionToAny(standing: ServiceStanding): ObjectionToRelease | undefined {
  const { service, lock, holds, words, lastIncident } = standing;
  const isAbout = (one: HoldRecord) => one.service === service || one.service === everyService;
  if (lock) return { cause: 'locked', reason: rollingBackInWords(lock) };
  const hold = holds.find(isAbout);
  if (hold) {
    const what = hold.service === everyService ? 'everything' : 'it';
    const why = hold.reason === undefined ? '' : `: ${hold.reason}`;
    return { cause: 'on-hold', reason: `${hold.by} put ${what} on hold${why}` };
  }
  const { incidentId, outcome, closedAt = '' } = lastIncident ?? {};
  if (outcome !== 'frozen' || words.some((one) => isAbout(one) && one.at > closedAt)) return undefined;
  const reason =
    `incident ${incidentId} froze it, because a service that would have to go back is declared irreversible; ` +
    'it takes a release again once a person has let it go with HoldService ("hold": false)';
  return { cause: 'frozen', reason };
}

/** Sources of a service's standing. */
export interface StandingDeps {
  readonly locks: Pick<LockLedger, 'lockOf'>;
  readonly holds: Pick<HoldLedger, 'list' | 'listLatest'>;
  readonly releases: ReleaseLedger;
  readonly incidents: IncidentLedger;
}

/** {@link objectionToAny}, from the current ledger. */
export async function objectionNow(
  deps: StandingDeps,
  service: string,
): Promise<ObjectionToRelease | undefined> {
  return objectionToAny({
    service,
    lock: await deps.locks.lockOf(service),
    holds: await deps.holds.list(),
    words: await deps.holds.listLatest(),
    lastIncident: await lastIncident(deps, service),
  });
}

/** The incident of the newest release with a final verdict, if that verdict is bad. */
async function lastIncident(
  { releases, incidents }: Pick<StandingDeps, 'releases' | 'incidents'>,
  service: string,
): Promise<IncidentRecord | undefined> {
  const listed = await releases.list(service, { limit: lookBackReleases });
  const newest = listed.find((one) => isRestorePoint(one) || one.verdict === 'bad');
  return newest?.verdict === 'bad' && newest.incidentId !== undefined
    ? incidents.find(newest.incidentId)
    : undefined;
}
