import {
  type Baseline,
  hourMs,
  minuteMs,
  sumHours,
  type TimedCount,
} from '../../../../../shared/judge/sequential/baseline.ts';
import type { Shift } from '../../../../../shared/judge/sequential/clock.ts';
import type { Step } from '../../../../../shared/judge/sequential/compared.ts';
import type { Look, Metric, Series } from '../../../../../shared/judge/sequential/look.ts';

/** 5 January 2026, 14:00 UTC: the first minute of every watch. */
export const start = Date.UTC(2026, 0, 5, 14);

/** Traffic is split from the first minute on. */
export const split: readonly Shift[] = [{ at: start, share: 0.1 }];
/** All traffic at once. */
export const allAtOnce: readonly Shift[] = [{ at: start, share: 1 }];

/** A baseline whose highest normal rate is approximately `rate`, from a thousand equal hours. */
export function baselineAt(rate: number): Baseline {
  const requests = 1e6;
  // The 99.9 % point for this many bad events is within 0.3 % of their number.
  const bad = rate * requests;
  return {
    ...sumHours(Array.from({ length: 1000 }, () => ({ requests, bad }))),
    clustering: 1,
    backtestFactor: 1,
    bursts: [],
  };
}

/** Both versions' minutes of some steps. */
export function seriesOf(steps: readonly Step[], baseline?: Baseline): Series {
  const minutes = (of: (step: Step) => { requests: number; bad: number }): TimedCount[] =>
    steps.map((step, k) => ({ at: start + k * minuteMs, ...of(step) }));
  return {
    released: minutes(({ requests, bad }) => ({ requests, bad })),
    control: minutes(({ controlRequests, controlBad }) => ({ requests: controlRequests, bad: controlBad })),
    ...(baseline && { baseline }),
  };
}

/** Errors of one function. */
export function errorsOf(
  steps: readonly Step[],
  rest: Partial<Metric> & { readonly baseline?: Baseline } = {},
): Metric {
  const { baseline, ...metric } = rest;
  return {
    name: 'errors',
    verb: 'failed',
    family: 'errors',
    series: [seriesOf(steps, baseline)],
    limit: 0.05,
    ...metric,
  };
}

/** A look after the last of `minutes` minutes, without a warm-up. */
export function lookAt(minutes: number, metrics: readonly Metric[], rest: Partial<Look> = {}): Look {
  return {
    functions: [{ name: 'orders:7', metrics }],
    shifts: split,
    until: start + minutes * minuteMs,
    warmUpMinutes: 0,
    ...rest,
  };
}

export { hourMs, minuteMs };
