import { type Place, placeKey } from '../simulation/surface.ts';
import type { CoveredRun } from './covered-run.ts';
import type { CoverageFindings } from './judge-coverage.ts';
import { unreachablePlaces } from './unreachable-places.ts';
import { unrehearsed } from './unrehearsed-permissions.ts';

const kinds = { state: 'states', catch: 'catchers', retry: 'retriers' } as const;

/** The numbers of places reached, and the excused ones. */
export function renderCoverage(places: readonly Place[], runs: readonly CoveredRun[]): string[] {
  const visited = new Set(runs.flatMap((run) => run.visited));
  const counts = (['state', 'catch', 'retry'] as const).map((route) => {
    const all = places.filter((place) => place.route === route);
    return `${all.filter((place) => visited.has(placeKey(place))).length}/${all.length} ${kinds[route]}`;
  });
  return [
    `reached: ${counts.join(', ')}`,
    ...unreachablePlaces.map(
      ({ machine, state, route, reason }) =>
        `excused: ${[machine, state, route].filter(Boolean).join('/')}: ${reason}`,
    ),
    ...unrehearsed.map(({ reason }) => `excused statements: ${reason}`),
  ];
}

/** The findings, one line each. */
export function renderFindings({ missed, unused, stale, broken }: CoverageFindings): string[] {
  return [
    ...missed.map((key) => `never: ${key}`),
    ...unused.map(
      ({ owner, statement, element, value }) =>
        `never needed: ${element} ${value} of statement ${statement + 1} of ${owner}`,
    ),
    ...stale.map((text) => `stale: ${text}`),
    ...broken.flatMap(({ name, violations }) =>
      violations.map(({ promise, detail }) => `broken: ${promise} in "${name}": ${detail}`),
    ),
  ];
}
