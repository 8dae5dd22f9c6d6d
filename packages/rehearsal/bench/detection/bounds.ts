import { badRate, type FaultCell } from './traffic.ts';

/** Evidence needed for a false alarm rate of one in a thousand. */
const needed = Math.log(1000);

/** Kullback–Leibler divergence of one request's outcome at rate `p` from rate `q`. */
function divergence(p: number, q: number): number {
  const term = (a: number, b: number): number => (a === 0 ? 0 : a * Math.log(a / b));
  return term(p, q) + term(1 - p, 1 - q);
}

/**
 * A lower bound on the average delay, in minutes, of any test with one false alarm in a thousand (Wald, *Sequential tests of
 * statistical hypotheses*, 1945): ln(1000) over the information about the fault in a minute.
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
