import { type LogRatios, ratios } from './evidence-path.ts';

/** Counts of one version in one step. */
export interface Count {
  readonly requests: number;
  readonly bad: number;
}

/** Normal rate of a service. */
export interface Normal {
  /** The rate of bad events that the service normally does not exceed. */
  readonly rate: number;
  /** Number of bad events that come together, at least 1. */
  readonly clustering?: number;
}

/** Lower rates are not distinguished: no service has enough requests. */
const lowestRate = 1e-9;

/**
 * Tests a version against the highest normal rate of its service; valid for any course of the rate at or below it.
 *
 * It is far quicker than the comparison if the control has little data (half of the traffic, few errors), and needs no
 * control at all. With a rate of 1 or more anything is normal, and no count is evidence.
 *
 * A count of requests scaled for its hour may be below the count of bad ones; it then counts as equal.
 *
 * Wald, *Sequential tests of statistical hypotheses* (1945); Grünwald, de Heide, Koolen, *Safe Testing* (arXiv 1906.07801).
 */
export function against(counts: readonly Count[], { rate: normal, clustering = 1 }: Normal): LogRatios {
  const rate = Math.max(normal, lowestRate);
  const logs = new Float64Array(counts.length * ratios.length);
  if (rate >= 1) return logs;
  const perBad = new Float64Array(ratios.length);
  const perGood = new Float64Array(ratios.length);
  ratios.forEach((ratio, r) => {
    const worse = Math.min(ratio * rate, (1 + rate) / 2);
    perBad[r] = Math.log(worse / rate);
    perGood[r] = Math.log((1 - worse) / (1 - rate));
  });
  counts.forEach(({ requests, bad }, k) => {
    const good = Math.max(0, requests - bad);
    for (let r = 0; r < ratios.length; r += 1) {
      const log = bad * (perBad[r] as number) + good * (perGood[r] as number);
      logs[k * ratios.length + r] = log / clustering;
    }
  });
  return logs;
}
