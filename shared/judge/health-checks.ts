import * as z from 'zod';
import type { HealthCheck } from '../catalog/health-check.ts';
import type { Evidence, Judgement } from './judgement.ts';

/** The answer of a health check at one look: `nothing` if it could not be asked, or returned neither. */
export interface CheckAnswer {
  readonly says: 'healthy' | 'unhealthy' | 'nothing';
  /** The reason, in the check's own words or the error's. */
  readonly reason: string | undefined;
}

/** Consecutive looks with an unhealthy answer, by function; a function with a healthy answer is left out. */
export const failedLooks = z.record(z.string(), z.number().int().min(1));
export type FailedLooks = z.infer<typeof failedLooks>;

/** The result of the checks of one look. */
export interface CheckedHealth {
  readonly evidence: readonly Evidence[];
  /** For the next look. */
  readonly failedLooks: FailedLooks;
  /** A check is unhealthy, and has to be asked again as soon as possible. */
  readonly isDoubted: boolean;
}

/**
 * Weighs the answers of health checks: `failures` unhealthy looks in a row condemn the release; fewer leave the verdict
 * open. So does a check without an answer: it neither counts nor resets the count, since a broken check is no reason to roll
 * back, nor to call a release good.
 *
 * @param answers of `checks`, in the same order
 * @param before result of the look before
 */
export function judgeHealthChecks(
  checks: readonly HealthCheck[],
  answers: readonly CheckAnswer[],
  before: FailedLooks = {},
): CheckedHealth {
  const looks = new Map<string, number>();
  const evidence = checks.map((check, index) => {
    const name = check.function;
    const { says, reason } = answers[index] ?? { says: 'nothing', reason: 'it was not asked' };
    const counted = says === 'healthy' ? 0 : (before[name] ?? 0) + (says === 'unhealthy' ? 1 : 0);
    if (counted > 0) looks.set(name, counted);
    return evidenceOf(check, counted, says, reason);
  });
  const isDoubted = answers.some(({ says }) => says === 'unhealthy');
  return { evidence, failedLooks: Object.fromEntries(looks), isDoubted };
}

function evidenceOf(
  { function: name, failures }: HealthCheck,
  counted: number,
  says: CheckAnswer['says'],
  reason: string | undefined,
): Evidence {
  const condemned = says === 'unhealthy' && counted >= failures;
  const said = reason === undefined ? '' : `: ${reason}`;
  const inARow = `at ${counted} ${counted === 1 ? 'look' : 'looks in a row'}, ${failures} condemn the release`;
  const words = {
    healthy: `health check ${name} says healthy`,
    unhealthy: `health check ${name} says unhealthy${said} (${inARow})`,
    nothing: `health check ${name} says nothing${said}`,
  };
  return {
    rule: 'health-check',
    finding: condemned ? 'breach' : says === 'healthy' ? 'clear' : 'note',
    metric: `looks in a row at which ${name} says unhealthy`,
    observed: counted,
    threshold: failures,
    detail: words[says],
  };
}

/** The judgement by the checks alone; undefined if the service has none. */
export function judgementOfChecks(evidence: readonly Evidence[]): Judgement | undefined {
  const worst = ['breach', 'note', 'clear'].map((finding) => evidence.find((one) => one.finding === finding));
  const first = worst.find((one) => one !== undefined);
  if (!first) return undefined;
  const verdicts = { breach: 'unhealthy', note: 'insufficient', clear: 'healthy' } as const;
  return { verdict: verdicts[first.finding], reason: first.detail, evidence: [...evidence] };
}
