import type { BakePolicy } from '../catalog/service-entry.ts';
import type { JudgementVerdict } from './judgement.ts';

/** Where a watched deployment stands: shifting traffic, baking after it, or ended without success. */
export type Phase = 'shifting' | 'baking' | 'failed';

/** What the monitor does next: look again, settle the deployment, roll back, make room for an incident, or end. */
export type NextStep = 'look-again' | 'settle' | 'roll-back' | 'yield' | 'end';

/** What the decision rests on. */
export interface NextStepInput {
  readonly phase: Phase;
  readonly verdict: JudgementVerdict;
  /** Requests the new version has served. */
  readonly requests: number;
  /** Minutes since traffic was fully shifted; 0 while it shifts. */
  readonly bakedMinutes: number;
  readonly bake: BakePolicy;
  /** There is nothing left to watch for: an incident has the release. */
  readonly over: boolean;
  /** A newer release took its place, so that nothing more will be learnt of it. */
  readonly replaced?: boolean;
  /** An incident that knows nothing of the release is rolling its service back. */
  readonly inTheWay?: boolean;
  /** What is found bad is only recorded: the autonomy of the service is `observe`. */
  readonly onlyObserved?: boolean;
  /** Of one that ended without success and is not bad: nobody meets its version, or nobody takes it back any more. */
  readonly isTakenBack?: boolean;
}

/**
 * Decides what follows a look.
 *
 * A deployment settles after at least `minMinutes` and `minRequests` of bake, and after `maxMinutes` in any
 * case; settled without enough requests it is unproven, not good. One that is bad and only observed settles at once:
 * what comes later does not unsay it. One that ended without success, for a reason that says nothing about its code, settles
 * once it is taken back: that is followed, and undone by nobody else. One that was replaced settles by what was seen of it
 * until then; a breach that nobody can undo any more only ends its watch.
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

/** Whether a version was found healthy with the requests that the policy asks for; `maxMinutes` do not stand in for them. */
export function isProvedHealthy(
  seen: Pick<NextStepInput, 'verdict' | 'requests'> | undefined,
  { minRequests }: Pick<BakePolicy, 'minRequests'>,
): boolean {
  return seen?.verdict === 'healthy' && seen.requests >= minRequests;
}

/**
 * CloudWatch publishes a finished minute of Lambda metrics within seconds; looking 20 s after the minute finds
 * it nearly always, and a minute that is later still is seen at the next look.
 */
export const metricDelaySeconds = 20;

/** A bake is young for so long: most faults that a release brings are there from its first minutes on. */
const youngMinutes = 6;
/** A bake is long from here on. */
const longMinutes = 60;

/**
 * Minutes between two looks. Metrics come by the minute, so a look each minute misses nothing. A quiet bake is looked at
 * every second minute. A long one is looked at every five minutes, where that is allowed.
 */
function minutesBetweenLooks({ phase, bakedMinutes, mayWaitLong = false }: LookTiming): 1 | 2 | 5 {
  if (phase !== 'baking' || bakedMinutes < youngMinutes) return 1;
  return mayWaitLong && bakedMinutes >= longMinutes ? 5 : 2;
}

/** What the time of the next look depends on. */
export interface LookTiming {
  readonly phase: Phase;
  /** Minutes of bake; 0 where something speaks against the release, so that it is looked at like a young one. */
  readonly bakedMinutes: number;
  /** The event of an alarm that can ring ends the wait, or the watch has to be short. */
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
