import { type Place, placeKey } from '../simulation/surface.ts';
import { aimedCases, type Played } from './aimed-cases.ts';
import type { CoverageCase } from './coverage-case.ts';
import type { CoveredRun } from './covered-run.ts';
import { unusedInAll } from './judge-coverage.ts';
import type { PlayCases } from './play-cases.ts';

/** The number of runs through a state that are struck in turn, until the state's routes are covered. */
const aims = 3;

/** The inputs of the proof. */
export interface CoverageParts {
  readonly places: readonly Place[];
  readonly play: PlayCases;
  /** Sets of cases; the next set is played only if the previous sets left places uncovered. */
  readonly bases: readonly (readonly CoverageCase[])[];
  /** Keys of places that need not be reached. */
  readonly excused: ReadonlySet<string>;
}

/**
 * Plays cases until every place has been reached: the given cases, then the same with a fault aimed at each state whose
 * catchers or retriers are still missing.
 */
export async function cover({ places, play, bases, excused }: CoverageParts): Promise<readonly CoveredRun[]> {
  const played: Played[] = [];
  const visited = new Set<string>();
  const missed = () =>
    places.filter((place) => !visited.has(placeKey(place)) && !excused.has(placeKey(place)));
  const playAll = async (cases: readonly CoverageCase[]) => {
    const runs = await play(cases);
    for (const [at, run] of runs.entries()) {
      played.push({ one: cases[at] as CoverageCase, run });
      for (const key of run.visited) visited.add(key);
    }
  };
  for (const cases of bases) {
    if (
      played.length > 0 &&
      missed().length === 0 &&
      unusedInAll(played.map(({ run }) => run)).length === 0
    ) {
      break;
    }
    await playAll(cases);
    for (let nth = 0; nth < aims; nth += 1) await playAll(aimedCases(missed(), played, nth));
  }
  return played.map(({ run }) => run);
}
