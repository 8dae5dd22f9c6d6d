import { Cancellation, Cancelled } from './cancellation.ts';
import type { Frame } from './frame.ts';
import type { Run } from './run.ts';
import { runGraph } from './run-graph.ts';

/** Branches or iterations to run, by index, and the history events for them. */
export interface Children {
  readonly count: number;
  readonly concurrency: number;
  /**
   * Makes the frame of a child that has not begun yet. `previous` is the last event of the child that ran before in the same
   * slot.
   */
  create(index: number, previous: number | undefined): Frame | Promise<Frame>;
  started?(index: number, child: Frame): void;
  succeeded?(index: number, child: Frame): void;
  /** `cause` is the last event of the failed child. */
  failed?(index: number, cause: number): void;
  aborted?(index: number, cause: number): void;
}

/** States whose abort AWS records. */
const ABORTABLE = new Set(['Task', 'Wait', 'Parallel', 'Map']);

/**
 * Runs the branches or iterations of the current state of `frame`, at most `concurrency` at a time; children with an output
 * are left alone. The first failure stops all others, and its error is thrown.
 */
export async function runChildren(run: Run, frame: Frame, children: Children): Promise<void> {
  const frames: (Frame | undefined)[] = frame.children ?? new Array(children.count).fill(undefined);
  frame.children = frames;
  const waiting = [...frames.keys()].filter((index) => frames[index]?.output === undefined);
  const running = new Set<number>();
  const group = new Cancellation(frame.cancellation);
  let failure: unknown;
  let failed = false;

  const runOne = async (index: number, previous: number | undefined): Promise<number | undefined> => {
    const resuming = frames[index] !== undefined;
    try {
      const child = frames[index] ?? (await children.create(index, previous));
      group.check();
      frames[index] = child;
      child.cancellation = group;
      running.add(index);
      if (!resuming) children.started?.(index, child);
      // all children that may begin now are announced before the first of their states
      await undefined;
      await runGraph(run, child, resuming);
      running.delete(index);
      const last = child.lastEvent;
      children.succeeded?.(index, child);
      frame.lastEvent = child.lastEvent;
      return last;
    } catch (error) {
      if (failed || error instanceof Cancelled) return undefined;
      failed = true;
      failure = error;
      if (frames[index] !== undefined) recordFailure(run, frame, children, frames, running, index);
      group.cancel();
      return undefined;
    }
  };
  const worker = async (): Promise<void> => {
    let previous: number | undefined;
    for (let index = waiting.shift(); index !== undefined && !group.cancelled; index = waiting.shift()) {
      previous = await runOne(index, previous);
    }
  };
  await Promise.all(Array.from({ length: Math.min(children.concurrency, waiting.length) }, worker));
  group.close();
  frame.cancellation.check();
  if (failed) throw failure;
}

function recordFailure(
  run: Run,
  frame: Frame,
  children: Children,
  frames: readonly (Frame | undefined)[],
  running: ReadonlySet<number>,
  index: number,
): void {
  if (run.cancellation.cancelled) return;
  const cause = (frames[index] as Frame).lastEvent;
  for (const each of [...running].sort((a, b) => a - b)) {
    if (each === index) children.failed?.(each, cause);
    else children.aborted?.(each, cause);
    recordAborted(run, frames[each] as Frame, cause);
  }
  frame.lastEvent = cause;
}

function recordAborted(run: Run, child: Frame, cause: number): void {
  for (const inner of child.children ?? []) {
    if (inner !== undefined && inner.output === undefined) recordAborted(run, inner, cause);
  }
  const type = child.graph.states.get(child.state)?.type ?? '';
  if (ABORTABLE.has(type)) run.recordAfter(cause, `${type}StateAborted`);
}
