import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Aliases } from '../../../shared/aws/aliases.ts';
import type { HealthChecks } from '../../../shared/aws/health-checks.ts';
import type { Signals } from '../../../shared/aws/signals.ts';
import { isAlias } from '../../../shared/catalog/alias-kinds.ts';
import type { CatalogStore } from '../../../shared/catalog/catalog-store.ts';
import type { ServicePolicy } from '../../../shared/catalog/service-entry.ts';
import { judgeAlarms } from '../../../shared/judge/declared-alarms.ts';
import { type FailedLooks, failedLooks } from '../../../shared/judge/health-checks.ts';
import { judgeRelease } from '../../../shared/judge/judge-release.ts';
import type { Judgement } from '../../../shared/judge/judgement.ts';
import { nextStep, secondsUntilNextLook } from '../../../shared/judge/next-step.ts';
import { totalOf } from '../../../shared/judge/samples.ts';
import type { PaceLedger } from '../../../shared/ledger/pace-ledger.ts';
import { takeLookMoment } from '../../../shared/ledger/recording-pace.ts';
import type { ReleaseRecord } from '../../../shared/ledger/records.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import type { AliasSnapshot } from '../../../shared/targets/alias/shapes.ts';

export const observeReleaseInput = z.strictObject({
  releaseId: z.string(),
  /** What the look before found of health checks. */
  failedLooks: failedLooks.optional(),
  /** The moment it was given to ask where the aliases point, ms since the epoch; null before it was given one. */
  moment: z.number().nullish(),
});

/** What one look at a whole release found, and what follows from it. */
export interface ReleaseObservation {
  readonly judgement: Judgement;
  readonly requests: number;
  readonly errors: number;
  /** `end`: it is not for this watch to settle it, or not any more. */
  readonly next: 'look-again' | 'settle' | 'end';
  readonly waitSeconds: number;
  /** For the next look. */
  readonly failedLooks: FailedLooks;
  /** For the next look, where it waits for this moment. */
  readonly moment: number | null;
}

/** What the rule needs. */
export interface ObserveReleaseDeps {
  readonly aliases: Aliases;
  readonly signals: Signals;
  readonly healthChecks: HealthChecks;
  readonly catalog: CatalogStore;
  readonly releases: ReleaseLedger;
  readonly paces: PaceLedger;
  readonly now: () => number;
}

/**
 * So long a deployment of the release may be unheard of: the sweep, every ten minutes, finds those whose events were
 * lost. Only then is a release of a service with deployment groups one that came without them.
 */
const unheardMinutes = 15;

/**
 * One look at a release that came without a CodeDeploy deployment: an alias its stack moved at once, or a state that
 * was live before the ledger knew the service. All its aliases are judged, each on the version that is live, by the
 * same judge, limits, alarms and bake as a deployment, from the moment it was recorded.
 */
export function observeRelease(deps: ObserveReleaseDeps) {
  return async (input: z.infer<typeof observeReleaseInput>): Promise<ReleaseObservation> => {
    const now = deps.now();
    const release = await deps.releases.get(input.releaseId);
    const { policy, targets } = await deps.catalog.entry(release.service);
    const aliases = (release.snapshot ?? []).filter(isAlias);
    const since = Date.parse(release.recordedAt ?? release.startedAt);
    const judgements: Judgement[] = [];
    const counted = { requests: 0, errors: 0 };
    for (const alias of aliases) {
      const { judgement, requests, errors } = await judge(alias, policy, since, now);
      judgements.push(judgement);
      counted.requests += requests;
      counted.errors += errors;
    }
    const health = await checkHealth(policy, release, aliases, input.failedLooks);
    const judgement = together(judgements, [...health.evidence, ...(await judgeDeclared(policy, release))]);
    const bakedMinutes = (now - since) / 60_000;
    const step = nextStep({
      phase: 'baking',
      verdict: judgement.verdict,
      requests: counted.requests,
      bakedMinutes,
      bake: policy.bake,
      over: await isTaken(release),
    });
    const unheard = targets.some(({ kind }) => kind === 'codedeploy') && bakedMinutes < unheardMinutes;
    const next = step === 'end' ? 'end' : step === 'look-again' || unheard ? 'look-again' : 'settle';
    const seen = { judgement, ...counted, failedLooks: health.failedLooks };
    if (next === 'settle') {
      const moment = input.moment ?? (await takeLookMoment(deps.paces, aliases.length));
      const waitSeconds = Math.ceil((moment - now) / 1000);
      if (waitSeconds > 0) return { ...seen, next: 'look-again', waitSeconds, moment };
      return { ...seen, next: (await isLiveStill(aliases)) ? 'settle' : 'end', waitSeconds: 0, moment: null };
    }
    return {
      ...seen,
      next,
      moment: null,
      waitSeconds: secondsUntilNextLook({
        now: now - delayOf(release.releaseId),
        phase: 'baking',
        bakedMinutes: health.isDoubted ? 0 : bakedMinutes,
      }),
    };
  };

  async function judge(alias: AliasSnapshot, { limits }: ServicePolicy, since: number, now: number) {
    const minutes = await deps.signals.minutes({
      function: alias.function,
      alias: alias.alias,
      version: alias.version,
      from: since,
      to: now,
      slowOverMs: limits.slow?.overMs,
      // The release is over at the look that finds the alias elsewhere, or with weights.
      alone: { from: since, to: now },
    });
    const subject = `${alias.function}:${alias.version}`;
    return {
      judgement: judgeRelease({ subject, minutes, limits, alarms: [], startedAt: since }),
      ...totalOf(minutes),
    };
  }

  function checkHealth(
    { healthChecks }: ServicePolicy,
    { service, releaseId }: ReleaseRecord,
    aliases: readonly AliasSnapshot[],
    before: FailedLooks | undefined,
  ) {
    const targets = aliases.map(({ function: name, alias, version }) => ({ function: name, alias, version }));
    return deps.healthChecks.look(healthChecks, { service, releaseId, targets }, before);
  }

  async function judgeDeclared({ alarms }: ServicePolicy, { startedAt }: ReleaseRecord) {
    return judgeAlarms(await deps.signals.alarms(alarms), Date.parse(startedAt));
  }

  /** Somebody has it, or a newer release took its place. */
  async function isTaken({ releaseId, service, verdict, undoneBy, settled, deployments }: ReleaseRecord) {
    if (verdict !== 'candidate' || undoneBy || settled || Object.keys(deployments).length > 0) return true;
    const [newest] = await deps.releases.list(service, { limit: 1 });
    return newest?.releaseId !== releaseId;
  }

  /**
   * Whether it is what is live, and alone. Asked once, before it is settled, and in a row with what is recorded: many
   * releases are watched at once after all services were recorded, and all callers of Lambda's control plane have 15
   * requests a second together.
   */
  async function isLiveStill(aliases: readonly AliasSnapshot[]): Promise<boolean> {
    for (const { function: name, alias, version } of aliases) {
      const live = await deps.aliases.get(name, alias);
      if (live.version !== version || Object.keys(live.weights).length > 0) return false;
    }
    return true;
  }
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
