import { type AlarmReading, judgeAlarms } from '../../../../shared/judge/declared-alarms.ts';

const startedAt = 1_000_000;
const findingOf = (reading: Omit<AlarmReading, 'name'>) =>
  judgeAlarms([{ name: 'orders-errors', ...reading }], startedAt)[0];

it.each<[string, Omit<AlarmReading, 'name'>, string, string]>([
  ['is OK', { state: 'OK', since: 5 }, 'clear', 'is OK'],
  [
    'turned ALARM after the deployment began',
    { state: 'ALARM', since: startedAt + 1, before: 'OK' },
    'breach',
    'turned ALARM after the deployment began',
  ],
  [
    'turned ALARM as the deployment began',
    { state: 'ALARM', since: startedAt },
    'breach',
    'turned ALARM after',
  ],
  [
    'has rung since before',
    { state: 'ALARM', since: startedAt - 1 },
    'note',
    'was in ALARM before the deployment began: ruled out',
  ],
  [
    'rang when the deployment was first seen',
    { state: 'ALARM', since: startedAt + 1, before: 'ALARM' },
    'note',
    'ruled out',
  ],
  [
    'had no data before and rings now',
    { state: 'ALARM', since: startedAt + 1, before: 'INSUFFICIENT_DATA' },
    'breach',
    'turned ALARM after',
  ],
  ['rings since nobody knows when', { state: 'ALARM' }, 'breach', 'turned ALARM after'],
  ['has too little data', { state: 'INSUFFICIENT_DATA' }, 'note', 'has too little data to say anything'],
  ['does not exist', { state: 'missing' }, 'note', 'is declared in the catalog but does not exist'],
])('an alarm that %s', (_, reading, finding, words) => {
  const evidence = findingOf(reading);
  expect(evidence).toMatchObject({ rule: 'declared-alarm', metric: 'alarm orders-errors', finding });
  expect(evidence?.detail).toContain('alarm orders-errors ');
  expect(evidence?.detail).toContain(words);
});

it('weighs each alarm by itself', () => {
  const evidence = judgeAlarms(
    [
      { name: 'a', state: 'OK' },
      { name: 'b', state: 'ALARM', since: startedAt + 1 },
      { name: 'c', state: 'missing' },
    ],
    startedAt,
  );
  expect(evidence.map(({ finding }) => finding)).toEqual(['clear', 'breach', 'note']);
});
