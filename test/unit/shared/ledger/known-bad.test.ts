import { codeOfDeployments, codeOfSnapshot, knownBad } from '../../../../shared/ledger/known-bad.ts';
import type { ReleaseRecord, VersionDigests } from '../../../../shared/ledger/records.ts';
import { goodSnapshot, releaseRecord, watchedDeployment } from '../../fixtures/records.ts';

const made = (code: string, configuration = 'c'): VersionDigests => ({ code, configuration });
const before = made('old');

/** A release whose deployments bring in these digests, by name of the target. */
function release(brought: Record<string, VersionDigests | undefined>, changes: Partial<ReleaseRecord> = {}) {
  const deployments = Object.fromEntries(
    Object.entries(brought).map(([target, to]) => [
      `d-${target}`,
      watchedDeployment({
        deploymentId: `d-${target}`,
        target,
        ...(to && { digests: { from: before, to } }),
      }),
    ]),
  );
  return releaseRecord({ verdict: 'bad', deployments, ...changes });
}
const carried = (brought: Record<string, VersionDigests>) => new Map(Object.entries(brought));
const isKnown = (brought: Record<string, VersionDigests>, ...releases: ReleaseRecord[]) =>
  knownBad(carried(brought), releases) !== undefined;

it('is code and configuration together, of a release that is bad', () => {
  const bad = release({ a: made('new') });
  expect(isKnown({ a: made('new') }, bad)).toBe(true);
  expect(isKnown({ a: made('new', 'other') }, bad)).toBe(false);
  expect(isKnown({ a: made('other') }, bad)).toBe(false);
  expect(isKnown({ b: made('new') }, bad)).toBe(false);
  for (const verdict of ['good', 'candidate', 'failed'] as const) {
    expect(isKnown({ a: made('new') }, release({ a: made('new') }, { verdict }))).toBe(false);
  }
});

it('is the version of the deployment that was found bad, and not its siblings', () => {
  const bad = release({ a: made('bad'), b: made('innocent') }, { badBy: 'd-a' });
  expect(isKnown({ a: made('mended'), b: made('innocent') }, bad)).toBe(false);
  expect(isKnown({ a: made('bad'), b: made('other') }, bad)).toBe(true);
  expect(isKnown({ a: made('bad') }, bad)).toBe(true);
});

it('is not a sibling of an alias that the stack moved, and that was found bad', () => {
  expect(isKnown({ a: made('innocent') }, release({ a: made('innocent') }, { badBy: 'B:live' }))).toBe(false);
});

it('is an alias that was moved without a deployment, where both versions are recorded', () => {
  const moved = (digests?: { from: VersionDigests; to: VersionDigests }) => {
    const { deploymentId: _, ...one } = watchedDeployment();
    const { target, function: name, alias, fromVersion, toVersion, baseline } = { ...one, target: 'a' };
    const movedAt = '2026-01-05T09:00:00.000Z';
    return {
      a: {
        target,
        function: name,
        alias,
        fromVersion,
        toVersion,
        baseline,
        movedAt,
        ...(digests && { digests }),
      },
    };
  };
  const made1 = { from: before, to: made('bad') };
  expect(isKnown({ a: made('bad') }, release({}, { moved: moved(made1), badBy: 'a' }))).toBe(true);
  expect(isKnown({ a: made('bad') }, release({}, { moved: moved(made1) }))).toBe(true);
  expect(isKnown({ a: made('mended') }, release({}, { moved: moved(made1) }))).toBe(false);
  expect(isKnown({ a: made('bad') }, release({}, { moved: moved() }))).toBe(false);
  expect(isKnown({ a: before }, release({}, { moved: moved({ from: before, to: before }) }))).toBe(false);
});

it('is everything that a release changed, where a person named it bad', () => {
  const bad = release({ a: made('one'), b: made('two'), c: before });
  expect(isKnown({ a: made('one'), b: made('two') }, bad)).toBe(true);
  expect(isKnown({ a: made('one') }, bad)).toBe(false);
  expect(isKnown({ a: made('one'), b: made('mended') }, bad)).toBe(false);
});

it('is empty where a release changed parameters only', () => {
  expect(isKnown({ a: before }, release({ a: before }))).toBe(false);
  expect(isKnown({ a: before }, release({ a: before }, { badBy: 'd-a' }))).toBe(false);
  expect(isKnown({ a: before }, release({}))).toBe(false);
});

it('is empty where the digests of a part are not known', () => {
  expect(isKnown({ a: made('one') }, release({ a: made('one'), b: undefined }))).toBe(false);
});

it('is read from snapshots and deployments, as far as they have digests', () => {
  const [alias] = goodSnapshot;
  expect(codeOfSnapshot(goodSnapshot).size).toBe(0);
  expect([...codeOfSnapshot([{ ...alias, configurationSha256: 'c' } as never])]).toEqual([
    ['CreateOrder:live', made('sha-of-4')],
  ]);
  expect([...codeOfDeployments(release({ a: made('new'), b: undefined }).deployments)]).toEqual([
    ['a', made('new')],
  ]);
});
