import type { Count } from './against.ts';
import { minuteMs, type NormalRate } from './baseline.ts';
import type { Minute } from './clock.ts';
import { mostLikelyOnset } from './evidence-path.ts';
import type { SequentialRule, TestEvidence } from './look.ts';
import { type Path, type Phase, strongest, sum, type Tested, type TestedSeries, weigh } from './tested.ts';
import { condemns } from './thresholds.ts';
import { byChance, count, dayOf, minuteOf, percent, share } from './words.ts';

/** Evidence with its consequences besides a breach. */
export type Finding = TestEvidence & { readonly isSuspicion?: boolean; readonly needsPerson?: boolean };

/** Evidence of *against*, from its most likely beginning. */
export function describeAgainst(
  tested: Tested,
  phaseName: 'split' | 'full',
  paths: readonly (Path & { readonly index: number })[],
  mean: Float64Array,
  seen: number,
  functions: number,
  rest: {
    readonly rule: SequentialRule;
    readonly finding: TestEvidence['finding'];
    readonly ruledOut: readonly string[];
  },
): TestEvidence {
  const s = strongest(Float64Array.from(paths, ({ path }) => path[seen] as number));
  const { index, logRatios } = paths[s] as (typeof paths)[number];
  const { normal, ...phases } = tested.series[index] as TestedSeries;
  const phase = phases[phaseName];
  const onset = mostLikelyOnset(logRatios, seen);
  const released = sum(phase.released.slice(onset, seen + 1));
  const control = sum(phase.control.slice(onset, seen + 1));
  const logEvidence = weigh(tested, mean[seen] as number, functions);
  return {
    ...rest,
    ...named(tested, index, tested.subject),
    logEvidence,
    threshold: condemns,
    ...spanOf(phase, onset, seen),
    released,
    ...(control.requests > 0 && { control }),
    ...(normal && { normal }),
    weights: { metric: tested.weight, functions: 1 / functions },
    detail:
      `${sentence(tested, index, tested.subject, released, phase, onset)}; ` +
      `normal is up to ${percent(normal?.rate ?? 1)}${overOfControl(tested, index)}${originOf(normal)}; by chance: ${byChance(logEvidence)}`,
  };
}

/** The step in which the strongest of several series most likely began. */
export function onsetOf(paths: readonly Path[], seen: number): number {
  const s = strongest(Float64Array.from(paths, ({ path }) => path[seen] as number));
  return mostLikelyOnset((paths[s] as Path).logRatios, seen);
}

/** The basis of the normal rate, in words. */
function originOf(normal: NormalRate | undefined): string {
  if (normal?.source === 'limit') return ' (the limit: there is no history)';
  if (normal?.source === 'little-history') return ' (not below the limit: there is little history)';
  if (!normal || normal.backtestFactor === 1) return '';
  const days = [...new Set(normal.bursts.map(dayOf))];
  const named =
    days.length > 3 ? `${days.slice(-3).join(', ')} and ${days.length - 3} more days` : days.join(', ');
  return ` (raised ×${normal.backtestFactor}: bursts on ${named})`;
}

/** Causes that a long history rules out. */
export function quietBefore({ series }: Tested): string[] {
  const normal = series.find((one) => one.normal?.source === 'history')?.normal;
  return normal
    ? [
        `what was there before: ${count(normal.hours)} hours with ${count(normal.requests)} requests say what is normal`,
      ]
    : [];
}

/** The names of a metric, of one of its series, and of the version. */
export function named({ metric }: Tested, index: number, subject: string | undefined) {
  const boundary = metric.series[index]?.boundary;
  return {
    metric: metric.name,
    ...(boundary && { boundary }),
    ...(subject !== undefined && { subject }),
  };
}

/** The minutes from one step to another. */
export function spanOf(
  { minutes }: Phase,
  from: number,
  to: number,
): { readonly from?: number; readonly to?: number } {
  const [first, last] = [minutes[from], minutes[to]];
  return first && last ? { from: first.at, to: last.at + minuteMs } : {};
}

/** `5 % of 600 requests to orders:7 failed since 14:03 UTC`. @param index of the series described */
export function sentence(
  { metric }: Tested,
  index: number,
  subject: string | undefined,
  released: Count,
  { minutes }: Phase,
  onset: number,
): string {
  const since = minutes[onset] ? ` since ${minuteOf((minutes[onset] as Minute).at)}` : '';
  const to = subject ?? 'all functions of the release';
  const boundary = metric.series[index]?.boundary;
  const over = boundary ? ` over ${boundary.released} ms` : '';
  return `${share(released)} of ${count(released.requests)} requests to ${to} ${metric.verb}${over}${since}`;
}

/** ` over 200 ms`, if the control has another boundary than the new version. */
export function overOfControl({ metric }: Tested, index: number): string {
  const boundary = metric.series[index]?.boundary;
  return boundary && boundary.control !== boundary.released ? ` over ${boundary.control} ms` : '';
}
