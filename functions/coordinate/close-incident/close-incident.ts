import * as z from 'zod';
import { type EndIncidentDeps, endIncident } from '../../../shared/incident/end-incident.ts';
import { permissionAnswer } from '../../../shared/incident/permission-answer.ts';
import { recoveryResult } from '../../../shared/incident/recovery-result.ts';
import type { Attempt } from '../../../shared/ledger/incident-ledger.ts';
import {
  type IncidentRecord,
  isTrafficBack,
  type Outcome,
  restoredReleaseId,
} from '../../../shared/ledger/records.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import type { AliasBefore } from '../../../shared/mail/outcome-mail.ts';
import { describeFailure, taskFailure } from '../../../shared/task-failure.ts';

export const closeIncidentInput = z.strictObject({
  incidentId: z.string(),
  /** The execution that closes the incident: if another attempt has taken it over, it is left alone. */
  executionArn: z.string(),
  /** Result of checking the moved services; null if nothing was moved. */
  recovery: recoveryResult.nullable(),
  /** The error that ended the automation; null if there was none. */
  failure: taskFailure.nullable(),
  /** The good release that replaced the bad one before anything was done; null if none did. */
  supersededBy: z.string().nullish(),
  /** The answer to the execution's request for permission; null if it made none. */
  permission: permissionAnswer.nullish(),
});

export interface CloseIncidentDeps extends EndIncidentDeps {
  readonly releases: ReleaseLedger;
}

/** Decides the outcome of an incident, mails the stakeholders, closes the incident and frees its locks. */
export function closeIncident(deps: CloseIncidentDeps) {
  return async (
    input: z.infer<typeof closeIncidentInput>,
  ): Promise<{ incidentId: string; outcome: Outcome }> => {
    const { incidentId, executionArn, recovery, failure, supersededBy, permission } = input;
    const incident = await deps.incidents.get(incidentId);
    if (recovery?.status === 'recovered') await confirmRestored(incident);
    const outcome = await endIncident(deps, incident, executionArn, {
      failure: failure ? describeFailure(failure) : undefined,
      frozen: failure?.Error === 'Irreversible',
      withoutRestorePoint: failure?.Error === 'NoWayBack' ? await aliasesBefore(incident) : undefined,
      supersededBy: supersededBy ?? undefined,
      withheld:
        permission?.answer === 'report' || permission?.answer === 'refused'
          ? { refused: permission.answer === 'refused', reason: permission.reason }
          : undefined,
      recovery: recovery
        ? { recovered: recovery.status !== 'not-recovered', detail: recovery.detail }
        : undefined,
    });
    return { incidentId, outcome };
  };

  async function aliasesBefore({ releaseId }: IncidentRecord): Promise<AliasBefore[]> {
    const release = await deps.releases.find(releaseId);
    return Object.values(release?.deployments ?? {}).map(({ function: name, alias, fromVersion }) => ({
      function: name,
      alias,
      version: fromVersion,
    }));
  }

  /** The judge found the restored releases healthy: they are restore points from now on. */
  async function confirmRestored(attempt: Attempt): Promise<void> {
    for (const result of await deps.incidents.serviceResults(attempt)) {
      if (isTrafficBack(result))
        await deps.releases.confirm(restoredReleaseId(result.service, result.startedAt));
    }
  }
}
