import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { CaseReport } from './run-case.ts';

/** A sweep: one run for each seed from `seed` on. */
export interface Sweep {
  readonly root: string;
  readonly seed: number;
  readonly runs: number;
  /** Name of the scenario that all faults strike; drawn scenarios without it. */
  readonly scenario: string | undefined;
  readonly workers: number;
}

/** What a worker is asked for: the runs of some seeds. */
export interface Chunk {
  readonly root: string;
  readonly scenario: string | undefined;
  readonly seeds: readonly number[];
}

/** What a worker sends: a run's report; `chunkDone` when it is ready for more. */
export type WorkerMessage = { readonly report: CaseReport } | { readonly chunkDone: true };

/** Runs that a worker takes at once: few, so that no worker waits for the other at the end. */
const chunkSize = 5;

/**
 * Plays a sweep in processes of its own, each taking seeds as it gets done: a run owns its process's clock, so
 * they cannot share one. Which worker plays which seed changes nothing of what comes of it.
 *
 * @param onReport told of every run, in no particular order
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
