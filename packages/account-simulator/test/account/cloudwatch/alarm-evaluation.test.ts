import {
  type AlarmCriteria,
  evaluateAlarm,
  type MissingDataTreatment,
} from '../../../account/cloudwatch/alarm-evaluation.ts';
import { alarmReason, alarmReasonData } from '../../../account/cloudwatch/alarm-reason.ts';

const START = Date.parse('2026-10-01T08:00:00Z');
const treatments: MissingDataTreatment[] = ['missing', 'ignore', 'breaching', 'notBreaching'];

/** `0` within the threshold, `X` breaching, `-` missing; the newest on the right, a minute apart. */
function points(text: string) {
  return text.split(' ').map((symbol, i) => ({
    start: START + i * 60_000,
    value: { '0': 1, X: 9 }[symbol],
  }));
}

function criteria(over: Partial<AlarmCriteria> = {}): AlarmCriteria {
  return {
    evaluationPeriods: 3,
    datapointsToAlarm: 3,
    comparisonOperator: 'GreaterThanThreshold',
    threshold: 5,
    treatMissingData: 'missing',
    ...over,
  };
}

describe('evaluateAlarm', () => {
  // The two tables of "Configuring how CloudWatch alarms treat missing data"; KEEP is "retain current state".
  it.each([
    [3, '0 - X - X', ['OK', 'OK', 'OK', 'OK']],
    [3, '0 - - - -', ['OK', 'OK', 'OK', 'OK']],
    [3, '- - - - -', ['INSUFFICIENT_DATA', 'KEEP', 'ALARM', 'OK']],
    [3, '0 X X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    [3, '- - X - -', ['ALARM', 'KEEP', 'ALARM', 'OK']],
    [2, '0 - X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    [2, '0 0 X 0 X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    [2, '0 - X - -', ['OK', 'OK', 'ALARM', 'OK']],
    [2, '- - - - 0', ['OK', 'OK', 'ALARM', 'OK']],
    [2, '- - - X -', ['ALARM', 'KEEP', 'ALARM', 'OK']],
  ])('decides %d of 3 on %s as the guide does', (datapointsToAlarm, range, expected) => {
    const states = treatments.map(
      (treatMissingData) =>
        evaluateAlarm(points(range), criteria({ datapointsToAlarm, treatMissingData })).state ?? 'KEEP',
    );
    expect(states).toEqual(expected);
  });

  it.each(['- - - - X', '- - - X -'])('does not raise the alarm prematurely on %s', (range) => {
    expect(evaluateAlarm(points(range), criteria()).state).not.toBe('ALARM');
  });

  it.each([
    ['0 0 0 0 0', 'OK'],
    ['X X 0 0 X', 'OK'],
    ['0 0 X 0 X', 'ALARM'],
    ['X X X X 0', 'ALARM'],
    ['0 X 0 X 0', 'OK'],
    ['X 0 X X 0', 'ALARM'],
  ])('needs 2 of the last 3 where nothing is missing: %s', (range, state) => {
    expect(evaluateAlarm(points(range), criteria({ datapointsToAlarm: 2 })).state).toBe(state);
  });

  it.each([
    ['GreaterThanThreshold', 5, 'OK'],
    ['GreaterThanThreshold', 5.1, 'ALARM'],
    ['GreaterThanOrEqualToThreshold', 5, 'ALARM'],
    ['LessThanThreshold', 5, 'OK'],
    ['LessThanThreshold', 4.9, 'ALARM'],
    ['LessThanOrEqualToThreshold', 5, 'ALARM'],
  ] as const)('compares with %s: %d', (comparisonOperator, value, state) => {
    const verdict = evaluateAlarm(
      [{ start: START, value }],
      criteria({ evaluationPeriods: 1, datapointsToAlarm: 1, comparisonOperator }),
    );
    expect(verdict.state).toBe(state);
  });
});

describe('alarmReason', () => {
  const reason = (range: string, over: Partial<AlarmCriteria> = {}) => {
    const rule = criteria(over);
    const verdict = evaluateAlarm(points(range), rule);
    return alarmReason(verdict.state ?? 'OK', verdict, rule);
  };

  it('lists the breaching data points, newest first', () => {
    expect(reason('0 0 X 0 X', { datapointsToAlarm: 2 })).toBe(
      'Threshold Crossed: 2 out of the last 3 datapoints [9.0 (01/10/26 08:04:00), 9.0 (01/10/26 08:02:00)] ' +
        'were greater than the threshold (5.0) (minimum 2 datapoints for OK -> ALARM transition).',
    );
  });

  it('lists the data points within the threshold for OK', () => {
    expect(reason('0 0 0 X X', { comparisonOperator: 'GreaterThanOrEqualToThreshold' })).toBe(
      'Threshold Crossed: 1 out of the last 3 datapoints [1.0 (01/10/26 08:02:00)] was not greater than or equal ' +
        'to the threshold (5.0) (minimum 1 datapoint for ALARM -> OK transition).',
    );
  });

  it('names the treatment of missing data', () => {
    expect(reason('- - - - -', { treatMissingData: 'notBreaching' })).toBe(
      'Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as ' +
        '[NonBreaching].',
    );
    expect(reason('- - -', { evaluationPeriods: 1, datapointsToAlarm: 1 })).toBe(
      'Insufficient Data: no datapoints were received for 1 period and 1 missing datapoint was treated as [Missing].',
    );
    expect(reason('- - - X X', { treatMissingData: 'breaching' })).toContain(
      '2 datapoints [9.0 (01/10/26 08:04:00), 9.0 (01/10/26 08:03:00)] were greater than the threshold (5.0) ' +
        'and 1 missing datapoint was treated as [Breaching].',
    );
  });

  it('gives the numbers as data', () => {
    const verdict = evaluateAlarm(points('0 0 X 0 X'), criteria({ datapointsToAlarm: 2 }));
    const text = alarmReasonData({
      now: START + 5 * 60_000 + 25_000,
      periodMs: 60_000,
      verdict,
      threshold: 5,
      statistic: 'Sum',
      unit: undefined,
    });
    expect(JSON.parse(text)).toMatchObject({
      version: '1.0',
      queryDate: '2026-10-01T08:05:25.000+0000',
      startDate: '2026-10-01T08:02:00.000+0000',
      statistic: 'Sum',
      period: 60,
      recentDatapoints: [9, 1, 9],
      threshold: 5,
    });
  });
});
