import { ResourceNotFoundException } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import type { Aliases } from '../../../shared/aws/aliases.ts';
import {
  type Deployment,
  type Deployments,
  isActive,
  type TrafficShift,
} from '../../../shared/aws/deployments.ts';
import type { HealthChecks } from '../../../shared/aws/health-checks.ts';
import type { Signals } from '../../../shared/aws/signals.ts';
import { isMoving, type Stacks } from '../../../shared/aws/stacks.ts';
import type { CatalogStore } from '../../../shared/catalog/catalog-store.ts';
import { type ServiceEntry, type ServicePolicy, stacksOf } from '../../../shared/catalog/service-entry.ts';
import { LedgerCorrupt } from '../../../shared/errors.ts';
import { type HolderDeps, holderAgainst } from '../../../shared/incident/holder.ts';
import {
  type AnswerHookDeps,
  answerWaiting,
  wordOfJudge,
  wordOfLedger,
} from '../../../shared/incident/lifecycle-hooks.ts';
import { type AlarmReading, judgeAlarms } from '../../../shared/judge/declared-alarms.ts';
import {
  type Blocked,
  type EndedDeployment,
  type EndedJudgement,
  judgeEndedDeployment,
} from '../../../shared/judge/ended-deployment.ts';
import type { CheckedHealth, FailedLooks } from '../../../shared/judge/health-checks.ts';
import { judgedBy, judgeRelease } from '../../../shared/judge/judge-release.ts';
import type { Judgement } from '../../../shared/judge/judgement.ts';
import { judgeKnownBad } from '../../../shared/judge/known-bad.ts';
import { countedDurations } from '../../../shared/judge/latency.ts';
import {
  isProvedHealthy,
  type NextStep,
  nextStep,
  type Phase,
  secondsUntilNextLook,
} from '../../../shared/judge/next-step.ts';
import { type MinuteCount, totalOf } from '../../../shared/judge/samples.ts';
import { controlOf, grownShifts } from '../../../shared/judge/shifts.ts';
import type { CheckpointLedger } from '../../../shared/ledger/checkpoint-ledger.ts';
import { checkpointSubjectOf } from '../../../shared/ledger/checkpoint-subject.ts';
import type { Attempt } from '../../../shared/ledger/incident-ledger.ts';
import { saysNothingOfCode } from '../../../shared/ledger/lifecycle-hook-ledger.ts';
import { functionsOf, type ReleaseRecord, type WatchedDeployment } from '../../../shared/ledger/records.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import { replacedAt } from '../../../shared/ledger/served-well.ts';
import type { Mailer } from '../../../shared/mail/mailer.ts';
import { sharedCauseMail } from '../../../shared/mail/release-mails.ts';
import { aliasesOfRelease } from '../../../shared/mail/users-meet.ts';
import { judgeMoved, type MovedLook, settleMoved, withMoved } from '../../../shared/watching/judge-moved.ts';
import { findMoved } from '../../../shared/watching/moved-aliases.ts';
import { recordLook, type Seen, seenBefore } from './record-look.ts';

export const observeDeploymentInput = z.strictObject({
  deploymentId: z.string(),
  releaseId: z.string(),
  /** What the look before recorded; null, or left out, for a first look. */
  seen: seenBefore.nullable().optional(),
  /** The execution that watches; left out by those that began before it was handed over. */
  executionArn: z.string().optional(),
});

/** What one look found, and what follows from it. */
export interface Observation {
  readonly phase: Phase;
  /** Share of traffic the new version gets, 0 to 1; not asked, but 1, once its deployment has completed. */
  readonly share: number;
  readonly judgement: Judgement;
  readonly requests: number;
  readonly errors: number;
  readonly next: NextStep;
  readonly waitSeconds: number;
  /** Events of the deployment or of an alarm may end the wait: it needs a token. */
  readonly isWakeable: boolean;
  /** The incident that a deployment in its way makes room for; null where it is in nobody's way. */
  readonly holder: Attempt | null;
  /** Who blocked a deployment whose end says nothing about its code; null for every other. */
  readonly blocked: Blocked | null;
  /** For the next look: what need not be recorded again. */
  readonly seen: Seen;
}

