import type { UnusedGrant } from '../account/permissions/permission-usage.ts';
import type { Violation } from '../promises/watch-promises.ts';
import { runCase } from '../simulation/run-case.ts';
import type { CoverageCase } from './coverage-case.ts';

/** What one case of the proof came by. */
export interface CoveredRun {
  readonly name: string;
  /** Keys of the places. */
  readonly visited: readonly string[];
  /** Parts of policies that no request needed. */
  readonly unused: readonly UnusedGrant[];
  /** Promises it broke. */
  readonly violations: readonly Violation[];
  readonly virtualSeconds: number;
}

/** Plays a case of the proof. @param root the project's root */
export async function coveredRun({ name, play }: CoverageCase, root: string): Promise<CoveredRun> {
  let unused: readonly UnusedGrant[] = [];
  const { visited, violations, virtualSeconds } = await runCase(play, {
    root,
    attach: [
      ({ coordinator }) => ({
        finish() {
          unused = coordinator.permissions.unused();
        },
      }),
    ],
  });
  return { name, visited, unused, violations, virtualSeconds };
}
