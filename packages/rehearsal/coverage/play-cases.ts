import { join } from 'node:path';
import { workerPool } from '../processes/worker-pool.ts';
import type { CoverageCase } from './coverage-case.ts';
import type { CoveredRun } from './covered-run.ts';

/** Plays cases and returns their runs, in the order of the cases. */
export type PlayCases = (cases: readonly CoverageCase[]) => Promise<readonly CoveredRun[]>;

/** Processes that play cases; they wait for more until they are closed. */
export interface CasePlayers {
  readonly play: PlayCases;
  close(): void;
}

/**
 * Plays cases in processes of their own.
 *
 * @throws Error, from `play`, when a process ends before its run does
 */
export function inProcesses(root: string, workers: number): CasePlayers {
  const pool = workerPool<{ one: CoverageCase; root: string }, CoveredRun>(
    join(root, 'packages/rehearsal/coverage/coverage-worker.ts'),
    workers,
  );
  return {
    play: (cases) => Promise.all(cases.map((one) => pool.run({ one, root }))),
    close: () => pool.close(),
  };
}
