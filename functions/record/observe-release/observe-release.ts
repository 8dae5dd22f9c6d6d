import { createHash } from 'node:crypto';
import * as z from 'zod';
import { type Aliases, isAlone } from '../../../shared/aws/aliases.ts';
import type { HealthChecks } from '../../../shared/aws/health-checks.ts';
import type { Signals } from '../../../shared/aws/signals.ts';
import type { Stacks } from '../../../shared/aws/stacks.ts';
import { isAlias } from '../../../shared/catalog/alias-kinds.ts';
import type { CatalogStore } from '../../../shared/catalog/catalog-store.ts';
import { borneErrorRate, type ServicePolicy } from '../../../shared/catalog/service-entry.ts';
import { judgeAlarms } from '../../../shared/judge/declared-alarms.ts';
import { type FailedLooks, failedLooks } from '../../../shared/judge/health-checks.ts';
import { judgedBy, judgeRelease } from '../../../shared/judge/judge-release.ts';
import type { Evidence, Judgement } from '../../../shared/judge/judgement.ts';
import { judgeKnownBad } from '../../../shared/judge/known-bad.ts';
import { countedDurations } from '../../../shared/judge/latency.ts';
import { type NextStep, nextStep, secondsUntilNextLook } from '../../../shared/judge/next-step.ts';
import { totalOf } from '../../../shared/judge/samples.ts';
import type { CheckpointLedger } from '../../../shared/ledger/checkpoint-ledger.ts';
import type { PaceLedger } from '../../../shared/ledger/pace-ledger.ts';
import { takeLookMoment } from '../../../shared/ledger/recording-pace.ts';
import type { MovedAlias, ReleaseRecord, TrafficCount } from '../../../shared/ledger/records.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import { replacedAt } from '../../../shared/ledger/served-well.ts';
import { readBaseline } from '../../../shared/watching/baseline.ts';
import { servedWellBefore } from '../../../shared/watching/first-state.ts';
import { findMoved } from '../../../shared/watching/moved-aliases.ts';

export const observeReleaseInput = z.strictObject({
  releaseId: z.string(),
  /** What the look before found of health checks. */
  failedLooks: failedLooks.optional(),
  /** The moment it was given to ask where the aliases point, ms since the epoch; null before it was given one. */
  moment: z.number().nullish(),
});

/** What one look at a whole release found, and what follows from it. */
export interface ReleaseObservation {
  readonly service: string;
  readonly judgement: Judgement;
  readonly requests: number;
  readonly errors: number;
  /** `end`: it is not for this watch to settle it, or not any more. */
  readonly next: Exclude<NextStep, 'yield'>;
  readonly waitSeconds: number;
  /** For the next look. */
  readonly failedLooks: FailedLooks;
  /** For the next look, where it waits for this moment. */
  readonly moment: number | null;
}

export interface ObserveReleaseDeps {
  readonly aliases: Aliases;
  readonly stacks: Pick<Stacks, 'resources'>;
  readonly signals: Signals;
  readonly healthChecks: HealthChecks;
  readonly catalog: CatalogStore;
  readonly releases: ReleaseLedger;
  readonly checkpoints: CheckpointLedger;
  readonly paces: PaceLedger;
  readonly now: () => number;
}

/**
 * So long a deployment of the release may be unheard of: the sweep, every ten minutes, finds those whose events were
 * lost. Only then is a release of a service with deployment groups one that came without them.
 */
const unheardMinutes = 15;

/** The past of a first state is read in its first minutes alone: it says the same later. */
const firstLookMinutes = 5;

/** An alias that a release is judged by, on the version that is live. */
interface Judged {
  readonly target: string;
  readonly function: string;
  readonly alias: string;
  readonly version: string;
  /** How the release moved it; absent where it was on this version before. */
  readonly moved?: MovedAlias | undefined;
}

/**
 * One look at a release that came without a CodeDeploy deployment: an alias its stack moved at once, or a state that
 * was live before the ledger knew the service. All its aliases are judged, each on the version that is live, by the
 * same judge, alarms and bake as a deployment, from the moment it was recorded, or moved.
 *
 * What is bad goes back by itself where the release is what did it. It is reported and left to a person where nothing was
 * live before it, where what is bad was so before, where somebody put an older version back by hand, and where the
 * policy says so.
 */
