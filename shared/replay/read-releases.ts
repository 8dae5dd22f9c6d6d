import type { Signals } from '../aws/signals.ts';
import type { ServicePolicy } from '../catalog/service-entry.ts';
import { minuteMs } from '../judge/sequential/baseline.ts';
import type { Shift } from '../judge/sequential/clock.ts';
import { controlOf, shiftsBetween } from '../judge/shifts.ts';
import type { CheckpointLedger } from '../ledger/checkpoint-ledger.ts';
import type { CheckpointRecord } from '../ledger/checkpoint-records.ts';
import {
  type BroughtVersion,
  broughtBy,
  functionsOf,
  type NormalRates,
  type ReleaseRecord,
} from '../ledger/records.ts';
import type { ReleaseLedger } from '../ledger/release-ledger.ts';
import { type AliasFacts, aliasesAt } from '../queries/alias-timeline.ts';
import { historySpan } from '../watching/normal-rates.ts';
import type { Label, RecordedDeployment } from './recorded-deployment.ts';
import type { ReplayInput } from './replay-policy.ts';
import type { SavedHistory } from './write-metrics.ts';

/** Clients for reading past releases. */
export interface ReadReleasesDeps {
  readonly signals: Pick<Signals, 'sideBySide'>;
  readonly releases: Pick<ReleaseLedger, 'list'>;
  readonly checkpoints: Pick<CheckpointLedger, 'list' | 'observations'>;
}

/** The releases to be read. */
export interface ReadReleasesInput {
  readonly service: string;
  /** The policy that judges them: it determines how long a record has to be, and which requests count as slow. */
  readonly policy: Pick<ServicePolicy, 'bake' | 'limits'>;
  /** Releases that began before are left out, ms since the epoch; undefined for as long as CloudWatch keeps minutes. */
  readonly from: number | undefined;
  /** ms since the epoch */
  readonly now: number;
}

/** Past releases of a service, as input of a replay. */
export interface ReadReleases extends Pick<ReplayInput, 'deployments' | 'normalOf'> {
  /** Releases whose minutes CloudWatch no longer keeps. */
  readonly tooOld: number;
  /** Deployments whose version never had traffic. */
  readonly unserved: number;
  /** The aliases of all deployments, by the name of the function in them. */
  readonly aliases: ReadonlyMap<string, Pick<BroughtVersion, 'function' | 'alias'>>;
}

/** CloudWatch keeps points of one minute for 15 days (CloudWatch user guide, metrics retention). */
export const minutesKeptDays = 15;
const minutesKeptMs = minutesKeptDays * 24 * 60 * minuteMs;

/** Looks in a bake are at most five minutes apart: the look after its longest time has these minutes. */
const afterBakeMinutes = 10;

const releasesAtOnce = 50;

/**
 * Reads past releases of a service: their times from the ledger, their minutes from CloudWatch, and the normal rates
 * recorded when each opened. A bad release is labelled bad; a release that was proved or declared good is labelled good.
 */
export async function readReleases(
  { signals, releases, checkpoints }: ReadReleasesDeps,
  { service, policy, from, now }: ReadReleasesInput,
): Promise<ReadReleases> {
  const oldestMinute = now - minutesKeptMs;
  const asked = await releasesSince(from ?? oldestMinute);
  const young = asked.filter(({ startedAt }) => Date.parse(startedAt) >= oldestMinute);
  const [oldest] = young;
  const span = { from: oldest?.startedAt ?? new Date(now).toISOString(), ascending: true };
  const facts = oldest
    ? {
        checkpoints: await checkpoints.list(service, span),
        observations: await checkpoints.observations(service, span),
      }
    : { checkpoints: [], observations: [] };
  const normal = new Map<string, NormalRates>();
  const deployments: RecordedDeployment[] = [];
  const aliases = new Map<string, Pick<BroughtVersion, 'function' | 'alias'>>();
  let unserved = 0;
  for (const release of young) {
    for (const brought of broughtBy(release)) {
      const times = timesOf(brought, facts.checkpoints);
      if (!times) {
        unserved += 1;
        continue;
      }
      const recorded = await read(release, brought, times, facts);
      deployments.push(recorded);
      aliases.set(recorded.function, { function: brought.function, alias: brought.alias });
      if (brought.normal) normal.set(recorded.id, brought.normal);
    }
  }
  return {
    deployments,
    normalOf: ({ id }) => normal.get(id),
    tooOld: asked.length - young.length,
    unserved,
    aliases,
  };

  /** Oldest first. */
  async function releasesSince(since: number): Promise<ReleaseRecord[]> {
    const found: ReleaseRecord[] = [];
    for (;;) {
      const before = found.at(-1)?.releaseId;
      const page = await releases.list(service, { limit: releasesAtOnce, ...(before && { before }) });
      found.push(...page);
      const isOver = page.some(({ startedAt }) => Date.parse(startedAt) < since);
      if (isOver || page.length < releasesAtOnce) break;
    }
    return found
      .filter(({ startedAt }) => Date.parse(startedAt) >= since)
      .sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  }

  async function read(
    release: ReleaseRecord,
    brought: BroughtVersion,
    { begunAt, shifts, aloneFrom }: BroughtTimes,
    known: AliasFacts,
  ): Promise<RecordedDeployment> {
    const { function: name, alias, toVersion, fromVersion } = brought;
    const [{ at: servedFrom }] = shifts;
    const longest =
      aloneFrom === undefined ? now : aloneFrom + (policy.bake.maxMinutes + afterBakeMinutes) * minuteMs;
    const end = Math.min(now, longest, leftAt(known, brought, servedFrom, aloneFrom) ?? now);
    const control =
      fromVersion === undefined
        ? undefined
        : controlOf(shiftsBetween(servedFrom, aloneFrom), fromVersion, toVersion);
    const {
      released,
      control: beside,
      until,
    } = await signals.sideBySide({
      function: name,
      alias,
      version: toVersion,
      control,
      from: begunAt,
      to: end,
      slowOverMs: policy.limits.slow?.overMs,
      alone: aloneFrom === undefined ? undefined : { from: aloneFrom, to: end },
    });
    const from = Math.floor(begunAt / minuteMs) * minuteMs;
    const label = labelOf(release);
    return {
      id: idOf(brought),
      release: release.releaseId,
      function: `${name}:${alias}`,
      subject: `${name}:${toVersion}`,
      functions: functionsOf(release),
      released,
      control: beside,
      from,
      to: Math.max(until, from + minuteMs),
      shifts,
      ...(aloneFrom !== undefined && aloneFrom < end && { aloneFrom }),
      ...(label && { label }),
    };
  }
}

