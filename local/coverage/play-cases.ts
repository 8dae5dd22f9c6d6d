import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { CoverageCase } from './coverage-case.ts';
import type { CoveredRun } from './covered-run.ts';

/** Plays cases and hands back what they came by, in the order of the cases. */
export type PlayCases = (cases: readonly CoverageCase[]) => Promise<readonly CoveredRun[]>;

/**
 * Plays cases in processes of their own: a run owns its process's clock.
 *
 * @throws Error when a process ends before its run does
 */
export function inProcesses(root: string, workers: number): PlayCases {
  return async (cases) => {
    const runs = new Map<CoverageCase, CoveredRun>();
    const waiting = [...cases];
    const next = () => waiting.shift();
    const count = Math.min(workers, cases.length);
    await Promise.all(
      Array.from({ length: count }, () => runWorker(root, next, (one, run) => runs.set(one, run))),
    );
    return cases.map((one) => runs.get(one) as CoveredRun);
  };
}

function runWorker(
  root: string,
  next: () => CoverageCase | undefined,
  onRun: (one: CoverageCase, run: CoveredRun) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // The arguments of this process load TypeScript; the worker needs them too.
    const worker = fork(join(root, 'local/coverage/coverage-worker.ts'), { execArgv: process.execArgv });
    let current: CoverageCase | undefined;
    const feed = () => {
      current = next();
      if (current) worker.send({ one: current, root });
      else worker.disconnect();
    };
    worker.on('message', (run: CoveredRun) => {
      onRun(current as CoverageCase, run);
      feed();
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      if (current === undefined) resolve();
      else reject(new Error(`a worker ended with status ${code} while it played ${current.name}`));
    });
    feed();
  });
}
