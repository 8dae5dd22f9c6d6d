import { AwsError } from '../service.ts';

/** A set of samples: `counts[i]` of them have the value `values[i]`; values ascend. */
export interface Samples {
  readonly values: ArrayLike<number>;
  readonly counts: ArrayLike<number>;
}

/** Computes a statistic of at least one sample. */
export type Statistic = (samples: Samples) => number;

const parsed = new Map<string, Statistic>();

const PERCENTILE = /^p(100|\d{1,2}(?:\.\d{1,10})?)$/;
const RANGE = /^(TC|PR)\((\d+(?:\.\d+)?)?:(\d+(?:\.\d+)?)?\)$/;

/**
 * The statistic of that name: SampleCount, Sum, Average, Minimum, Maximum, pNN, TC(low:high) and PR(low:high) with absolute
 * bounds, the lower excluded, the upper included, either optional (CloudWatch User Guide, "CloudWatch statistics
 * definitions").
 *
 * All are exact over the same samples, where CloudWatch may interpolate: a percentile is the smallest value that at least
 * that part of the samples does not exceed.
 *
 * @throws AwsError for trimmed means and sums, winsorized means, IQM and percentage bounds: not simulated
 */
export function parseStatistic(name: string): Statistic {
  let statistic = parsed.get(name);
  if (statistic === undefined) {
    statistic = parse(name);
    parsed.set(name, statistic);
  }
  return statistic;
}

function parse(name: string): Statistic {
  switch (name) {
    case 'SampleCount':
      return sampleCount;
    case 'Sum':
      return sum;
    case 'Average':
      return (samples) => sum(samples) / sampleCount(samples);
    case 'Minimum':
      return minimum;
    case 'Maximum':
      return maximum;
  }
  const percentile = PERCENTILE.exec(name);
  if (percentile !== null) {
    const part = Number(percentile[1]) / 100;
    return (samples) => percentileOf(samples, part);
  }
  const range = RANGE.exec(name);
  if (range !== null && (range[2] ?? range[3]) !== undefined) {
    const low = range[2] === undefined ? Number.NEGATIVE_INFINITY : Number(range[2]);
    const high = range[3] === undefined ? Number.POSITIVE_INFINITY : Number(range[3]);
    if (range[1] === 'TC') return (samples) => countBetween(samples, low, high);
    return (samples) => (100 * countBetween(samples, low, high)) / sampleCount(samples);
  }
  if (/^(TM|TS|WM|TC|PR)\(.*\)$|^(tm|ts|wm|tc)\d|^IQM$/.test(name)) {
    throw new AwsError(
      'InvalidParameterValueException',
      `The rehearsal does not simulate the statistic ${name}: use TC(low:high) or PR(low:high) with absolute bounds.`,
    );
  }
  throw new AwsError(
    'InvalidParameterValueException',
    `The value ${name} for parameter Stat is not supported.`,
  );
}

function sampleCount({ counts }: Samples): number {
  let total = 0;
  for (let i = 0; i < counts.length; i += 1) total += counts[i] as number;
  return total;
}

function sum({ values, counts }: Samples): number {
  let total = 0;
  for (let i = 0; i < counts.length; i += 1) total += (counts[i] as number) * (values[i] as number);
  return total;
}

function minimum({ values, counts }: Samples): number {
  for (let i = 0; i < counts.length; i += 1) if ((counts[i] as number) > 0) return values[i] as number;
  return Number.NaN;
}

function maximum({ values, counts }: Samples): number {
  for (let i = counts.length - 1; i >= 0; i -= 1) if ((counts[i] as number) > 0) return values[i] as number;
  return Number.NaN;
}

function percentileOf(samples: Samples, part: number): number {
  const { values, counts } = samples;
  const wanted = Math.max(1, Math.ceil(part * sampleCount(samples) - 1e-9));
  let seen = 0;
  for (let i = 0; i < counts.length; i += 1) {
    seen += counts[i] as number;
    if (seen >= wanted) return values[i] as number;
  }
  return maximum(samples);
}

function countBetween({ values, counts }: Samples, low: number, high: number): number {
  let total = 0;
  for (let i = 0; i < counts.length; i += 1) {
    const value = values[i] as number;
    if (value > low && value <= high) total += counts[i] as number;
  }
  return total;
}
