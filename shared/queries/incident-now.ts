import type { ApprovalRecord } from '../ledger/approval-ledger.ts';
import type { IncidentRecord } from '../ledger/records.ts';

/** A request for approval and its result; the token of its task stays in the ledger. */
export type ShownApproval = Omit<ApprovalRecord, 'token' | 'attempt'>;

/** An incident now, with the request for approval of its attempt; null if nobody was asked. */
export interface IncidentNow
  extends Pick<
    IncidentRecord,
    | 'incidentId'
    | 'service'
    | 'releaseId'
    | 'status'
    | 'outcome'
    | 'attempt'
    | 'reason'
    | 'requestedBy'
    | 'deploymentId'
    | 'openedAt'
    | 'closedAt'
    | 'executionArn'
  > {
  readonly approval: ShownApproval | null;
}

/** An incident with its request for approval, if there is one. */
export function incidentNow(incident: IncidentRecord, approval: ApprovalRecord | undefined): IncidentNow {
  const { evidence, owners, detectedAt, leftOnPurpose, ...shown } = incident;
  return { ...shown, approval: shownApproval(approval) };
}

/** A request for approval without its secrets. */
export function shownApproval(approval: ApprovalRecord | undefined): ShownApproval | null {
  if (!approval) return null;
  const { token, attempt, ...shown } = approval;
  return shown;
}
