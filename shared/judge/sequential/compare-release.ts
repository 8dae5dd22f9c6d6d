import type { Count } from './against.ts';
import { type Finding, named, overOfControl, sentence, spanOf } from './describe.ts';
import { mostLikelyOnset, pooled } from './evidence-path.ts';
import {
  equal,
  meanPath,
  type Path,
  type Phase,
  pathOf,
  strongest,
  sum,
  type Tested,
  type TestedSeries,
} from './tested.ts';
import { condemns, leans } from './thresholds.ts';
import { byChance, count, share } from './words.ts';

/** Evidence of all metrics and functions of the release against their controls, combined. */
export function compareRelease(tested: readonly Tested[], functions: number): Finding[] {
  const names = [...new Set(tested.map(({ metric }) => metric.name))];
  const parts = names.flatMap((name) => {
    const same = tested.filter(({ metric }) => metric.name === name);
    const each = same.map(({ series }) => series.map(({ comparison }) => comparison));
    const seesAll = same.length === functions && functions > 1;
    const alone = same.map((one, index) => {
      const paths = each[index] as Path[];
      return { members: [one], paths, weight: (seesAll ? 0.5 : 1) / functions };
    });
    if (!seesAll) return alone;
    // A fault of all functions shows sooner in their sum.
    const together = (each[0] as Path[]).map((_, s) =>
      pathOf(pooled(each.map((paths) => (paths[s] as Path).logRatios))),
    );
    return [...alone, { members: same, paths: together, weight: 0.5 }];
  });
  const ofParts = parts.map(({ paths }) =>
    meanPath(
      paths.map(({ path }) => path),
      equal(paths.length),
    ),
  );
  const weights = parts.map(({ members, weight }) => weight * (members[0] as Tested).weight);
  const whole = meanPath(ofParts, weights);
  if (whole.length === 0) return [];
  const best = strongest(whole);
  const last = whole.length - 1;
  const isBreach = (whole[best] as number) >= Math.log(condemns);
  const isSuspicion = !isBreach && (whole[last] as number) >= Math.log(leans);
  const seen = isBreach ? best : last;
  const contributions = ofParts.map(
    (path, index) => (path[seen] as number) + Math.log(weights[index] as number),
  );
  const main = parts[strongest(Float64Array.from(contributions))] as (typeof parts)[number];
  const first = main.members[0] as Tested;
  const s = strongest(Float64Array.from(main.paths, ({ path }) => path[seen] as number));
  const onset = mostLikelyOnset((main.paths[s] as Path).logRatios, seen);
  const phases = main.members.map(({ series }) => (series[s] as TestedSeries).split);
  const [released, control] = (['released', 'control'] as const).map((of) =>
    sum(phases.flatMap((phase) => phase[of].slice(onset, seen + 1))),
  ) as [Count, Count];
  const subject = main.members.length === 1 ? first.subject : undefined;
  const logEvidence = whole[seen] as number;
  return [
    {
      rule: 'compared-with-control',
      finding: isBreach ? 'breach' : isSuspicion ? 'note' : 'clear',
      ...named(first, s, subject),
      logEvidence,
      threshold: condemns,
      ...spanOf(phases[0] as Phase, onset, seen),
      released,
      control,
      weights: { metric: first.weight, functions: main.weight },
      ruledOut: ['outages, bursts and the time of day: they hit both versions alike'],
      detail:
        `${sentence(first, s, subject, released, phases[0] as Phase, onset)}, against ${share(control)} of ${count(control.requests)} ` +
        `of the version before${overOfControl(first, s)} in the same minutes; by chance: ${byChance(logEvidence)}`,
      isSuspicion,
    },
  ];
}
