import { afterShift, whileSplit } from './above-normal.ts';
import { minutesOfWatch } from './clock.ts';
import { compareRelease } from './compare-release.ts';
import type { Finding } from './describe.ts';
import type { Look, LookVerdict, TestEvidence, WatchedFunction } from './look.ts';
import { proofOfHealth } from './proof-of-health.ts';
import { teamLimit } from './team-limit.ts';
import { testedMetrics } from './tested.ts';
import { warmUps } from './warm-ups.ts';

/**
 * The minute of the first traffic and the next. Cold starts that fail 5 to 20 % of the requests of one minute condemn up to
 * all healthy releases without a warm-up, and at most 3 in 10,000 with two minutes of it.
 */
const usualWarmUp = 2;

/**
 * Judges a release by sequential tests, from all minutes that CloudWatch returns at this look. Pure; nothing is stored
 * between looks.
 *
 * A release is `unhealthy`
 * - if it is worse than its control, all metrics and functions together (*compared*);
 * - while traffic is split, if a metric is above its normal rate and the comparison of the same metric leans the same way;
 * - after the full shift, if a metric is above its normal rate, and no control service was in trouble first;
 * - if a metric is above a limit that the team has set, and history and control are below it;
 * - if nothing works in its warm-up.
 *
 * It is `healthy` once its error rate is proved to be low, nothing leans against it, and every check is healthy.
 *
 * A healthy release is condemned by each of the five with a chance of at most 1/4,000 (the fifth: 1/10,000) however often it
 * is looked at, provided that its rate stays normal in the second to fourth. The second needs two tests, so an outage in the
 * split condemns in at most a fifth of the cases; the first is blind to faults that hit both versions.
 */
export function judgeLook(look: Look): LookVerdict {
  const minutes = minutesOfWatch(
    look.shifts,
    firstTraffic(look.functions),
    look.until,
    look.warmUpMinutes ?? usualWarmUp,
  );
  const tested = testedMetrics(look, minutes);
  const functions = look.functionsOfRelease ?? look.functions.length;
  const findings = [
    ...ofSplit([
      ...compareRelease(tested, functions),
      ...tested.flatMap((one) => whileSplit(one, functions)),
    ]),
    ...tested.flatMap((one) => afterShift(look, one, functions)),
    ...tested.flatMap((one) => teamLimit(one, functions)),
    ...tested.flatMap((one) => warmUps(look, one, minutes, functions)),
  ];
  const breach = findings.find(({ finding }) => finding === 'breach');
  const isSuspected = findings.some(({ isSuspicion }) => isSuspicion);
  const needsPerson = findings.some((finding) => finding.needsPerson);
  const proof = proofOfHealth(look);
  const evidence = [
    ...findings.map(({ isSuspicion, needsPerson, ...rest }) => rest),
    ...(proof ? [proof] : []),
  ];
  if (breach)
    return { verdict: 'unhealthy', isSuspected: true, needsPerson, reason: breach.detail, evidence };
  const doubt = findings.find(({ isSuspicion }) => isSuspicion);
  const open = ((): string | undefined => {
    if (!proof) return `no requests to ${look.functions.map(({ name }) => name).join(', ')} so far`;
    if (doubt) return doubt.detail;
    if (proof.finding !== 'clear') return proof.detail;
    if (look.isHealthyByChecks === false) return 'not every health check says healthy';
    return undefined;
  })();
  return {
    verdict: open === undefined ? 'healthy' : 'insufficient',
    isSuspected,
    needsPerson,
    reason: open ?? (proof as TestEvidence).detail,
    evidence,
  };

  /**
   * A doubt left from the split cannot shrink after it, because no control serves any more. It is over once the requests
   * since the full shift prove by themselves that the version is healthy.
   */
  function ofSplit(found: Finding[]): Finding[] {
    if (!found.some(({ isSuspicion }) => isSuspicion)) return found;
    const full = minutes.find(({ hasControl }) => !hasControl);
    if (!full || proofOfHealth(look, full.at)?.finding !== 'clear') return found;
    return found.map((finding) => ({ ...finding, isSuspicion: false }));
  }
}

function firstTraffic(functions: readonly WatchedFunction[]): number | undefined {
  const times = functions.flatMap(({ metrics }) =>
    metrics.flatMap(({ series }) =>
      series.flatMap(({ released }) => released.filter(({ requests }) => requests > 0).map(({ at }) => at)),
    ),
  );
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b));
}
