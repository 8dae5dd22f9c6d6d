import { type AlarmReading, judgeAlarms } from './declared-alarms.ts';
import { judgeHardLimits, type LimitsInput } from './hard-limits.ts';
import type { Evidence, Judgement } from './judgement.ts';
import { poolMinutes, totalOf } from './samples.ts';

/** Everything the judge looks at for one deployment. */
export interface JudgeInput extends LimitsInput {
  readonly alarms: readonly AlarmReading[];
  /** What the health checks of the service say; none where it has none, or they are weighed elsewhere. */
  readonly checks?: readonly Evidence[];
  /** Beginning of the deployment, ms since the epoch. */
  readonly startedAt: number;
}

/**
 * Judges a release from its numbers; a pure function of its input.
 *
 * Any breach makes it `unhealthy`. Without one it is `healthy` only once it served enough requests for its
 * limits to have been breachable (`breaches` samples), and every health check says so too; until then there is no
 * verdict: `insufficient`.
 */
export function judgeRelease(input: JudgeInput): Judgement {
  const checks = input.checks ?? [];
  const evidence = [...judgeHardLimits(input), ...checks, ...judgeAlarms(input.alarms, input.startedAt)];
  const breach = evidence.find(({ finding }) => finding === 'breach');
  if (breach) return { verdict: 'unhealthy', reason: breach.detail, evidence };

  const { requests, errors } = totalOf(input.minutes);
  const { sampleRequests, breaches } = input.limits;
  const samples = poolMinutes(input.minutes, sampleRequests).length;
  if (samples < breaches) {
    return {
      verdict: 'insufficient',
      reason:
        `${requests} requests to ${input.subject} so far: ${samples} of the ${breaches} samples ` +
        `of ${sampleRequests} that a verdict takes`,
      evidence,
    };
  }
  const open = checks.find(({ finding }) => finding === 'note');
  if (open) return { verdict: 'insufficient', reason: open.detail, evidence };
  return {
    verdict: 'healthy',
    reason: `${errors} of ${requests} requests to ${input.subject} failed; no limit breached, no alarm raised`,
    evidence,
  };
}
