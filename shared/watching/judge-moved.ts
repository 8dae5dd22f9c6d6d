import { type Aliases, isAlone } from '../aws/aliases.ts';
import type { Signals } from '../aws/signals.ts';
import type { ServicePolicy } from '../catalog/service-entry.ts';
import { judgedBy, judgeRelease } from '../judge/judge-release.ts';
import type { Judgement } from '../judge/judgement.ts';
import { countedDurations } from '../judge/latency.ts';
import { type NextStep, nextStep } from '../judge/next-step.ts';
import { totalOf } from '../judge/samples.ts';
import type { MovedAlias } from '../ledger/records.ts';
import type { ReleaseLedger } from '../ledger/release-ledger.ts';

/** Clients for judging a moved alias. */
export interface JudgeMovedDeps {
  readonly aliases: Pick<Aliases, 'find'>;
  readonly signals: Pick<Signals, 'sideBySide'>;
}

/** One look at an alias that a release moved without a deployment. */
export interface MovedLook {
  readonly moved: MovedAlias;
  readonly judgement: Judgement;
  readonly requests: number;
  readonly errors: number;
  /** Minutes since it was moved. */
  readonly bakedMinutes: number;
  /** `end`: it serves another version by now. */
  readonly next: NextStep;
  /** The next look is in a minute. */
  readonly isSuspected: boolean;
}

/**
 * Judges aliases that a release moved without a deployment, by the same tests and bake as a deployment, from the moment the
 * stack had moved them. An alias that was moved again, or is gone, is no further evidence on the release.
 *
 * @param functions number of functions of the release that are judged together
 */
export async function judgeMoved(
  { aliases, signals }: JudgeMovedDeps,
  moved: readonly MovedAlias[],
  policy: ServicePolicy,
  now: number,
  functions = moved.length,
): Promise<MovedLook[]> {
  const { bake, autonomy } = policy;
  const looks: MovedLook[] = [];
  for (const one of moved) {
    const since = Date.parse(one.movedAt);
    const over = !(await isOn(one));
    const { released, until } = over
      ? { released: [], until: now }
      : await signals.sideBySide({
          function: one.function,
          alias: one.alias,
          version: one.toVersion,
          from: since,
          to: now,
          ...countedDurations(policy.limits, one.normal),
          alone: { from: since, to: now },
        });
    const { requests, errors } = totalOf(released);
    const { judgement, isSuspected } = judgeRelease({
      subject: `${one.function}:${one.toVersion}`,
      released,
      until,
      normal: one.normal,
      ...judgedBy(policy),
      functions,
    });
    const bakedMinutes = (now - since) / 60_000;
    const next = nextStep({
      phase: 'baking',
      verdict: judgement.verdict,
      requests,
      bakedMinutes,
      bake,
      onlyObserved: autonomy === 'observe',
      over,
    });
    looks.push({ moved: one, judgement, requests, errors, bakedMinutes, next, isSuspected });
  }
  return looks;

  async function isOn({ function: name, alias, toVersion }: MovedAlias): Promise<boolean> {
    const live = await aliases.find(name, alias);
    return live !== undefined && live.version === toVersion && isAlone(live);
  }
}

/** Records the end of the watch of moved aliases, for those that need no further look. */
export async function settleMoved(
  releases: Pick<ReleaseLedger, 'settleMoved'>,
  releaseId: string,
  looks: readonly MovedLook[],
  now: number,
): Promise<void> {
  for (const { moved, judgement, requests, errors, next } of looks) {
    if (next !== 'settle') continue;
    const { verdict, reason } = judgement;
    const at = new Date(now).toISOString();
    await releases.settleMoved(releaseId, moved.target, { verdict, reason, at, requests, errors });
  }
}

/** A judgement combined with those of the moved aliases: an unhealthy alias makes the release unhealthy. */
export function withMoved(own: Judgement, looks: readonly MovedLook[]): Judgement {
  const unhealthy = looks.map(({ judgement }) => judgement).filter(({ verdict }) => verdict === 'unhealthy');
  const [first] = unhealthy;
  if (!first) return own;
  const evidence = [...own.evidence, ...unhealthy.flatMap((one) => one.evidence)];
  return own.verdict === 'unhealthy' ? { ...own, evidence } : { ...first, evidence };
}
