import { compileSchedule } from '../../../account/eventbridge/schedule.ts';

const at = (time: string) => Date.parse(time);
/** The first times after `after`, as ISO 8601. */
function times(expression: string, after: string, count = 3): string[] {
  const next = compileSchedule(expression, at(after));
  const found: string[] = [];
  let time: number | undefined = at(after);
  while (found.length < count) {
    time = next(time as number);
    if (time === undefined) break;
    found.push(`${new Date(time).toISOString().slice(0, 16)}Z`);
  }
  return found;
}

describe('rate', () => {
  it.each([
    ['rate(1 minute)', ['2026-10-01T08:01Z', '2026-10-01T08:02Z', '2026-10-01T08:03Z']],
    ['rate(5 minutes)', ['2026-10-01T08:05Z', '2026-10-01T08:10Z', '2026-10-01T08:15Z']],
    ['rate(1 hour)', ['2026-10-01T09:00Z', '2026-10-01T10:00Z', '2026-10-01T11:00Z']],
    ['rate(2 days)', ['2026-10-03T08:00Z', '2026-10-05T08:00Z', '2026-10-07T08:00Z']],
  ])('%s counts from the creation of the rule', (expression, expected) => {
    expect(times(expression, '2026-10-01T08:00:00Z')).toEqual(expected);
  });

  it('keeps its rhythm at any time', () => {
    const next = compileSchedule('rate(5 minutes)', at('2026-10-01T08:02:00Z'));
    expect(next(at('2026-10-01T08:11:59Z'))).toBe(at('2026-10-01T08:12:00Z'));
    expect(next(at('2026-10-01T08:12:00Z'))).toBe(at('2026-10-01T08:17:00Z'));
    expect(next(at('2026-10-01T07:00:00Z'))).toBe(at('2026-10-01T08:07:00Z'));
  });

  it.each([
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(0 minutes)',
    'rate(5 seconds)',
    'rate(5m)',
    'every hour',
    '',
  ])('refuses %j', (expression) => {
    expect(() => compileSchedule(expression, 0)).toThrow('ScheduleExpression');
  });
});

describe('cron', () => {
  // The examples of "Setting a schedule pattern for scheduled rules", from Thursday 2026-10-01 on.
  it.each([
    ['cron(0 10 * * ? *)', ['2026-10-01T10:00Z', '2026-10-02T10:00Z', '2026-10-03T10:00Z']],
    ['cron(15 12 * * ? *)', ['2026-10-01T12:15Z', '2026-10-02T12:15Z', '2026-10-03T12:15Z']],
    ['cron(0 18 ? * MON-FRI *)', ['2026-10-01T18:00Z', '2026-10-02T18:00Z', '2026-10-05T18:00Z']],
    ['cron(0 8 1 * ? *)', ['2026-11-01T08:00Z', '2026-12-01T08:00Z', '2027-01-01T08:00Z']],
    ['cron(0/15 * * * ? *)', ['2026-10-01T08:15Z', '2026-10-01T08:30Z', '2026-10-01T08:45Z']],
    ['cron(0/30 20-2 ? * MON-FRI *)', ['2026-10-01T20:00Z', '2026-10-01T20:30Z', '2026-10-01T21:00Z']],
    ['cron(5,35 14 * * ? *)', ['2026-10-01T14:05Z', '2026-10-01T14:35Z', '2026-10-02T14:05Z']],
    ['cron(1/10 8 * * ? *)', ['2026-10-01T08:01Z', '2026-10-01T08:11Z', '2026-10-01T08:21Z']],
    ['cron(0 0 29 FEB ? *)', ['2028-02-29T00:00Z', '2032-02-29T00:00Z', '2036-02-29T00:00Z']],
    ['cron(0 0 ? JAN,jul 1 *)', ['2027-01-03T00:00Z', '2027-01-10T00:00Z', '2027-01-17T00:00Z']],
    ['cron(59 23 31 12 ? 2026-2027)', ['2026-12-31T23:59Z', '2027-12-31T23:59Z']],
    ['cron(0 */6 * * ? *)', ['2026-10-01T12:00Z', '2026-10-01T18:00Z', '2026-10-02T00:00Z']],
    ['cron(0 0 31 2 ? *)', []],
  ])('%s is due at the documented times', (expression, expected) => {
    expect(times(expression, '2026-10-01T08:00:00Z')).toEqual(expected);
  });

  it('wraps a range around the end of its field', () => {
    expect(times('cron(0/30 20-2 ? * MON-FRI *)', '2026-10-01T23:00:00Z', 8)).toEqual([
      '2026-10-01T23:30Z',
      '2026-10-02T00:00Z',
      '2026-10-02T00:30Z',
      '2026-10-02T01:00Z',
      '2026-10-02T01:30Z',
      '2026-10-02T02:00Z',
      '2026-10-02T02:30Z',
      '2026-10-02T20:00Z',
    ]);
  });

  it('is due strictly after the given time', () => {
    expect(times('cron(0 8 * * ? *)', '2026-10-01T08:00:00Z', 1)).toEqual(['2026-10-02T08:00Z']);
    expect(times('cron(0 8 * * ? *)', '2026-10-01T07:59:59Z', 1)).toEqual(['2026-10-01T08:00Z']);
  });

  it.each([
    ['cron(0 10 * * ?)', '5 fields'],
    ['cron(0 10 * * * *)', 'exactly one'],
    ['cron(0 10 ? * ? *)', 'exactly one'],
    ['cron(60 10 * * ? *)', 'Minutes'],
    ['cron(0 24 * * ? *)', 'Hours'],
    ['cron(0 0 0 * ? *)', 'Day-of-month'],
    ['cron(0 0 * 13 ? *)', 'Month'],
    ['cron(0 0 ? * 8 *)', 'Day-of-week'],
    ['cron(0 0 * * ? 1969)', 'Year'],
    ['cron(0 0 L * ? *)', 'L, W and # are not simulated'],
    ['cron(0 0 3W * ? *)', 'L, W and # are not simulated'],
    ['cron(0 0 ? * 3#2 *)', 'L, W and # are not simulated'],
    ['cron(0 0 ? * 6L *)', 'L, W and # are not simulated'],
    ['cron(0/0 0 * * ? *)', 'step'],
    ['cron(? 0 * * ? *)', 'Minutes'],
    ['cron(1-2-3 0 * * ? *)', 'range'],
  ])('refuses %s', (expression, reason) => {
    expect(() => compileSchedule(expression, 0)).toThrow(reason);
  });
});
