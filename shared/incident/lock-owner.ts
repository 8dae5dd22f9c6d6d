import type { IncidentRecord } from '../ledger/records.ts';

/** Who holds the locks of an incident's attempt: a step left over from an earlier attempt holds nothing. */
export function lockOwner({ incidentId, attempt }: Pick<IncidentRecord, 'incidentId' | 'attempt'>): string {
  return `${incidentId}#${attempt}`;
}
