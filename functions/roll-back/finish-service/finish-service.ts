import * as z from 'zod';
import { isAlone } from '../../../shared/aws/aliases.ts';
import { isMoving } from '../../../shared/aws/stacks.ts';
import { type AliasKind, isAlias } from '../../../shared/catalog/alias-kinds.ts';
import type { CatalogStore } from '../../../shared/catalog/catalog-store.ts';
import { TargetNotRestored, TargetSuperseded } from '../../../shared/errors.ts';
import { givenUp } from '../../../shared/incident/given-up.ts';
import { lockOwner } from '../../../shared/incident/lock-owner.ts';
import { type NotifyDeps, notifyWaiting } from '../../../shared/incident/notify-waiting.ts';
import { ofItsProviders } from '../../../shared/incident/readiness.ts';
import type { CheckpointLedger } from '../../../shared/ledger/checkpoint-ledger.ts';
import type { IncidentLedger } from '../../../shared/ledger/incident-ledger.ts';
import type { LockLedger } from '../../../shared/ledger/lock-ledger.ts';
import {
  isRestorePoint,
  isTrafficBack,
  restoredReleaseId,
  type ServiceResult,
  type TargetResult,
  targetResult,
} from '../../../shared/ledger/records.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import { takeSnapshot } from '../../../shared/ledger/take-snapshot.ts';
import { restorationOf } from '../../../shared/targets/kinds.ts';
import type { ServicePlan } from '../../../shared/targets/service-plan.ts';
import type { TargetPlan, TargetSnapshot } from '../../../shared/targets/shapes.ts';
import { serviceStep } from '../../../shared/targets/steps.ts';
import { targetFailure, whyItFailed } from '../../../shared/targets/target-failure.ts';
import type { SnapshotClients } from '../../../shared/targets/target-kind.ts';
import { targetsOfWave, type Wave, wave } from '../../../shared/targets/waves.ts';

export const finishServiceInput = z.strictObject({
  ...serviceStep,
  startedAt: z.iso.datetime(),
  wave,
  /** Results of the targets of this wave that were tried; a missing one was not reached. */
  results: z.array(targetResult.extend({ failure: targetFailure.optional() })),
  /** The reason why the service is left as it is; null if it could begin. */
  skipped: z.string().nullish(),
});
type Input = z.infer<typeof finishServiceInput>;
type Tried = Input['results'][number];

/** Result of the service; `reason` names the targets that are not back, if any. */
export type FinishedService = Pick<ServiceResult, 'service' | 'status'> & { readonly reason: string | null };

/** Phases in which stacks are changed: the aliases show their effect on traffic. */
const ofStacks: ReadonlySet<TargetPlan['phase']> = new Set(['rebuild', 'pin', 'stack']);

/** Characters of a reason: the cause of a Fail state may have 32,768. */
const longestReason = 8000;

export interface FinishServiceDeps extends SnapshotClients, NotifyDeps {
  readonly incidents: IncidentLedger;
  readonly catalog: CatalogStore;
  readonly releases: ReleaseLedger;
  readonly checkpoints: CheckpointLedger;
  readonly locks: LockLedger;
  readonly now: () => number;
}

/**
 * Ends a wave of a service: reads its traffic again (a stack that settled later may have moved an alias), records the
 * result, and notifies the services that wait for this one in that wave. After the traffic wave it also records the live
 * state as a release of its own. A service that must not begin is recorded as skipped.
 */
