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
import type { CheckedHealth, FailedLooks } from '../../../shared/judge/health-checks.ts';
import { judgeRelease } from '../../../shared/judge/judge-release.ts';
import type { Judgement } from '../../../shared/judge/judgement.ts';
import {
  type NextStep,
  nextStep,
  type Phase,
  secondsUntilNextLook,
} from '../../../shared/judge/next-step.ts';
import { totalOf } from '../../../shared/judge/samples.ts';
import type { CheckpointLedger } from '../../../shared/ledger/checkpoint-ledger.ts';
import { checkpointSubjectOf } from '../../../shared/ledger/checkpoint-subject.ts';
import type { Attempt } from '../../../shared/ledger/incident-ledger.ts';
import type { ReleaseRecord, WatchedDeployment } from '../../../shared/ledger/records.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import { recordLook, type Seen, seenBefore } from './record-look.ts';

export const observeDeploymentInput = z.strictObject({
  deploymentId: z.string(),
  releaseId: z.string(),
  /** What the look before recorded; null, or left out, for a first look. */
  seen: seenBefore.nullable().optional(),
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
  /** The incident that a deployment in its way makes room for; null where it is in nobody's way. */
  readonly holder: Attempt | null;
  /** For the next look: what need not be recorded again. */
  readonly seen: Seen;
}

/** What the rule needs. */
export interface ObserveDeploymentDeps extends HolderDeps {
  readonly deployments: Deployments;
  readonly aliases: Aliases;
  readonly signals: Signals;
  readonly healthChecks: HealthChecks;
  readonly catalog: CatalogStore;
  readonly releases: ReleaseLedger;
  readonly checkpoints: CheckpointLedger;
  readonly stacks: Stacks;
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
  }: z.infer<typeof observeDeploymentInput>): Promise<Observation> => {
    const now = deps.now();
    const release = await deps.releases.get(releaseId);
    const watched = release.deployments[deploymentId];
    if (!watched) throw new LedgerCorrupt(`Release ${releaseId} does not know deployment ${deploymentId}.`);
    const entry = await deps.catalog.entry(release.service);
    const { policy } = entry;
    const deployment = await deps.deployments.get(deploymentId);

    const phase = phaseOf(deployment);
    const bakedMinutes = phase === 'baking' ? (now - (deployment.completedAt ?? now)) / 60_000 : 0;
    const found = await shareOf(watched, phase);
    const share = phase === 'baking' ? 1 : found;
    const { alone, shift } = await aloneSpan(deployment, phase, found === 1, seen?.alone);
    const minutes = await deps.signals.minutes({
      function: watched.function,
      alias: watched.alias,
      version: watched.toVersion,
      from: deployment.createdAt,
      to: now,
      slowOverMs: policy.limits.slow?.overMs,
      alone: alone && { from: Date.parse(alone.since), to: Date.parse(alone.until) },
    });
    // Before its first traffic a check would speak of the version before, and of a failed deployment it is too late.
    const isServing = phase !== 'failed' && share > 0;
    const health = isServing ? await checkHealth(policy, release, watched, seen?.failedLooks) : unchecked;
    const judged = judgeRelease({
      subject: `${watched.function}:${watched.toVersion}`,
      minutes,
      baseline: watched.baseline,
      limits: policy.limits,
      alarms: await readAlarms(policy.alarms, watched),
      checks: health.evidence,
      startedAt: deployment.createdAt,
    });
    const judgement = phase === 'failed' ? failedJudgement(deployment, judged) : judged;
    const { requests, errors } = totalOf(minutes);
    const subject = checkpointSubjectOf(release, watched);
    const look = { subject, deployment, phase, share, judgement, shift, now };
    const over =
      release.verdict === 'bad' ||
      release.undoneBy !== undefined ||
      (phase === 'baking' && (await isSuperseded(release, watched)));
    // One that has completed is named once, at its first look; it is stopped no more.
    const isYoung = phase === 'shifting' || (phase === 'baking' && !seen);
    const holder = !over && isYoung ? await holderAgainst(deps, release) : undefined;
    const next = nextStep({
      phase,
      verdict: judgement.verdict,
      requests,
      bakedMinutes,
      bake: policy.bake,
      onlyObserved: policy.autonomy === 'observe',
      over,
      inTheWay: holder !== undefined,
    });
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
      waitSeconds: secondsUntilNextLook({ now, phase, bakedMinutes: health.isDoubted ? 0 : bakedMinutes }),
      seen: {
        ...(await recordLook(deps, look, seen ?? undefined)),
        failedLooks: health.failedLooks,
        ...(alone && { alone }),
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
    if (!isAlone) return { alone: before && { ...before, left: true } };
    if (before && !before.left) return { alone: { since: before.since, until } };
    // It came back, at some time since the look before.
    if (before) return { alone: { since: until, until } };
    const shift = await deps.deployments.trafficShift(id);
    const since = shift?.completedAt ?? (phase === 'baking' ? completedAt : undefined) ?? deps.now();
    return { alone: { since: new Date(since).toISOString(), until }, shift };
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

  async function readAlarms(names: readonly string[], { alarmsBefore }: WatchedDeployment) {
    const alarms = await deps.signals.alarms(names);
    return alarms.map((alarm) => ({ ...alarm, before: alarmsBefore[alarm.name] }));
  }

  /** A newer release takes the traffic: nothing more will be learnt of this one. */
  async function isSuperseded(
    { service, releaseId }: ReleaseRecord,
    { createdAt }: WatchedDeployment,
  ): Promise<boolean> {
    const [newest] = await deps.releases.list(service, { limit: 1 });
    // What was put back before this deployment began did not take its place.
    return newest?.releaseId !== releaseId && (newest === undefined || createdAt <= newest.startedAt);
  }

  /** The part of the requests that the new version gets. Once it has completed, an alias that is gone is none. */
  async function shareOf(watched: ReleaseRecord['deployments'][string], phase: Phase): Promise<number> {
    const state = await deps.aliases.get(watched.function, watched.alias).catch((error: unknown) => {
      if (phase === 'baking' && error instanceof ResourceNotFoundException) return undefined;
      throw error;
    });
    if (!state) return 0;
    const { version, weights } = state;
    const others = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
    return version === watched.toVersion ? 1 - others : (weights[watched.toVersion] ?? 0);
  }
}

function phaseOf(deployment: Deployment): Phase {
  if (isActive(deployment)) return 'shifting';
  return deployment.status === 'Succeeded' ? 'baking' : 'failed';
}

/** A deployment that was stopped or failed is bad by that alone; what the numbers say stays beside it. */
function failedJudgement({ id, status, error }: Deployment, judged: Judgement): Judgement {
  const detail = `deployment ${id} ended ${status}${error ? ` (${error})` : ''}`;
  return {
    verdict: 'unhealthy',
    reason: detail,
    evidence: [
      { rule: 'deployment-ended', finding: 'breach', metric: `status of deployment ${id}`, detail },
      ...judged.evidence,
    ],
  };
}
