import type { Count } from './against.ts';
import { logMean } from './evidence-path.ts';

/** True rates as parts of the limit; a version far below its limit is proved soon. */
const fractions = [1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 512] as const;

/**
 * ln of the evidence that a version's rate of bad events is below `limit`: at 100, a version at the limit would look so good
 * with a chance of at most 1/100, for any number of looks. 103 requests without a bad one prove it for a limit of 5 %.
 *
 * For several functions, requests may be summed and the limits averaged by requests: a product of factors that are linear in
 * the rate is largest if all rates are equal.
 *
 * Grünwald, de Heide, Koolen, *Safe Testing* (arXiv 1906.07801).
 */
export function provedHealthy({ requests, bad }: Count, limit: number): number {
  if (limit >= 1) return 0;
  const good = Math.max(0, requests - bad);
  const logs = fractions.map(
    (part) => bad * Math.log(part) + good * (Math.log1p(-part * limit) - Math.log1p(-limit)),
  );
  return logMean(
    logs,
    fractions.map(() => 1 / fractions.length),
  );
}
