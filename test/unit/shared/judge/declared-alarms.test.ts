import * as fc from 'fast-check';
import {
  type AlarmChange,
  type AlarmReading,
  type AlarmStateValue,
  judgeAlarms,
  rangAt,
} from '../../../../shared/judge/declared-alarms.ts';

fc.configureGlobal({ seed: 1 });

const minute = 60_000;
const firstTrafficAt = Date.parse('2026-01-05T09:00:00Z');
const at = (minutes: number) => firstTrafficAt + minutes * minute;
const now = at(30);

/** Changes of an alarm from `first` on: minutes after the first traffic, and the new state. */
function changes(first: AlarmStateValue, ...steps: [minutes: number, to: AlarmStateValue][]): AlarmChange[] {
  return steps.map(([minutes, to], index) => ({ at: at(minutes), from: steps[index - 1]?.[1] ?? first, to }));
}
const reading = (first: AlarmStateValue, ...steps: [number, AlarmStateValue][]): AlarmReading => {
  const [since, state] = steps.at(-1) ?? [-600, first];
  return { name: 'orders-errors', state, since: at(since), changes: changes(first, ...steps) };
};
const judge = (alarm: Partial<AlarmReading>, first: number | undefined = firstTrafficAt) =>
  judgeAlarms([{ name: 'orders-errors', state: 'OK', ...alarm }], first, now)[0];

it.each<[string, AlarmReading, string]>([
  ['went into ALARM', reading('OK', [3, 'ALARM']), '09:03:00 UTC'],
  ['went into ALARM with the first traffic', reading('OK', [0, 'ALARM']), '09:00:00 UTC'],
  ['rang between two looks', reading('OK', [3, 'ALARM'], [3.5, 'OK']), '09:03:00 UTC, and is OK now'],
  [
    'rang and has no data any more',
    reading('OK', [3, 'ALARM'], [5, 'INSUFFICIENT_DATA']),
    '09:03:00 UTC, and is INSUFFICIENT_DATA now',
  ],
  ['rang since before, was OK and rings anew', reading('ALARM', [3, 'OK'], [10, 'ALARM']), '09:10:00 UTC'],
  [
    'rang before, had no data, was OK and rings anew',
    reading('ALARM', [-2, 'INSUFFICIENT_DATA'], [3, 'OK'], [10, 'ALARM']),
    '09:10:00 UTC',
  ],
  ['rang before and was OK again', reading('OK', [-20, 'ALARM'], [-10, 'OK'], [5, 'ALARM']), '09:05:00 UTC'],
  ['never had data before', reading('INSUFFICIENT_DATA', [5, 'ALARM']), '09:05:00 UTC'],
  [
    'was deleted after it rang',
    { ...reading('OK', [3, 'ALARM']), state: 'missing', since: undefined },
    '09:03:00 UTC, and was deleted since',
  ],
  [
    'rings, by its state alone',
    { name: 'orders-errors', state: 'ALARM', since: at(3), before: 'OK' },
    '09:03:00 UTC',
  ],
])('an alarm that %s speaks against the release', (_, alarm, when) => {
  expect(judge(alarm)).toEqual({
    rule: 'declared-alarm',
    metric: 'alarm orders-errors',
    finding: 'breach',
    detail: `alarm orders-errors went into ALARM after the first traffic of the release, at ${when}`,
  });
});

it.each<[string, Partial<AlarmReading>, string, string]>([
  ['is OK', reading('OK'), 'clear', 'is OK'],
  [
    'has rung since before',
    reading('OK', [-1, 'ALARM']),
    'note',
    'rang before the first traffic of the release: ruled out until it has been OK',
  ],
  ['has been OK since it rang before', reading('ALARM', [3, 'OK']), 'clear', 'is OK'],
  [
    'rang before, had no data and rings on',
    reading('ALARM', [3, 'INSUFFICIENT_DATA'], [10, 'ALARM']),
    'note',
    'ruled out',
  ],
  [
    'rang long before, had no data at the first traffic and rings on',
    reading('OK', [-120, 'ALARM'], [-90, 'INSUFFICIENT_DATA'], [10, 'ALARM']),
    'note',
    'ruled out',
  ],
  [
    'rang when the deployment was first seen, while its history does not show how it came back',
    { state: 'ALARM', since: at(3), before: 'ALARM' },
    'note',
    'ruled out',
  ],
  ['has too little data', { state: 'INSUFFICIENT_DATA' }, 'note', 'has too little data to say anything'],
  ['does not exist', { state: 'missing' }, 'note', 'is declared in the catalog but does not exist'],
])('an alarm that %s does not', (_, alarm, finding, words) => {
  expect(judge(alarm)).toMatchObject({ finding, detail: expect.stringContaining(words) });
});

it('no alarm speaks against a release that has no traffic', () => {
  const [rings] = judgeAlarms([reading('OK', [3, 'ALARM'])], undefined, now);
  expect(rings).toMatchObject({ finding: 'note', detail: expect.stringContaining('no traffic yet') });
});

