import * as z from 'zod';
import type { HealthCheckEvent, HealthChecks } from '../../../shared/aws/health-checks.ts';
import type { Signals } from '../../../shared/aws/signals.ts';
import { type AliasKind, isAlias } from '../../../shared/catalog/alias-kinds.ts';
import type { CatalogStore } from '../../../shared/catalog/catalog-store.ts';
import type { ServiceEntry, ServicePolicy } from '../../../shared/catalog/service-entry.ts';
import { LockLost } from '../../../shared/errors.ts';
import { lockOwner } from '../../../shared/incident/lock-owner.ts';
import type { RecoveryResult } from '../../../shared/incident/recovery-result.ts';
import { type FailedLooks, failedLooks, judgementOfChecks } from '../../../shared/judge/health-checks.ts';
import { judgedBy, judgeRelease } from '../../../shared/judge/judge-release.ts';
import type { Judgement } from '../../../shared/judge/judgement.ts';
import { countedDurations } from '../../../shared/judge/latency.ts';
import { secondsUntilNextLook } from '../../../shared/judge/next-step.ts';
import type { CheckpointLedger } from '../../../shared/ledger/checkpoint-ledger.ts';
import type { IncidentLedger } from '../../../shared/ledger/incident-ledger.ts';
import type { LockLedger } from '../../../shared/ledger/lock-ledger.ts';
import {
  broughtBy,
  isTrafficBack,
  type NormalRates,
  restoredReleaseId,
  type ServiceResult,
} from '../../../shared/ledger/records.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import { limitConcurrency } from '../../../shared/limit-concurrency.ts';
import { shorten } from '../../../shared/mail/mail-text.ts';
import type { PlanStore } from '../../../shared/targets/plan-store.ts';
import type { ServicePlan } from '../../../shared/targets/service-plan.ts';
import type { TargetPlan } from '../../../shared/targets/shapes.ts';
import { attemptStep } from '../../../shared/targets/steps.ts';

export const verifyRecoveryInput = z.strictObject({
  ...attemptStep,
  planKey: z.string(),
  /** Health check results of the look before, by service. */
  failedLooks: z.record(z.string(), failedLooks).optional(),
});

/** The state of the moved services, by the judge that condemned them. */
export interface Recovery extends Readonly<RecoveryResult> {
  readonly status: Exclude<RecoveryResult['status'], 'frozen'>;
  readonly waitSeconds: number;
  /** For the next look, by service. */
  readonly failedLooks: Readonly<Record<string, FailedLooks>>;
}

export interface VerifyRecoveryDeps {
  readonly signals: Signals;
  readonly healthChecks: HealthChecks;
  readonly catalog: CatalogStore;
  readonly incidents: IncidentLedger;
  readonly releases: ReleaseLedger;
  readonly checkpoints: CheckpointLedger;
  readonly locks: LockLedger;
  readonly plans: PlanStore;
  readonly now: () => number;
}

type AliasTarget = Extract<TargetPlan, { kind: AliasKind }>;

/** One look at a service that was moved. */
interface Look {
  readonly service: string;
  readonly judgements: readonly Judgement[];
  readonly failedLooks: FailedLooks;
}

/**
 * Time to wait for enough traffic to prove that a service has recovered. After it the rollback counts as done and its effect
 * as unproven.
 */
const patienceMs = 15 * 60_000;

/** Services checked in parallel. */
const atOnce = 10;

/** Reasons listed; the result goes through the states of the machine, which hold 256 KiB. */
const reasonsTold = 40;

/**
 * Checks every moved service with the judge that condemned its release, from the moment the last was restored.
 *
 * Alarms are left out: they lag behind the metrics and would count the incident's own past as evidence.
 */