export function observeRelease(deps: ObserveReleaseDeps) {
  return async (input: z.infer<typeof observeReleaseInput>): Promise<ReleaseObservation> => {
    const now = deps.now();
    const release = await deps.releases.get(input.releaseId);
    const entry = await deps.catalog.entry(release.service);
    const { policy, targets } = entry;
    const replaced = await replacedSince(release);
    const isOver = await isTaken(release, replaced);
    const isWatched = !isOver && replaced === undefined;
    const isFirst = isWatched && (await isFirstKnown(release));
    const moved = isWatched && !isFirst ? await findMoved(deps, entry, release) : [];
    const aliases = judgedOf(release, moved);
    const since = Date.parse(release.recordedAt ?? release.startedAt);
    const until = replaced ?? now;
    const judgements: Judgement[] = [];
    let isSuspected = false;
    const counted = { requests: 0, errors: 0 };
    for (const alias of aliases) {
      const { judgement, requests, errors, ...found } = await judge(
        alias,
        policy,
        since,
        until,
        aliases.length,
      );
      judgements.push(judgement);
      isSuspected ||= found.isSuspected;
      counted.requests += requests;
      counted.errors += errors;
    }
    // Of one that was replaced they would speak of the newer release.
    const asked = replaced === undefined ? policy.healthChecks : [];
    const health = await checkHealth(asked, release, aliases, input.failedLooks);
    const alarms = await judgeDeclared(policy, release, until);
    const found = together(judgements, [...health.evidence, ...alarms]);
    const { service, knownBad } = release;
    const judgement = knownBad ? judgeKnownBad(`what is live of ${service}`, knownBad, found) : found;
    const isDoubted = replaced !== undefined && Object.keys(input.failedLooks ?? {}).length > 0;
    const bakedMinutes = (now - since) / 60_000;
    const isItsDoing =
      judgement.verdict === 'unhealthy' &&
      !isFirst &&
      wasReleased(release, moved) &&
      (await speaksAgainst(judgement.evidence, release, aliases, policy));
    const isClear = judgement.verdict !== 'unhealthy' && !health.isDoubted;
    if (isFirst && isClear && release.verdict === 'candidate' && bakedMinutes < firstLookMinutes) {
      // Its watch goes on to make it good; until then there is a way back to it.
      if (await servedWellBefore(deps, entry, release)) await deps.releases.markServedWell(release.releaseId);
    }
    const step = nextStep({
      phase: 'baking',
      verdict: judgement.verdict,
      requests: counted.requests,
      bakedMinutes,
      bake: policy.bake,
      over: isDoubted || isOver,
      replaced: replaced !== undefined,
      onlyObserved: policy.autonomy === 'observe' || !isItsDoing,
    });
    const unheard = targets.some(({ kind }) => kind === 'codedeploy') && bakedMinutes < unheardMinutes;
    const isEarly = step === 'settle' && unheard && replaced === undefined;
    const next = step === 'yield' || isEarly ? 'look-again' : step;
    const seen = { service, judgement, ...counted, failedLooks: health.failedLooks };
    if (next === 'settle' && replaced !== undefined) return { ...seen, next, waitSeconds: 0, moment: null };
    if (next === 'settle') {
      const moment = input.moment ?? (await takeLookMoment(deps.paces, aliases.length));
      const waitSeconds = Math.ceil((moment - now) / 1000);
      if (waitSeconds > 0) return { ...seen, next: 'look-again', waitSeconds, moment };
    }
    if (next === 'settle' || next === 'roll-back') {
      const isLive = await isLiveStill(aliases);
      if (isLive && next === 'roll-back') await recordFoundBad(release, judgement);
      return { ...seen, next: isLive ? next : 'end', waitSeconds: 0, moment: null };
    }
    return {
      ...seen,
      next,
      moment: null,
      waitSeconds: secondsUntilNextLook({
        now: now - delayOf(release.releaseId),
        phase: 'baking',
        bakedMinutes: health.isDoubted || isSuspected ? 0 : bakedMinutes,
        // No other execution goes on with it: every second minute of two days leaves its history no room for retries.
        mayWaitLong: true,
      }),
    };
  };

  /** Whether nothing was live before that anybody knows of. */
  async function isFirstKnown({ releaseId, service }: ReleaseRecord): Promise<boolean> {
    return (await deps.releases.list(service, { before: releaseId, limit: 1 })).length === 0;
  }

  /** The incident reads it there: nobody has to believe the input of its execution. */
  function recordFoundBad({ releaseId }: ReleaseRecord, { reason, evidence }: Judgement): Promise<void> {
    const at = new Date(deps.now()).toISOString();
    return deps.releases.recordFoundBad(releaseId, { at, reason, evidence });
  }

  async function judge(
    { function: name, alias, version, moved }: Judged,
    policy: ServicePolicy,
    recorded: number,
    until: number,
    functions: number,
  ) {
    const since = moved ? Date.parse(moved.movedAt) : recorded;
    const { released, ...read } = await deps.signals.sideBySide({
      function: name,
      alias,
      version,
      from: since,
      to: until,
      ...countedDurations(policy.limits, moved?.normal),
      // The release is over at the look that finds the alias elsewhere, or with weights.
      alone: { from: since, to: until },
    });
    return {
      ...judgeRelease({
        subject: subjectOf({ function: name, version }),
        released,
        until: read.until,
        normal: moved?.normal,
        ...judgedBy(policy),
        functions,
      }),
      ...totalOf(released),
    };
  }

  /**
   * Whether a breach is the doing of the release: of what it moved, of an alarm that it raised, of a health check; or of
   * a version that was there before and kept within that limit then.
   */
  async function speaksAgainst(
    evidence: readonly Evidence[],
    { service, startedAt }: ReleaseRecord,
    aliases: readonly Judged[],
    { limits }: ServicePolicy,
  ): Promise<boolean> {
    for (const { finding, metric } of evidence) {
      if (finding !== 'breach') continue;
      const judged = aliases.find((one) => metric.includes(subjectOf(one)));
      if (!judged || judged.moved) return true;
      const before = await readBaseline(deps, { service, ...judged }, limits, Date.parse(startedAt));
      if (before.requests > 0 && !breaks(before, limits, metric)) return true;
    }
    return false;
  }

  function checkHealth(
    healthChecks: ServicePolicy['healthChecks'],
    { service, releaseId }: ReleaseRecord,
    aliases: readonly Judged[],
    before: FailedLooks | undefined,
  ) {
    const targets = aliases.map(({ function: name, alias, version }) => ({ function: name, alias, version }));
    return deps.healthChecks.look(healthChecks, { service, releaseId, targets }, before);
  }

  /** @param until what went into ALARM from then on speaks of the release that took its place */
  async function judgeDeclared({ alarms }: ServicePolicy, release: ReleaseRecord, until: number) {
    const from = alarmsCountFrom(release);
    const found = await deps.signals.alarmsSince(alarms, from);
    return judgeAlarms(found, from, Math.min(until, deps.now()));
  }

  /** When a newer release took its place, where that is known: of what was moved by hand nobody knows when it was. */
  async function replacedSince(release: ReleaseRecord): Promise<number | undefined> {
    const newest = await deps.releases.newestInForce(release.service);
    const isTimed = newest && (newest.stack !== undefined || Object.keys(newest.deployments).length > 0);
    return isTimed ? replacedAt(release, newest) : undefined;
  }

  /** Somebody has it, or something took its place at a time that nobody knows. */
  async function isTaken(
    { releaseId, service, verdict, undoneBy, settled, deployments }: ReleaseRecord,
    replaced: number | undefined,
  ) {
    const isOpen = verdict === 'candidate' || verdict === 'served-well';
    if (!isOpen || undoneBy || settled || Object.keys(deployments).length > 0) return true;
    if (replaced !== undefined) return false;
    const [newest] = await deps.releases.list(service, { limit: 1 });
    return newest?.releaseId !== releaseId;
  }

  /**
   * Whether it is what is live, and alone. Asked once, before it is settled, and in a row with what is recorded: many
   * releases are watched at once after all services were recorded, and all callers of Lambda's control plane have 15
   * requests a second together.
   */
  async function isLiveStill(aliases: readonly Judged[]): Promise<boolean> {
    for (const { function: name, alias, version } of aliases) {
      const live = await deps.aliases.get(name, alias);
      if (live.version !== version || !isAlone(live)) return false;
    }
    return true;
  }
}

