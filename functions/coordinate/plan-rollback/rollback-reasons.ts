import type { MoveCause, Objection, Stay } from '../../../shared/cut/selection.ts';
import type { ReleaseRecord } from '../../../shared/ledger/records.ts';
import { instant } from '../../../shared/mail/mail-text.ts';

/** The cause of a service's move, as a clause: `it was released … on top of …`. */
export function causeInWords(cause: MoveCause): string {
  switch (cause.kind) {
    case 'incident':
      return `its release ${cause.releaseId} is the bad one`;
    case 'on-top':
      return (
        `it was released ${instant(cause.began)}, on top of the release of ${cause.provider} of ` +
        `${instant(cause.on.startedAt)}, which is undone`
      );
    case 'always':
      return `its entry says that it always goes back with ${cause.provider}`;
    case 'lockstep':
      return `it was released in lockstep with what is undone of ${cause.peer}`;
  }
}

/** The objection to a release as a target. */
export function objectionInWords(release: ReleaseRecord, objection: Objection): string {
  switch (objection.kind) {
    case 'bad':
      return release.incidentId ? `marked bad by incident ${release.incidentId}` : 'marked bad';
    case 'candidate':
      return 'never verified good';
    case 'failed':
      return 'its deployment failed';
    case 'served-well':
      return 'it served well but not through its bake, and its entry goes back to good releases only';
    case 'missing':
      return objection.detail;
    case 'same-state':
      return 'its state is the one that is live';
    case 'too-new':
      return `would have to go back itself: ${causeInWords(objection.because)}`;
  }
}

/** The reason why a neighbour stays. */
export function stayInWords({ why, of, cut, since }: Stay): string {
  switch (why) {
    case 'unchanged':
      return (
        `unchanged since ${since ? instant(since) : 'before'}: it has run on what ${of} goes back to ` +
        `(undone there is what users met from ${cut ? instant(cut) : 'then'} on)`
      );
    case 'put-back':
      return `it has been put back since to what was live before ${releaseInWords(of, cut)}`;
    case 'never-served':
      return `no user has met what is undone of ${of}, so that it was not released on top of it`;
    case 'not-released':
      return `no release of it is recorded since ${releaseInWords(of, cut)}`;
    case 'never':
      return `its entry says that it never goes back because of ${of}`;
    case 'provider':
      return `it is a provider of ${of}, and goes on serving its older consumers`;
  }
}

function releaseInWords(service: string, cut: string | null): string {
  return `the release of ${service}${cut ? ` of ${instant(cut)}` : ''}`;
}
