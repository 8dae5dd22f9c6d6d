import { cover } from '../../coverage/cover.ts';
import type { CoverageCase } from '../../coverage/coverage-case.ts';
import type { CoveredRun } from '../../coverage/covered-run.ts';
import { type Place, placeKey } from '../../simulation/surface.ts';

const place = (state: string, route: Place['route'] = 'state'): Place => ({
  machine: 'Watch',
  machineName: 'app-watch',
  state,
  route,
  index: 0,
});
const look = place('Look');
const caught = place('Look', 'catch');

const one = (name: string): CoverageCase => ({
  name,
  play: { seed: 1, scenario: { title: name }, faults: [] },
});

/** Plays by the book: the places that each case reaches, by its name. */
function player(book: Readonly<Record<string, readonly Place[]>>) {
  const played: CoverageCase[] = [];
  const play = async (cases: readonly CoverageCase[]): Promise<CoveredRun[]> => {
    played.push(...cases);
    return cases.map(({ name }) => ({
      name,
      visited: (book[name] ?? []).map(placeKey),
      unused: [],
      idle: [],
      violations: [],
      virtualSeconds: name.length,
    }));
  };
  return { played, play };
}

describe('cover', () => {
  it('strikes a run that reached the state, the shortest first, until the catcher is covered', async () => {
    const { played, play } = player({
      short: [look],
      longer: [look],
      'longer, Watch/Look throttled': [look, caught],
    });
    await cover({ places: [look, caught], play, bases: [[one('longer'), one('short')]], excused: new Set() });
    expect(played.map(({ name }) => name)).toEqual([
      'longer',
      'short',
      'short, Watch/Look throttled',
      'longer, Watch/Look throttled',
    ]);
    expect(played.at(-1)?.play.faults).toEqual([
      { kind: 'throttle', caller: 'Watch', state: 'Look', times: 30 },
    ]);
  });

  it('plays the next set of cases only where the first leaves places uncovered', async () => {
    const full = player({ a: [look, caught] });
    const bases = [[one('a')], [one('b')]];
    await cover({ places: [look, caught], play: full.play, bases, excused: new Set() });
    expect(full.played.map(({ name }) => name)).toEqual(['a']);

    const half = player({ a: [look] });
    await cover({ places: [look, place('Wait')], play: half.play, bases, excused: new Set() });
    expect(half.played.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('strikes nothing for excused places', async () => {
    const { played, play } = player({ a: [look] });
    const excused = new Set([placeKey(caught)]);
    await cover({ places: [look, caught], play, bases: [[one('a')]], excused });
    expect(played.map(({ name }) => name)).toEqual(['a']);
  });
});
