import { releaseTimeline } from '../../../functions/plan-rollback/release-timeline.ts';
import { GOOD_RELEASE, goodRelease, RELEASE, releaseRecord } from '../fixtures/records.ts';

const incident = { service: 'orders', releaseId: RELEASE };
const later = { releaseId: 'orders-20260105T100000Z', startedAt: '2026-01-05T10:00:00.000Z' };
const ids = (releases: Parameters<typeof releaseTimeline>[0]) =>
  releaseTimeline(releases, incident).map(({ releaseId }) => releaseId);

it('leaves out what this incident put back itself', () => {
  const own = goodRelease({ ...later, restores: GOOD_RELEASE, restoredBy: RELEASE });
  expect(ids([own, releaseRecord(), goodRelease()])).toEqual([RELEASE, GOOD_RELEASE]);
});

it('keeps what another incident put back', () => {
  const others = goodRelease({ ...later, restores: GOOD_RELEASE, restoredBy: 'platform-20260105T090000Z' });
  expect(ids([others, releaseRecord(), goodRelease()])).toEqual([later.releaseId, RELEASE, GOOD_RELEASE]);
});

it('has what was put back without a record be as old as what it undid was new', () => {
  const unrecorded = goodRelease({ ...later, restoresBefore: RELEASE, restoredBy: 'other-20260105T090000Z' });
  const [first, before] = releaseTimeline([unrecorded, releaseRecord()], incident);
  expect(first).toMatchObject({ restores: `before ${RELEASE}` });
  expect(before).toMatchObject({ releaseId: `before ${RELEASE}`, verdict: 'candidate' });
  expect(Date.parse(before?.startedAt ?? '')).toBe(Date.parse(releaseRecord().startedAt) - 1);
});
