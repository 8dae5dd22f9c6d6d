import { type LogRatios, ratios } from './evidence-path.ts';

/** Counts of a new version and its control in one clock minute. */
export interface Step {
  readonly requests: number;
  /** Bad ones among `requests`: errors, slow requests, throttles. */
  readonly bad: number;
  /** Of the control: the version before, behind the same alias, in the same minute. */
  readonly controlRequests: number;
  readonly controlBad: number;
}

/** A team's allowances for the comparison. */
export interface ComparedOptions {
  /** How many times as bad a new version may be without being worse. */
  readonly tolerance?: number;
  /** Requests that stay together: callers kept on one version, retries that stay on it. */
  readonly cluster?: number;
}

/**
 * Tests the new version against the control in the same minutes, conditional on the total of their bad events.
 *
 * Requests are routed one by one at random, so the new version's share of the bad events does not depend on their number:
 * bursts, outages and the daily curve hit both alike, and the test is valid for any base rate. The number is hypergeometric,
 * which is smaller in convex order than the binomial that is used here (Hoeffding, *Probability inequalities for sums of
 * bounded random variables*, 1963, §6). With a tolerance it is a sum of independent indicators, which the binomial bounds as
 * well (Hoeffding, *On the distribution of the number of successes in independent trials*, 1956). For groups of up to
 * `cluster` events, E[yˢᐟᶜ] ≤ (E y)ˢᐟᶜ if s ≤ c: dividing the logarithm by c makes the test valid again.
 *
 * The share is the one that was *served* in the minute, never the weight of the alias.
 *
 * Lindon, Sanden, Shirikian, *Rapid Regression Detection in Software Deployments through Sequential Testing* (KDD 2022,
 * arXiv 2205.14762); Lindon, Malek, *Anytime-Valid Inference for Multinomial Count Data* (NeurIPS 2022).
 */
export function compared(
  steps: readonly Step[],
  { tolerance = 1, cluster = 1 }: ComparedOptions = {},
): LogRatios {
  const logs = new Float64Array(steps.length * ratios.length);
  steps.forEach(({ requests, bad, controlRequests, controlBad }, k) => {
    if (requests <= 0 || controlRequests <= 0 || bad + controlBad <= 0) return;
    const share = requests / (requests + controlRequests);
    const base = tolerance * share + 1 - share;
    ratios.forEach((ratio, r) => {
      const total = (ratio * tolerance * share + 1 - share) / base;
      logs[k * ratios.length + r] = (bad * Math.log(ratio) - (bad + controlBad) * Math.log(total)) / cluster;
    });
  });
  return logs;
}
