import type { ApprovalLedger, ApprovalRecord } from '../ledger/approval-ledger.ts';
import type { Attempt, IncidentLedger } from '../ledger/incident-ledger.ts';
import { isTrafficBack } from '../ledger/records.ts';

/** Services whose users an earlier attempt of an incident put back, without a newer release since. */
export async function servicesBackBefore(
  incidents: Pick<IncidentLedger, 'serviceResults' | 'overtaken'>,
  { incidentId, attempt }: Attempt,
): Promise<string[]> {
  const back = new Set<string>();
  for (let one = 1; one < attempt; one += 1) {
    const earlier = { incidentId, attempt: one };
    for (const result of await incidents.serviceResults(earlier)) {
      if (isTrafficBack(result)) back.add(result.service);
      else back.delete(result.service);
    }
    for (const service of await incidents.overtaken(earlier)) back.delete(service);
  }
  return [...back];
}

/** A person's approval of an attempt's plan; undefined if nobody was asked, or nobody approved. */
export async function approvalOf(
  approvals: Pick<ApprovalLedger, 'find'>,
  attempt: Attempt,
): Promise<ApprovalRecord | undefined> {
  const request = await approvals.find(attempt);
  return request?.answer === 'approve' ? request : undefined;
}