it('an alarm of the deployment group counts like a declared one, by its own name', () => {
  expect(judge({ ...reading('OK', [3, 'ALARM']), of: 'group' })).toMatchObject({
    rule: 'group-alarm',
    finding: 'breach',
  });
  expect(judge({ state: 'missing', of: 'group' })).toMatchObject({
    detail: 'alarm orders-errors is one of the deployment group but does not exist',
  });
});

it('the history may know a change some milliseconds earlier or later than the state', () => {
  const ring: [number, AlarmStateValue][] = [
    [-3, 'ALARM'],
    [2, 'OK'],
  ];
  expect(judge({ ...reading('OK', ...ring), since: at(2) + 12 })).toMatchObject({ finding: 'clear' });
  expect(judge({ ...reading('OK', [-3, 'ALARM']), since: at(-3) + 12 })).toMatchObject({ finding: 'note' });
});

it('a history that lags behind the state is completed by it', () => {
  const behind = { ...reading('ALARM', [3, 'OK']), state: 'ALARM' as const, since: at(8) };
  expect(judge(behind)).toMatchObject({ finding: 'breach', detail: expect.stringContaining('09:08:00') });
});

describe('an alarm that flapped before the release', () => {
  const flapping: [number, AlarmStateValue][] = [-40, -30, -20, -10].flatMap((minutes) => [
    [minutes, 'ALARM'],
    [minutes + 2, 'OK'],
  ]);

  it('does not count by continuing to flap', () => {
    expect(
      judge(reading('OK', ...flapping, [5, 'ALARM'], [7, 'OK'], [15, 'ALARM'], [18, 'OK'])),
    ).toMatchObject({
      finding: 'clear',
    });
  });

  it('counts once it rings more than twice as long', () => {
    const rings = reading('OK', ...flapping, [5, 'ALARM']);
    expect(judgeAlarms([rings], firstTrafficAt, at(9))[0]?.finding).toBe('note');
    expect(judgeAlarms([rings], firstTrafficAt, at(9.1))[0]?.finding).toBe('breach');
  });

  it('is no flapping alarm if it rang only twice', () => {
    expect(judge(reading('OK', ...flapping.slice(-4), [5, 'ALARM'], [7, 'OK']))).toMatchObject({
      finding: 'breach',
    });
  });
});

it('the time at which an alarm rang because of a release has an upper limit', () => {
  const rings = reading('OK', [3, 'ALARM'], [4, 'OK']);
  expect(rangAt(rings, firstTrafficAt, at(2))).toBeUndefined();
  expect(rangAt(rings, firstTrafficAt, at(3))).toBe(at(3));
});

it('weighs each alarm separately', () => {
  const evidence = judgeAlarms(
    [
      { name: 'a', state: 'OK' },
      { ...reading('OK', [1, 'ALARM']), name: 'b' },
      { name: 'c', state: 'missing' },
    ],
    firstTrafficAt,
    now,
  );
  expect(evidence.map(({ finding }) => finding)).toEqual(['clear', 'breach', 'note']);
});

describe('for any course of an alarm', () => {
  const states = fc.constantFrom<AlarmStateValue>('OK', 'ALARM', 'INSUFFICIENT_DATA');
  const histories = fc.tuple(
    states,
    fc.uniqueArray(fc.integer({ min: -90, max: 30 }), { maxLength: 12 }),
    fc.array(states, { minLength: 12, maxLength: 12 }),
  );
  const steps = (minutes: number[], into: AlarmStateValue[], first: AlarmStateValue) =>
    [...minutes]
      .sort((a, b) => a - b)
      .map((one, index): [number, AlarmStateValue] => [one, into[index] as AlarmStateValue])
      .filter(([, to], index, all) => to !== (all[index - 1]?.[1] ?? first));

  it('it counts only by a change into ALARM after the first traffic', () => {
    fc.assert(
      fc.property(histories, ([first, minutes, into]) => {
        const alarm = reading(first, ...steps(minutes, into, first));
        const found = rangAt(alarm, firstTrafficAt, now);
        if (found === undefined) return;
        expect(found).toBeGreaterThanOrEqual(firstTrafficAt);
        expect(alarm.changes?.find((one) => one.at === found)?.to).toBe('ALARM');
      }),
    );
  });

  it('it does not count while it was never OK after it had rung before', () => {
    fc.assert(
      fc.property(histories, ([, minutes, into]) => {
        const after = steps(
          minutes.filter((one) => one >= 0),
          into.map((state) => (state === 'OK' ? 'INSUFFICIENT_DATA' : state)),
          'ALARM',
        );
        expect(rangAt(reading('OK', [-5, 'ALARM'], ...after), firstTrafficAt, now)).toBeUndefined();
      }),
    );
  });
});
