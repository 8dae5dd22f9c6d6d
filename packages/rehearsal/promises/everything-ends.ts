import type { Execution } from 'account-simulator/asl/run/execution.ts';
import { leaseMs } from '../../../shared/ledger/lock-ledger.ts';
import type { Broken, PromiseCheck } from './promise.ts';
import type { RunFacts } from './run-facts.ts';

/**
 * Added to a lease before a lock counts as stuck: a step in progress when its owner ends may renew once more (a function
 * runs at most two minutes), by a clock that may be off by a few minutes.
 */
const slackMs = 5 * 60_000;

const outcomes = new Set(['rolled-back', 'not-needed', 'joined', 'superseded', 'planned', 'not-possible']);

/**
 * Every execution ends; every rollback that succeeds has an outcome; every incident is closed, by the sweep at the latest;
 * every lock is free, or runs out within its lease after its owner ended.
 */
export const everythingEnds: PromiseCheck = {
  promise: 'everything-ends',
  watch(facts, broken) {
    return () => {
      for (const { stateMachine, name, status } of facts.coordinator.engine.executions()) {
        if (status === 'RUNNING') broken(`${stateMachine.name} ${name} still runs at the end`);
      }
      for (const execution of facts.executions('CoordinateRollback')) checkRollback(execution, broken);
      checkIncidents(facts, broken);
      checkLocks(facts, broken);
    };
  },
};

/** The incident reports a rollback that did not succeed. */
function checkRollback({ name, status, output }: Execution, broken: Broken): void {
  if (status !== 'SUCCEEDED') return;
  const { outcome } = JSON.parse(output ?? '{}') as { outcome?: string };
  if (!outcomes.has(outcome ?? '')) broken(`coordinate-rollback ${name} succeeded with outcome ${outcome}`);
}

function checkIncidents(facts: RunFacts, broken: Broken): void {
  for (const { incidentId, attempt, status, outcome } of facts.ledger.incidents()) {
    if (status === 'closed' && outcome !== undefined) continue;
    broken(`incident ${incidentId} (attempt ${attempt}) is ${status} at the end, with outcome ${outcome}`);
  }
}

function checkLocks(facts: RunFacts, broken: Broken): void {
  for (const { pk, sk, owner, leaseUntil } of facts.ledger.items()) {
    if (sk !== 'LOCK' || owner === 'nobody') continue;
    const [incidentId = '', attempt] = String(owner).split('#');
    const ended = endOf(facts, incidentId, Number(attempt));
    if (ended === undefined || Number(leaseUntil) <= ended + leaseMs + slackMs) continue;
    const until = facts.clock(Number(leaseUntil));
    broken(
      `the lock of ${pk.slice(5)} is held by ${owner} until ${until}; its owner ended ${facts.clock(ended)}`,
    );
  }
}

/** The time at which an attempt of an incident ended, ms since the epoch; undefined while it runs. */
function endOf(facts: RunFacts, incidentId: string, attempt: number): number | undefined {
  const incident = facts.ledger.incident(incidentId);
  if (!incident) return Number.NEGATIVE_INFINITY;
  // An earlier attempt ended no later than the start of the next one.
  if (incident.attempt > attempt) return Date.parse(incident.openedAt);
  return facts.coordinator.engine.execution(incident.executionArn).stopDate;
}
