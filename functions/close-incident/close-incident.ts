import * as z from 'zod';
import { type EndIncidentDeps, endIncident } from '../../shared/incident/end-incident.ts';
import type { Outcome } from '../../shared/ledger/records.ts';
import type { PlanStore } from '../../shared/targets/plan-store.ts';

export const closeIncidentInput = z.strictObject({
  incidentId: z.string(),
  /** null where no plan was made */
  planKey: z.string().nullable(),
  /** How the moved services were found; null where nothing was moved. */
  recovery: z.object({ status: z.string(), detail: z.string() }).nullable(),
  /** The error that ended the automation; null where none did. */
  failure: z.object({ Error: z.string(), Cause: z.string().optional() }).nullable(),
});

/** What the rule needs. */
export interface CloseIncidentDeps extends EndIncidentDeps {
  readonly plans: PlanStore;
}

/** Decides the outcome of an incident, tells the stakeholders, closes it and frees its locks. */
export function closeIncident(deps: CloseIncidentDeps) {
  return async (
    input: z.infer<typeof closeIncidentInput>,
  ): Promise<{ incidentId: string; outcome: Outcome }> => {
    const { incidentId, planKey, recovery, failure } = input;
    const incident = await deps.incidents.get(incidentId);
    const planned = planKey ? (await deps.plans.read(planKey)).services.map(({ service }) => service) : [];
    const outcome = await endIncident(deps, incident, incident.executionArn, {
      planned,
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