/** What is live of a release, first what it moved; functions among that which the catalog does not know yet. */
function judgedOf({ snapshot = [] }: ReleaseRecord, moved: readonly MovedAlias[]): Judged[] {
  const ofMoved = moved.map((one) => ({ ...one, version: one.toVersion, moved: one }));
  const names = new Set(moved.map(({ target }) => target));
  return [...ofMoved, ...snapshot.filter(isAlias).filter(({ target }) => !names.has(target))];
}

/**
 * Whether a release is somebody's that goes back by itself. What a rollback put back is not: its incident watches it. Beside
 * a stack, a move to a newer version is a release by other means; a move to an older one is somebody going back.
 */
function wasReleased({ stack, restoredBy }: ReleaseRecord, moved: readonly MovedAlias[]): boolean {
  if (restoredBy !== undefined) return false;
  if (stack !== undefined) return true;
  return moved.some(({ fromVersion, toVersion }) => Number(toVersion) > Number(fromVersion));
}

/** Whether what was counted before is over what is borne of a metric. */
function breaks(
  { requests, errors, slow = 0 }: TrafficCount,
  limits: ServicePolicy['limits'],
  metric: string,
): boolean {
  return metric.startsWith('slow requests')
    ? slow / requests > (limits.slow?.share ?? 1)
    : errors / requests > (limits.errorRate ?? borneErrorRate);
}

