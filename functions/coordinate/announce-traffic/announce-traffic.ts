import * as z from 'zod';
import type { IncidentLedger } from '../../../shared/ledger/incident-ledger.ts';
import { isTrafficBack } from '../../../shared/ledger/records.ts';
import { trafficMail } from '../../../shared/mail/incident-mails.ts';
import type { MailRoom } from '../../../shared/mail/mail-room.ts';
import type { PlanStore } from '../../../shared/targets/plan-store.ts';

export const announceTrafficInput = z.strictObject({ incidentId: z.string(), planKey: z.string() });

/** What the rule needs. */
export interface AnnounceTrafficDeps {
  readonly incidents: IncidentLedger;
  readonly plans: PlanStore;
  readonly mailRoom: MailRoom;
  readonly environment: string;
  readonly now: () => number;
}

/**
 * Tells the stakeholders that users are back on good code, the moment they are, and what is still done to the stacks.
 * Where not one service is back there is nothing to tell yet: the outcome mail follows.
 */
export function announceTraffic({ incidents, plans, mailRoom, environment, now }: AnnounceTrafficDeps) {
  return async ({
    incidentId,
    planKey,
  }: z.infer<typeof announceTrafficInput>): Promise<{ told: boolean }> => {
    const incident = await incidents.get(incidentId);
    const results = await incidents.serviceResults(incident);
    if (!results.some(isTrafficBack)) return { told: false };
    const mail = trafficMail(environment, incident, await plans.read(planKey), results, now());
    await mailRoom.send(incidentId, `traffic-${incident.attempt}`, incident.executionArn, mail);
    return { told: true };
  };
}