export interface ObserveDeploymentDeps extends HolderDeps, Pick<AnswerHookDeps, 'lifecycleHooks'> {
  readonly deployments: Deployments;
  readonly aliases: Aliases;
  readonly signals: Signals;
  readonly healthChecks: HealthChecks;
  readonly catalog: CatalogStore;
  readonly releases: ReleaseLedger;
  readonly checkpoints: CheckpointLedger;
  readonly stacks: Stacks;
  readonly mailer: Mailer;
  readonly environment: string;
  readonly now: () => number;
}

/** Nothing was asked. */
const unchecked: CheckedHealth = { evidence: [], failedLooks: {}, isDoubted: false };

/** One look at a deployment: reads its status, traffic, metrics and alarms, judges, and decides what follows. */
export function observeDeployment(deps: ObserveDeploymentDeps) {
  return async ({
    deploymentId,
    releaseId,
    seen,
    executionArn,
  }: z.infer<typeof observeDeploymentInput>): Promise<Observation> => {
    const now = deps.now();
    const release = await deps.releases.get(releaseId);
    const watched = release.deployments[deploymentId];
    if (!watched) throw new LedgerCorrupt(`Release ${releaseId} does not know deployment ${deploymentId}.`);
    const entry = await deps.catalog.entry(release.service);
    const { policy } = entry;
    const deployment = await deps.deployments.get(deploymentId);

    const phase = phaseOf(deployment);
    const served = await shareOf(watched, phase);
    const share = phase === 'baking' ? 1 : served;
    const { alone, shift: shiftAlone } = await aloneSpan(deployment, phase, served === 1, seen?.alone);
    // A deployment whose hook after traffic takes its time has its traffic meanwhile: that is a part of its bake.
    const servedMinutes = alone && !alone.left ? minutesSince(Date.parse(alone.since), now) : 0;
    const bakedMinutes =
      phase === 'baking' ? Math.max(servedMinutes, minutesSince(deployment.completedAt ?? now, now)) : 0;
    const alarmNames = [...new Set([...policy.alarms, ...(watched.groupAlarms ?? [])])];
    const { firstTrafficAt, shift = shiftAlone } = await firstTraffic(
      deployment,
      phase,
      share,
      shiftAlone,
      seen,
    );
    const shifts = grownShifts(
      seen?.shifts?.map(({ at, ...rest }) => ({ at: Date.parse(at), ...rest })) ?? [],
      {
        share: served,
        isShifting: phase === 'shifting',
        servedFrom: firstTrafficAt,
        aloneFrom: alone && Date.parse(alone.since),
        now,
      },
    );
    const { released, control, until } = await deps.signals.sideBySide({
      function: watched.function,
      alias: watched.alias,
      version: watched.toVersion,
      control: controlOf(shifts, watched.fromVersion, watched.toVersion),
      from: deployment.createdAt,
      to: now,
      ...countedDurations(policy.limits, watched.normal),
      alone: alone && { from: Date.parse(alone.since), to: Date.parse(alone.until) },
    });
    // Before its first traffic a check would speak of the version before, and of a failed deployment it is too late.
    // Of one that was replaced it would speak of the newer release.
    const replaced = phase === 'baking' ? await replacedSince(release, watched) : undefined;
    const isServing = phase !== 'failed' && share > 0 && replaced === undefined;
    const health = isServing ? await checkHealth(policy, release, watched, seen?.failedLooks) : unchecked;
    const subject = `${watched.function}:${watched.toVersion}`;
    const alarms = await readAlarms(alarmNames, policy, watched, firstTrafficAt);
    // What rings after the end of a deployment that failed is not its doing, nor after a newer release took its place.
    const ringsUntil = phase === 'failed' ? (deployment.completedAt ?? now) : (replaced ?? now);
    const functions = functionsOf(release);
    const {
      judgement: judged,
      isSuspected,
      veto,
    } = judgeRelease({
      subject,
      released,
      control,
      until,
      shifts,
      normal: watched.normal,
      ...judgedBy(policy),
      functions,
      alarms: judgeAlarms(alarms, firstTrafficAt, ringsUntil),
      checks: health.evidence,
    });
    const ended =
      phase === 'failed'
        ? judgeEnd(deployment, watched, {
            judged,
            minutes: released,
            shift,
            alarms,
            refused: await refusalOf(deploymentId, shift),
          })
        : undefined;
    const found = ended?.judgement ?? judged;
    const own = watched.knownBad ? judgeKnownBad(subject, watched.knownBad, found) : found;
    const { requests, errors } = totalOf(released);
    const over =
      release.verdict === 'bad' ||
      release.undoneBy !== undefined ||
      (replaced !== undefined && isDoubtful(policy, watched));
    // One that has completed is named once, at its first look; it is stopped no more.
    const isYoung = phase === 'shifting' || (phase === 'baking' && !seen);
    const isWatched = !over && replaced === undefined;
    const holder = isWatched && isYoung ? await holderAgainst(deps, release) : undefined;
    // Stopped or superseded, it has no say in what else its release moved.
    const looksOn = isWatched && !holder && phase !== 'failed' && isFirstOpen(release, deploymentId);
    const others = looksOn ? await lookAtMoved(entry, release, now, functions) : [];
    const judgement = withMoved(own, others);
    const look = {
      subject: checkpointSubjectOf(release, watched),
      deployment,
      phase,
      share,
      judgement,
      shift,
      now,
    };
    const step = nextStep({
      phase,
      verdict: judgement.verdict,
      requests,
      bakedMinutes,
      bake: policy.bake,
      onlyObserved: policy.autonomy === 'observe',
      over,
      replaced: replaced !== undefined,
      inTheWay: holder !== undefined,
      isTakenBack: ended !== undefined && !ended.isOpen && (await isTakenBack(entry, deployment, share)),
    });
    const open = others.filter((one) => one.next === 'look-again');
    const next =
      step === 'settle' && judgement.verdict !== 'unhealthy' && open.length > 0 ? 'look-again' : step;
    const leastBaked = Math.min(bakedMinutes, ...open.map((one) => one.bakedMinutes));
    if (phase === 'baking' && isWatched) {
      const servesWell = isProvedHealthy({ verdict: judgement.verdict, requests }, policy.bake);
      await recordStanding(release, watched, servesWell);
    }
    if (phase === 'shifting' && served === 1) {
      const { reason } = judgement;
      await answerWaiting(
        deps,
        deploymentId,
        () =>
          wordOfLedger(release, deploymentId) ??
          wordOfJudge({ verdict: judgement.verdict, reason, requests, servedMinutes, bake: policy.bake }),
      );
    }
    if (veto && executionArn !== undefined && isWatched && judgement.verdict !== 'unhealthy') {
      await tellOfVeto(release, watched, { reason: veto.detail, executionArn });
    }
    const isWoken = alarms.some(({ name, state }) => state === 'OK' && name in watched.alarmsBefore);
    const isDoubted = health.isDoubted || isSuspected || open.some((one) => one.isSuspected);
    const provesGood = next === 'settle' && judgement.verdict === 'healthy';
    return {
      phase,
      share,
      judgement,
      requests,
      errors,
      // What is proved good before its stack is through may yet be taken back by it, without a deployment.
      next: provesGood && (await isBeingUpdated(entry, deployment)) ? 'look-again' : next,
      holder: holder ?? null,
      blocked: (!watched.knownBad && ended?.blocked) || null,
      waitSeconds: secondsUntilNextLook({
        now,
        phase,
        bakedMinutes: isDoubted ? 0 : leastBaked,
        mayWaitLong: isWoken,
      }),
      isWakeable: phase === 'shifting' || (phase === 'baking' && isWoken),
      seen: {
        ...(await recordLook(deps, look, seen ?? undefined)),
        failedLooks: health.failedLooks,
        ...(firstTrafficAt !== undefined && { firstTrafficAt: new Date(firstTrafficAt).toISOString() }),
        ...(alone && { alone }),
        shifts: shifts.map(({ at, ...rest }) => ({ at: new Date(at).toISOString(), ...rest })),
      },
    };
  };

  /**
   * When the alias had the new version alone, by this look and those before it: from the end of the shift by CodeDeploy's
   * clock on, as long as looks find it so.
   */
  async function aloneSpan(
    { id, completedAt }: Deployment,
    phase: Phase,
    isAlone: boolean,
    before: Seen['alone'],
  ): Promise<{ alone?: NonNullable<Seen['alone']> | undefined; shift?: TrafficShift | undefined }> {
    const until = new Date(deps.now()).toISOString();
    if (phase === 'failed') {
      const shift = await deps.deployments.trafficShift(id);
      return { alone: aloneUntilItsEnd(before, shift, completedAt), shift };
    }
    if (!isAlone) return { alone: before && { ...before, left: true } };
    if (before && !before.left) return { alone: { since: before.since, until } };
    // It came back, at some time since the look before.
    if (before) return { alone: { since: until, until } };
    const shift = await deps.deployments.trafficShift(id);
    const since = shift?.completedAt ?? (phase === 'baking' ? completedAt : undefined) ?? deps.now();
    return { alone: { since: new Date(since).toISOString(), until }, shift };
  }

  /** Tells once that a new version fails beside one that fails too: nothing goes back by itself, and users meet errors. */
  async function tellOfVeto(
    release: ReleaseRecord,
    watched: WatchedDeployment,
    why: { readonly reason: string; readonly executionArn: string },
  ): Promise<void> {
    const { deploymentId } = watched;
    await deps.mailer.send(release.releaseId, `vetoed-${deploymentId}`, why.executionArn, async () => {
      const own = aliasesOfRelease(release).filter((one) => one.deploymentId === deploymentId);
      const state = await deps.aliases.find(watched.function, watched.alias);
      const meet = { readAt: deps.now(), aliases: own.map((one) => ({ ...one, state })), notRead: 0 };
      return sharedCauseMail(deps.environment, release, { ...why, meet });
    });
  }

  /** What the release moved without a deployment; what is decided of it is written down with the release. */
  async function lookAtMoved(
    entry: ServiceEntry,
    release: ReleaseRecord,
    now: number,
    functions: number,
  ): Promise<MovedLook[]> {
    const moved = await findMoved(deps, entry, release);
    const looks = await judgeMoved(
      deps,
      moved.filter(({ settled }) => !settled),
      entry.policy,
      now,
      functions,
    );
    await settleMoved(deps.releases, release.releaseId, looks, now);
    return looks;
  }

  /** What the coordinator itself answered as the lifecycle hook that failed; undefined where that is the team's. */
  async function refusalOf(
    deploymentId: string,
    shift: TrafficShift | undefined,
  ): Promise<EndedDeployment['refused']> {
    const asked = shift?.failedHook && (await deps.lifecycleHooks.find(deploymentId, shift.failedHook));
    if (asked?.answer?.word !== 'Failed') return undefined;
    const { cause, reason } = asked.answer;
    return { reason, saysNothingOfCode: saysNothingOfCode(cause) };
  }

  /** What the end of a deployment that did not succeed says, once it is known whether its version served. */
  function judgeEnd(
    { id, status, errorCode, error, completedAt }: Deployment,
    { groupAlarms = [] }: WatchedDeployment,
    seen: {
      judged: Judgement;
      minutes: readonly MinuteCount[];
      shift: TrafficShift | undefined;
      alarms: readonly AlarmReading[];
      refused: EndedDeployment['refused'];
    },
  ): EndedJudgement {
    const { judged, minutes, shift, alarms, refused } = seen;
    const endedAt = completedAt ?? deps.now();
    return judgeEndedDeployment(
      {
        id,
        status,
        errorCode,
        error,
        failedHook: shift?.failedHook,
        refused,
        firstTrafficAt: shift?.startedAt,
        endedAt,
        served: hasServed(minutes, shift, deps.now() - endedAt),
        groupAlarms: alarms.filter(({ name }) => groupAlarms.includes(name)),
      },
      judged,
    );
  }

  /**
   * Whether nobody meets the version of a deployment any more that ended without success: CodeDeploy or its stack takes
   * it back. What is at rest and still serves after a while is left to a person.
   */
  async function isTakenBack(entry: ServiceEntry, deployment: Deployment, share: number): Promise<boolean> {
    if (share === 0) return true;
    if (deps.now() - (deployment.completedAt ?? deps.now()) < patienceMs) return false;
    return !(await isBeingUpdated(entry, deployment));
  }

  /** Whether the stack update that made a deployment is still under way; a later one says nothing of it. */
  async function isBeingUpdated(entry: ServiceEntry, { createdAt }: Deployment): Promise<boolean> {
    const updates = await Promise.all(stacksOf(entry).map((stack) => deps.stacks.describe(stack)));
    return updates.some((one) => isMoving(one) && (one.lastUpdatedAt ?? 0) <= createdAt);
  }

  function checkHealth(
    { healthChecks }: ServicePolicy,
    { service, releaseId }: ReleaseRecord,
    { function: name, alias, toVersion }: WatchedDeployment,
    before: FailedLooks | undefined,
  ) {
    const targets = [{ function: name, alias, version: toVersion }];
    return deps.healthChecks.look(healthChecks, { service, releaseId, targets }, before);
  }

  /**
   * First traffic to the new version by CodeDeploy's clock; undefined before it, and where a read is older than it: then the
   * next look asks again. Of one that has completed and that CodeDeploy says nothing of, it is counted from its beginning.
   */
  async function firstTraffic(
    { id, createdAt }: Deployment,
    phase: Phase,
    share: number,
    shift: TrafficShift | undefined,
    before: Seen | null | undefined,
  ): Promise<{ firstTrafficAt?: number | undefined; shift?: TrafficShift | undefined }> {
    if (before?.firstTrafficAt !== undefined) return { firstTrafficAt: Date.parse(before.firstTrafficAt) };
    if (phase === 'shifting' && share === 0) return {};
    const found = shift ?? (await deps.deployments.trafficShift(id));
    return {
      firstTrafficAt: found?.startedAt ?? (phase === 'baking' ? createdAt : undefined),
      shift: found,
    };
  }

  /** The alarms that the catalog declares, and those of the deployment group. */
  async function readAlarms(
    names: readonly string[],
    { alarms: declared }: ServicePolicy,
    { alarmsBefore, createdAt }: WatchedDeployment,
    firstTrafficAt: number | undefined,
  ): Promise<AlarmReading[]> {
    const alarms = await deps.signals.alarmsSince(names, firstTrafficAt ?? Date.parse(createdAt));
    return alarms.map((alarm) => ({
      ...alarm,
      before: alarmsBefore[alarm.name],
      of: declared.includes(alarm.name) ? 'catalog' : 'group',
    }));
  }

  /** When a newer release took the traffic: nothing more will be learnt of this one. */
  async function replacedSince(
    release: ReleaseRecord,
    { createdAt }: WatchedDeployment,
  ): Promise<number | undefined> {
    const newest = await deps.releases.newestInForce(release.service);
    return replacedAt(release, newest, createdAt);
  }

  /** Keeps what a plan has to know of a release that is replaced before its next look. */
  async function recordStanding(
    { releaseId }: ReleaseRecord,
    { deploymentId, servesWellSince, doubtedSince }: WatchedDeployment,
    servesWell: boolean,
  ): Promise<void> {
    const at = new Date(deps.now()).toISOString();
    if (servesWell && servesWellSince === undefined) {
      await deps.releases.recordStanding(releaseId, deploymentId, 'servesWellSince', at);
    } else if (!servesWell && servesWellSince !== undefined && doubtedSince === undefined) {
      await deps.releases.recordStanding(releaseId, deploymentId, 'doubtedSince', at);
    }
  }

  /** The part of the requests that the new version gets. Once it has completed, an alias that is gone is none. */
  async function shareOf(watched: ReleaseRecord['deployments'][string], phase: Phase): Promise<number> {
    const state = await deps.aliases.get(watched.function, watched.alias).catch((error: unknown) => {
      if (phase !== 'shifting' && error instanceof ResourceNotFoundException) return undefined;
      throw error;
    });
    if (!state) return 0;
    const { version, weights } = state;
    const others = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
    return version === watched.toVersion ? 1 - others : (weights[watched.toVersion] ?? 0);
  }
}

