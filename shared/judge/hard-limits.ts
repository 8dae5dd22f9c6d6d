import type { LimitsPolicy } from '../catalog/service-entry.ts';
import type { TrafficCount } from '../ledger/records.ts';
import type { Evidence } from './judgement.ts';
import { type MinuteCount, poolMinutes, type Sample } from './samples.ts';

/** What the hard limits look at: one version's minutes since it got traffic, and what was normal before it. */
export interface LimitsInput {
  /** The version, as evidence and mails name it. */
  readonly subject: string;
  readonly minutes: readonly MinuteCount[];
  readonly baseline?: TrafficCount | undefined;
  readonly limits: LimitsPolicy;
}

interface BadEvents {
  readonly rule: string;
  readonly metric: string;
  readonly noun: string;
  readonly threshold: number;
  readonly count: (sample: Sample) => number;
  readonly baseline: number | undefined;
}

/**
 * Errors, and requests slower than the boundary, each as bad events out of all requests, against fixed limits.
 *
 * A limit is breached when `breaches` of the `ofLast` latest samples exceed it, so that one bad minute alone
 * condemns nothing and a steady fault is named two samples after it began.
 *
 * @returns one piece of evidence per limit; none for a limit without a single sample
 */
export function judgeHardLimits({ subject, minutes, baseline, limits }: LimitsInput): Evidence[] {
  const samples = poolMinutes(minutes, limits.sampleRequests).slice(-limits.ofLast);
  if (samples.length === 0) return [];
  const kinds: BadEvents[] = [
    {
      rule: 'error-rate-limit',
      metric: `errors / invocations of ${subject}`,
      noun: 'failed',
      threshold: limits.errorRate,
      count: (sample) => sample.errors,
      baseline: share(baseline?.errors, baseline?.requests),
    },
  ];
  if (limits.slow) {
    kinds.push({
      rule: 'slow-requests-limit',
      metric: `requests over ${limits.slow.overMs} ms / invocations of ${subject}`,
      noun: `took over ${limits.slow.overMs} ms`,
      threshold: limits.slow.share,
      count: (sample) => sample.slow,
      baseline: share(baseline?.slow, baseline?.requests),
    });
  }
  return kinds.map((kind) => weigh(kind, subject, samples, limits));
}

function weigh(kind: BadEvents, subject: string, samples: readonly Sample[], limits: LimitsPolicy): Evidence {
  const over = samples.filter((sample) => kind.count(sample) / sample.requests > kind.threshold);
  const breached = over.length >= limits.breaches;
  const counted = breached ? over : samples;
  const requests = counted.reduce((sum, sample) => sum + sample.requests, 0);
  const bad = counted.reduce((sum, sample) => sum + kind.count(sample), 0);
  const before =
    kind.baseline === undefined ? 'nothing is known of before' : `before it ${percent(kind.baseline)}`;
  return {
    rule: kind.rule,
    finding: breached ? 'breach' : 'clear',
    metric: kind.metric,
    observed: bad / requests,
    ...(kind.baseline !== undefined && { baseline: kind.baseline }),
    samples: requests,
    threshold: kind.threshold,
    detail:
      `${percent(bad / requests)} of ${requests} requests to ${subject} ${kind.noun} (${bad} of ${requests}); ` +
      `limit ${percent(kind.threshold)}, ${before}; ` +
      `${over.length} of the last ${samples.length} samples over the limit, ${limits.breaches} needed`,
  };
}

function share(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || !whole ? undefined : part / whole;
}

/** A share as mails show it: `21.4 %`, `0.03 %`. */
export function percent(value: number): string {
  const scaled = value * 100;
  return `${scaled < 1 ? scaled.toPrecision(1) : scaled.toFixed(1)} %`;
}
