import { servicePolicy } from '../../../../shared/catalog/service-entry.ts';
import type { Span } from '../../../../shared/judge/sequential/baseline.ts';
import type { RecordedDeployment } from '../../../../shared/replay/recorded-deployment.ts';
import { type ReplayInput, replayPolicy, summarize } from '../../../../shared/replay/replay-policy.ts';
import { minutesLater, minutesOf, none, normal, recording } from './recordings.ts';

const hour = 60;
/** A deployment that begins `hours` later, good or bad from its beginning. */
function later(
  id: string,
  hours: number,
  isBad: boolean,
  changes: Partial<RecordedDeployment> = {},
): RecordedDeployment {
  const begin = minutesLater(hours * hour);
  const bad = new Array<number>(10).fill(30);
  return {
    ...recording(),
    id,
    release: id,
    subject: id,
    released: [
      ...minutesOf(60, isBad ? bad : none(10), begin),
      ...minutesOf(600, none(50), begin + 10 * 60_000),
    ],
    control: minutesOf(540, none(10), begin),
    from: begin,
    to: begin + hour * 60_000,
    shifts: [{ at: begin, share: 0.1 }],
    aloneFrom: begin + 10 * 60_000,
    ...changes,
  };
}
const replay = (
  deployments: readonly RecordedDeployment[],
  policy: object = {},
  normalOf: ReplayInput['normalOf'] = () => normal,
) => replayPolicy({ service: 'orders', policy: servicePolicy.parse(policy), deployments, normalOf });

it('gives the result of each release, beside its label', () => {
  const found = replay([
    later('d-4', 9, false, { label: 'bad', onset: minutesLater(9 * hour + 50) }),
    later('d-1', 0, false, { label: 'good' }),
    later('d-2', 3, true, { label: 'bad', onset: minutesLater(3 * hour) }),
    later('d-3', 6, true, { label: 'good' }),
    later('d-5', 12, false),
  ]);
  expect(found.map(({ release, result, action, byLabel }) => [release, result, action, byLabel])).toEqual([
    ['d-1', 'good', undefined, 'right'],
    ['d-2', 'condemned', 'roll-back', 'right'],
    ['d-3', 'condemned', 'roll-back', 'false'],
    ['d-4', 'good', undefined, 'missed'],
    ['d-5', 'good', undefined, undefined],
  ]);
  expect(found[1]).toMatchObject({
    rule: 'compared-with-control',
    delayMinutes: 3.3,
    requests: 180,
    errors: 90,
    historyHours: 72,
    hasHistory: true,
  });
  expect(summarize(found)).toEqual({
    releases: 5,
    good: 2,
    bad: 2,
    rolledBack: 2,
    asked: 0,
    reported: 0,
    false: 1,
    found: 1,
    missed: 1,
    undecided: 0,
    medianDelayMinutes: 3.3,
    longestDelayMinutes: 3.3,
  });
});

it('counts a rollback before the onset as false, and one without an onset from the first traffic', () => {
  const [early] = replay([later('d-1', 0, true, { label: 'bad', onset: minutesLater(30) })]);
  expect(early).toMatchObject({ byLabel: 'false', delayMinutes: -26.7 });
  const [without] = replay([later('d-1', 0, true, { label: 'bad' })]);
  expect(without).toMatchObject({ byLabel: 'right', delayMinutes: 3.3 });
});

it('is undecided about a bad release whose record ends first, and right about a good one', () => {
  const short = { to: minutesLater(5), released: minutesOf(60, none(5)) };
  const [bad] = replay([later('d-1', 0, false, { ...short, label: 'bad' })]);
  expect(bad).toMatchObject({ result: 'undecided', byLabel: 'undecided' });
  const [good] = replay([later('d-1', 0, false, { ...short, label: 'good' })]);
  expect(good).toMatchObject({ result: 'undecided', byLabel: 'right' });
  expect(summarize(replay([later('d-1', 0, false, { ...short, label: 'bad' })]))).toMatchObject({
    undecided: 1,
    missed: 0,
  });
});

