import { grantKey, type UnusedGrant } from 'account-simulator/account/permissions/permission-usage.ts';
import { type Place, placeKey } from '../simulation/surface.ts';
import type { CoveredRun } from './covered-run.ts';
import { type UnreachablePlace, unreachablePlaces } from './unreachable-places.ts';
import { type Unrehearsed, unrehearsed } from './unrehearsed-permissions.ts';

/** The gaps in the coverage: none where all lists are empty. */
export interface CoverageFindings {
  /** Places that no run reached. */
  readonly missed: readonly string[];
  /** Actions and resources of statements that no request of any run needed. */
  readonly unused: readonly UnusedGrant[];
  /** Obsolete entries of the two lists of exceptions, and faults that struck nothing. */
  readonly stale: readonly string[];
  /** Runs that broke a promise. */
  readonly broken: readonly CoveredRun[];
}

/** The two lists of exceptions; the project's own by default. */
export interface Exceptions {
  readonly unreachable: readonly UnreachablePlace[];
  readonly unrehearsed: readonly Unrehearsed[];
}

const exceptions: Exceptions = { unreachable: unreachablePlaces, unrehearsed };

/** Compares the places and grants that the runs covered with everything there is. */
export function judgeCoverage(
  places: readonly Place[],
  runs: readonly CoveredRun[],
  { unreachable, unrehearsed }: Exceptions = exceptions,
): CoverageFindings {
  const visited = new Set(runs.flatMap((run) => run.visited));
  const excused = excusedKeys(places, unreachable);
  const isKnown = (entry: UnreachablePlace) => places.some((place) => isOf(place, entry));
  const wasVisited = (entry: UnreachablePlace) =>
    places.some((place) => isOf(place, entry) && visited.has(placeKey(place)));
  const never = grantsUnusedInAll(runs);
  return {
    missed: places.map(placeKey).filter((key) => !visited.has(key) && !excused.has(key)),
    unused: unusedInAll(runs),
    stale: [
      ...unreachable
        .filter((entry) => !isKnown(entry))
        .map((entry) => `${nameOf(entry)} is listed as unreachable and is in no machine`),
      ...unreachable
        .filter(wasVisited)
        .map((entry) => `${nameOf(entry)} is listed as unreachable and was reached`),
      ...unrehearsed
        .filter(({ reason }) => never.every((grant) => grant.reason !== reason))
        .map(({ reason }) => `no unused statement needs the excuse: ${reason}`),
      ...runs.flatMap(({ name, idle }) => idle.map((label) => `no ${label} struck in "${name}"`)),
    ],
    broken: runs.filter(({ violations }) => violations.length > 0),
  };
}

/** Keys of the places that are listed as unreachable. */
export function excusedKeys(
  places: readonly Place[],
  unreachable: readonly UnreachablePlace[] = unreachablePlaces,
): ReadonlySet<string> {
  return new Set(
    places.filter((place) => unreachable.some((entry) => isOf(place, entry))).map((place) => placeKey(place)),
  );
}

/** Grants that no run needed, without those excused. */
export function unusedInAll(runs: readonly CoveredRun[]): readonly UnusedGrant[] {
  return grantsUnusedInAll(runs).filter(({ reason }) => reason === undefined);
}

function grantsUnusedInAll(runs: readonly CoveredRun[]): readonly UnusedGrant[] {
  const [first, ...others] = runs.map(
    ({ unused }) => new Map(unused.map((grant) => [grantKey(grant), grant])),
  );
  return [...(first ?? [])].filter(([key]) => others.every((run) => run.has(key))).map(([, grant]) => grant);
}

function isOf({ machine, state, route, index }: Place, entry: UnreachablePlace): boolean {
  const own = route === 'state' ? undefined : `${route}/${index}`;
  return machine === entry.machine && state === entry.state && own === entry.route;
}

function nameOf({ machine, state, route }: UnreachablePlace): string {
  return [machine, state, ...(route === undefined ? [] : [route])].join('/');
}
