import type { UnusedGrant } from 'account-simulator/account/permissions/permission-usage.ts';
import { fault, faultLabel } from '../faults/fault.ts';
import type { Violation } from '../promises/watch-promises.ts';
import { runCase } from '../simulation/run-case.ts';
import type { CoverageCase } from './coverage-case.ts';
import { unrehearsedReason } from './unrehearsed-permissions.ts';

/** The places and grants covered by one case of the proof. */
export interface CoveredRun {
  readonly name: string;
  /** Keys of the places. */
  readonly visited: readonly string[];
  /** Parts of policies that no request needed. */
  readonly unused: readonly UnusedGrant[];
  /** Kinds of faults that struck nothing, so that the case does not play what it describes. */
  readonly idle: readonly string[];
  /** Promises that the run broke. */
  readonly violations: readonly Violation[];
  readonly virtualSeconds: number;
}

/** Plays a case of the proof. @param root the project's root */
export async function coveredRun({ name, play, aimed }: CoverageCase, root: string): Promise<CoveredRun> {
  let unused: readonly UnusedGrant[] = [];
  const { visited, struck, violations, virtualSeconds } = await runCase(play, {
    root,
    attach: [
      ({ coordinator }) => ({
        finish() {
          unused = coordinator.permissions.unused(unrehearsedReason);
        },
      }),
    ],
  });
  const labels = aimed ? [] : new Set(play.faults.map((one) => faultLabel(fault.parse(one))));
  const idle = [...labels].filter((label) => !struck[label]);
  return { name, visited, unused, idle, violations, virtualSeconds };
}
