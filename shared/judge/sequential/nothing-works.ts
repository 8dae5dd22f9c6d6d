import type { Count } from './against.ts';

/**
 * ln of the evidence that a version fails nearly always, from its warm-up: valid while at most half of the requests of a
 * cold start fail. 23 failing requests in a row pass 10,000.
 */
export function nothingWorks(counts: readonly Count[]): number {
  return counts.reduce(
    (log, { requests, bad }) => log + bad * Math.log(1.5) + Math.max(0, requests - bad) * Math.log(0.5),
    0,
  );
}
