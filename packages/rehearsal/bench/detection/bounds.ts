import { badRate, type FaultCell } from './traffic.ts';

/** Evidence that a false alarm in a thousand takes. */
const needed = Math.log(1000);

/** Kullback–Leibler divergence of one request's outcome at rate `p` from rate `q`. */
function divergence(p: number, q: number): number {
  const term = (a: number, b: number): number => (a === 0 ? 0 : a * Math.log(a / b));
  return term(p, q) + term(1 - p, 1 - q);
}

/**
 * Minutes that no test with a false alarm in a thousand can beat on average (Wald, *Sequential tests of statistical
 * hypotheses*, 1945): ln(1000) over what a minute tells of the fault.
 *
 * `known`: the rate of a healthy version is known exactly. `free`: it may be anything in any minute, as in an outage.
 */
export function bounds(cell: FaultCell): { readonly known: number; readonly free: number } {
  const { perMinute, share, base } = cell;
  const rate = badRate(cell, cell.ratio);
  const [own, control] = [perMinute * share, perMinute * (1 - share)];
  // A rate of exactly 0 is disproved by the first bad event.
  const known = base === 0 ? 1 / (own * rate) : needed / (own * divergence(rate, base));
  const pooled = (own * rate + control * base) / perMinute;
  const free = needed / (own * divergence(rate, pooled) + control * divergence(base, pooled));
  return { known, free };
}
