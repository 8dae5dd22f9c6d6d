import {
  causeInWords,
  objectionInWords,
  stayInWords,
} from '../../../functions/coordinate/plan-rollback/rollback-reasons.ts';
import type { MoveCause, Objection, Stay } from '../../../shared/cut/selection.ts';
import type { ReleaseRecord } from '../../../shared/ledger/records.ts';
import { RELEASE, releaseRecord } from '../fixtures/records.ts';

const cut = '2026-01-05T09:00:00.000Z';
const since = '2026-01-04T10:00:00.000Z';
const onTop: MoveCause = {
  kind: 'on-top',
  provider: 'orders',
  cut,
  began: '2026-01-05T09:10:00.000Z',
  on: { releaseId: RELEASE, startedAt: cut },
};

it.each<[MoveCause, string]>([
  [{ kind: 'incident', releaseId: RELEASE }, `its release ${RELEASE} is the bad one`],
  [
    onTop,
    'it was released 2026-01-05 09:10:00 UTC, on top of the release of orders of 2026-01-05 09:00:00 UTC, which is undone',
  ],
  [{ kind: 'always', provider: 'orders', cut }, 'its entry says that it always goes back with orders'],
  [{ kind: 'lockstep', peer: 'web', cut }, 'it was released in lockstep with what is undone of web'],
])('gives the reason why a service goes back: $kind', (cause, words) => {
  expect(causeInWords(cause)).toBe(words);
});

it.each<[Objection, Partial<ReleaseRecord>, string]>([
  [{ kind: 'bad' }, { incidentId: 'orders-1' }, 'marked bad by incident orders-1'],
  [{ kind: 'bad' }, {}, 'marked bad'],
  [{ kind: 'candidate' }, {}, 'never verified good'],
  [{ kind: 'missing', detail: 'version 4 is gone' }, {}, 'version 4 is gone'],
  [{ kind: 'same-state' }, {}, 'its state is the one that is live'],
  [{ kind: 'too-new', because: onTop }, {}, `would have to go back itself: ${causeInWords(onTop)}`],
])('gives the reason why a release is no target: %j', (objection, changes, words) => {
  expect(objectionInWords(releaseRecord(changes), objection)).toBe(words);
});

it.each<[Stay['why'], string | undefined, string]>([
  [
    'unchanged',
    since,
    'unchanged since 2026-01-04 10:00:00 UTC: it has run on what orders goes back to ' +
      '(undone there is what users met from 2026-01-05 09:00:00 UTC on)',
  ],
  [
    'unchanged',
    undefined,
    'unchanged since before: it has run on what orders goes back to ' +
      '(undone there is what users met from 2026-01-05 09:00:00 UTC on)',
  ],
  [
    'put-back',
    since,
    'it has been put back since to what was live before the release of orders of 2026-01-05 09:00:00 UTC',
  ],
  [
    'not-released',
    undefined,
    'no release of it is recorded since the release of orders of 2026-01-05 09:00:00 UTC',
  ],
  [
    'never-served',
    since,
    'no user has met what is undone of orders, so that it was not released on top of it',
  ],
  ['never', since, 'its entry says that it never goes back because of orders'],
  ['provider', since, 'it is a provider of orders, and goes on serving its older consumers'],
])('gives the reason why a neighbour stays: %s since %s', (why, live, words) => {
  expect(stayInWords({ service: 'cart', why, of: 'orders', cut, ...(live && { since: live }) })).toBe(words);
});
