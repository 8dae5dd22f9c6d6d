import * as z from 'zod';
import { type EndIncidentDeps, endIncident } from '../../shared/incident/end-incident.ts';
import type { Outcome } from '../../shared/ledger/records.ts';

export const closeIncidentInput = z.strictObject({
  incidentId: z.string(),
  /** How the moved services were found; null where nothing was moved. */
  recovery: z.object({ status: z.string(), detail: z.string() }).nullable(),
  /** The error that ended the automation; null where none did. */
  failure: z.object({ Error: z.string(), Cause: z.string().optional() }).nullable(),
});

/** Decides the outcome of an incident, tells the stakeholders, closes it and frees its locks. */
export function closeIncident(deps: EndIncidentDeps) {
  return async (
    input: z.infer<typeof closeIncidentInput>,
  ): Promise<{ incidentId: string; outcome: Outcome }> => {
    const { incidentId, recovery, failure } = input;
    const incident = await deps.incidents.get(incidentId);
    const outcome = await endIncident(deps, incident, incident.executionArn, {
      failure: failure ? describeFailure(failure) : undefined,
      recovery: recovery
        ? { recovered: recovery.status !== 'not-recovered', detail: recovery.detail }
        : undefined,
    });
    return { incidentId, outcome };
  };
}

/** A task's error in words: Lambda puts the message into a JSON cause. */
export function describeFailure({
  Error: name,
  Cause: cause = '',
}: {
  Error: string;
  Cause?: string | undefined;
}) {
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: string };
    return errorMessage ? `${errorMessage} (${name})` : name;
  } catch {
    return cause ? `${name}: ${cause}` : name;
  }
}