/** Times at which a version came; ms since the epoch. */
interface BroughtTimes {
  readonly begunAt: number;
  readonly shifts: readonly [Shift, ...Shift[]];
  readonly aloneFrom: number | undefined;
}

/** The times of a version by CodeDeploy's clock, from checkpoints; undefined if it never had traffic. */
function timesOf(
  brought: BroughtVersion,
  checkpoints: readonly CheckpointRecord[],
): BroughtTimes | undefined {
  if (!('deploymentId' in brought)) {
    const movedAt = Date.parse(brought.movedAt);
    return { begunAt: movedAt, shifts: [{ at: movedAt, share: 1 }], aloneFrom: movedAt };
  }
  const own = checkpoints.filter(({ deploymentId }) => deploymentId === brought.deploymentId);
  const served = own.find(({ shiftingSince }) => shiftingSince !== undefined)?.shiftingSince;
  const servedFrom = served ?? brought.servedFrom ?? undefined;
  if (servedFrom === undefined) return undefined;
  const shiftedAt = own.find((one) => one.shiftedAt !== undefined)?.shiftedAt;
  const aloneFrom = shiftedAt === undefined ? undefined : Date.parse(shiftedAt);
  const [first] = shiftsBetween(Date.parse(servedFrom), undefined) as [Shift];
  const seen = own
    .flatMap(({ share, seenAt }) =>
      share !== undefined && share > 0 && share < 1 ? [{ at: Date.parse(seenAt), share }] : [],
    )
    .sort((a, b) => a.at - b.at);
  const shifts: [Shift, ...Shift[]] = [{ ...first, share: seen[0]?.share ?? first.share }];
  for (const one of seen.slice(1)) {
    if (one.share > (shifts.at(-1)?.share ?? 0)) shifts.push(one);
  }
  return { begunAt: Date.parse(brought.createdAt), shifts, aloneFrom };
}

/** The time at which the alias left the version, back or on; ms since the epoch, undefined while it has not. */
function leftAt(
  facts: AliasFacts,
  { target, toVersion, fromVersion }: BroughtVersion,
  servedFrom: number,
  aloneFrom: number | undefined,
): number | undefined {
  const standingAt = (time: string) => aliasesAt(facts, time).find((one) => one.target === target);
  const begin = new Date(servedFrom).toISOString();
  let at = begin;
  for (;;) {
    const standing = standingAt(at);
    if (!standing) return undefined;
    const { versions } = standing;
    const isSplit = aloneFrom === undefined || Date.parse(at) < aloneFrom;
    const isOurs =
      versions.includes(toVersion) &&
      versions.every((version) => version === toVersion || (isSplit && version === fromVersion));
    if (!isOurs && at !== begin) return Date.parse(at);
    if (standing.until === null) return undefined;
    at = standing.until;
  }
}

function idOf(brought: BroughtVersion): string {
  return 'deploymentId' in brought ? brought.deploymentId : `${brought.target} ${brought.movedAt}`;
}

/** The label from a release's current verdict. */
function labelOf({ verdict, statedGood }: ReleaseRecord): Label | undefined {
  if (verdict === 'bad') return 'bad';
  return verdict === 'good' || verdict === 'served-well' || statedGood ? 'good' : undefined;
}

/**
 * Counts of the aliases before and between some deployments, as far back as CloudWatch keeps them.
 *
 * @throws TransientFailure when CloudWatch returns only part of the data
 */
export async function readHistories(
  signals: Pick<Signals, 'history'>,
  { deployments, aliases }: Pick<ReadReleases, 'deployments' | 'aliases'>,
  slowOverMs: number | undefined,
  now: number,
): Promise<SavedHistory[]> {
  const histories: SavedHistory[] = [];
  for (const [name, { function: physical, alias }] of aliases) {
    const begun = deployments.filter((one) => one.function === name).map(({ from }) => from);
    const { from } = historySpan(now);
    const { to } = historySpan(Math.max(...begun));
    const steps = await signals.history({ function: physical, alias, from, to, slowOverMs });
    histories.push({ function: name, steps });
  }
  return histories;
}
