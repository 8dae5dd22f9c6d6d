import * as z from 'zod';
import { isMoving } from '../../shared/aws/stacks.ts';
import { type AliasKind, isAlias } from '../../shared/catalog/alias-kinds.ts';
import type { CatalogStore } from '../../shared/catalog/catalog-store.ts';
import type { ServiceEntry } from '../../shared/catalog/service-entry.ts';
import { TargetNotRestored, TargetSuperseded } from '../../shared/errors.ts';
import { lockOwner } from '../../shared/incident/lock-owner.ts';
import { ofItsProviders } from '../../shared/incident/turn.ts';
import { type WakeDeps, wakeProviders } from '../../shared/incident/wake-providers.ts';
import type { CheckpointLedger } from '../../shared/ledger/checkpoint-ledger.ts';
import type { LockLedger } from '../../shared/ledger/lock-ledger.ts';
import {
  releaseIdOf,
  type ServiceResult,
  type TargetResult,
  targetResult,
} from '../../shared/ledger/records.ts';
import type { ReleaseLedger } from '../../shared/ledger/release-ledger.ts';
import { type SnapshotClients, takeSnapshot } from '../../shared/ledger/take-snapshot.ts';
import type { ServicePlan, TargetPlan } from '../../shared/targets/service-plan.ts';
import { verifyPlan } from '../../shared/targets/verify-plan.ts';

export const finishServiceInput = z.strictObject({
  incidentId: z.string(),
  attempt: z.number().int().positive(),
  service: z.string(),
  planKey: z.string(),
  startedAt: z.iso.datetime(),
  /** What became of the targets that were tried; one that is missing was not reached. */
  results: z.array(targetResult),
  /** Why the service is left as it is; null where it was its turn. */
  skipped: z.string().nullish(),
});
type Input = z.infer<typeof finishServiceInput>;

/** What the rule needs. */
export interface FinishServiceDeps extends SnapshotClients, WakeDeps {
  readonly catalog: CatalogStore;
  readonly releases: ReleaseLedger;
  readonly checkpoints: CheckpointLedger;
  readonly locks: LockLedger;
  readonly now: () => number;
}

/**
 * Ends the rollback of a service: looks at its traffic once more (a stack that settled later may have moved an
 * alias again), records the result, and what is live now as a release of its own; then tells the services that wait
 * for it. A service that was not to begin is recorded as skipped.
 */
export function finishService(deps: FinishServiceDeps) {
  return async (input: Input): Promise<Pick<ServiceResult, 'service' | 'status'>> => {
    const { incidentId, attempt, service, planKey, startedAt } = input;
    await deps.locks.renew(service, lockOwner({ incidentId, attempt }));
    const plan = await deps.plans.readService(planKey, service);
    const targets: TargetResult[] = [];
    if (!input.skipped) {
      for (const target of plan.targets) {
        targets.push(await finalResult(target, input.results));
        if (isAlias(target)) await sight(input, target);
      }
    }
    const status = input.skipped ? 'skipped' : statusOf(targets);
    if (status === 'rolled-back') await recordRelease(plan, input);
    const finishedAt = new Date(deps.now()).toISOString();
    const result: ServiceResult = {
      incidentId,
      attempt,
      service,
      status,
      ...ofItsProviders(plan, status),
      ...(input.skipped && { reason: input.skipped }),
      targets,
      startedAt,
      finishedAt,
    };
    await deps.incidents.putServiceResult(result);
    await wakeProviders(deps, planKey, result);
    return { service, status };
  };

  async function finalResult(plan: TargetPlan, results: readonly TargetResult[]): Promise<TargetResult> {
    const result = results.find(({ target }) => target === plan.target);
    if (!result)
      return { target: plan.target, status: 'failed', action: 'not reached: an earlier step failed' };
    if (plan.kind === 'cloudformation' || plan.kind === 'hook' || result.status !== 'restored') return result;
    try {
      await verifyPlan(deps, plan);
      return result;
    } catch (error) {
      const isOver = error instanceof TargetSuperseded;
      if (!isOver && !(error instanceof TargetNotRestored)) throw error;
      return {
        target: plan.target,
        status: isOver ? 'superseded' : 'failed',
        action: `${result.action}; but then: ${error.message}`,
      };
    }
  }

  /** CloudFormation points aliases back without a deployment, and says so nowhere: where one is now is recorded. */
  async function sight({ incidentId, service }: Input, plan: Extract<TargetPlan, { kind: AliasKind }>) {
    const { version, weights } = await deps.aliases.get(plan.function, plan.alias);
    if (Object.keys(weights).length > 0) return;
    await deps.checkpoints.sight({
      service,
      target: plan.target,
      function: plan.function,
      alias: plan.alias,
      version,
      seenAt: new Date(deps.now()).toISOString(),
      incidentId,
    });
  }

  async function recordRelease(plan: ServicePlan, { incidentId, attempt, startedAt }: Input): Promise<void> {
    const target = plan.toRelease ? await deps.releases.find(plan.toRelease) : undefined;
    const entry = await deps.catalog.entry(plan.service);
    await deps.releases.open({
      releaseId: releaseIdOf(plan.service, startedAt),
      service: plan.service,
      startedAt,
      // As good as what it restores: versions that were live but never verified stay unverified.
      verdict: target?.verdict === 'good' ? 'good' : 'candidate',
      deployments: {},
      // A stack still on its way moves aliases yet: what is live now is not what was put back.
      ...(!(await isStackMoving(entry)) && { snapshot: await takeSnapshot(entry, deps) }),
      ...(plan.toRelease ? { restores: plan.toRelease } : { restoresBefore: plan.fromRelease }),
      restoredBy: incidentId,
      // A further attempt finds much of it back, which says nothing of how long it takes.
      ...(attempt === 1 && {
        restoredIn: Math.max(0, Math.round((deps.now() - Date.parse(startedAt)) / 1000)),
      }),
    });
  }

  async function isStackMoving({ stack }: ServiceEntry): Promise<boolean> {
    return stack !== undefined && isMoving(await deps.stacks.describe(stack));
  }
}

/** What was released over has to be planned again; what only failed does not get better by that. */
function statusOf(targets: readonly TargetResult[]): ServiceResult['status'] {
  if (targets.some(({ status }) => status === 'superseded')) return 'superseded';
  return targets.every(({ status }) => status === 'restored') ? 'rolled-back' : 'failed';
}
