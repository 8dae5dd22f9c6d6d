import type { Place } from '../simulation/surface.ts';
import { placeKey } from '../simulation/surface.ts';
import type { CoverageCase } from './coverage-case.ts';
import type { CoveredRun } from './covered-run.ts';

/** A played case, with the places that it reached. */
export interface Played {
  readonly one: CoverageCase;
  readonly run: CoveredRun;
}

/** More than the attempts of any Retry block (the SDK's own attempts are not a Task's), in each of a few executions. */
const strikes = 30;

/**
 * Cases for the catchers and retriers that no run has reached yet: every call of the state's own Task is refused as
 * throttled, which every Retry block retries and every last catcher catches. The fault strikes a run that reached the state
 * anyway, so that a new state, catcher or retrier is aimed at without being named anywhere.
 *
 * @param nth index of the struck run among those that reached the state, from 0: the shortest with the fewest faults first
 */
export function aimedCases(
  missed: readonly Place[],
  played: readonly Played[],
  nth: number,
): readonly CoverageCase[] {
  const aims = new Map<string, Place>();
  for (const place of missed) {
    if (place.route !== 'state') aims.set(`${place.machine}/${place.state}`, place);
  }
  return [...aims].flatMap(([aim, place]) => {
    const base = basesOf(place, played)[nth];
    return base ? [aimedCase(`${base.name}, ${aim} throttled`, base, place)] : [];
  });
}

/** Cases that reached the state of a place. */
function basesOf(place: Place, played: readonly Played[]): readonly CoverageCase[] {
  const key = placeKey({ ...place, route: 'state' });
  return played
    .filter(({ run }) => run.visited.includes(key))
    .sort((a, b) => faultsOf(a) - faultsOf(b) || a.run.virtualSeconds - b.run.virtualSeconds)
    .map(({ one }) => one);
}

function faultsOf({ one }: Played): number {
  return one.play.faults.length;
}

function aimedCase(name: string, { play }: CoverageCase, { machine: caller, state }: Place): CoverageCase {
  const faults = [...play.faults, { kind: 'throttle' as const, caller, state, times: strikes }];
  return { name, play: { ...play, faults }, aimed: true };
}
