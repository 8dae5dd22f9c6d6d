import { objectionsToGood } from '../../../../shared/ledger/objections-to-good.ts';
import type { ReleaseRecord } from '../../../../shared/ledger/records.ts';
import type { AliasSnapshot } from '../../../../shared/targets/alias/shapes.ts';
import { releaseRecord, watchedDeployment } from '../../fixtures/records.ts';
import { RELEASED_AT } from '../../fixtures/times.ts';

const alias = (name: string, version: string, weights?: Record<string, number>): AliasSnapshot => ({
  kind: 'codedeploy',
  target: `${name}:live`,
  function: name,
  alias: 'live',
  version,
  codeSha256: `sha-of-${version}`,
  ...(weights && { weights }),
});
const brings = (name: string, toVersion: string, verdict?: 'healthy' | 'insufficient') =>
  watchedDeployment({
    target: `${name}:live`,
    toVersion,
    ...(verdict && { settled: { verdict, at: RELEASED_AT, requests: 1, errors: 0 } }),
  });
const release = (
  releaseId: string,
  verdict: ReleaseRecord['verdict'],
  deployments: ReturnType<typeof brings>[],
  ...snapshot: AliasSnapshot[]
): ReleaseRecord =>
  releaseRecord({
    releaseId,
    verdict,
    deployments: Object.fromEntries(deployments.map((one, index) => [`d-${index}`, one])),
    ...(snapshot.length > 0 ? { snapshot } : { snapshot: undefined }),
  } as Partial<ReleaseRecord>);

/** The release under test brings A in; B is on version 3. */
const own = release('own', 'candidate', [brings('A', '2', 'healthy')]);
const snapshot = [alias('A', '2'), alias('B', '3')];
const objections = (...others: ReleaseRecord[]) => objectionsToGood(own, snapshot, others);

it("has none against the release's own versions, and those live before the ledger", () => {
  expect(objections()).toEqual([]);
  expect(objections(release('first', 'candidate', [], alias('A', '1'), alias('B', '3')))).toEqual([]);
});

it.each<[string, ReleaseRecord]>([
  ['a good release', release('r', 'good', [brings('B', '3', 'insufficient')])],
  ['a deployment that was healthy itself', release('r', 'candidate', [brings('B', '3', 'healthy')])],
])('has none against versions that %s brought in', (_, origin) => {
  expect(objections(origin)).toEqual([]);
});

it.each<[string, ReleaseRecord, string]>([
  ['a bad release', release('r', 'bad', [brings('B', '3', 'healthy')]), 'marked bad'],
  ['a deployment still watched', release('r', 'candidate', [brings('B', '3')]), 'and was never proven'],
  [
    'one without traffic',
    release('r', 'candidate', [brings('B', '3', 'insufficient')]),
    'and was never proven',
  ],
])('has one against versions that %s brought in', (_, origin, why) => {
  const before = release('older', 'good', [], alias('B', '2'));
  expect(objections(origin, before)).toEqual([
    `B:live is on version 3, which came with r${why === 'marked bad' ? ', ' : ' '}${why}`,
  ]);
});

it('finds the release that brought a version in behind others that only kept it', () => {
  const carried = release(
    'carried',
    'candidate',
    [brings('A', '1', 'healthy')],
    alias('A', '1'),
    alias('B', '3'),
  );
  const moved = release('moved', 'candidate', [], alias('A', '0'), alias('B', '3'));
  const before = release('older', 'good', [], alias('A', '0'), alias('B', '2'));
  expect(objections(carried, moved, before)).toEqual([
    'B:live is on version 3, which came with moved and was never proven',
  ]);
  expect(objections(carried, { ...moved, verdict: 'good' }, before)).toEqual([]);
});

it('has one against an alias that a bad release without deployments moved, even the first release', () => {
  const bad = release('bad', 'bad', [], alias('A', '1'), alias('B', '3'));
  expect(objections(bad)).toEqual(['B:live is on version 3, which came with bad, marked bad']);
});

it('has one against split traffic', () => {
  expect(objectionsToGood(own, [alias('A', '2'), alias('B', '3', { '4': 0.1 })], [])).toEqual([
    'B:live splits its traffic',
  ]);
});

it('requires of a release that was watched as one unit only that no part of it is bad', () => {
  const whole = release('own', 'candidate', []);
  const unproven = release('r', 'candidate', [brings('B', '3')]);
  expect(objectionsToGood(whole, snapshot, [unproven])).toEqual([]);
  expect(objectionsToGood(whole, snapshot, [{ ...unproven, verdict: 'bad' }])).toHaveLength(1);
});