export function finishService(deps: FinishServiceDeps) {
  return async (input: Input): Promise<FinishedService> => {
    const { service } = input;
    await deps.locks.renew(service, lockOwner(input));
    const plan = await deps.plans.readService(input.planKey, service);
    if (input.wave === 'traffic') return finishTraffic(input, plan);
    const finished = await finishLater(input, plan);
    await notifyWaiting(deps, input.planKey, input.wave, { ...input, status: finished.status });
    return finished;
  };

  async function finishTraffic(input: Input, plan: ServicePlan): Promise<FinishedService> {
    const { incidentId, attempt, service, planKey, startedAt, skipped } = input;
    const targets = skipped ? [] : await finalResults(input, plan, input.results);
    const status = skipped ? 'skipped' : statusOf(plan, targets, input.wave);
    const isBack = isTrafficBack({ status });
    if (isBack) await recordRelease(plan, input);
    const finishedAt = iso();
    const result: ServiceResult = {
      incidentId,
      attempt,
      service,
      status,
      ...ofItsProviders(plan, status),
      ...(skipped && { reason: skipped }),
      targets,
      startedAt,
      ...(isBack && { trafficBackAt: finishedAt }),
      finishedAt,
    };
    await deps.incidents.putServiceResult(result);
    await notifyWaiting(deps, planKey, 'traffic', result);
    return { service, status, reason: reasonOf(targets) };
  }

  async function finishLater(input: Input, plan: ServicePlan): Promise<FinishedService> {
    const { service } = input;
    const before = await deps.incidents.serviceResult(input, service);
    if (!before) return giveUp(input, plan);
    // Nothing was to be done: its traffic is not back, or everything is planned again.
    if (!isTrafficBack(before) || (await deps.incidents.overtaken(input)).length > 0)
      return nothingToDo(before);
    const targets =
      input.results.length > 0
        ? await finalResults(input, plan, [...before.targets, ...input.results])
        : [...before.targets, ...notTried(plan, before, input.wave)];
    const status = statusOf(plan, targets, input.wave);
    if (isTrafficBack({ status })) await addSnapshot(plan, before);
    await deps.incidents.putServiceResult({ ...before, status, targets, finishedAt: iso() });
    return { service, status, reason: reasonOf(targets) };
  }

  /** Somebody stopped the execution of its traffic together with the map that would have recorded that. */
  async function giveUp(input: Input, plan: ServicePlan): Promise<FinishedService> {
    const times = { startedAt: input.startedAt, finishedAt: iso() };
    const result = givenUp(input, plan, 'was stopped before it recorded a result', times);
    await deps.incidents.putServiceResult(result);
    return nothingToDo(result);
  }

  /**
   * The machine passes the reason for skipping only in the wave that skipped the service: in later waves the recorded result
   * has it.
   */
  function nothingToDo({ service, status, targets, reason }: ServiceResult): FinishedService {
    return {
      service,
      status: status === 'skipped' ? 'failed' : status,
      reason: reason ?? reasonOf(targets),
    };
  }

  /** Results of all targets of this wave and the ones before it. */
  async function finalResults(
    input: Input,
    plan: ServicePlan,
    results: readonly Tried[],
  ): Promise<TargetResult[]> {
    const waves = wave.options.slice(0, wave.options.indexOf(input.wave) + 1);
    const found: TargetResult[] = [];
    for (const target of waves.flatMap((one) => targetsOfWave(plan, one))) {
      found.push(await finalResult(input, target, results));
      if (isAlias(target)) await observe(input, target);
    }
    return found;
  }

  async function finalResult(
    input: Input,
    plan: TargetPlan,
    results: readonly Tried[],
  ): Promise<TargetResult> {
    const tried = results.find(({ target }) => target === plan.target);
    if (!tried) return notReached(plan, input.wave);
    const { failure, ...result } = tried;
    if (failure) {
      return { ...result, action: [result.action, whyItFailed(plan, failure)].filter(Boolean).join('; ') };
    }
    if (ofStacks.has(plan.phase) || plan.kind === 'hook') return result;
    if (result.status !== 'restored') return result;
    try {
      await restorationOf(plan).verify(deps, plan);
      const kept = (await restorationOf(plan).kept?.(deps, plan)) ?? [];
      return kept.length > 0 ? { ...result, kept } : result;
    } catch (error) {
      const isSuperseded = error instanceof TargetSuperseded;
      if (!isSuperseded && !(error instanceof TargetNotRestored)) throw error;
      return {
        target: plan.target,
        status: isSuperseded ? 'superseded' : 'failed',
        action: `${result.action}; but then: ${error.message}`,
      };
    }
  }

  /** CloudFormation moves aliases back without a deployment, and reports it nowhere: the current version is recorded. */
  async function observe({ incidentId, service }: Input, plan: Extract<TargetPlan, { kind: AliasKind }>) {
    const state = await deps.aliases.get(plan.function, plan.alias);
    if (!isAlone(state)) return;
    await deps.checkpoints.observe({
      service,
      target: plan.target,
      function: plan.function,
      alias: plan.alias,
      version: state.version,
      seenAt: iso(),
      incidentId,
    });
  }

  async function recordRelease(plan: ServicePlan, { incidentId, attempt, startedAt }: Input): Promise<void> {
    const target = plan.toRelease ? await deps.releases.find(plan.toRelease) : undefined;
    const snapshot = await snapshotOf(plan);
    await deps.releases.open({
      releaseId: restoredReleaseId(plan.service, startedAt),
      service: plan.service,
      startedAt,
      // As good as the release that it restores: versions that were live but never verified stay unverified.
      verdict: target && isRestorePoint(target) ? target.verdict : 'candidate',
      deployments: {},
      ...(snapshot && { snapshot }),
      ...(plan.toRelease ? { restores: plan.toRelease } : { restoresBefore: plan.fromRelease }),
      restoredBy: incidentId,
      // A further attempt finds much of it back, so its duration says nothing about a whole rollback.
      ...(attempt === 1 && {
        restoredIn: Math.max(0, Math.round((deps.now() - Date.parse(startedAt)) / 1000)),
      }),
    });
  }

  /** Adds the live state, if it could not be read when the traffic was back. */
  async function addSnapshot(plan: ServicePlan, { service, startedAt }: ServiceResult): Promise<void> {
    const releaseId = restoredReleaseId(service, startedAt);
    const release = await deps.releases.find(releaseId);
    if (!release || release.snapshot) return;
    const snapshot = await snapshotOf(plan);
    if (snapshot) await deps.releases.addSnapshot(releaseId, snapshot, iso());
  }

  /**
   * The live state, with the stack in its target state: until the last wave the stack holds the bad release's template.
   * Undefined while a stack is moving: it may still move aliases.
   */
  async function snapshotOf({ service, toRelease }: ServicePlan): Promise<TargetSnapshot[] | undefined> {
    const entry = await deps.catalog.entry(service);
    if (entry.stack !== undefined && isMoving(await deps.stacks.describe(entry.stack))) return undefined;
    const goal = toRelease ? await deps.releases.find(toRelease) : undefined;
    const live = await takeSnapshot(entry, deps);
    return [
      ...live.filter(({ kind }) => kind !== 'cloudformation'),
      ...(goal?.snapshot ?? []).filter(({ kind }) => kind === 'cloudformation'),
    ];
  }

  function iso(): string {
    return new Date(deps.now()).toISOString();
  }
}

