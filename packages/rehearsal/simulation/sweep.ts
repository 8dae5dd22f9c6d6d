import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { CaseReport } from './run-case.ts';

/** A sweep: one run for each seed from `seed` on. */
export interface Sweep {
  readonly root: string;
  readonly seed: number;
  readonly runs: number;
  /** Name of the scenario that all faults strike; without it, scenarios are drawn. */
  readonly scenario: string | undefined;
  readonly workers: number;
}

/** A worker's task: the runs of some seeds. */
export interface Chunk {
  readonly root: string;
  readonly scenario: string | undefined;
  readonly seeds: readonly number[];
}

/** A worker's message: a run's report; `chunkDone` when it is ready for more. */
export type WorkerMessage = { readonly report: CaseReport } | { readonly chunkDone: true };

/** Number of runs that a worker takes at once: few, so that no worker waits for another at the end. */
const chunkSize = 5;

/**
 * Plays a sweep in separate processes, each taking seeds as it gets done: a run owns its process's clock, so runs cannot
 * share a process. The assignment of seeds to workers does not change the results.
 *
 * @param onReport called for every run, in no particular order
 * @throws Error when a worker ends before its runs do
 */
export async function runSweep(sweep: Sweep, onReport: (report: CaseReport) => void): Promise<void> {
  const { root, scenario, seed, runs } = sweep;
  let next = 0;
  const nextChunk = (): Chunk | undefined => {
    if (next >= runs) return undefined;
    const size = Math.min(chunkSize, runs - next);
    const seeds = Array.from({ length: size }, (_, index) => seed + next + index);
    next += size;
    return { root, scenario, seeds };
  };
  const workers = Math.min(sweep.workers, Math.ceil(runs / chunkSize));
  await Promise.all(Array.from({ length: workers }, () => runWorker(root, nextChunk, onReport)));
}

function runWorker(
  root: string,
  nextChunk: () => Chunk | undefined,
  onReport: (report: CaseReport) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // The arguments of this process load TypeScript; the worker needs them too.
    const worker = fork(join(root, 'packages/rehearsal/simulation/sweep-worker.ts'), {
      execArgv: process.execArgv,
    });
    let done = false;
    const feed = () => {
      const chunk = nextChunk();
      if (chunk) worker.send(chunk);
      else {
        done = true;
        worker.disconnect();
      }
    };
    worker.on('message', (message: WorkerMessage) => {
      if ('report' in message) onReport(message.report);
      else feed();
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      if (done) resolve();
      else reject(new Error(`a worker of the simulation ended with status ${code} before its runs did`));
    });
    feed();
  });
}
