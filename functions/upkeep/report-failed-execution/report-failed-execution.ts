import * as z from 'zod';
import type { Executions } from '../../../shared/aws/executions.ts';
import type { EndIncidentDeps } from '../../../shared/incident/end-incident.ts';
import {
  type AccusingDeps,
  endLeftIncident,
  reportNotBegun,
  reportNotRecorded,
  reportUnwatched,
} from '../../../shared/incident/report-ended-execution.ts';
import type { IncidentLedger } from '../../../shared/ledger/incident-ledger.ts';

export const reportFailedExecutionInput = z.object({
  detail: z.object({
    executionArn: z.string(),
    stateMachineArn: z.string(),
    status: z.enum(['FAILED', 'TIMED_OUT', 'ABORTED']),
    error: z.string().nullish(),
    cause: z.string().nullish(),
    /** Left out of large events. */
    input: z.string().nullish(),
  }),
});

export interface ReportFailedExecutionDeps extends EndIncidentDeps, AccusingDeps {
  readonly incidents: IncidentLedger;
  readonly releases: AccusingDeps['releases'];
  readonly executions: Executions;
  readonly monitorDeploymentArn: string;
  readonly recordReleaseArn: string;
}

/**
 * Handles an execution of ours that ended without success, from outside: no Catch runs when an execution is stopped by hand,
 * times out as a whole or hits a quota.
 *
 * An incident that its execution left open is ended: the stakeholders get a mail and its locks are freed. A broken monitor
 * leaves a deployment unwatched, a broken recording leaves the ledger without a release: both are reported too. Executions
 * that ended their incident themselves, and those refused for their input, need nothing, nor does a redriven one: it is
 * running again.
 */
export function reportFailedExecution(deps: ReportFailedExecutionDeps) {
  return async ({ detail }: z.infer<typeof reportFailedExecutionInput>): Promise<{ reported: boolean }> => {
    const { executionArn, stateMachineArn } = detail;
    if ((await deps.executions.find(executionArn))?.status === 'RUNNING') return { reported: false };
    if (stateMachineArn === deps.monitorDeploymentArn) {
      await reportUnwatched(deps, executionArn, detail, detail.input ?? '');
      return { reported: true };
    }
    if (stateMachineArn === deps.recordReleaseArn) {
      await reportNotRecorded(deps, executionArn, detail, detail.input ?? '');
      return { reported: true };
    }
    const incidentId = await deps.incidents.incidentOfExecution(executionArn);
    const incident = incidentId ? await deps.incidents.find(incidentId) : undefined;
    if (!incident) {
      await reportNotBegun(deps, executionArn, detail, detail.input ?? '');
      return { reported: true };
    }
    if (incident.status !== 'open' || incident.executionArn !== executionArn) return { reported: false };
    await endLeftIncident(deps, incident, detail);
    return { reported: true };
  };
}
