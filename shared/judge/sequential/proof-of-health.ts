import { minuteMs, normalRate } from './baseline.ts';
import type { Look, TestEvidence } from './look.ts';
import { provedHealthy } from './proved-healthy.ts';
import { sum } from './tested.ts';
import { proves } from './thresholds.ts';
import { count, percent } from './words.ts';

/** A release is proved against this multiple of its normal rate, if that is more than the limit. */
const timesNormal = 3;

/**
 * Whether the errors of the release are proved to be rare: from all requests of all its functions, warm-ups included.
 *
 * @param from the first minute that counts, ms since the epoch
 */
export function proofOfHealth(look: Look, from = Number.NEGATIVE_INFINITY): TestEvidence | undefined {
  const parts = look.functions.flatMap(({ name, metrics }) =>
    metrics
      .filter(({ family }) => family === 'errors')
      .flatMap((metric) => {
        const [series] = metric.series;
        if (!series) return [];
        const { limit: borne = 0 } = metric;
        const normal = normalRate(series.baseline, borne > 0 ? { limit: borne } : {});
        // A rate that is only known to be no higher than the limit does not raise the bound to be proved.
        const known = normal?.source === 'history' ? timesNormal * normal.rate : 0;
        const limit = Math.min(1, Math.max(borne, known));
        const counts = sum(series.released.filter(({ at }) => at >= from && at + minuteMs <= look.until));
        return [{ name, metric, counts, limit }];
      }),
  );
  const total = sum(parts.map(({ counts }) => counts));
  if (total.requests === 0) return undefined;
  const limit = parts.reduce((all, part) => all + part.limit * part.counts.requests, 0) / total.requests;
  const logEvidence = provedHealthy(total, limit);
  const isProved = logEvidence >= Math.log(proves);
  const [only] = parts;
  return {
    rule: 'proved-healthy',
    finding: isProved ? 'clear' : 'note',
    metric: only?.metric.name ?? 'errors',
    ...(parts.length === 1 && only && { subject: only.name }),
    logEvidence,
    threshold: proves,
    released: total,
    ruledOut: [],
    detail:
      `${count(total.bad)} of ${count(total.requests)} requests${parts.length === 1 ? ` to ${only?.name}` : ''} ${only?.metric.verb ?? 'failed'}: ` +
      `${isProved ? 'proved' : 'not proved yet'} to be below ${percent(limit)}`,
  };
}
