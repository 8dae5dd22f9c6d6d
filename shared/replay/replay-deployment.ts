import type { ServicePolicy } from '../catalog/service-entry.ts';
import { type JudgePolicy, judgedBy, judgeRelease } from '../judge/judge-release.ts';
import type { Evidence, JudgementVerdict } from '../judge/judgement.ts';
import { metricDelaySeconds, nextStep, type Phase, secondsUntilNextLook } from '../judge/next-step.ts';
import { totalOf } from '../judge/samples.ts';
import { minuteMs } from '../judge/sequential/baseline.ts';
import type { Shift } from '../judge/sequential/clock.ts';
import { grownShifts } from '../judge/shifts.ts';
import type { NormalRates } from '../ledger/records.ts';
import type { RecordedDeployment } from './recorded-deployment.ts';

/**
 * The end of a recorded deployment's watch: `condemned` by a look, `settled` after its bake, `replaced` by a newer release,
 * or `undecided`, if the record ends first.
 */
export type WatchEnd = 'condemned' | 'settled' | 'replaced' | 'undecided';

/** The policy's result for one recorded deployment. */
export interface ReplayedDeployment {
  readonly end: WatchEnd;
  /** The look that ended it, ms since the epoch. */
  readonly at: number;
  readonly verdict: JudgementVerdict;
  readonly reason: string;
  readonly evidence: readonly Evidence[];
  readonly looks: number;
}

/** Context of a replayed deployment. */
export interface ReplayContext {
  readonly policy: Pick<ServicePolicy, 'autonomy' | 'bake'> & JudgePolicy;
  readonly normal: NormalRates | undefined;
  /** Functions of its release. */
  readonly functions: number;
  /** The time at which the next release began, ms since the epoch; undefined if none was recorded. */
  readonly replacedAt: number | undefined;
}

/** Delay after which CloudWatch has a minute. */
const delayMs = metricDelaySeconds * 1000;

/**
 * Watches a recorded deployment as a machine with another policy would have: looks at the same times, sees only the minutes
 * that had ended by then, judges by {@link judgeRelease} and decides by {@link nextStep}. A pure function.
 *
 * A record has no alarms and health checks, so only numbers count.
 */
export function replayDeployment(
  recorded: RecordedDeployment,
  { policy, normal, functions, replacedAt }: ReplayContext,
): ReplayedDeployment {
  const { subject, from, to } = recorded;
  const { bake } = policy;
  const last = to + delayMs;
  let shifts: readonly Shift[] = [];
  let now = Math.min(from + minuteMs + delayMs, last);
  for (let looks = 1; ; looks += 1) {
    const traffic = trafficAt(recorded, now);
    const { aloneFrom } = traffic;
    const phase: Phase = aloneFrom === undefined ? 'shifting' : 'baking';
    const bakedMinutes = aloneFrom === undefined ? 0 : (now - aloneFrom) / minuteMs;
    shifts = grownShifts(shifts, traffic);
    const until = Math.floor(now / minuteMs) * minuteMs;
    const released = recorded.released.filter(({ at }) => at + minuteMs <= until);
    const { judgement, isSuspected } = judgeRelease({
      subject,
      released,
      control: recorded.control.filter(({ at }) => at + minuteMs <= until),
      until,
      shifts,
      normal,
      ...judgedBy(policy),
      functions,
    });
    const { verdict, reason, evidence } = judgement;
    const { requests } = totalOf(released);
    const isReplaced = phase === 'baking' && replacedAt !== undefined && replacedAt <= now;
    const next = nextStep({
      phase,
      verdict,
      requests,
      bakedMinutes,
      bake,
      over: false,
      replaced: isReplaced,
      onlyObserved: policy.autonomy === 'observe',
    });
    const end = isReplaced ? 'replaced' : verdict === 'unhealthy' ? 'condemned' : 'settled';
    const seen = { at: now, verdict, reason, evidence, looks };
    if (next !== 'look-again') return { ...seen, end };
    if (now >= last) return { ...seen, end: 'undecided' };
    const wait = secondsUntilNextLook({ now, phase, bakedMinutes: isSuspected ? 0 : bakedMinutes });
    now = Math.min(now + wait * 1000, last);
  }
}

/** The traffic that a look sees. */
function trafficAt({ shifts, aloneFrom }: RecordedDeployment, now: number) {
  const [first] = shifts;
  const isAlone = aloneFrom !== undefined && aloneFrom <= now;
  return {
    share: isAlone ? 1 : (shifts.findLast(({ at }) => at <= now)?.share ?? 0),
    isShifting: !isAlone,
    servedFrom: first && first.at <= now ? first.at : undefined,
    aloneFrom: isAlone ? aloneFrom : undefined,
    now,
  };
}
