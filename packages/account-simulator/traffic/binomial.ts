import type { SeededRandom } from '../random/seeded-random.ts';

/**
 * A binomial draw with exact tails: successes in `n` trials of probability `p`.
 *
 * The simulated traffic is judged by tests that act at odds of one in a thousand or less, so an approximation that is right
 * only around the mean would cause false alarms (or hide them).
 *
 * Method: inversion by sequential search while fewer than ten successes are expected, else transformed rejection (BTRS: W.
 * Hörmann, "The generation of binomial random variates", J. Stat. Comput. Simul. 46, 1993).
 */
export function binomial(random: SeededRandom, n: number, p: number): number {
  if (n <= 0 || p <= 0) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - binomial(random, n, 1 - p);
  return n * p < 10 ? byInversion(random, n, p) : byRejection(random, n, p);
}

function byInversion(random: SeededRandom, n: number, p: number): number {
  const odds = p / (1 - p);
  let left = random.uniform();
  let mass = (1 - p) ** n;
  let k = 0;
  while (left > mass && k < n) {
    left -= mass;
    k += 1;
    mass *= (odds * (n - k + 1)) / k;
  }
  return k;
}

function byRejection(random: SeededRandom, n: number, p: number): number {
  const deviation = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const centre = n * p + 0.5;
  const squeeze = 0.92 - 4.2 / b;
  const alpha = (2.83 + 5.1 / b) * deviation;
  const odds = p / (1 - p);
  const mode = Math.floor((n + 1) * p);
  for (;;) {
    const u = random.uniform() - 0.5;
    const v = random.uniform();
    const distance = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / distance + b) * u + centre);
    if (k < 0 || k > n) continue;
    if (distance >= 0.07 && v <= squeeze) return k;
    const accepted =
      (mode + 0.5) * Math.log((mode + 1) / (odds * (n - mode + 1))) +
      (n + 1) * Math.log((n - mode + 1) / (n - k + 1)) +
      (k + 0.5) * Math.log((odds * (n - k + 1)) / (k + 1)) +
      stirlingTail(mode) +
      stirlingTail(n - mode) -
      stirlingTail(k) -
      stirlingTail(n - k);
    if (Math.log((v * alpha) / (a / (distance * distance) + b)) <= accepted) return k;
  }
}

/** ln k! minus Stirling's formula for k + 1: the series of the paper, and its exact values where k is small. */
function stirlingTail(k: number): number {
  const exact = SMALL_TAILS[k];
  if (exact !== undefined) return exact;
  const square = (k + 1) * (k + 1);
  return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1);
}

const SMALL_TAILS = Array.from({ length: 10 }, (_, k) => {
  let factorial = 1;
  for (let i = 2; i <= k; i += 1) factorial *= i;
  return Math.log(factorial) - (0.5 * Math.log(2 * Math.PI) + (k + 0.5) * Math.log(k + 1) - (k + 1));
});
