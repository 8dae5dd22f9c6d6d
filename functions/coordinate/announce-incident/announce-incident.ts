import * as z from 'zod';
import { LockLost } from '../../../shared/errors.ts';
import { approvalOf, servicesBackBefore } from '../../../shared/incident/told-before.ts';
import type { ApprovalLedger } from '../../../shared/ledger/approval-ledger.ts';
import type { IncidentLedger } from '../../../shared/ledger/incident-ledger.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import { openedMail } from '../../../shared/mail/incident-mails.ts';
import type { Mailer } from '../../../shared/mail/mailer.ts';
import type { TrafficReader } from '../../../shared/mail/traffic-reader.ts';
import { aliasesOfIncident } from '../../../shared/mail/users-meet.ts';
import type { PlanStore } from '../../../shared/targets/plan-store.ts';
import { type Figures, secondsBetween } from '../../../shared/telemetry/figures.ts';

export const announceIncidentInput = z.strictObject({ incidentId: z.string(), planKey: z.string() });

export interface AnnounceIncidentDeps {
  readonly incidents: IncidentLedger;
  readonly plans: PlanStore;
  readonly approvals: Pick<ApprovalLedger, 'find'>;
  readonly releases: Pick<ReleaseLedger, 'find'>;
  readonly mailer: Mailer;
  readonly traffic: TrafficReader;
  readonly figures: Pick<Figures, 'count'>;
  readonly environment: string;
  readonly now: () => number;
}

/**
 * Mails the stakeholders that a bad release is being rolled back: the reasons, in numbers, and the plan.
 *
 * @throws LockLost when the incident is closed
 */
export function announceIncident({
  incidents,
  approvals,
  releases,
  plans,
  mailer,
  traffic,
  figures,
  environment,
  now,
}: AnnounceIncidentDeps) {
  return async ({
    incidentId,
    planKey,
  }: z.infer<typeof announceIncidentInput>): Promise<{ incidentId: string }> => {
    const incident = await incidents.get(incidentId);
    // The execution was ended from outside, and redriven: the outcome has been mailed, and the locks are free.
    if (incident.status !== 'open') throw new LockLost(`Incident ${incidentId} was ended meanwhile.`);
    const TimeToDecide = secondsBetween(Date.parse(incident.detectedAt), now());
    await mailer.send(incidentId, `opened-${incident.attempt}`, incident.executionArn, async () => {
      const plan = await plans.read(planKey);
      const release = await releases.find(incident.releaseId);
      return openedMail(environment, incident, {
        plan,
        release,
        meet: await traffic.read(aliasesOfIncident(plan, release)),
        approval: await approvalOf(approvals, incident),
        back: await servicesBackBefore(incidents, incident),
      });
    });
    await figures.count(incidentId, 'decided', incident.executionArn, { TimeToDecide });
    return { incidentId };
  };
}
