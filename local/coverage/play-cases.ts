import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { CoverageCase } from './coverage-case.ts';
import type { CoveredRun } from './covered-run.ts';

/** Plays cases and hands back what they came by, in the order of the cases. */
export type PlayCases = (cases: readonly CoverageCase[]) => Promise<readonly CoveredRun[]>;

/** Processes that play cases; they wait for more until they are closed. */
export interface CasePlayers {
  readonly play: PlayCases;
  close(): void;
}

/**
 * Plays cases in processes of their own: a run owns its process's clock. A process is used again for the next set
 * of cases, since starting one takes longer than most runs.
 *
 * @throws Error, from `play`, when a process ends before its run does
 */
export function inProcesses(root: string, workers: number): CasePlayers {
  const idle: ChildProcess[] = [];
  const start = () =>
    // The arguments of this process load TypeScript; the worker needs them too.
    fork(join(root, 'local/coverage/coverage-worker.ts'), { execArgv: process.execArgv });

  async function play(cases: readonly CoverageCase[]): Promise<readonly CoveredRun[]> {
    const runs = new Map<CoverageCase, CoveredRun>();
    const waiting = [...cases];
    const work = async () => {
      const worker = idle.pop() ?? start();
      for (let one = waiting.shift(); one; one = waiting.shift()) {
        runs.set(one, await playOn(worker, one, root));
      }
      idle.push(worker);
    };
    await Promise.all(Array.from({ length: Math.min(workers, cases.length) }, work));
    return cases.map((one) => runs.get(one) as CoveredRun);
  }

  return { play, close: () => idle.forEach((worker) => void worker.disconnect()) };
}

function playOn(worker: ChildProcess, one: CoverageCase, root: string): Promise<CoveredRun> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) =>
      reject(new Error(`a worker ended with status ${code} while it played ${one.name}`));
    worker.once('exit', ended);
    worker.once('error', reject);
    worker.once('message', (run: CoveredRun) => {
      worker.off('exit', ended);
      worker.off('error', reject);
      resolve(run);
    });
    worker.send({ one, root });
  });
}
