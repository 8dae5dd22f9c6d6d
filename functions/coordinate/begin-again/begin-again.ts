import * as z from 'zod';
import { LockLost } from '../../../shared/errors.ts';
import type { IncidentLedger } from '../../../shared/ledger/incident-ledger.ts';
import { attemptStep } from '../../../shared/targets/steps.ts';

export const beginAgainInput = z.strictObject({
  /** The attempt that was overtaken. */
  ...attemptStep,
  executionArn: z.string(),
});

export interface BeginAgainDeps {
  readonly incidents: IncidentLedger;
}

/**
 * Begins the next attempt of an incident whose services were released again during their rollback: its work is planned,
 * locked, announced and recorded as a separate attempt.
 *
 * @throws LockLost when the incident no longer belongs to this execution
 */
export function beginAgain({ incidents }: BeginAgainDeps) {
  return async (input: z.infer<typeof beginAgainInput>): Promise<{ readonly attempt: number }> => {
    const { incidentId, executionArn } = input;
    await incidents.nextAttempt(input, executionArn);
    // Read again: the answer to a first try may have been lost.
    const incident = await incidents.get(incidentId);
    if (incident.status !== 'open' || incident.executionArn !== executionArn) {
      throw new LockLost(`Incident ${incidentId} was ended, or is another execution's.`);
    }
    return { attempt: incident.attempt };
  };
}
