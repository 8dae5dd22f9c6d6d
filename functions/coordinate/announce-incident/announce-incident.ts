import * as z from 'zod';
import { LockLost } from '../../../shared/errors.ts';
import type { IncidentLedger } from '../../../shared/ledger/incident-ledger.ts';
import { openedMail } from '../../../shared/mail/incident-mails.ts';
import type { MailRoom } from '../../../shared/mail/mail-room.ts';
import type { PlanStore } from '../../../shared/targets/plan-store.ts';

export const announceIncidentInput = z.strictObject({ incidentId: z.string(), planKey: z.string() });

/** What the rule needs. */
export interface AnnounceIncidentDeps {
  readonly incidents: IncidentLedger;
  readonly plans: PlanStore;
  readonly mailRoom: MailRoom;
  readonly environment: string;
}

/**
 * Tells the stakeholders that a bad release is being rolled back: why, in numbers, and what is being done.
 *
 * @throws LockLost when the incident is closed
 */
export function announceIncident({ incidents, plans, mailRoom, environment }: AnnounceIncidentDeps) {
  return async ({
    incidentId,
    planKey,
  }: z.infer<typeof announceIncidentInput>): Promise<{ incidentId: string }> => {
    const incident = await incidents.get(incidentId);
    // Ended from outside, and redriven: its outcome has been told, and its locks are free.
    if (incident.status !== 'open') throw new LockLost(`Incident ${incidentId} was ended meanwhile.`);
    const mail = openedMail(environment, incident, await plans.read(planKey));
    await mailRoom.send(incidentId, `opened-${incident.attempt}`, incident.executionArn, mail);
    return { incidentId };
  };
}
