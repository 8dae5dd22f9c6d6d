import type { Place } from '../simulation/surface.ts';
import { placeKey } from '../simulation/surface.ts';
import type { CoverageCase } from './coverage-case.ts';
import type { CoveredRun } from './covered-run.ts';

/** A case that was played, with what it came by. */
export interface Played {
  readonly one: CoverageCase;
  readonly run: CoveredRun;
}

/** More than any Retry block takes (the SDK's own attempts are not a Task's), in each of a few executions. */
const strikes = 30;

/**
 * Cases for the catchers and retriers nothing came by yet: every call of the state's own Task is refused as
 * throttled, which every Retry block tries again and every last catcher takes. It strikes a run that came to the
 * state by itself, so that a state, catcher or retrier that is added to a machine is aimed at without being named
 * anywhere.
 *
 * @param nth which of the runs that came by the state is struck, from 0: the shortest with the fewest faults first
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

/** Cases that came by the state of a place. */
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
