import * as fc from 'fast-check';
import type { AliasObservation, CheckpointRecord } from '../../../../shared/ledger/checkpoint-records.ts';
import { checkpointSubjectOf } from '../../../../shared/ledger/checkpoint-subject.ts';
import { aliasesAt } from '../../../../shared/queries/alias-timeline.ts';
import { releaseRecord, watchedDeployment } from '../../fixtures/records.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 5, 9, minute)).toISOString();

/** A deployment `from` -> `to`, created at the minute `made`, with first traffic and all traffic at two other minutes. */
function deployment(
  [from, to]: readonly [string, string],
  [made, since, until]: readonly [number, number?, number?],
  kind: 'release' | 'rollback' = 'release',
): CheckpointRecord {
  const watched = watchedDeployment({
    fromVersion: from,
    toVersion: to,
    createdAt: at(made),
    deploymentId: `d-${made}`,
  });
  return {
    ...checkpointSubjectOf(releaseRecord(), watched),
    kind,
    phase: 'ended',
    status: 'Succeeded',
    at: at(until ?? made),
    seenAt: at(until ?? made),
    ...(since !== undefined && { shiftingSince: at(since) }),
    ...(until !== undefined && { shiftedAt: at(until) }),
    evidence: [],
  };
}

function observation(minute: number, version: string, pointed = false): AliasObservation {
  const { target, function: name, alias } = watchedDeployment();
  const where = { service: 'orders', target, function: name, alias, incidentId: 'i' };
  return { ...where, version, seenAt: at(minute), ...(pointed && { pointed: true as const }) };
}

const asked = (minute: number, checkpoints: CheckpointRecord[], observations: AliasObservation[] = []) =>
  aliasesAt({ checkpoints, observations }, at(minute))[0];

describe('one deployment', () => {
  const canary = [deployment(['4', '5'], [1, 2, 12])];

  it.each([
    [0, ['4'], 'inferred'],
    [1, ['4'], 'inferred'],
    [2, ['4', '5'], 'recorded'],
    [11, ['4', '5'], 'recorded'],
    [12, ['5'], 'recorded'],
    [59, ['5'], 'recorded'],
  ])('at minute %i serves %j, %s', (minute, versions, certainty) => {
    expect(asked(minute, canary)).toMatchObject({ versions, certainty });
  });

  it('gives the beginning, the end, and the source', () => {
    expect(asked(5, canary)).toMatchObject({ since: at(2), until: at(12), by: 'deployment d-1' });
    expect(asked(20, canary)).toMatchObject({ since: at(12), until: null });
    expect(asked(0, canary)).toMatchObject({ since: null, until: at(2) });
  });

  it('leaves both versions in service where it never completed', () => {
    expect(asked(30, [deployment(['4', '5'], [1, 2])])).toMatchObject({ versions: ['4', '5'] });
  });

  it('is empty where it moved nothing', () => {
    expect(asked(30, [deployment(['4', '5'], [1])])).toMatchObject({ versions: [], certainty: 'inferred' });
  });

  it('is described by all its checkpoints together, in any order', () => {
    const [whole] = canary as [CheckpointRecord];
    const { shiftedAt: _, ...early } = whole;
    const { shiftingSince: __, ...bare } = early;
    for (const all of [
      [bare, early, whole],
      [whole, early, bare],
    ]) {
      expect(asked(5, all)).toEqual(asked(5, canary));
      expect(asked(15, all)).toEqual(asked(15, canary));
    }
  });
});

it('follows a stopped deployment to its rollback', () => {
  const records = [deployment(['4', '5'], [1, 2]), deployment(['5', '4'], [8, 9, 9], 'rollback')];
  expect(asked(8, records)).toMatchObject({ versions: ['4', '5'], until: at(9), certainty: 'recorded' });
  expect(asked(9, records)).toMatchObject({ versions: ['4'], by: 'deployment d-8', certainty: 'recorded' });
});

it('knows an alias that the coordinator pointed itself from then on', () => {
  const records = [deployment(['4', '5'], [1, 2])];
  expect(asked(10, records, [observation(10, '4', true)])).toMatchObject({
    versions: ['4'],
    certainty: 'recorded',
  });
  expect(asked(9, records, [observation(10, '4', true)])).toMatchObject({
    versions: ['4', '5'],
    certainty: 'recorded',
  });
});

describe('a change without a deployment', () => {
  const before = deployment(['4', '5'], [1, 2, 3]);

  it('lies somewhere before the observation that finds it', () => {
    const found = [observation(20, '4')];
    expect(asked(10, [before], found)).toMatchObject({
      certainty: 'between',
      versions: ['5'],
      orVersions: ['4'],
      since: at(3),
      until: at(20),
    });
    expect(asked(25, [before], found)).toMatchObject({ certainty: 'seen', versions: ['4'], since: at(20) });
  });

  it('lies somewhere before the deployment that began from another version', () => {
    const records = [before, deployment(['7', '8'], [30, 31, 31])];
    expect(asked(10, records)).toMatchObject({ certainty: 'between', versions: ['5'], orVersions: ['7'] });
    expect(asked(31, records)).toMatchObject({ certainty: 'recorded', versions: ['8'] });
  });

  it('is not before an observation that finds the same as before', () => {
    const found = [observation(10, '5'), observation(20, '4')];
    expect(asked(5, [before], found)).toMatchObject({
      certainty: 'recorded',
      versions: ['5'],
      until: at(20),
    });
    expect(asked(15, [before], found)).toMatchObject({ certainty: 'between', since: at(10) });
  });
});

it('distinguishes the aliases of a service', () => {
  const other = { ...deployment(['1', '2'], [1, 2, 2]), target: 'ListOrders:live', deploymentId: 'd-L' };
  const found = aliasesAt(
    { checkpoints: [deployment(['4', '5'], [1, 2, 12]), other], observations: [] },
    at(5),
  );
  expect(found.map(({ target, versions }) => [target, versions])).toEqual([
    ['CreateOrder:live', ['4', '5']],
    ['ListOrders:live', ['2']],
  ]);
});

it('reproduces every history of consecutive deployments', () => {
  const gap = fc.integer({ min: 1, max: 50 });
  const step = fc.record({
    made: gap,
    since: fc.integer({ min: 0, max: 50 }),
    until: fc.integer({ min: 0, max: 50 }),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), fc.nat(1500), (steps, minute) => {
      let clock = 0;
      let truth = ['0'];
      const records = steps.map(({ made, since, until }, index) => {
        const start = clock + made;
        const first = start + since;
        clock = first + until;
        if (minute >= first) truth = minute >= clock ? [`${index + 1}`] : [`${index}`, `${index + 1}`];
        return deployment([`${index}`, `${index + 1}`], [start, first, clock]);
      });
      const answer = asked(minute, records);
      expect(answer?.versions).toEqual(truth);
      expect(answer?.certainty).not.toBe('between');
    }),
  );
});
