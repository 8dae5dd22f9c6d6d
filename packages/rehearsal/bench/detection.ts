import type { BenchReport } from './bench-report.ts';
import { costOfLook } from './detection/cost.ts';
import { detectionDelays, type Effort, falseAlarms, rivalsFalseAlarms } from './detection/grid.ts';
import { lateFaults } from './detection/late.ts';
import { outages } from './detection/outages.ts';
import { sameAsJudge } from './detection/same-as-judge.ts';
import { afterTheShift } from './detection/shifted.ts';
import { slowRequests } from './detection/slow.ts';

/** The whole grid. */
const full: Effort = {
  healthy: 100_000,
  reference: 100_000,
  bad: 2_000,
  rival: 2_000,
  each: 1,
  seed: 20_260_105,
};

/**
 * For every change: a ninth of the cells. 20,000 healthy deployments are enough for an upper limit below 1 in 1,000, as
 * long as no more than ten of them are rolled back.
 */
const short: Effort = {
  healthy: 20_000,
  reference: 100_000,
  bad: 500,
  rival: 100,
  each: 9,
  seed: 20_260_105,
};

/**
 * The false alarm rate on healthy releases and the detection delay on bad ones: the tests of the judge beside the rules of
 * other tools.
 */
export async function detection({ isShort }: { readonly isShort: boolean }): Promise<BenchReport[]> {
  const effort = isShort ? short : full;
  return [
    sameAsJudge(effort.seed),
    ...[
      falseAlarms,
      rivalsFalseAlarms,
      detectionDelays,
      lateFaults,
      slowRequests,
      outages,
      afterTheShift,
    ].map((part) => part(effort)),
    costOfLook(),
  ];
}
