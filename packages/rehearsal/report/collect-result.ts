import type { DeployedTemplate } from 'account-simulator/deploy/deploy-template.ts';
import { readAccountState } from '../run/account-state.ts';
import type { Change } from '../run/change-log.ts';
import { readLedger } from '../run/ledger-view.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { playedSettings } from '../scenario/scenario-account.ts';
import { expectedUnder } from '../scenario/scenario-expect.ts';
import { badCodeUnmet } from './bad-code-unmet.ts';
import { checkExpectation } from './check-expectation.ts';
import { incidentResults } from './incident-results.ts';
import type { AccountState, ExecutionResult, RehearsalResult } from './rehearsal-result.ts';
import type { TimelineEntry } from './timeline.ts';

/** The data of a finished run for its report. */
export interface FinishedRun {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly coordinator: DeployedTemplate;
  readonly ended: RehearsalResult['ended'];
  /** ms since the epoch */
  readonly endedAt: number;
  readonly wallMs: number;
  readonly before: AccountState;
  readonly changes: readonly Change[];
  readonly timeline: readonly TimelineEntry[];
  /** Failures that no scenario expects: a stack update that CloudFormation refused, a missing permission. */
  readonly failures: readonly string[];
  readonly throttled: number;
}

/** Collects the results of a rehearsal, and compares them with the scenario's expectation. */
export function collectResult(run: FinishedRun): RehearsalResult {
  const { scenario, coordinator } = run;
  const { account } = coordinator;
  const ledger = readLedger(coordinator);
  const zero = Date.parse(scenario.start);
  const { wallMs, failures } = run;
  const result = {
    scenario: scenario.name,
    title: scenario.title,
    seed: run.seed,
    ended: run.ended,
    startedAt: new Date(zero).toISOString(),
    endedAt: new Date(run.endedAt).toISOString(),
    virtualSeconds: Math.round((run.endedAt - zero) / 1000),
    executions: executionResults(coordinator),
    throttled: run.throttled,
    invocations: Object.fromEntries(
      [...account.lambdaRuntime.statistics()]
        .map(([logicalId, { invocations }]): [string, number] => [logicalId, invocations])
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
    incidents: incidentResults(ledger, run.changes, account),
    releases: ledger.releases.map(({ releaseId, service, verdict, incidentId, restores }) => ({
      releaseId,
      service,
      verdict,
      incidentId: incidentId ?? null,
      restores: restores ?? null,
    })),
    trackedRollbacks: ledger.deployments.flatMap(({ deploymentId, service, rollbackBy, rollbackOf }) =>
      rollbackBy ? { deploymentId, service, by: rollbackBy, rollbackOf: rollbackOf ?? null } : [],
    ),
    mails: account.sns.inbox().map(({ at, to, subject, body }) => ({
      at: new Date(at).toISOString(),
      to,
      subject,
      body,
    })),
    undelivered: coordinator.stack.queues.reduce(
      (sum, { arn }) => sum + (account.queue(arn)?.messages.length ?? 0),
      0,
    ),
    before: run.before,
    after: readAccountState(scenario, account),
    timeline: run.timeline,
    notes: badCodeUnmet(scenario, account),
  };
  const expected = expectedUnder(scenario.expect, playedSettings(scenario.account));
  const violations = [...failures, ...checkExpectation(expected, result)];
  return { ...result, wallMs, violations };
}

function executionResults({ engine, stack }: DeployedTemplate): ExecutionResult[] {
  const prefix = `${stack.place.stackName}-`;
  return engine.executions().map((execution) => ({
    machine: execution.stateMachine.name.replace(prefix, ''),
    name: execution.name,
    status: execution.status,
    startedAt: new Date(execution.startDate).toISOString(),
    stoppedAt: execution.stopDate === undefined ? null : new Date(execution.stopDate).toISOString(),
    historyEvents: execution.history.length,
    stateTransitions: execution.stateTransitions,
    error: execution.error ?? null,
    cause: execution.cause ?? null,
  }));
}
