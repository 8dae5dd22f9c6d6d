import {
  isStateBefore,
  releaseTimeline,
  stateBefore,
} from '../../../functions/coordinate/plan-rollback/release-timeline.ts';
import { GOOD_RELEASE, goodRelease, RELEASE, releaseRecord, watchedDeployment } from '../fixtures/records.ts';

const incident = { service: 'orders', releaseId: RELEASE };
const later = { releaseId: 'orders-20260105T100000Z', startedAt: '2026-01-05T10:00:00.000Z' };
const ids = (releases: Parameters<typeof releaseTimeline>[0]) =>
  releaseTimeline(releases, incident).map(({ releaseId }) => releaseId);

it('leaves out the releases that this incident itself restored', () => {
  const own = goodRelease({ ...later, restores: GOOD_RELEASE, restoredBy: RELEASE });
  expect(ids([own, releaseRecord(), goodRelease()])).toEqual([RELEASE, GOOD_RELEASE]);
});

it("leaves out failed releases, which nothing is held against, but not the incident's own release", () => {
  const failed = { at: '2026-01-05T10:01:00.000Z', reason: 'throttled' };
  const other = releaseRecord({ ...later, verdict: 'failed', failed });
  const own = releaseRecord({ verdict: 'failed', failed });
  expect(ids([other, own, goodRelease()])).toEqual([RELEASE, GOOD_RELEASE]);
});

it('keeps the releases that another incident restored', () => {
  const others = goodRelease({ ...later, restores: GOOD_RELEASE, restoredBy: 'platform-20260105T090000Z' });
  expect(ids([others, releaseRecord(), goodRelease()])).toEqual([later.releaseId, RELEASE, GOOD_RELEASE]);
});

it('makes a restored state without a record as old as the undone release was new', () => {
  const unrecorded = goodRelease({ ...later, restoresBefore: RELEASE, restoredBy: 'other-20260105T090000Z' });
  const [first, before] = releaseTimeline([unrecorded, releaseRecord()], incident);
  expect(first).toMatchObject({ restores: `before ${RELEASE}` });
  expect(before).toMatchObject({ releaseId: `before ${RELEASE}`, verdict: 'candidate' });
  expect(Date.parse(before?.startedAt ?? '')).toBe(Date.parse(releaseRecord().startedAt) - 1);
});

it('includes the state before a release, which is not in the ledger', () => {
  const before = stateBefore(releaseRecord());
  expect(before).toEqual({
    releaseId: `before ${RELEASE}`,
    service: 'orders',
    startedAt: '2026-01-05T08:59:59.999Z',
    verdict: 'candidate',
    deployments: {},
  });
  expect([before, releaseRecord()].map(isStateBefore)).toEqual([true, false]);
});

it('includes the state before a release once, however often it was restored', () => {
  const putBack = (releaseId: string) =>
    goodRelease({ ...later, releaseId, restoresBefore: RELEASE, restoredBy: 'other-20260105T090000Z' });
  expect(ids([putBack('orders-2'), putBack('orders-1'), releaseRecord()])).toEqual([
    'orders-2',
    `before ${RELEASE}`,
    'orders-1',
    RELEASE,
  ]);
});

it('leaves a release unchanged that restored an unknown state before it', () => {
  const unknown = goodRelease({ ...later, restoresBefore: 'orders-20250101T000000Z' });
  expect(releaseTimeline([unknown, releaseRecord()], incident)).toEqual([unknown, releaseRecord()]);
});

describe('a release that was restored while the bad release came in', () => {
  const startedAt = '2026-01-05T09:00:10.000Z';
  const putBack = (changes: Parameters<typeof goodRelease>[0] = {}) =>
    goodRelease({ releaseId: 'orders-20260105T090010Z', startedAt, restores: GOOD_RELEASE, ...changes });
  const bad = (createdAt: string) =>
    releaseRecord({
      deployments: {
        'd-0': watchedDeployment(),
        'd-1': watchedDeployment({ deploymentId: 'd-1', createdAt }),
      },
    });
  const late = bad('2026-01-05T09:01:00.000Z');
  const startOf = (release: ReturnType<typeof goodRelease>, badRelease = late) =>
    releaseTimeline([release, badRelease, goodRelease()], incident)[0]?.startedAt;
  const before = '2026-01-05T08:59:59.999Z';

  it('was before it where one of its deployments began later', () => {
    expect(startOf(putBack())).toBe(before);
  });

  it('was before it also where it restored an unrecorded state', () => {
    const { restores: _, ...unrecorded } = putBack({ restoresBefore: GOOD_RELEASE });
    expect(startOf(unrecorded)).toBe(before);
  });

  it.each<[string, ReturnType<typeof goodRelease>, typeof late]>([
    ['none of its deployments began later', putBack(), bad('2026-01-05T09:00:05.000Z')],
    ['the last of them began in the same moment', putBack(), bad(startedAt)],
    ['it came in just then and put nothing back', goodRelease({ releaseId: 'orders-2', startedAt }), late],
  ])('keeps its place where %s', (_, release, badRelease) => {
    expect(startOf(release, badRelease)).toBe(startedAt);
  });

  it.each(['2026-01-04T12:00:00.000Z', '2026-01-05T09:00:00.000Z'])(
    'keeps its place where it was restored no later than the bad release began: %s',
    (time) => {
      expect(startOf(putBack({ startedAt: time }))).toBe(time);
    },
  );

  it('keeps its place where the bad release is not known', () => {
    expect(releaseTimeline([putBack(), goodRelease()], incident)[0]?.startedAt).toBe(startedAt);
  });
});

describe('a release that served well until it was replaced, and is not settled yet', () => {
  const replaced = (changes: object, record: object = {}) =>
    goodRelease({
      verdict: 'candidate',
      deployments: {
        'd-BEFORE': watchedDeployment({
          deploymentId: 'd-BEFORE',
          toVersion: '4',
          createdAt: goodRelease().startedAt,
          servesWellSince: '2026-01-04T09:10:00.000Z',
          ...changes,
        }),
      },
      ...record,
    });
  const verdictOf = (release: ReturnType<typeof goodRelease>, ...newer: ReturnType<typeof goodRelease>[]) =>
    releaseTimeline([...newer, release], incident).find(({ releaseId }) => releaseId === release.releaseId)
      ?.verdict;

  it('is a restore point', () => {
    expect(verdictOf(replaced({}), releaseRecord())).toBe('served-well');
  });

  it.each([
    ['was not seen to serve well', { servesWellSince: undefined }, {}],
    ['was doubted since', { doubtedSince: '2026-01-04T09:20:00.000Z' }, {}],
    [
      'ended unhealthy',
      { settled: { verdict: 'unhealthy', at: '2026-01-04T09:20:00.000Z', requests: 1, errors: 1 } },
      {},
    ],
    ['was undone', {}, { undoneBy: 'platform-20260104T093000Z' }],
    ['has no recorded state', {}, { snapshot: undefined }],
  ])('is no restore point where it %s', (_, changes, record) => {
    expect(verdictOf(replaced(changes, record), releaseRecord())).toBe('candidate');
  });

  it('is no restore point while it is live', () => {
    expect(verdictOf(replaced({}))).toBe('candidate');
  });
});
