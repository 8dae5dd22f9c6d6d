import { type LogRatios, ratios } from './evidence-path.ts';

/** What one version did in one step. */
export interface Count {
  readonly requests: number;
  readonly bad: number;
}

/** What is normal for a service. */
export interface Normal {
  /** The rate of bad events that it normally does not exceed. */
  readonly rate: number;
  /** How many bad events come together, at least 1. */
  readonly clustering?: number;
}

/** Rates below it are not told apart: no service has the requests. */
const lowestRate = 1e-9;

/**
 * A version against the highest rate that is normal for its service; right for every course of the rate that stays at or
 * below it.
 *
 * It is far quicker than the comparison where the control knows little (half of the traffic, few errors), and needs no
 * control at all. A rate of 1 or more says that anything is normal: no count is evidence then.
 *
 * A count of requests that is scaled for its hour may be below the count of bad ones; it is taken to be as large.
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
