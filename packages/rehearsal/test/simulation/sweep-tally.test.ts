import { recordedSettings } from '../../simulation/draw-settings.ts';
import type { CaseReport } from '../../simulation/run-case.ts';
import { SweepTally } from '../../simulation/sweep-tally.ts';

const report = (seed: number, over: Partial<CaseReport> = {}): CaseReport => ({
  seed,
  violations: [],
  struck: {},
  settings: recordedSettings,
  outcomes: [],
  visited: [],
  virtualSeconds: 1,
  wallMs: 1,
  timeline: [],
  ...over,
});

const reports = [
  report(1, { struck: { throttle: 2 }, outcomes: ['rolled-back'], visited: ['a'] }),
  report(2, {
    struck: { throttle: 1, slow: 1 },
    visited: ['b', 'a'],
    settings: { ...recordedSettings, republish: 'new-version' },
  }),
  report(3, { violations: [{ promise: 'p', at: 0, detail: 'd' }], outcomes: ['needs-person'] }),
];

describe('SweepTally', () => {
  it('counts runs, strikes and outcomes by fault', () => {
    const tally = new SweepTally();
    for (const one of reports) tally.add(one);
    expect(tally.faults).toEqual({
      throttle: { runs: 2, struck: 3, ended: { 'rolled-back': 1, 'no incident': 1 } },
      slow: { runs: 1, struck: 1, ended: { 'no incident': 1 } },
    });
    expect(tally.outcomes).toEqual({ 'rolled-back': 1, 'no incident': 1, 'needs-person': 1 });
    expect(tally.settings).toMatchObject({
      republish: { 'refused-if-last': 2, 'new-version': 1 },
      serviceRole: { true: 3 },
    });
    expect(tally.visited).toEqual(['a', 'b']);
    expect(tally.broken.map(({ seed }) => seed)).toEqual([3]);
  });

  it('does not depend on the order of the runs', () => {
    const there = new SweepTally();
    const back = new SweepTally();
    for (const one of reports) there.add(one);
    for (const one of [...reports].reverse()) back.add(one);
    expect(back.faults).toEqual(there.faults);
    expect(back.broken).toEqual(there.broken);
  });
});
