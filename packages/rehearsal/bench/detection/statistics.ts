/** A quantile of sorted numbers; a detection that never came is `Infinity`. */
export function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}

/**
 * The exact 95 % interval of a share observed as `found` of `of` (Clopper, Pearson, *The use of confidence or fiducial
 * limits illustrated in the case of the binomial*, 1934).
 */
export function exactInterval(found: number, of: number): readonly [number, number] {
  const lower = found === 0 ? 0 : solve((rate) => atLeast(found, of, rate) - 0.025);
  const upper = found === of ? 1 : solve((rate) => 0.025 - atMost(found, of, rate));
  return [lower, upper];
}

/** The root of an increasing function of a share. */
function solve(of: (rate: number) => number): number {
  let low = 0;
  let high = 1;
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (of(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

const atLeast = (k: number, n: number, rate: number): number => 1 - atMost(k - 1, n, rate);

function atMost(k: number, n: number, rate: number): number {
  if (rate <= 0) return 1;
  let log = n * Math.log1p(-rate);
  let sum = 0;
  for (let i = 0; i <= k; i += 1) {
    sum += Math.exp(log);
    log += Math.log((n - i) / (i + 1)) + Math.log(rate) - Math.log1p(-rate);
  }
  return Math.min(1, sum);
}

/** A share in percent with two digits: `0.0050 %`. */
export function percent(share: number): string {
  return share === 0 ? '0 %' : `${Number((share * 100).toPrecision(2))} %`;
}

/** Delays in the form of the table: median / 95th percentile, with the detected share where it is not nearly all. */
export function delays(sorted: readonly number[]): string {
  const caught = sorted.filter(Number.isFinite).length / sorted.length;
  const word = (minutes: number): string => (Number.isFinite(minutes) ? String(minutes) : '–');
  const missed = caught < 0.995 ? ` (${Math.round(caught * 100)} %)` : '';
  return `${word(quantile(sorted, 0.5))}/${word(quantile(sorted, 0.95))}${missed}`;
}

/** The mean of finite delays. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
