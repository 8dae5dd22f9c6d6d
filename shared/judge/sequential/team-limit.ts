import { against } from './against.ts';
import { type Finding, named, sentence, spanOf } from './describe.ts';
import { mostLikelyOnset } from './evidence-path.ts';
import { type Phase, pathOf, strongest, sum, type Tested, weigh } from './tested.ts';
import { condemns } from './thresholds.ts';
import { byChance, percent, share } from './words.ts';

/**
 * The team's limit is a bound by itself, as long as history and control are below it. A release that improves a service from
 * 20 % to 9 % is not condemned by a limit of 5 %.
 */
export function teamLimit(tested: Tested, functions: number): Finding[] {
  const { metric, series } = tested;
  const { limit } = metric;
  if (!metric.isLimitSet || limit === undefined) return [];
  return series.flatMap(({ normal, split, full }, index) => {
    const both: Phase = {
      minutes: [...split.minutes, ...full.minutes],
      released: [...split.released, ...full.released],
      control: [...split.control, ...full.control],
    };
    if (both.minutes.length === 0 || normal?.source !== 'history') return [];
    const { logRatios, path } = pathOf(
      against(both.released, { rate: limit, clustering: normal.clustering }),
    );
    const best = strongest(path);
    const logEvidence = weigh(tested, path[best] as number, functions) - Math.log(series.length);
    if (logEvidence < Math.log(condemns)) return [];
    const control = sum(split.control);
    const above = [
      ...(normal.rate > limit ? [`its normal rate goes up to ${percent(normal.rate)}`] : []),
      ...(control.bad > limit * control.requests ? [`the version before is at ${share(control)}`] : []),
    ];
    const onset = mostLikelyOnset(logRatios, best);
    const released = sum(both.released.slice(onset, best + 1));
    const words = `${sentence(tested, index, tested.subject, released, both, onset)}, above the limit of ${percent(limit)}`;
    return [
      {
        rule: 'above-limit' as const,
        finding: above.length === 0 ? ('breach' as const) : ('note' as const),
        ...named(tested, index, tested.subject),
        logEvidence,
        threshold: condemns,
        ...spanOf(both, onset, best),
        released,
        ...(control.requests > 0 && { control }),
        normal,
        weights: { metric: tested.weight, functions: 1 / functions },
        ruledOut: above.length === 0 ? ['a service that was above its limit before'] : [],
        detail:
          above.length === 0
            ? `${words}; by chance: ${byChance(logEvidence)}`
            : `${words}, which says nothing of the release: ${above.join(', and ')}`,
      },
    ];
  });
}
