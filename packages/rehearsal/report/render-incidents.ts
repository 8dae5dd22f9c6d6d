import { clockTime, heading, table } from '../../../cli/text-layout.ts';
import { duration } from '../../../shared/mail/mail-text.ts';
import type { IncidentResult, RehearsalResult } from './rehearsal-result.ts';

/** The timeline of every incident: from the first bad answer to the end, with the duration of each step. */
export function renderIncidents({ incidents }: RehearsalResult): string[] {
  if (incidents.length === 0) return [...heading('Timeline'), 'No incident.'];
  return incidents.flatMap((incident) => [
    ...heading(`Timeline of incident ${incident.incidentId}: ${incident.outcome ?? 'not ended'}`),
    ...table(milestones(incident)),
  ]);
}

function milestones(incident: IncidentResult): string[][] {
  const { becameBadAt, detectedAt, actedAt, recoveredAt, closedAt, changes } = incident;
  const zero = Date.parse(becameBadAt ?? detectedAt);
  const row = (time: string, text: string): [number, string[]] => {
    const since = Date.parse(time) - zero;
    const sign = since < 0 ? '-' : '+';
    return [since, [clockTime(time), since === 0 ? '' : `${sign} ${duration(Math.abs(since))}`, text]];
  };
  const rows: [number, string[]][] = [row(detectedAt, `detected: ${incident.reason}`)];
  if (becameBadAt) rows.push(row(becameBadAt, 'the new version began to answer badly'));
  if (actedAt) rows.push(row(actedAt, `first of ${changes.length} changes: ${changes[0]?.call}`));
  if (recoveredAt) rows.push(row(recoveredAt, 'the last alias was off the release'));
  if (closedAt) rows.push(row(closedAt, `closed: ${incident.outcome}`));
  const never = [
    ...(actedAt ? [] : ['the coordinator changed nothing itself']),
    ...(recoveredAt || !becameBadAt ? [] : ['an alias is still on the release']),
  ];
  return [
    ...rows.sort(([a], [b]) => a - b).map(([, cells]) => cells),
    ...never.map((text) => ['', '', text]),
  ];
}
