import { duration, instant } from '../shared/mail/mail-text.ts';
import type { CoordinatorStatus, ServiceStatus } from '../shared/queries/coordinator-status.ts';
import type { Call } from './command-spec.ts';
import { type Cell, fitTable, paint, type Screen } from './layout.ts';
import { placeFlags } from './place-flags.ts';
import { renderHolds } from './render-holds.ts';
import { renderIncidents, waitsForPerson } from './render-incidents.ts';
import { verdictCell } from './verdict-cell.ts';

/** Everything in progress: first work for a person, then work under way, then the live state. */
export function renderStatus(
  status: CoordinatorStatus,
  call: Pick<Call, 'options'>,
  screen: Screen,
): string[] {
  const { at, services, incidents, onHold } = status;
  const watched = services.flatMap(watchedRows(Date.parse(at)));
  const waiting = incidents.filter(waitsForPerson);
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', paint(title, 'title', screen), ...lines];
  return [
    paint(`${instant(at)}: ${summary(status, waiting.length)}`, 'title', screen),
    ...section(
      'Waits for you',
      waiting.flatMap(({ incidentId, approval }) => [
        `${incidentId}: plan ${approval?.planDigest}, until ${instant(approval?.deadline ?? at)}`,
        ...['approve', 'refuse'].map(
          (answer) => `  rollback-coordinator ${answer} ${incidentId} --by NAME${placeFlags(call)}`,
        ),
      ]),
    ),
    ...section('Incidents', incidents.length === 0 ? [] : renderIncidents(incidents, screen)),
    ...section(
      'Watched',
      fitTable(['SERVICE', 'TARGET', 'VERSION', 'TRAFFIC', 'PHASE', 'FOR', 'JUDGED'], watched, screen),
    ),
    ...section('On hold', onHold.length === 0 ? [] : renderHolds(onHold)),
    ...section(
      'Live',
      fitTable(['SERVICE', 'RELEASE', 'VERDICT', 'SINCE', ''], services.map(liveRow), screen),
    ),
  ];
}

function summary({ services, incidents, onHold }: CoordinatorStatus, waiting: number): string {
  const watched = services.filter((one) => one.watched.length > 0).length;
  return [
    count(services.length, 'service'),
    `${watched} watched`,
    `${count(incidents.length, 'incident')} open`,
    ...(waiting > 0 ? [`${waiting} waiting for a person`] : []),
    onHold.length === 0 ? 'nothing on hold' : `${onHold.length} on hold`,
  ].join(', ');
}

function count(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? '' : 's'}`;
}

function watchedRows(now: number): (status: ServiceStatus) => Cell[][] {
  return ({ service, watched }) =>
    watched.map(({ target, version, share, phase, since, verdict }) => [
      service,
      target ?? 'all of it',
      version ?? '',
      share === undefined ? '' : `${Math.round(share * 100)} %`,
      phase ?? '',
      duration(now - Date.parse(since)),
      verdict ? verdictCell(verdict) : '',
    ]);
}

function liveRow({ service, release, rolledBackBy, watched }: ServiceStatus): Cell[] {
  // Its own incident has the id of the release.
  const isOwn = rolledBackBy === release?.releaseId;
  const news = rolledBackBy
    ? isOwn
      ? 'rolling back'
      : `rolled back by ${rolledBackBy}`
    : watched.length > 0
      ? 'watched'
      : '';
  if (!release) return [service, '-', 'nothing is recorded', '', news];
  const { releaseId, verdict, startedAt } = release;
  return [service, releaseId, verdictCell(verdict), instant(startedAt), news];
}
