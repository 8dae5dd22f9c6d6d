import type { Screen } from './layout.ts';

/** What the command runs in. */
export interface Terminal extends Screen {
  out(line: string): void;
  err(line: string): void;
  /** ms since the epoch */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** What the person answers to a question; empty where nobody answers. */
  ask(question: string): Promise<string>;
  /** Configuration every SDK client is made with; `--region` is put over it. */
  readonly clientConfig: object;
}

/** 0: done, nothing wrong. 1: something is wrong with what was looked at, or it was refused. 2: it could not be done. */
export type ExitStatus = 0 | 1 | 2;