/**
 * The targets of a wave that never began. The wave before checked the traffic, and nothing was done since: reading all
 * services at once would take Lambda's request limit from those that still go back.
 */
function notTried(plan: ServicePlan, before: ServiceResult, of: Wave): TargetResult[] {
  return targetsOfWave(plan, of)
    .filter(({ target }) => !before.targets.some((result) => result.target === target))
    .map((one) => notReached(one, of));
}

function notReached({ phase, target }: TargetPlan, of: Wave): TargetResult {
  return phase === 'stack' && of === 'rest'
    ? { target, status: 'left', action: 'left as it is: the stack is not pinned' }
    : { target, status: 'failed', action: 'not reached: an earlier step failed' };
}

/**
 * A service that was released over has to be planned again; planning again does not help a failed one. Targets of a later
 * wave are not among the results yet.
 */
function statusOf(plan: ServicePlan, results: readonly TargetResult[], of: Wave): ServiceResult['status'] {
  if (results.some(({ status }) => status === 'superseded')) return 'superseded';
  const isRestored = ({ target }: TargetPlan) =>
    results.some((result) => result.target === target && result.status === 'restored');
  if (plan.targets.every(isRestored)) return 'rolled-back';
  return ofUsers(plan, of).every(isRestored) ? 'traffic-restored' : 'failed';
}

/** The targets up to a wave that decide which code users meet; a stack counts only if those targets wait for it. */
function ofUsers(plan: ServicePlan, of: Wave): TargetPlan[] {
  return [
    ...targetsOfWave(plan, 'traffic').filter((one) => one.kind !== 'cloudformation' || one.neededFor),
    ...targetsOfWave(plan, of).filter(({ phase }) => phase === 'after-stack'),
  ];
}

function reasonOf(targets: readonly TargetResult[]): string | null {
  const left = targets.filter(({ status }) => status !== 'restored');
  if (left.length === 0) return null;
  return left
    .map(({ target, action }) => `${target}: ${action}`)
    .join('; ')
    .slice(0, longestReason);
}
