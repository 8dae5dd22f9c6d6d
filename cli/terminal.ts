import type { Screen } from './layout.ts';

/** The environment of the command. */
export interface Terminal extends Screen {
  out(line: string): void;
  err(line: string): void;
  /** ms since the epoch */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** The person's answer to a question; empty if nobody answers. */
  ask(question: string): Promise<string>;
  /** Configuration of every SDK client; `--region` overrides it. */
  readonly clientConfig: object;
}

/** 0: done, no fault. 1: a check found a fault, or it was refused. 2: it could not be done. */
export type ExitStatus = 0 | 1 | 2;
