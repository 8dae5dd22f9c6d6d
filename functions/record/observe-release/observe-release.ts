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
  /** Health check results of the look before. */
  failedLooks: failedLooks.optional(),
  /** The time assigned for reading the aliases, ms since the epoch; null before it is assigned. */
  moment: z.number().nullish(),
});

/** The result of one look at a whole release, and the next step. */
export interface ReleaseObservation {
  readonly service: string;
  readonly judgement: Judgement;
  readonly requests: number;
  readonly errors: number;
  /** `end`: this watch does not settle it, or not any more. */
  readonly next: Exclude<NextStep, 'yield'>;
  readonly waitSeconds: number;
  /** For the next look. */
  readonly failedLooks: FailedLooks;
  /** For the next look, if it waits for this time. */
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
 * Time for which a deployment of the release may go unnoticed: the sweep, every ten minutes, finds those whose events were
 * lost. Only then does a release of a service with deployment groups count as one without deployments.
 */
const unheardMinutes = 15;

/** The past of a first state is read only in its first minutes: it does not change later. */
const firstLookMinutes = 5;

/** An alias by which a release is judged, on its live version. */
interface Judged {
  readonly target: string;
  readonly function: string;
  readonly alias: string;
  readonly version: string;
  /** The release's move of it; absent if it was on this version before. */
  readonly moved?: MovedAlias | undefined;
}

/**
 * One look at a release that came without a CodeDeploy deployment: an alias its stack moved at once, or a state that was
 * live before the ledger knew the service. All its aliases are judged, each on its live version, by the same judge, alarms
 * and bake as a deployment, from the moment it was recorded, or moved.
 *
 * A bad release is rolled back automatically if it is the cause. It is reported and left to a person if nothing was live
 * before it, if it was as bad before, if somebody put an older version back by hand, or if the policy says so.
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
    // Health checks of a replaced release would test the newer one.
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
      // Its watch goes on to make it good; until then it is a restore point.
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
        // No other execution continues this watch: a look every second minute of two days would leave its history no room
        // for retries.
        mayWaitLong: true,
      }),
    };
  };

  /** Whether no earlier release is known. */
  async function isFirstKnown({ releaseId, service }: ReleaseRecord): Promise<boolean> {
    return (await deps.releases.list(service, { before: releaseId, limit: 1 })).length === 0;
  }

  /** The incident reads the judgement there: it need not trust the input of its execution. */
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
      // The watch ends at the look that finds the alias elsewhere, or with weights.
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
   * Whether the release caused a breach: by an alias that it moved, an alarm or a health check; or by a version that was
   * live before and then kept within that limit.
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

  /** @param until alarms that rang later are evidence on the release that replaced it */
  async function judgeDeclared({ alarms }: ServicePolicy, release: ReleaseRecord, until: number) {
    const from = alarmsCountFrom(release);
    const found = await deps.signals.alarmsSince(alarms, from);
    return judgeAlarms(found, from, Math.min(until, deps.now()));
  }

  /** The time at which a newer release replaced it, if it is known: the time of a move by hand is not. */
  async function replacedSince(release: ReleaseRecord): Promise<number | undefined> {
    const newest = await deps.releases.newestInForce(release.service);
    const isTimed = newest && (newest.stack !== undefined || Object.keys(newest.deployments).length > 0);
    return isTimed ? replacedAt(release, newest) : undefined;
  }

  /** An incident or a deployment has the release, or something replaced it at an unknown time. */
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
   * Whether its versions are live, and alone. Read once, before it is settled, and in the queue of recordings: many releases
   * are watched at once after all services were recorded, and all callers of Lambda's control plane share 15 requests a
   * second.
   */
  async function isLiveStill(aliases: readonly Judged[]): Promise<boolean> {
    for (const { function: name, alias, version } of aliases) {
      const live = await deps.aliases.get(name, alias);
      if (live.version !== version || !isAlone(live)) return false;
    }
    return true;
  }
}

/** The live aliases of a release, those that it moved first; they include functions that the catalog does not know yet. */
function judgedOf({ snapshot = [] }: ReleaseRecord, moved: readonly MovedAlias[]): Judged[] {
  const ofMoved = moved.map((one) => ({ ...one, version: one.toVersion, moved: one }));
  const names = new Set(moved.map(({ target }) => target));
  return [...ofMoved, ...snapshot.filter(isAlias).filter(({ target }) => !names.has(target))];
}

/**
 * Whether a release is a real release that may be rolled back automatically. A restored release is not: its incident watches
 * it. Outside a stack, a move to a newer version is a release by other means; a move to an older one is somebody going back.
 */
function wasReleased({ stack, restoredBy }: ReleaseRecord, moved: readonly MovedAlias[]): boolean {
  if (restoredBy !== undefined) return false;
  if (stack !== undefined) return true;
  return moved.some(({ fromVersion, toVersion }) => Number(toVersion) > Number(fromVersion));
}

/** Whether earlier counts exceed the tolerated rate of a metric. */
function breaks(
  { requests, errors, slow = 0 }: TrafficCount,
  limits: ServicePolicy['limits'],
  metric: string,
): boolean {
  return metric.startsWith('slow requests')
    ? slow / requests > (limits.slow?.share ?? 1)
    : errors / requests > (limits.errorRate ?? borneErrorRate);
}

/** A version in the words of its evidence. */
function subjectOf({ function: name, version }: Pick<Judged, 'function' | 'version'>): string {
  return `${name}:${version}`;
}

/** The usual maximum from the beginning of a stack update without CodeDeploy until its versions are recorded, ms. */
const recordedWithinMs = 3_600_000;

/**
 * The time from which alarms count against a release that came without a deployment: from its beginning, since its stack
 * moved the aliases at some time after it. A state that had been live for longer before it was recorded is watched from the
 * recording on.
 */
function alarmsCountFrom({ startedAt, recordedAt = startedAt }: ReleaseRecord): number {
  const [began, recorded] = [Date.parse(startedAt), Date.parse(recordedAt)];
  return recorded - began > recordedWithinMs ? recorded : began;
}

/** Seconds over which looks of different releases are spread; the next minute's metrics arrive after that. */
const spreadSeconds = 40;

/**
 * Delay of a release's looks, ms, always the same: many releases that are watched at once are not all looked at in the same
 * second, for which DescribeAlarms allows 9 requests of the account (CloudWatch user guide, service quotas).
 */
function delayOf(releaseId: string): number {
  return (createHash('sha256').update(releaseId).digest().readUInt32BE() % spreadSeconds) * 1000;
}

/** The combined verdict: unhealthy if any is, healthy if one was proved so, insufficient otherwise. */
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
