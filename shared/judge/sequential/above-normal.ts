import { against } from './against.ts';
import { normalRate, scaleForHour } from './baseline.ts';
import { countsIn } from './clock.ts';
import { describeAgainst, type Finding, onsetOf, quietBefore } from './describe.ts';
import { mostLikelyOnset } from './evidence-path.ts';
import type { ControlService, Look } from './look.ts';
import { againstPaths, equal, meanPath, pathOf, strongest, type Tested, weigh } from './tested.ts';
import { condemns, leans, troubles } from './thresholds.ts';

/**
 * A metric above its normal rate while traffic is split: believed if the comparison of the same metric leans the same way.
 */
export function whileSplit(tested: Tested, functions: number): Finding[] {
  const { paths, mean } = againstPaths(tested, 'split');
  if (mean.length === 0) return [];
  const comparison = meanPath(
    tested.series.map(({ comparison }) => comparison.path),
    equal(tested.series.length),
  );
  const needed = Math.log(condemns);
  let lean = Number.NEGATIVE_INFINITY;
  let best: number | undefined;
  mean.forEach((log, k) => {
    lean = Math.max(lean, comparison[k] as number);
    if (lean < Math.log(leans) || weigh(tested, log, functions) < needed) return;
    if (best === undefined || log > (mean[best] as number)) best = k;
  });
  const last = mean.length - 1;
  const isShifted = tested.series.some(({ full }) => full.minutes.length > 0);
  const isSuspicion =
    best === undefined && !isShifted && weigh(tested, mean[last] as number, functions) >= Math.log(leans);
  const found = describeAgainst(tested, 'split', paths, mean, best ?? last, functions, {
    rule: 'above-normal-while-split',
    finding: best !== undefined ? 'breach' : isSuspicion ? 'note' : 'clear',
    ruledOut: [
      ...quietBefore(tested),
      ...(best !== undefined
        ? ['an outage of both versions: the comparison with the control leans the same way']
        : []),
    ],
  });
  const ofControl = againstPaths(tested, 'split', 'control').mean;
  const isShared =
    best === undefined &&
    [mean, ofControl].every((path) => path.some((log) => weigh(tested, log, functions) >= needed));
  if (!isShared) return [{ ...found, isSuspicion }];
  return [
    { ...found, isSuspicion },
    {
      ...found,
      rule: 'shared-cause',
      finding: 'note',
      ruledOut: [],
      detail: `${found.detail}; the version before does too: either something else is wrong, or the new version breaks both`,
      needsPerson: true,
      isSuspicion,
    },
  ];
}

/**
 * A metric above its normal rate after the full shift, with evidence restarted there, unless control services were in
 * trouble first.
 */
export function afterShift(look: Look, tested: Tested, functions: number): Finding[] {
  const { paths, mean } = againstPaths(tested, 'full');
  if (mean.length === 0) return [];
  const needed = Math.log(condemns);
  const crossed = mean.findIndex((log) => weigh(tested, log, functions) >= needed);
  const last = mean.length - 1;
  const controls = look.controls ?? [];
  const seen = crossed < 0 ? last : strongest(mean);
  const onset = onsetOf(paths, seen);
  // Metrics of other services may arrive a minute later than ours.
  const waits = crossed === last && controls.length > 0;
  const elsewhere =
    crossed < 0 ? [] : controls.filter((control) => wasInTroubleFirst(look, control, tested, onset + 1));
  // Lambda throttles functions and accounts, not code: unless a control is served meanwhile, throttling is no evidence
  // against the version.
  const isOfCode = tested.metric.family !== 'throttles';
  const isBreach = isOfCode && crossed >= 0 && !waits && elsewhere.length === 0;
  const isSuspicion =
    !isBreach && (crossed >= 0 || weigh(tested, mean[last] as number, functions) >= Math.log(leans));
  const found = describeAgainst(tested, 'full', paths, mean, seen, functions, {
    rule: 'above-normal',
    finding: isBreach ? 'breach' : isSuspicion ? 'note' : 'clear',
    ruledOut: [
      ...quietBefore(tested),
      ...(isBreach && controls.length > 0
        ? [`a cause elsewhere: ${controls.map(({ service }) => service).join(', ')} had no trouble before`]
        : []),
    ],
  });
  if (elsewhere.length === 0) return [{ ...found, isSuspicion }];
  const names = elsewhere.map(({ service }) => service).join(', ');
  return [
    {
      ...found,
      rule: 'attributed-elsewhere',
      detail: `${found.detail}; ${names} had trouble no later, so nothing is rolled back`,
      needsPerson: true,
      isSuspicion,
    },
  ];
}

/** Whether a control service is above its own normal rate, most likely from our step `latest` or earlier. */
function wasInTroubleFirst(
  { cluster = 1 }: Look,
  { counts, baseline }: ControlService,
  tested: Tested,
  latest: number,
): boolean {
  const normal = normalRate(baseline, { cluster });
  const minutes = tested.series[0]?.full.minutes ?? [];
  if (!normal) return false;
  const scaled = countsIn(minutes, counts).map((one) => scaleForHour(one, normal.hourFactors));
  const { logRatios, path } = pathOf(against(scaled, normal));
  const best = strongest(path);
  return (path[best] as number) >= Math.log(troubles) && mostLikelyOnset(logRatios, best) <= latest;
}
