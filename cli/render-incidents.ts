import { instant } from '../shared/mail/mail-text.ts';
import type { IncidentNow, ShownApproval } from '../shared/queries/incident-now.ts';
import { type Cell, fitTable, type Screen } from './layout.ts';
import { verdictCell } from './verdict-cell.ts';

/** Incidents, newest first, one row each. */
export function renderIncidents(incidents: readonly IncidentNow[], screen: Screen): string[] {
  if (incidents.length === 0) return ['There is no incident.'];
  return fitTable(['INCIDENT', 'OPENED', 'IS', 'APPROVAL', 'WHY'], incidents.map(row), screen);
}

/** Whether a person has to answer it. */
export function waitsForPerson({ status, approval }: IncidentNow): boolean {
  return status === 'open' && approval !== null && approval.answer === undefined;
}

/** The answer to a request for approval and its author, or the end of the wait. */
export function answerInWords(approval: ShownApproval): string {
  const { answer, by, answeredAt, deadline, reason } = approval;
  if (answer === undefined) return `waits for a person until ${instant(deadline)}`;
  const who = answer === 'expired' ? 'nobody answered' : `${pastTense[answer]} by ${by ?? 'a person'}`;
  return `${who}, ${instant(answeredAt ?? deadline)}${reason ? `: ${reason}` : ''}`;
}

const pastTense = { approve: 'approved', refuse: 'refused', breach: 'overruled by a broken limit' } as const;

function row(incident: IncidentNow): Cell[] {
  const { incidentId, openedAt, status, outcome, attempt, approval, reason } = incident;
  const is: Cell = outcome ? verdictCell(outcome) : { text: status, as: 'doubtful' };
  const tries = attempt > 1 ? ` (attempt ${attempt})` : '';
  return [
    incidentId,
    instant(openedAt),
    typeof is === 'string' ? is : { ...is, text: is.text + tries },
    approval ? answerInWords(approval) : '',
    reason,
  ];
}
