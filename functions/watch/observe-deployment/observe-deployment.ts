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
  /** The records of the look before; null, or left out, for a first look. */
  seen: seenBefore.nullable().optional(),
  /** The watching execution; left out by executions that began before this field was passed. */
  executionArn: z.string().optional(),
});

/** The result of one look, and the next step. */
export interface Observation {
  readonly phase: Phase;
  /** The new version's share of traffic, 0 to 1; without a read 1, once its deployment has completed. */
  readonly share: number;
  readonly judgement: Judgement;
  readonly requests: number;
  readonly errors: number;
  readonly next: NextStep;
  readonly waitSeconds: number;
  /** Events of the deployment or of an alarm may end the wait: it needs a token. */
  readonly isWakeable: boolean;
  /** The incident to which a deployment in its way yields; null if it is in nobody's way. */
  readonly holder: Attempt | null;
  /** The cause that blocked a deployment whose end is no evidence against its code; null for every other. */
  readonly blocked: Blocked | null;
  /** For the next look: facts that need not be recorded again. */
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

/** For a look without health checks. */
const unchecked: CheckedHealth = { evidence: [], failedLooks: {}, isDoubted: false };

/** One look at a deployment: reads its status, traffic, metrics and alarms, judges, and decides the next step. */
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
    // A deployment whose hook after traffic takes long has its traffic meanwhile: that is part of its bake.
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
    // Before its first traffic a check would test the version before, for a failed deployment it is too late, and for a
    // replaced one it would test the newer release.
    const replaced = phase === 'baking' ? await replacedSince(release, watched) : undefined;
    const isServing = phase !== 'failed' && share > 0 && replaced === undefined;
    const health = isServing ? await checkHealth(policy, release, watched, seen?.failedLooks) : unchecked;
    const subject = `${watched.function}:${watched.toVersion}`;
    const alarms = await readAlarms(alarmNames, policy, watched, firstTrafficAt);
    // The release is not blamed for alarms that ring after its failed deployment ended, or after a newer release replaced
    // it.
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
    // A completed deployment is reported once, at its first look; it can no longer be stopped.
    const isYoung = phase === 'shifting' || (phase === 'baking' && !seen);
    const isWatched = !over && replaced === undefined;
    const holder = isWatched && isYoung ? await holderAgainst(deps, release) : undefined;
    // Once stopped or superseded, its watch no longer judges the other aliases that its release moved.
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
      // A release proved good before its stack is complete may still be undone by the stack, without a deployment.
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
   * The span in which the alias had the new version alone, by this look and those before it: from the end of the shift by
   * CodeDeploy's clock, as long as looks find it so.
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

  /**
   * Mails once that a new version fails together with the version before it: nothing goes back automatically, and users meet
   * errors.
   */
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

  /** Judges the aliases that the release moved without a deployment; final verdicts are recorded with the release. */
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

  /** The coordinator's own refusal, if the failed lifecycle hook was its own; undefined if it was the team's. */
  async function refusalOf(
    deploymentId: string,
    shift: TrafficShift | undefined,
  ): Promise<EndedDeployment['refused']> {
    const asked = shift?.failedHook && (await deps.lifecycleHooks.find(deploymentId, shift.failedHook));
    if (asked?.answer?.word !== 'Failed') return undefined;
    const { cause, reason } = asked.answer;
    return { reason, saysNothingOfCode: saysNothingOfCode(cause) };
  }

  /** The judgement on the end of a deployment that did not succeed, once it is known whether its version served. */
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
   * Whether nobody meets the version of a failed or stopped deployment any more: CodeDeploy or its stack rolls it back. A
   * deployment at rest that still serves after a while is left to a person.
   */
  async function isTakenBack(entry: ServiceEntry, deployment: Deployment, share: number): Promise<boolean> {
    if (share === 0) return true;
    if (deps.now() - (deployment.completedAt ?? deps.now()) < patienceMs) return false;
    return !(await isBeingUpdated(entry, deployment));
  }

  /** Whether the stack update that created a deployment is still under way; a later update does not count. */
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
   * First traffic to the new version by CodeDeploy's clock; undefined before it, and if a read is older than it: then the
   * next look asks again. A completed deployment without that time counts from its beginning.
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

  /** The alarms declared in the catalog, and those of the deployment group. */
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

  /** The time at which a newer release took the traffic: this one gets no further evidence. */
  async function replacedSince(
    release: ReleaseRecord,
    { createdAt }: WatchedDeployment,
  ): Promise<number | undefined> {
    const newest = await deps.releases.newestInForce(release.service);
    return replacedAt(release, newest, createdAt);
  }

  /** Records facts that a plan needs about a release that is replaced before its next look. */
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

  /** The new version's share of the requests. After completion, a missing alias counts as 0. */
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
 * Whether a deployment is the first unsettled one of its release. Its watch judges the aliases that no deployment moved: one
 * watch is enough, and the last unsettled deployment always has this role.
 */
function isFirstOpen({ deployments }: ReleaseRecord, deploymentId: string): boolean {
  const [first] = Object.values(deployments)
    .filter(({ settled }) => !settled)
    .sort((a, b) => (`${a.createdAt} ${a.deploymentId}` < `${b.createdAt} ${b.deploymentId}` ? -1 : 1));
  return first?.deploymentId === deploymentId;
}

/** Health checks are asked while a release is live; their last result is in its recorded standing. */
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

/** CloudWatch has a finished minute of Lambda metrics within seconds, and almost always within this. */
const metricsLateMs = 3 * 60_000;

/** CodeDeploy's rollback takes seconds, and begins within a minute; a stack's rollback may follow. */
const patienceMs = 15 * 60_000;

/**
 * Whether the version of an ended deployment answered a request; undefined while metrics may still arrive.
 *
 * Metrics distinguish versions while an alias has weights. A version that had all the traffic, in a span too short to be
 * measured, counts as having served.
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

/** The span in which an ended deployment had its alias alone, by CodeDeploy's clock if no look saw it. */
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