/** A version as its evidence names it. */
function subjectOf({ function: name, version }: Pick<Judged, 'function' | 'version'>): string {
  return `${name}:${version}`;
}

/** The longest that a stack update without CodeDeploy usually takes until what it brought in is recorded, ms. */
const recordedWithinMs = 3_600_000;

/**
 * From when on alarms speak against a release that came without a deployment: from its beginning, since its stack moved the
 * aliases at some time after it. What had been live for longer before it was recorded is watched from then on.
 */
function alarmsCountFrom({ startedAt, recordedAt = startedAt }: ReleaseRecord): number {
  const [began, recorded] = [Date.parse(startedAt), Date.parse(recordedAt)];
  return recorded - began > recordedWithinMs ? recorded : began;
}

/** Looks of different releases are spread over so many seconds; the next minute's metrics come after that. */
const spreadSeconds = 40;

/**
 * How long after the first moment a release is looked at, ms, always the same: many that are watched at once are not all
 * looked at in the same second, in which DescribeAlarms takes 9 requests of the account (CloudWatch user guide, service
 * quotas).
 */
function delayOf(releaseId: string): number {
  return (createHash('sha256').update(releaseId).digest().readUInt32BE() % spreadSeconds) * 1000;
}

/** One verdict of all: unhealthy if anything is, healthy if something proved so, insufficient otherwise. */
function together(judgements: readonly Judgement[], others: Judgement['evidence']): Judgement {
  const evidence = [...judgements.flatMap((one) => one.evidence), ...others];
  const breach = evidence.find(({ finding }) => finding === 'breach');
  if (breach) return { verdict: 'unhealthy', reason: breach.detail, evidence };
  const open = others.find(({ rule, finding }) => rule === 'health-check' && finding === 'note');
  if (open) return { verdict: 'insufficient', reason: open.detail, evidence };
  const healthy = judgements.filter(({ verdict }) => verdict === 'healthy');
  const { verdict, said } =
    healthy.length > 0
      ? { verdict: 'healthy' as const, said: healthy }
      : { verdict: 'insufficient' as const, said: judgements };
  const reason = said.map((one) => one.reason).join('; ');
  return { verdict, reason: reason || 'it has no function whose requests could be judged', evidence };
}
