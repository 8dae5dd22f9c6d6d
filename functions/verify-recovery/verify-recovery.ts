import * as z from 'zod';
import type { Aliases } from '../../shared/aws/aliases.ts';
import type { Signals } from '../../shared/aws/signals.ts';
import { type AliasKind, isAlias } from '../../shared/catalog/alias-kinds.ts';
import type { CatalogStore } from '../../shared/catalog/catalog-store.ts';
import { lockOwner } from '../../shared/incident/lock-owner.ts';
import { judgeRelease } from '../../shared/judge/judge-release.ts';
import type { Judgement } from '../../shared/judge/judgement.ts';
import { secondsUntilNextLook } from '../../shared/judge/next-step.ts';
import type { IncidentLedger } from '../../shared/ledger/incident-ledger.ts';
import type { LockLedger } from '../../shared/ledger/lock-ledger.ts';
import type { PlanStore } from '../../shared/targets/plan-store.ts';
import type { TargetPlan } from '../../shared/targets/service-plan.ts';

export const verifyRecoveryInput = z.strictObject({
  incidentId: z.string(),
  attempt: z.number().int().positive(),
  planKey: z.string(),
});

/** How the moved services are, by the judge that condemned them. */
export interface Recovery {
  readonly status: 'recovered' | 'unproven' | 'not-recovered' | 'look-again';
  readonly detail: string;
  readonly waitSeconds: number;
}

/** What the rule needs. */
export interface VerifyRecoveryDeps {
  readonly aliases: Aliases;
  readonly signals: Signals;
  readonly catalog: CatalogStore;
  readonly incidents: IncidentLedger;
  readonly locks: LockLedger;
  readonly plans: PlanStore;
  readonly now: () => number;
}

/**
 * How long is waited for enough traffic to say that a service has recovered. Past it the rollback counts as
 * done and its effect as unproven.
 */
const patienceMs = 15 * 60_000;

/**
 * Looks at every moved service with the judge that condemned its release, from the moment it was put back.
 *
 * Alarms are left out: they follow the metrics late and would hold the incident's own past against it.
 */
export function verifyRecovery(deps: VerifyRecoveryDeps) {
  return async (input: z.infer<typeof verifyRecoveryInput>): Promise<Recovery> => {
    const { planKey } = input;
    const now = deps.now();
    const plan = await deps.plans.read(planKey);
    const judgements: Judgement[] = [];
    let since = 0;
    let moved = 0;
    for (const { service, status, finishedAt } of await deps.incidents.serviceResults(input)) {
      const planned = plan.services.find((one) => one.service === service);
      if (status !== 'rolled-back' || !planned) continue;
      await deps.locks.renew(service, lockOwner(input));
      since = Math.max(since, Date.parse(finishedAt));
      moved += 1;
      for (const target of planned.targets) {
        if (isAlias(target)) judgements.push(await judge(service, target, Date.parse(finishedAt), now));
      }
    }
    const status = statusOf(judgements, now - since);
    return {
      status,
      detail:
        moved > 0 ? describe(status, judgements) : 'no service was put back, so there is nothing to look at',
      waitSeconds: secondsUntilNextLook({ now, phase: 'shifting', bakedMinutes: 0 }),
    };
  };

  async function judge(
    service: string,
    target: Extract<TargetPlan, { kind: AliasKind }>,
    from: number,
    now: number,
  ): Promise<Judgement> {
    const { limits } = (await deps.catalog.entry(service)).policy;
    const { version } = await deps.aliases.get(target.function, target.alias);
    const minutes = await deps.signals.minutes({
      function: target.function,
      alias: target.alias,
      version,
      // From the first whole minute that was the restored version's alone.
      from: from + 60_000,
      to: now,
      slowOverMs: limits.slow?.overMs,
    });
    return judgeRelease({
      subject: `${target.function}:${version}`,
      minutes,
      limits,
      alarms: [],
      startedAt: from,
    });
  }
}

function statusOf(judgements: readonly Judgement[], elapsedMs: number): Recovery['status'] {
  if (judgements.some(({ verdict }) => verdict === 'unhealthy')) return 'not-recovered';
  if (judgements.length > 0 && judgements.every(({ verdict }) => verdict === 'healthy')) return 'recovered';
  if (judgements.length > 0 && elapsedMs < patienceMs) return 'look-again';
  return judgements.some(({ verdict }) => verdict === 'healthy') ? 'recovered' : 'unproven';
}

function describe(status: Recovery['status'], judgements: readonly Judgement[]): string {
  const words = {
    recovered: 'recovered',
    unproven: 'put back; whether it recovered is not proven, for want of traffic',
    'not-recovered': 'NOT recovered: it is still bad on the restored release, so the cause lies elsewhere',
    'look-again': 'too little traffic so far',
  };
  return [words[status], ...judgements.map(({ reason }) => reason)].join('\n');
}
