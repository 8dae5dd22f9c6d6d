import type { AttachedRun, Attachment } from '../rehearsal/attachment.ts';
import type { Violation } from './promise.ts';
import { promises } from './promises.ts';
import { RunFacts } from './run-facts.ts';

export type { Violation } from './promise.ts';

/** The promises, watching one run. */
export interface PromiseWatch extends Attachment {
  /** Everything seen so far; complete once {@link finish} has resolved. */
  violations(): readonly Violation[];
  /** Checks what can only be said when everything is at rest. */
  finish(): Promise<void>;
}

/**
 * Watches a run for every promise of docs/promises.md, from the moment it is attached to the end.
 *
 * It changes nothing of the run, nor its chance: the same seed gives the same run with it and without it. What
 * is attached besides it may come before or after.
 */
export function watchPromises(run: AttachedRun): PromiseWatch {
  const facts = new RunFacts(run);
  const violations: Violation[] = [];
  const seen = new Set<string>();
  const finishing: (() => void)[] = [];
  for (const check of promises) {
    const broken = (detail: string) => {
      const key = `${check.promise} ${detail}`;
      if (seen.has(key)) return;
      seen.add(key);
      violations.push({ promise: check.promise, at: facts.now(), detail });
    };
    const finish = check.watch(facts, broken);
    if (finish) finishing.push(finish);
  }
  return {
    violations: () => violations,
    async finish() {
      for (const finish of finishing) finish();
    },
  };
}