it.each([
  [{ autonomy: 'act' }, 'roll-back', undefined],
  [{ autonomy: 'approve' }, 'ask', 'Its policy gives orders the autonomy "approve".'],
  [{ autonomy: 'approve', approval: { unless: 'hard-breach' } }, 'roll-back', undefined],
  [{ autonomy: 'recommend' }, 'report', 'Its policy gives orders the autonomy "recommend".'],
  [{ autonomy: 'observe' }, 'report', 'Its policy gives orders the autonomy "observe".'],
  [
    { budget: { rollbacks: 0 } },
    'report',
    'Its budget is used up: 0 rollbacks without a person in 24 hours.',
  ],
])('%j does %s', (policy, action, held) => {
  const [found] = replay([later('d-1', 0, true)], policy);
  expect([found?.action, found?.held]).toEqual([action, held]);
});

it('counts its rollbacks against the budget, within its hours', () => {
  const bad = [0, 3, 6, 30].map((hours, n) => later(`d-${n}`, hours, true));
  const found = replay(bad, { budget: { rollbacks: 2, hours: 24 } });
  expect(found.map(({ action }) => action)).toEqual(['roll-back', 'roll-back', 'report', 'roll-back']);
  expect(summarize(found)).toMatchObject({ rolledBack: 3, reported: 1 });
});

it('leaves the times of condemned releases out of the normal rate', () => {
  const asked: [string, readonly Span[]][] = [];
  replay([later('d-1', 0, true), later('d-2', 3, false), later('d-3', 6, true)], {}, ({ id }, leftOut) => {
    asked.push([id, [...leftOut]]);
    return normal;
  });
  expect(asked).toEqual([
    ['d-1', []],
    ['d-2', [{ from: minutesLater(0), to: minutesLater(3 * hour) }]],
    ['d-3', [{ from: minutesLater(0), to: minutesLater(3 * hour) }]],
  ]);
});

describe('a release of two deployments', () => {
  const two = (first: Partial<RecordedDeployment>, isSecondBad: boolean) => [
    later('d-2', 0, isSecondBad, { release: 'r', function: 'b' }),
    later('d-1', 0, false, { release: 'r', function: 'a', ...first }),
  ];

  it('goes back as one, as soon as one is condemned', () => {
    const [found, ...others] = replay(two({ label: 'bad' }, true));
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      release: 'r',
      deployments: ['d-2', 'd-1'],
      result: 'condemned',
      byLabel: 'right',
      delayMinutes: 3.3,
      // Of both versions, until then.
      requests: 360,
      errors: 90,
    });
  });

  it('has as few false alarms as a release of one function: each function needs more evidence', () => {
    const weak = [...none(3), 4, 1, ...none(5)];
    const one = { ...recording({ split: weak }), release: 'r' };
    const alone = replay([one]);
    const others = [2, 3, 4, 5, 6].map((n) => later(`d-${n}`, 0, false, { release: 'r', function: `f${n}` }));
    const together = replay([one, ...others]);
    expect(alone[0]?.result).toBe('condemned');
    expect(together[0]?.result).toBe('good');
  });

  it('is undecided as long as one of them is', () => {
    const [found] = replay(two({ to: minutesLater(12) }, false));
    expect(found?.result).toBe('undecided');
  });

  it('is unproven, or replaced, where one of them is', () => {
    const quiet = { released: [{ at: minutesLater(0), requests: 3, errors: 0 }], to: minutesLater(200) };
    expect(replay(two(quiet, false))[0]).toMatchObject({ result: 'unproven' });
    const next = later('d-9', 0.3, false, { release: 'next' });
    expect(replay([...two({}, false), next])[0]).toMatchObject({ result: 'replaced' });
  });
});

it('the median of an even number of delays is between the two in the middle', () => {
  const late = (id: string, hours: number, minutes: number) =>
    later(id, hours, true, { label: 'bad', onset: minutesLater(hours * hour) - minutes * 60_000 });
  const found = replay([late('d-1', 0, 0), late('d-2', 3, 1), late('d-3', 6, 4), late('d-4', 30, 10)]);
  expect(summarize(found)).toMatchObject({ medianDelayMinutes: 5.8, longestDelayMinutes: 13.3 });
});

it('reports too little history', () => {
  const [without] = replay([later('d-1', 0, false)], {}, () => undefined);
  expect(without).toMatchObject({ historyHours: 0, hasHistory: false });
  const few = { errors: { ...normal.errors, hours: 23 } };
  expect(replay([later('d-1', 0, false)], {}, () => few)[0]).toMatchObject({
    historyHours: 23,
    hasHistory: false,
  });
});
