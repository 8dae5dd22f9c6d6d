import { leaseMs } from '../../shared/ledger/lock-ledger.ts';
import type { Execution } from '../asl/execution.ts';
import type { Broken, PromiseCheck } from './promise.ts';
import type { RunFacts } from './run-facts.ts';

/**
 * What is added to a lease before a lock counts as stuck: a step that is under way when its owner ends may renew
 * once more (a function runs at most two minutes), by a clock that may be off by a few.
 */
const slackMs = 5 * 60_000;

const outcomes = new Set(['rolled-back', 'not-needed', 'joined', 'superseded', 'planned', 'not-possible']);
const failures = new Set(['PartlyRolledBack', 'NeedsPerson', 'Frozen', 'InputRejected']);

/**
 * Every execution ends; every rollback in an outcome, or, where it could not, with its incident ended from
 * outside; every incident is closed; every lock is free, or runs out within its lease after its owner ended.
 */
export const everythingEnds: PromiseCheck = {
  promise: 'everything-ends',
  watch(facts, broken) {
    return () => {
      for (const { stateMachine, name, status } of facts.coordinator.engine.executions()) {
        if (status === 'RUNNING') broken(`${stateMachine.name} ${name} still runs at the end`);
      }
      for (const execution of facts.executions('CoordinateRollback')) checkRollback(facts, execution, broken);
      checkIncidents(facts, broken);
      checkLocks(facts, broken);
    };
  },
};

function checkRollback(
  facts: RunFacts,
  { name, arn, status, error, output, stopDate }: Execution,
  broken: Broken,
): void {
  if (status === 'RUNNING') return;
  if (status === 'SUCCEEDED') {
    const { outcome } = JSON.parse(output ?? '{}') as { outcome?: string };
    if (!outcomes.has(outcome ?? '')) broken(`coordinate-rollback ${name} succeeded with outcome ${outcome}`);
    return;
  }
  if (failures.has(error ?? '')) return;
  const own = facts.ledger.incidents().find(({ executionArn }) => executionArn === arn);
  if (own?.status === 'open' && facts.delivered.failedExecution(arn, stopDate)) {
    broken(`coordinate-rollback ${name} ended ${status} (${error}) and nobody ended its incident`);
  }
}

function checkIncidents(facts: RunFacts, broken: Broken): void {
  for (const { incidentId, attempt, status, outcome, executionArn } of facts.ledger.incidents()) {
    if (status === 'closed' && outcome !== undefined) continue;
    const execution = facts.coordinator.engine.execution(executionArn);
    // That the execution ended never reached the coordinator.
    if (
      execution.status !== 'SUCCEEDED' &&
      !facts.delivered.failedExecution(executionArn, execution.stopDate)
    )
      continue;
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

/** When an attempt of an incident ended, ms since the epoch; undefined while it runs. */
function endOf(facts: RunFacts, incidentId: string, attempt: number): number | undefined {
  const incident = facts.ledger.incident(incidentId);
  if (!incident) return Number.NEGATIVE_INFINITY;
  // An earlier attempt ended at the latest when the next one began.
  if (incident.attempt > attempt) return Date.parse(incident.openedAt);
  return facts.coordinator.engine.execution(incident.executionArn).stopDate;
}
