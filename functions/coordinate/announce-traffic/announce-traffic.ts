import * as z from 'zod';
import type { IncidentLedger } from '../../../shared/ledger/incident-ledger.ts';
import { type IncidentRecord, isTrafficBack, type ServiceResult } from '../../../shared/ledger/records.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import { trafficMail } from '../../../shared/mail/incident-mails.ts';
import type { Mailer } from '../../../shared/mail/mailer.ts';
import type { TrafficReader } from '../../../shared/mail/traffic-reader.ts';
import { aliasesOfIncident } from '../../../shared/mail/users-meet.ts';
import type { PlanStore } from '../../../shared/targets/plan-store.ts';
import { type Figures, secondsBetween } from '../../../shared/telemetry/figures.ts';

export const announceTrafficInput = z.strictObject({ incidentId: z.string(), planKey: z.string() });

export interface AnnounceTrafficDeps {
  readonly incidents: IncidentLedger;
  readonly plans: PlanStore;
  readonly releases: Pick<ReleaseLedger, 'find'>;
  readonly mailer: Mailer;
  readonly traffic: TrafficReader;
  readonly figures: Pick<Figures, 'count'>;
  readonly environment: string;
  readonly now: () => number;
}

/**
 * Mails the stakeholders that users are back on good code, as soon as they are, with the work left on the stacks. If no
 * service is back there is nothing to report yet: the outcome mail follows.
 */
export function announceTraffic(deps: AnnounceTrafficDeps) {
  const { incidents, plans, mailer, environment, now } = deps;

  return async ({
    incidentId,
    planKey,
  }: z.infer<typeof announceTrafficInput>): Promise<{ told: boolean }> => {
    const incident = await incidents.get(incidentId);
    const results = await incidents.serviceResults(incident);
    if (!results.some(isTrafficBack)) return { told: false };
    const plan = await plans.read(planKey);
    await mailer.send(incidentId, `traffic-${incident.attempt}`, incident.executionArn, async () => {
      const release = await deps.releases.find(incident.releaseId);
      const meet = await deps.traffic.read(aliasesOfIncident(plan, release));
      return trafficMail(environment, incident, { plan, results, meet, now: now() });
    });
    const back = results.filter(isTrafficBack);
    if (back.length === plan.services.length) await countRestored(incident, back);
    return { told: true };
  };

  async function countRestored(incident: IncidentRecord, back: readonly ServiceResult[]): Promise<void> {
    const { incidentId, executionArn, detectedAt } = incident;
    const last = Math.max(
      ...back.map(({ trafficBackAt, finishedAt }) => Date.parse(trafficBackAt ?? finishedAt)),
    );
    const TimeToRestoreTraffic = secondsBetween(Date.parse(detectedAt), last);
    await deps.figures.count(incidentId, 'traffic-back', executionArn, { TimeToRestoreTraffic });
  }
}