/**
 * Whether a deployment is the first of its release that is not settled. Its watch looks at what no deployment moved: one
 * watch is enough, and the last deployment to be settled has this one's turn.
 */
function isFirstOpen({ deployments }: ReleaseRecord, deploymentId: string): boolean {
  const [first] = Object.values(deployments)
    .filter(({ settled }) => !settled)
    .sort((a, b) => (`${a.createdAt} ${a.deploymentId}` < `${b.createdAt} ${b.deploymentId}` ? -1 : 1));
  return first?.deploymentId === deploymentId;
}

/** Health checks are asked while a release is live; what they said last is in its standing. */
function isDoubtful(
  { healthChecks }: ServicePolicy,
  { servesWellSince, doubtedSince }: WatchedDeployment,
): boolean {
  return doubtedSince !== undefined || (healthChecks.length > 0 && servesWellSince === undefined);
}

function phaseOf(deployment: Deployment): Phase {
  if (isActive(deployment)) return 'shifting';
  return deployment.status === 'Succeeded' ? 'baking' : 'failed';
}

function minutesSince(time: number, now: number): number {
  return (now - time) / 60_000;
}

/** CloudWatch has a finished minute of Lambda metrics within seconds, and nearly always within this. */
const metricsLateMs = 3 * 60_000;

