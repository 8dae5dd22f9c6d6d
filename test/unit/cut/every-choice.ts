import { providerOf } from '../../../shared/catalog/service-entry.ts';
import type { PastRelease } from '../../../shared/cut/release-history.ts';
import type { World } from './random-world.ts';

/** For each service, the position of the release it ends on; 0 is the live one. */
export type Choice = ReadonlyMap<string, number>;

/**
 * Every way to go back that keeps the rules, found by trying all: the slow reference for the fixpoint.
 *
 * It is written from the rules alone and shares nothing with the code under test.
 */
export function everyConsistentChoice(world: World): Choice[] {
  let choices: Choice[] = [new Map()];
  for (const { service } of world.entries) {
    const positions = [...(world.releases.get(service) ?? []).keys()];
    choices = choices.flatMap((choice) =>
      (positions.length > 0 ? positions : [0])
        .filter((position) => isSafe(world, service, position))
        .map((position) => new Map([...choice, [service, position]])),
    );
  }
  return choices.filter((choice) => isConsistent(world, choice));
}

/** Whether the service of the incident already has a good release after the bad one. */
export function isSuperseded(world: World): boolean {
  const history = world.releases.get(world.service) ?? [];
  return history
    .slice(0, history.indexOf(world.bad))
    .some((release) => ['good', 'served-well'].includes(verdictOf(world, world.service, release)));
}

function isSafe(world: World, service: string, position: number): boolean {
  if (position === 0) return true;
  const history = world.releases.get(service) ?? [];
  const [live, release] = [history[0], history[position]];
  if (!live || !release) return false;
  const { irreversible, restorePoints } =
    world.entries.find((entry) => entry.service === service)?.policy ?? {};
  if (irreversible) return false;
  const verdict = verdictOf(world, service, release);
  return (
    (verdict === 'good' || (verdict === 'served-well' && restorePoints !== 'good')) &&
    !world.missing.has(release.releaseId) &&
    originOf(history, release) !== originOf(history, live)
  );
}

function isConsistent(world: World, choice: Choice): boolean {
  return world.entries.every((entry) => {
    const { service } = entry;
    const history = world.releases.get(service) ?? [];
    const position = choice.get(service) ?? 0;
    if (service === world.service && position <= history.indexOf(world.bad)) return false;
    const [live, end] = [history[0], history[position]];
    if (!live || !end) return true;
    const keepsEdges = entry.dependsOn.map(providerOf).every(({ service: provider, coupling }) => {
      const cut = cutOf(world, choice, provider);
      if (cut === undefined || coupling === 'never') return true;
      if (bornAt(originOf(history, end)) >= cut) return false;
      const release = world.releases.get(provider)?.[0]?.startedAt ?? '';
      const isPutBack = originOf(history, live) !== live && live.startedAt >= release;
      return coupling !== 'always' || position > 0 || isPutBack;
    });
    const peers = world.entries.filter((other) => other.lockstep && other.lockstep === entry.lockstep);
    const keepsStep = peers.every(({ service: peer }) => {
      const cut = cutOf(world, choice, peer);
      if (peer === service || cut === undefined) return true;
      if (bornAt(originOf(history, end)) >= cut) return false;
      const theirs = world.releases.get(peer) ?? [];
      const undone = theirs.slice(0, choice.get(peer));
      return history.every(
        (own, at) =>
          !undone.some((other) => areTogether(own, history, other, theirs)) ||
          history.indexOf(originOf(history, end)) > at,
      );
    });
    return keepsEdges && keepsStep;
  });
}

/** The time at which users first met a service's undone releases; later than anything where they never did. */
function cutOf(world: World, choice: Choice, service: string): string | undefined {
  const undone = world.releases.get(service)?.slice(0, choice.get(service) ?? 0) ?? [];
  if (undone.length === 0) return undefined;
  const met = undone.flatMap(({ servedFrom, startedAt }) =>
    servedFrom === null ? [] : (servedFrom ?? startedAt),
  );
  return met.sort()[0] ?? '9999';
}

function bornAt({ servedFrom, startedAt }: PastRelease): string {
  return servedFrom ?? startedAt;
}

function areTogether(
  one: PastRelease,
  ones: readonly PastRelease[],
  other: PastRelease,
  others: readonly PastRelease[],
): boolean {
  const apart = (a: PastRelease, b: PastRelease): number =>
    Math.abs(Date.parse(a.startedAt) - Date.parse(b.startedAt));
  const distance = apart(one, other);
  return (
    others.every((each) => apart(one, each) >= distance) &&
    ones.every((each) => apart(each, other) >= distance)
  );
}

function originOf(history: readonly PastRelease[], release: PastRelease): PastRelease {
  const restored = history.find(({ releaseId }) => releaseId === release.restores);
  return restored ? originOf(history, restored) : release;
}

function verdictOf(world: World, service: string, release: PastRelease): string {
  const history = world.releases.get(service) ?? [];
  const same = history.filter((other) => originOf(history, other) === originOf(history, release));
  if (same.some((other) => other.verdict === 'bad' || other === world.bad)) return 'bad';
  return ['good', 'served-well'].find((best) => same.some(({ verdict }) => verdict === best)) ?? 'candidate';
}
