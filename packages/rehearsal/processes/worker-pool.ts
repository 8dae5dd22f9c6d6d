import { type ChildProcess, fork } from 'node:child_process';

/** Processes that run tasks; they wait for more until they are closed. */
export interface WorkerPool<Task, Answer> {
  /**
   * Runs a task as soon as a process is free, in the order of the calls.
   *
   * @throws Error when the process ends before the task does
   */
  run(task: Task): Promise<Answer>;
  close(): void;
}

/**
 * Runs tasks in separate processes, because a run owns its process's clock. A process is reused for the next task, since
 * starting one takes longer than most runs. The script answers each message with one message.
 */
export function workerPool<Task extends object, Answer>(
  script: string,
  size: number,
): WorkerPool<Task, Answer> {
  const idle: ChildProcess[] = [];
  const waiting: (() => void)[] = [];
  let started = 0;

  async function acquire(): Promise<ChildProcess> {
    const free = idle.pop();
    if (free) return free;
    if (started < size) {
      started += 1;
      // Loads TypeScript in the new process, however this process loads it.
      return fork(script, { execArgv: ['--import', import.meta.resolve('tsx')] });
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
    return acquire();
  }

  return {
    async run(task) {
      const worker = await acquire();
      try {
        return await answerOf<Answer>(worker, task);
      } finally {
        if (worker.connected) idle.push(worker);
        else started -= 1;
        waiting.shift()?.();
      }
    },
    close: () => {
      for (const worker of idle.splice(0)) worker.disconnect();
    },
  };
}

function answerOf<Answer>(worker: ChildProcess, task: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a worker ended with status ${code}`));
    worker.once('exit', ended);
    worker.once('error', reject);
    worker.once('message', (answer) => {
      worker.off('exit', ended);
      worker.off('error', reject);
      resolve(answer as Answer);
    });
    worker.send(task);
  });
}
