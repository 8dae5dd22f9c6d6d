import { isAlias } from '../../../../shared/catalog/alias-kinds.ts';
import { isLive, splitAliases } from '../../../../shared/ledger/live-state.ts';
import type { AliasSnapshot } from '../../../../shared/targets/alias/shapes.ts';
import { goodRelease, goodSnapshot, releaseRecord } from '../../fixtures/records.ts';
import { RELEASED_AT } from '../../fixtures/times.ts';

const on = (version: string, weights?: Record<string, number>) =>
  goodSnapshot.map((one) =>
    one.kind === 'cloudformation' ? one : { ...(one as AliasSnapshot), version, ...(weights && { weights }) },
  );

const withoutProcessed = goodSnapshot.map((one) => {
  if (one.kind !== 'cloudformation') return one;
  const { processedKey: _, ...rest } = one;
  return rest;
});
const onTemplate = (templateKey: string) =>
  goodSnapshot.map((one) => (one.kind === 'cloudformation' ? { ...one, templateKey } : one));

describe('isLive', () => {
  it.each([
    ['the versions its deployments brought in', releaseRecord(), { snapshot: on('5') }, true],
    ['other versions', releaseRecord(), { snapshot: on('4') }, false],
    ['its versions among others', releaseRecord(), { snapshot: on('5', { '4': 0.1 }) }, false],
    ['no such target any more', releaseRecord(), { snapshot: [] }, false],
    ['its snapshot', goodRelease(), { snapshot: goodSnapshot }, true],
    [
      'its snapshot, its concurrency scaled',
      goodRelease(),
      { snapshot: goodSnapshot.map((one) => (isAlias(one) ? { ...one, provisioned: 3 } : one)) },
      true,
    ],
    [
      'its snapshot, with rollback triggers, which older records do not have',
      goodRelease(),
      {
        snapshot: goodSnapshot.map((one) =>
          one.kind === 'cloudformation' ? { ...one, triggers: { alarms: [], minutes: 5 } } : one,
        ),
      },
      true,
    ],
    ['another snapshot', goodRelease(), { snapshot: on('5') }, false],
    [
      'its versions on another template',
      releaseRecord({ snapshot: on('5') }),
      { snapshot: on('5').slice(0, 1) },
      false,
    ],
    [
      'its snapshot, recorded before templates were saved after their transforms',
      goodRelease({ snapshot: withoutProcessed }),
      { snapshot: goodSnapshot },
      true,
    ],
    [
      'its versions on a template that the coordinator put there',
      goodRelease(),
      { snapshot: onTemplate('templates/pin'), stackIsOurs: true },
      true,
    ],
    [
      'its versions on a template that somebody put there',
      goodRelease(),
      { snapshot: onTemplate('templates/other'), stackIsOurs: false },
      false,
    ],
    [
      'other versions on a template that the coordinator put there',
      goodRelease(),
      { snapshot: on('5'), stackIsOurs: true },
      false,
    ],
    ['its stack update', releaseRecord({ deployments: {} }), { snapshot: [], began: RELEASED_AT }, true],
    ['no stack update', releaseRecord({ deployments: {} }), { snapshot: [] }, false],
  ])('of %s', (_, release, live, expected) => {
    expect(isLive(release, live)).toBe(expected);
  });
});

it('finds the aliases that split their traffic', () => {
  expect(splitAliases(on('5'))).toEqual([]);
  expect(splitAliases(on('5', { '6': 0.5 }))).toHaveLength(1);
});
