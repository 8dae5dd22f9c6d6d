import type { IncidentRecord } from '../../../shared/ledger/records.ts';
import type { AttachedRun, Attachment } from '../run/attachment.ts';
import type { Violation } from './promise.ts';
import { promises } from './promises.ts';
import { RunFacts } from './run-facts.ts';

export type { Violation } from './promise.ts';

/** The promises, watching one run. */
export interface PromiseWatch extends Attachment {
  /** Violations so far; complete once {@link finish} has resolved. */
  violations(): readonly Violation[];
  /** Runs the checks that are possible only at the end. */
  finish(): Promise<void>;
}

/**
 * Watches a run for every promise of docs/promises.md, from the moment it is attached to the end.
 *
 * It changes neither the run nor its chance: the same seed gives the same run with and without it, except that the run ends
 * only after the sweep has handled an incident whose event was lost, and a mail that could not be sent. Other attachments
 * may come before or after it.
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
    isOver: () =>
      !facts.ledger.incidents().some((incident) => isLeftToTheSweep(facts, incident)) &&
      !hasMailToSend(facts),
    async finish() {
      for (const finish of finishing) finish();
    },
  };
}

function isLeftToTheSweep(facts: RunFacts, { status, executionArn }: IncidentRecord): boolean {
  if (status === 'closed') return false;
  const { stopDate } = facts.coordinator.engine.execution(executionArn);
  return stopDate !== undefined && facts.delivered.awaitsSweep(stopDate);
}

function hasMailToSend({ ledger }: RunFacts): boolean {
  return [...ledger.items()].some(
    ({ pk, thread, step }) =>
      pk === 'OUTBOX' && ledger.get(`MAIL#${thread}`, String(step))?.messageId === undefined,
  );
}
