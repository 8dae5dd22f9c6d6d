import { instant } from '../shared/mail/mail-text.ts';
import type { AliasAt } from '../shared/queries/alias-timeline.ts';
import type { SavedAt, ServiceLiveAt } from '../shared/queries/live-at.ts';
import { savedStateOf } from '../shared/targets/kinds.ts';
import { fitTable, type Screen } from './layout.ts';

/** One line per target: its state, the beginning of that, and its certainty. */
export function renderLiveAt(services: readonly ServiceLiveAt[], screen: Screen): string[] {
  const rows = services.flatMap(({ service, release, aliases, others }) => {
    const inForce = release
      ? `${release.releaseId} (${release.verdict})`
      : 'before the first recorded release';
    const targets = [...aliases.map(aliasCells), ...others.map(savedCells)];
    return targets.length === 0
      ? [[service, '-', 'nothing is recorded', '', inForce]]
      : targets.map((cells) => [service, ...cells, inForce]);
  });
  return fitTable(['SERVICE', 'TARGET', 'LIVE', 'KNOWN BY', 'RELEASE'], rows, screen);
}

function aliasCells({ target, versions, since, by, certainty, until, orVersions = [] }: AliasAt): string[] {
  const of = (some: readonly string[]) =>
    some.length > 1 ? `versions ${some.join(' and ')}` : `version ${some[0]}`;
  if (versions.length === 0) return [target, 'not known', by];
  switch (certainty) {
    case 'recorded':
      return [target, of(versions), `${by}, since ${instant(since ?? 0)}`];
    case 'seen':
      return [target, of(versions), `${by}, seen ${instant(since ?? 0)}`];
    case 'inferred':
      return [target, of(versions), `${by} began from it, ${instant(until ?? 0)}`];
    case 'between':
      return [
        target,
        `${of(versions)}, or ${of(orVersions)} already`,
        `changed unrecorded between ${instant(since ?? 0)} and ${instant(until ?? 0)}`,
      ];
  }
}

function savedCells({ target, saved, releaseId }: SavedAt): string[] {
  if (!saved) return [target, 'not recorded', releaseId ? 'its release saved none' : '-'];
  const { live, where } = savedStateOf(saved).describe(saved);
  return [target, live, where ? `${where}, saved with its release` : 'saved with its release'];
}
