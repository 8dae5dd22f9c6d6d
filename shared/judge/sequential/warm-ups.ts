import type { Minute } from './clock.ts';
import { compared } from './compared.ts';
import { type Finding, named, sentence, spanOf } from './describe.ts';
import { evidencePath } from './evidence-path.ts';
import type { Look } from './look.ts';
import { nothingWorks } from './nothing-works.ts';
import { phaseOf, stepsOf, strongest, sum, type Tested } from './tested.ts';
import { condemnsColdStart, leans } from './thresholds.ts';
import { byChance } from './words.ts';

/** The first warm-up has 9/10 of the chance of a false alarm, each later one 9/10 of the rest. */
const warmUpShare = 0.9;

/** Warm-ups are not judged, unless nothing works in them. */
export function warmUps(
  look: Look,
  tested: Tested,
  minutes: readonly Minute[],
  functions: number,
): Finding[] {
  const { metric, subject } = tested;
  if (metric.family !== 'errors') return [];
  const numbers = [...new Set(minutes.map(({ warmUp }) => warmUp))].filter((warmUp) => warmUp !== undefined);
  return numbers.flatMap((number, index) => {
    const own = minutes.filter(({ warmUp }) => warmUp === number);
    const [series] = metric.series;
    if (!series) return [];
    const phase = phaseOf(series, own);
    const { released, control } = phase;
    const weight = (warmUpShare * (1 - warmUpShare) ** index) / functions;
    // Evidence after each of its minutes, as looks saw it.
    const logs = released.map((_, k) => nothingWorks(released.slice(0, k + 1)) + Math.log(weight));
    const best = strongest(Float64Array.from(logs));
    const logEvidence = logs[best] as number;
    if (logEvidence < Math.log(condemnsColdStart)) return [];
    const hasControl = own[best]?.hasControl === true;
    const comparison = evidencePath(compared(stepsOf(phase), { cluster: look.cluster ?? 1 }));
    const lean = Math.max(...comparison.slice(0, best + 1));
    if (hasControl && lean < Math.log(leans)) return [];
    const seen = sum(released.slice(0, best + 1));
    return [
      {
        rule: 'nothing-works' as const,
        finding: 'breach' as const,
        ...named(tested, 0, subject),
        logEvidence,
        threshold: condemnsColdStart,
        ...spanOf(phase, 0, best),
        released: seen,
        ...(hasControl && { control: sum(control.slice(0, best + 1)) }),
        weights: { metric: 1, functions: weight },
        ruledOut: ['cold starts: at most half of the first requests fail because of them'],
        detail: `${sentence(tested, 0, subject, seen, phase, 0)}, in its first minutes; by chance: ${byChance(logEvidence)}`,
      },
    ];
  });
}