/** CodeDeploy's rollback takes seconds, and begins within a minute; that of a stack may follow behind it. */
const patienceMs = 15 * 60_000;

/**
 * Whether the version of a deployment that ended answered a request; undefined while metrics may still come.
 *
 * Metrics tell versions apart while an alias has weights. One that had all the traffic, in a span too short to be measured,
 * counts as one that served.
 */
function hasServed(
  minutes: readonly MinuteCount[],
  shift: TrafficShift | undefined,
  sinceEndMs: number,
): boolean | undefined {
  if (shift?.startedAt === undefined) return false;
  if (totalOf(minutes).requests > 0) return true;
  if (sinceEndMs < metricsLateMs) return undefined;
  return shift.completedAt !== undefined;
}

/** When a deployment that has ended had its alias alone, by CodeDeploy's clock where no look saw it. */
function aloneUntilItsEnd(
  before: Seen['alone'],
  shift: TrafficShift | undefined,
  endedAt: number | undefined,
): Seen['alone'] {
  if (before) return { ...before, left: true };
  if (shift?.completedAt === undefined || endedAt === undefined) return undefined;
  const [since, until] = [shift.completedAt, endedAt].map((time) => new Date(time).toISOString()) as [
    string,
    string,
  ];
  return { since, until, left: true };
}
