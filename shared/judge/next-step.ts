import type { BakePolicy } from '../catalog/service-entry.ts';
import type { JudgementVerdict } from './judgement.ts';

/** The phase of a watched deployment: shifting traffic, baking after it, or ended without success. */
export type Phase = 'shifting' | 'baking' | 'failed';

/** The monitor's next action: look again, settle the deployment, roll back, yield to an incident, or end. */
export type NextStep = 'look-again' | 'settle' | 'roll-back' | 'yield' | 'end';

/** Inputs of the decision. */
export interface NextStepInput {
  readonly phase: Phase;
  readonly verdict: JudgementVerdict;
  /** Requests the new version has served. */
  readonly requests: number;
  /** Minutes since traffic was fully shifted; 0 while it shifts. */
  readonly bakedMinutes: number;
  readonly bake: BakePolicy;
  /** The watch has nothing left to do: an incident has the release. */
  readonly over: boolean;
  /** A newer release replaced it, so no further evidence will come. */
  readonly replaced?: boolean;
  /** An incident that does not know the release is rolling its service back. */
  readonly inTheWay?: boolean;
  /** A bad release is only recorded: the autonomy of the service is `observe`. */
  readonly onlyObserved?: boolean;
  /**
   * For a deployment that ended without success and is not bad: nobody meets its version, or nobody will roll it back any
   * more.
   */
  readonly isTakenBack?: boolean;
}

/**
 * Decides the step after a look.
 *
 * A deployment settles after at least `minMinutes` and `minRequests` of bake, and after `maxMinutes` in any case; settled
 * without enough requests it is unproven, not good. A bad deployment that is only observed settles at once: later data does
 * not revoke the verdict. A deployment that ended without success, for a reason that says nothing about its code, settles
 * once it is rolled back: the coordinator follows that, and does not undo it itself. A replaced deployment settles by the
 * evidence until then; a breach that nobody can undo any more only ends its watch.
 */
export function nextStep({
  phase,
  verdict,
  requests,
  bakedMinutes,
  bake,
  over,
  replaced = false,
  inTheWay = false,
  onlyObserved = false,
  isTakenBack = false,
}: NextStepInput): NextStep {
  if (over) return 'end';
  if (replaced) return verdict === 'unhealthy' ? 'end' : 'settle';
  if (inTheWay) return 'yield';
  if (verdict === 'unhealthy') return onlyObserved ? 'settle' : 'roll-back';
  if (phase === 'failed') return isTakenBack ? 'settle' : 'look-again';
  if (phase === 'shifting') return 'look-again';
  if (bakedMinutes >= bake.maxMinutes) return 'settle';
  const proven = isProvedHealthy({ verdict, requests }, bake);
  return proven && bakedMinutes >= bake.minMinutes ? 'settle' : 'look-again';
}

/** Whether a version was found healthy with the requests that the policy demands; `maxMinutes` does not replace them. */
export function isProvedHealthy(
  seen: Pick<NextStepInput, 'verdict' | 'requests'> | undefined,
  { minRequests }: Pick<BakePolicy, 'minRequests'>,
): boolean {
  return seen?.verdict === 'healthy' && seen.requests >= minRequests;
}

/**
 * CloudWatch publishes a finished minute of Lambda metrics within seconds; a look 20 s after the minute almost always finds
 * it, and the next look sees a later one.
 */
export const metricDelaySeconds = 20;

/** Time for which a bake is young: most faults of a release show from its first minutes on. */
const youngMinutes = 6;
/** Time from which a bake is long. */
const longMinutes = 60;

/**
 * Minutes between two looks. Metrics arrive once a minute, so a look each minute misses nothing. A quiet bake is looked at
 * every second minute, a long one every five minutes, if that is allowed.
 */
function minutesBetweenLooks({ phase, bakedMinutes, mayWaitLong = false }: LookTiming): 1 | 2 | 5 {
  if (phase !== 'baking' || bakedMinutes < youngMinutes) return 1;
  return mayWaitLong && bakedMinutes >= longMinutes ? 5 : 2;
}

/** Inputs of the time of the next look. */
export interface LookTiming {
  readonly phase: Phase;
  /** Minutes of bake; 0 if there is evidence against the release, so that it is looked at like a young one. */
  readonly bakedMinutes: number;
  /** An alarm's event can end the wait, or the watch has to save history events. */
  readonly mayWaitLong?: boolean;
}

/**
 * Seconds until the next look, which is {@link metricDelaySeconds} after a full minute.
 *
 * @param now ms since the epoch
 */
export function secondsUntilNextLook({ now, ...timing }: LookTiming & { readonly now: number }): number {
  const secondOfMinute = Math.floor(now / 1000) % 60;
  const toNextMinute = (60 + metricDelaySeconds - secondOfMinute) % 60 || 60;
  return toNextMinute + (minutesBetweenLooks(timing) - 1) * 60;
}