export function verifyRecovery(deps: VerifyRecoveryDeps) {
  return async (input: z.infer<typeof verifyRecoveryInput>): Promise<Recovery> => {
    const { planKey } = input;
    const now = deps.now();
    const plan = await deps.plans.read(planKey);
    const { services } = await deps.catalog.read();
    const planned = new Map(plan.services.map((one) => [one.service, one]));
    const all = await deps.incidents.serviceResults(input);
    const superseded = all.flatMap(({ service, status }) => (status === 'superseded' ? service : []));
    const overtaken = new Set([...superseded, ...(await deps.incidents.overtaken(input))]);
    if (overtaken.size > 0) {
      const detail = `released again by somebody else meanwhile: ${shorten([...overtaken], reasonsTold).join(', ')}`;
      return { status: 'superseded', detail, waitSeconds: 0, failedLooks: {} };
    }
    const results = all.filter((one) => isTrafficBack(one) && planned.has(one.service));
    const limited = limitConcurrency(atOnce);
    // A consumer is back before its provider is, and sees the provider's errors until then.
    const since = Math.max(0, ...(await Promise.all(results.map((one) => limited(() => backSince(one))))));
    const looks = await Promise.all(
      results.map((result) =>
        limited(() => look(input, services[result.service], planned.get(result.service), result, since, now)),
      ),
    );
    const own = looks.filter((one) => one !== undefined);
    if (own.length === 0 && results.length > 0) {
      throw new LockLost(`No lock of incident ${input.incidentId} is held any more.`);
    }
    const judgements = own.flatMap((one) => one.judgements);
    const doubted = own.flatMap(({ service, failedLooks: looks }) =>
      Object.keys(looks).length > 0 ? [[service, looks] as const] : [],
    );
    const moved = results.length;
    const status = statusOf(judgements, now - since);
    return {
      status,
      detail:
        moved > 0
          ? describe(status, judgements)
          : 'no service came back as a whole, so its health was not judged',
      waitSeconds: secondsUntilNextLook({ now, phase: 'shifting', bakedMinutes: 0 }),
      failedLooks: Object.fromEntries(doubted),
    };
  };

  /**
   * The time since when users have been on the restored release, ms since the epoch: its stack may have moved an alias
   * again.
   */
  async function backSince({
    service,
    incidentId,
    trafficBackAt,
    finishedAt,
  }: ServiceResult): Promise<number> {
    const from = trafficBackAt ?? finishedAt;
    const observations = await deps.checkpoints.observations(service, { from });
    const pointed = observations.filter((one) => one.pointed && one.incidentId === incidentId);
    return Math.max(...[from, ...pointed.map(({ seenAt }) => seenAt)].map((at) => Date.parse(at)));
  }

  /** Undefined for a service that another incident has taken over and takes care of. */
  async function look(
    input: z.infer<typeof verifyRecoveryInput>,
    entry: ServiceEntry | undefined,
    plan: ServicePlan | undefined,
    result: ServiceResult,
    from: number,
    now: number,
  ): Promise<Look | undefined> {
    if (!entry || !plan) return { service: '', judgements: [], failedLooks: {} };
    const { service, policy } = entry;
    try {
      await deps.locks.renew(service, lockOwner(input));
    } catch (error) {
      if (error instanceof LockLost) return undefined;
      throw error;
    }
    const versionOf = await restoredVersions(result);
    const undone = await deps.releases.find(plan.fromRelease);
    const functions = plan.targets.filter(isAlias).length;
    const judgements: Judgement[] = [];
    const live: HealthCheckEvent['targets'][number][] = [];
    for (const target of plan.targets) {
      if (!isAlias(target)) continue;
      const version = versionOf(target);
      live.push({ function: target.function, alias: target.alias, version });
      const brought = undone && broughtBy(undone).find((one) => one.target === target.target);
      judgements.push(await judge(policy, target, version, from, now, functions, brought?.normal));
    }
    const event = { service, releaseId: plan.toRelease, targets: live };
    const health = await deps.healthChecks.look(policy.healthChecks, event, input.failedLooks?.[service]);
    const checked = judgementOfChecks(health.evidence);
    return {
      service,
      judgements: [...judgements, ...(checked ? [checked] : [])],
      failedLooks: health.failedLooks,
    };
  }

  /**
   * The restored versions, as recorded then: reading a thousand services every minute would exceed the limit of Lambda's
   * control plane. If a stack was still moving, nothing was recorded, and the plan's versions count.
   */
  async function restoredVersions({ service, startedAt }: ServiceResult) {
    const { snapshot = [] } = (await deps.releases.find(restoredReleaseId(service, startedAt))) ?? {};
    return ({ target, toVersion }: AliasTarget): string =>
      snapshot.filter(isAlias).find((one) => one.target === target)?.version ?? toVersion;
  }

  async function judge(
    policy: ServicePolicy,
    target: AliasTarget,
    version: string,
    from: number,
    now: number,
    functions: number,
    normal: NormalRates | undefined,
  ): Promise<Judgement> {
    const { released, until } = await deps.signals.sideBySide({
      function: target.function,
      alias: target.alias,
      version,
      // From the first whole minute of the restored version alone.
      from: from + 60_000,
      to: now,
      ...countedDurations(policy.limits, normal),
      // Every alias was verified on the restored version alone; a release over it is recorded, and handled above.
      alone: { from, to: now },
    });
    const subject = `${target.function}:${version}`;
    // Its code has served before, and the minute in which it came back is left out already.
    return judgeRelease({
      ...judgedBy(policy),
      subject,
      released,
      until,
      normal,
      functions,
      warmUpMinutes: 0,
    }).judgement;
  }
}

type Finding = Exclude<Recovery['status'], 'superseded'>;

function statusOf(judgements: readonly Judgement[], elapsedMs: number): Finding {
  if (judgements.some(({ verdict }) => verdict === 'unhealthy')) return 'not-recovered';
  if (judgements.length > 0 && judgements.every(({ verdict }) => verdict === 'healthy')) return 'recovered';
  if (judgements.length > 0 && elapsedMs < patienceMs) return 'look-again';
  return judgements.some(({ verdict }) => verdict === 'healthy') ? 'recovered' : 'unproven';
}

function describe(status: Finding, judgements: readonly Judgement[]): string {
  const words = {
    recovered: 'recovered',
    unproven: 'put back; whether it recovered is not proven, for want of traffic',
    'not-recovered': 'NOT recovered: it is still bad on the restored release, so the cause lies elsewhere',
    'look-again': 'too little traffic so far',
  };
  const worstFirst = [...judgements].sort((a, b) => badness(b) - badness(a));
  const reasons = shorten(
    worstFirst.map(({ reason }) => reason),
    reasonsTold,
  );
  return [words[status], ...reasons].join('\n');
}

function badness({ verdict }: Judgement): number {
  return verdict === 'unhealthy' ? 1 : 0;
}
