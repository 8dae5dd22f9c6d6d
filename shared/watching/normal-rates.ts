import type { AliasSpan, Signals } from '../aws/signals.ts';
import type { LimitsPolicy } from '../catalog/service-entry.ts';
import { failed, overBoundary, refused, tooSlow } from '../judge/judge-release.ts';
import { latencyBoundaries, usualDays } from '../judge/latency.ts';
import type { MinuteCount } from '../judge/samples.ts';
import {
  type Baseline,
  baselineOf,
  historyStepMs,
  hourMs,
  type Span,
  type TimedCount,
} from '../judge/sequential/baseline.ts';
import { lookBackReleases } from '../ledger/objections-to-good.ts';
import type { NormalRates, ReleaseRecord } from '../ledger/records.ts';
import type { ReleaseLedger } from '../ledger/release-ledger.ts';

/** Clients for reading normal rates. */
export interface NormalRatesDeps {
  readonly signals: Pick<Signals, 'history' | 'usualDurations'>;
  readonly releases: Pick<ReleaseLedger, 'list'>;
}

const dayMs = 24 * hourMs;

/** CloudWatch keeps points of five minutes for 63 days; an hour less, because time passes until they are read. */
const historyMs = (63 * 24 - 1) * hourMs;

/** Number of bursts kept; texts name them, the newest first. */
const burstsKept = 10;

/** Digits of an hour's factor that are kept. */
const factorDigits = 4;

/**
 * The normal rates from the history of an alias, read once when a release opens. The hours in which bad releases were live
 * are left out, as far as the newest releases show them.
 *
 * @param until ms since the epoch; later counts may be the release's own
 * @returns undefined if the alias had no requests
 */
export async function readNormalRates(
  { signals, releases }: NormalRatesDeps,
  { service, function: name, alias }: { readonly service: string } & Pick<AliasSpan, 'function' | 'alias'>,
  { slow }: Pick<LimitsPolicy, 'slow'>,
  until: number,
): Promise<NormalRates | undefined> {
  const { from, to } = historySpan(until);
  const of = { function: name, alias, to };
  const leftOut = badSpans(await releases.list(service, { limit: lookBackReleases }), to);
  const usual = await signals.usualDurations({ ...of, from: to - usualDays * dayMs });
  const boundaries = latencyBoundaries(usual, leftOut);
  const steps = await signals.history({ ...of, from, slowOverMs: slow?.overMs, boundaries });
  return normalRatesOf(
    { from, to, steps, leftOut },
    { slowOverMs: slow?.overMs, boundaries, readsThrottles: true },
  );
}

/** Steps of five minutes of an alias, and the spans in which bad releases were live. */
export interface AliasHistory extends Span {
  readonly steps: readonly MinuteCount[];
  readonly leftOut: readonly Span[];
}

/**
 * The span of history that determines the normal rates of a release.
 *
 * @param until ms since the epoch
 */
export function historySpan(until: number): Span {
  const to = Math.floor(until / historyStepMs) * historyStepMs;
  return { from: to - historyMs, to };
}

/**
 * The normal rates from the history of an alias; a pure function.
 *
 * @param counted `slowOverMs`: the boundary over which its steps count requests as slow; `boundaries`: those of the usual
 * durations over which they count them. Absent if they count none
 * @returns undefined if the alias had no requests
 */
export function normalRatesOf(
  { from, to, steps, leftOut }: AliasHistory,
  {
    slowOverMs,
    boundaries = [],
    readsThrottles = false,
  }: {
    readonly slowOverMs?: number | undefined;
    readonly boundaries?: readonly number[];
    readonly readsThrottles?: boolean;
  },
): NormalRates | undefined {
  if (steps.every(({ requests }) => requests === 0)) return undefined;
  const counts = (of: readonly TimedCount[]) => kept(baselineOf({ from, to, steps: of, leftOut }));
  return {
    errors: counts(steps.map(failed)),
    ...(readsThrottles && { throttles: counts(steps.map(refused)) }),
    ...(slowOverMs !== undefined && { slow: { overMs: slowOverMs, counts: counts(steps.map(tooSlow)) } }),
    ...(boundaries.length > 0 && {
      latency: boundaries.map((overMs, index) => ({
        overMs,
        counts: counts(steps.map(overBoundary(index))),
      })),
    }),
  };
}

/** Spans in which bad releases were live: each until the next one. */
function badSpans(newestFirst: readonly ReleaseRecord[], to: number): Span[] {
  return newestFirst.flatMap(({ verdict, startedAt }, index) => {
    if (verdict !== 'bad') return [];
    const next = newestFirst[index - 1];
    return [{ from: Date.parse(startedAt), to: next ? Date.parse(next.startedAt) : to }];
  });
}

function kept({ bursts, hourFactors, ...sums }: Baseline): NormalRates['errors'] {
  return {
    ...sums,
    bursts: bursts.slice(-burstsKept),
    ...(hourFactors && {
      hourFactors: hourFactors.map((factor) => Number(factor.toPrecision(factorDigits))),
    }),
  };
}
