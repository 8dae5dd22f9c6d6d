import type { AlarmChange } from '../../../account/cloudwatch/alarm.ts';
import { account, errorAlarm, MINUTE, query, START } from './fixture.ts';

let open: ReturnType<typeof account> | undefined;
const opened = (options?: Parameters<typeof account>[0]) => {
  open = account(options);
  return open;
};
afterEach(() => {
  open?.cloudWatch.stop();
  open?.clock.uninstall();
});

/** Version 5 takes over at minute 10 and answers every tenth request with an error until minute 20. */
const incident = {
  shares: [
    { at: Number.NEGATIVE_INFINITY, shares: { '4': 1 } },
    { at: START + 10 * MINUTE, shares: { '5': 1 } },
    { at: START + 20 * MINUTE, shares: { '4': 1 } },
  ],
  behaviours: { '5': { errorRate: 0.1, latencyMs: 100, latencySpread: 0.3 } },
};

describe('metric alarms', () => {
  it('begin without data, are OK, raise on the incident and recover', async () => {
    const { cloudWatch, until, putAlarm, clock } = opened(incident);
    const changes: [number, string | undefined][] = [];
    cloudWatch.onChange(({ current }) => changes.push([(clock.now() - START) / 1_000, current?.value]));
    putAlarm();
    expect(cloudWatch.state('orders-errors')).toBe('INSUFFICIENT_DATA');
    cloudWatch.start();
    await until(START + 40 * MINUTE);
    // Minutes 10 and 11 breach: 2 of 3 at the evaluation after minute 11 has ended; minutes 20 and 21 are fine again.
    expect(changes).toEqual([
      [0, 'INSUFFICIENT_DATA'],
      [25, 'OK'],
      [12 * 60 + 25, 'ALARM'],
      [22 * 60 + 25, 'OK'],
    ]);
  });

  it('notify the event bus, with the previous state', async () => {
    const { cloudWatch, until, putAlarm, events } = opened(incident);
    putAlarm({ AlarmDescription: 'too many errors' });
    cloudWatch.start();
    await until(START + 15 * MINUTE);
    expect(events).toHaveLength(2);
    expect(events[1]).toMatchObject({
      source: 'aws.cloudwatch',
      detailType: 'CloudWatch Alarm State Change',
      resources: ['arn:aws:cloudwatch:eu-west-1:123456789012:alarm:orders-errors'],
      detail: {
        alarmName: 'orders-errors',
        configuration: {
          description: 'too many errors',
          metrics: [
            {
              metricStat: {
                metric: { dimensions: { FunctionName: 'orders' }, name: 'Errors', namespace: 'AWS/Lambda' },
                period: 60,
                stat: 'Sum',
              },
              returnData: true,
            },
          ],
        },
        previousState: { value: 'OK', timestamp: '2026-10-01T08:00:25.000+0000' },
        state: {
          value: 'ALARM',
          timestamp: '2026-10-01T08:12:25.000+0000',
          reason: expect.stringMatching(
            /^Threshold Crossed: 2 out of the last 3 datapoints \[\d+\.0 \(01\/10\/26 08:11:00\), \d+\.0 \(01\/10\/26 08:10:00\)\] were greater than the threshold \(20\.0\) \(minimum 2 datapoints for OK -> ALARM transition\)\.$/,
          ),
          reasonData: expect.stringContaining('"recentDatapoints"'),
        },
      },
    });
  });

  it('slide over longer periods minute by minute', async () => {
    const { cloudWatch, until, putAlarm, clock } = opened(incident);
    let raisedAt = 0;
    cloudWatch.onChange(({ current }) => {
      if (current?.value === 'ALARM') raisedAt = clock.now();
    });
    // About 6 errors a minute before, 60 in the incident: the first whole five minutes over 100 hold two bad ones.
    putAlarm({ Period: 300, EvaluationPeriods: 1, DatapointsToAlarm: 1, Threshold: 110 });
    cloudWatch.start();
    await until(START + 20 * MINUTE);
    expect(raisedAt).toBe(START + 12 * MINUTE + 25_000);
  });

  it('watch a percentile or an expression', async () => {
    const { cloudWatch, until, putAlarm, call } = opened({
      ...incident,
      behaviours: { '5': { errorRate: 0.1, latencyMs: 400, latencySpread: 0.3 } },
    });
    const { Statistic: _statistic, ...plain } = errorAlarm;
    call('PutMetricAlarm', {
      ...plain,
      AlarmName: 'slow',
      MetricName: 'Duration',
      ExtendedStatistic: 'p95',
      Threshold: 300,
    });
    call('PutMetricAlarm', {
      AlarmName: 'rate',
      EvaluationPeriods: 1,
      Threshold: 5,
      ComparisonOperator: 'GreaterThanThreshold',
      Metrics: [
        { Id: 'rate', Expression: '100 * errors / requests' },
        { ...query('errors', 'Errors', 'Sum'), ReturnData: false },
        { ...query('requests', 'Invocations', 'Sum'), ReturnData: false },
      ],
    });
    putAlarm({ AlarmName: 'wrong', Dimensions: [{ Name: 'Function', Value: 'orders' }] });
    cloudWatch.start();
    await until(START + 5 * MINUTE);
    expect(['slow', 'rate', 'wrong'].map((name) => cloudWatch.state(name))).toEqual([
      'OK',
      'OK',
      'INSUFFICIENT_DATA',
    ]);
    await until(START + 15 * MINUTE);
    expect(['slow', 'rate', 'wrong'].map((name) => cloudWatch.state(name))).toEqual([
      'ALARM',
      'ALARM',
      'INSUFFICIENT_DATA',
    ]);
  });

  it.each([
    ['missing', 'INSUFFICIENT_DATA'],
    ['notBreaching', 'OK'],
    ['breaching', 'ALARM'],
    ['ignore', 'OK'],
  ])('treat the end of the traffic as %s', async (treatment, state) => {
    const { cloudWatch, until, putAlarm } = opened({
      rate: [
        { from: 0, requestsPerMinute: 600 },
        { from: 5 * MINUTE, requestsPerMinute: 0 },
      ],
    });
    putAlarm({ TreatMissingData: treatment });
    cloudWatch.start();
    await until(START + 20 * MINUTE);
    expect(cloudWatch.state('orders-errors')).toBe(state);
  });

  it('look further back than their periods before they call data missing', async () => {
    const { cloudWatch, until, putAlarm, clock } = opened({
      rate: [
        { from: 0, requestsPerMinute: 600 },
        { from: 5 * MINUTE, requestsPerMinute: 0 },
      ],
    });
    putAlarm();
    cloudWatch.start();
    let lostAt = 0;
    cloudWatch.onChange(({ current }) => {
      if (current?.value === 'INSUFFICIENT_DATA') lostAt = clock.now();
    });
    await until(START + 20 * MINUTE);
    // Minute 4 is the last with data; it leaves the range of 3 + 2 periods when minute 9 has ended.
    expect(lostAt).toBe(START + 10 * MINUTE + 25_000);
  });

  it('send nothing when their current state is set again', async () => {
    const { cloudWatch, until, putAlarm, call, events, describe: ask } = opened();
    putAlarm();
    cloudWatch.start();
    await until(START + 2 * MINUTE);
    const before = events.length;
    call('SetAlarmState', { AlarmName: 'orders-errors', StateValue: 'OK', StateReason: 'drill' });
    expect(events).toHaveLength(before);
    expect(ask().MetricAlarms?.[0]).toMatchObject({
      StateReason: 'drill',
      StateUpdatedTimestamp: new Date(START + 25_000),
    });
  });

  it('keep their state when their configuration changes', async () => {
    const { cloudWatch, until, putAlarm, describe: ask } = opened(incident);
    putAlarm();
    cloudWatch.start();
    await until(START + 15 * MINUTE);
    putAlarm({ Threshold: 1_000 });
    expect(cloudWatch.state('orders-errors')).toBe('ALARM');
    expect(ask().MetricAlarms?.[0]?.Threshold).toBe(1_000);
    await until(START + 16 * MINUTE);
    expect(cloudWatch.state('orders-errors')).toBe('OK');
  });

  it('return to their own state after a state was set by hand', async () => {
    const { cloudWatch, until, putAlarm, call } = opened();
    putAlarm();
    cloudWatch.start();
    await until(START + 2 * MINUTE);
    call('SetAlarmState', { AlarmName: 'orders-errors', StateValue: 'ALARM', StateReason: 'drill' });
    expect(cloudWatch.state('orders-errors')).toBe('ALARM');
    await until(START + 3 * MINUTE);
    expect(cloudWatch.state('orders-errors')).toBe('OK');
  });

  it('run the actions of the new state unless these are disabled', async () => {
    const acted: string[] = [];
    const { cloudWatch, until, putAlarm } = opened({ ...incident, act: (arn) => acted.push(arn) });
    putAlarm({ AlarmActions: ['arn:alarm'], OKActions: ['arn:ok'] });
    putAlarm({ AlarmName: 'silent', AlarmActions: ['arn:silent'], ActionsEnabled: false });
    cloudWatch.start();
    await until(START + 15 * MINUTE);
    expect(acted).toEqual(['arn:ok', 'arn:alarm']);
  });

  it('do not keep the clock running when stopped, or without alarms', async () => {
    const { cloudWatch, clock, putAlarm } = opened();
    cloudWatch.start();
    expect(await clock.run(() => false)).toBe('idle');
    putAlarm();
    expect(await clock.run(() => false, START + 5 * MINUTE)).toBe('deadline');
    cloudWatch.scriptAlarm('later', [{ at: clock.now() + MINUTE, state: 'ALARM' }]);
    cloudWatch.stop();
    expect(await clock.run(() => false)).toBe('idle');
    expect(cloudWatch.state('later')).toBeUndefined();
  });

  it.each([
    [{ Statistic: undefined }, 'Exactly one of Statistic'],
    [{ ExtendedStatistic: 'p99' }, 'Exactly one of Statistic'],
    [{ DatapointsToAlarm: 4 }, 'DatapointsToAlarm'],
    [{ EvaluationPeriods: 0 }, 'EvaluationPeriods'],
    [{ Threshold: undefined }, 'Threshold'],
    [{ ComparisonOperator: 'GreaterThanUpperThreshold' as const }, 'GreaterThanUpperThreshold'],
    [{ TreatMissingData: 'good' }, 'TreatMissingData'],
    [{ Period: 10 }, 'multiple of 60'],
    [{ Period: 86_400 }, 'more than a day'],
    [{ EvaluateLowSampleCountPercentile: 'ignore' }, 'EvaluateLowSampleCountPercentile'],
    [{ Metrics: [query('m1', 'Errors', 'Sum')] }, 'Metrics cannot be combined'],
    [{ MetricName: 'IteratorAge' }, 'IteratorAge'],
    [{ AlarmName: '' }, 'AlarmName'],
  ])('are refused with %j', (over, reason) => {
    expect(() => opened().putAlarm(over as object)).toThrow(reason);
  });
});

describe('scripted alarms', () => {
  it('can have been firing since before, flap, be deleted and come back', async () => {
    const { cloudWatch, clock, until, events } = opened();
    const seen: (string | undefined)[] = [];
    cloudWatch.onChange(({ current }) => seen.push(current?.value));
    cloudWatch.scriptAlarm('flapping', [
      { at: START - 60 * MINUTE, state: 'ALARM' },
      { at: START + MINUTE, state: 'OK' },
      { at: START + 2 * MINUTE, state: 'ALARM' },
      { at: START + 3 * MINUTE, state: 'DELETED' },
      { at: START + 4 * MINUTE, state: 'OK' },
    ]);
    expect(cloudWatch.state('flapping')).toBe('ALARM');
    expect(events).toEqual([]);
    await until(START + 3 * MINUTE + 1);
    expect(cloudWatch.state('flapping')).toBeUndefined();
    await until(START + 5 * MINUTE);
    expect(cloudWatch.state('flapping')).toBe('OK');
    expect(seen).toEqual(['INSUFFICIENT_DATA', 'OK', 'ALARM', undefined, 'INSUFFICIENT_DATA', 'OK']);
    expect(await clock.run(() => false)).toBe('idle');
  });

  it('show the time of their change', () => {
    const { cloudWatch, describe: ask } = opened();
    cloudWatch.scriptAlarm('old', [{ at: START - 60 * MINUTE, state: 'ALARM' }]);
    expect(ask({ AlarmNames: ['old'] }).MetricAlarms?.[0]).toMatchObject({
      AlarmName: 'old',
      StateValue: 'ALARM',
      StateUpdatedTimestamp: new Date(START - 60 * MINUTE),
    });
  });

  it('are not decided by their metric', async () => {
    const { cloudWatch, until, putAlarm } = opened();
    cloudWatch.scriptAlarm('orders-errors', [{ at: START + 3 * MINUTE, state: 'ALARM' }]);
    putAlarm();
    cloudWatch.start();
    await until(START + 2 * MINUTE + 59_000);
    expect(cloudWatch.state('orders-errors')).toBe('INSUFFICIENT_DATA');
    await until(START + 10 * MINUTE);
    expect(cloudWatch.state('orders-errors')).toBe('ALARM');
  });
});

describe('composite alarms', () => {
  const children = (test: ReturnType<typeof account>) => {
    test.cloudWatch.scriptAlarm('a', [
      { at: START, state: 'OK' },
      { at: START + MINUTE, state: 'ALARM' },
      { at: START + 5 * MINUTE, state: 'OK' },
    ]);
    test.cloudWatch.scriptAlarm('b', [
      { at: START, state: 'OK' },
      { at: START + 2 * MINUTE, state: 'ALARM' },
    ]);
  };

  it('follow their children at once, through one another', async () => {
    const test = opened();
    children(test);
    test.call('PutCompositeAlarm', { AlarmName: 'both', AlarmRule: 'ALARM(a) AND ALARM(b)' });
    test.call('PutCompositeAlarm', { AlarmName: 'outer', AlarmRule: 'NOT OK(both)' });
    const changes: AlarmChange[] = [];
    test.cloudWatch.onChange((change) => changes.push(change));
    expect(test.cloudWatch.state('both')).toBe('OK');
    await test.until(START + 6 * MINUTE);
    expect(changes.map(({ name, current }) => `${name} ${current?.value}`)).toEqual([
      'a ALARM',
      'b ALARM',
      'both ALARM',
      'outer ALARM',
      'a OK',
      'both OK',
      'outer OK',
    ]);
    expect(changes[2]?.current?.reason).toBe(
      'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:b transitioned to ALARM at Thursday 01 October, 2026 08:02:00 UTC',
    );
  });

  it('are not described unless requested', () => {
    const test = opened();
    children(test);
    test.call('PutCompositeAlarm', { AlarmName: 'both', AlarmRule: 'ALARM(a) OR ALARM(b)' });
    expect(test.describe().CompositeAlarms).toEqual([]);
    expect(test.describe().MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(['a', 'b']);
    const asked = test.describe({ AlarmTypes: ['CompositeAlarm'] });
    expect(asked.MetricAlarms).toEqual([]);
    expect(asked.CompositeAlarms?.[0]).toMatchObject({
      AlarmName: 'both',
      AlarmRule: 'ALARM(a) OR ALARM(b)',
      StateValue: 'OK',
    });
  });

  it('are refused when their children are missing, or when they contain themselves', () => {
    const test = opened();
    children(test);
    const put = (name: string, rule: string) => () =>
      test.call('PutCompositeAlarm', { AlarmName: name, AlarmRule: rule });
    expect(put('x', 'ALARM(nobody)')).toThrow('nobody');
    put('inner', 'ALARM(a)')();
    put('outer', 'ALARM(inner)')();
    expect(put('inner', 'ALARM(outer)')).toThrow('cycle');
    expect(put('a', 'ALARM(b)')).toThrow('is a metric alarm');
    expect(() =>
      test.call('PutCompositeAlarm', { AlarmName: 'y', AlarmRule: 'ALARM(a)', ActionsSuppressor: 'b' }),
    ).toThrow('ActionsSuppressor');
  });

  it('keep their children from being deleted', () => {
    const test = opened();
    children(test);
    test.call('PutCompositeAlarm', { AlarmName: 'both', AlarmRule: 'ALARM(a) OR ALARM(b)' });
    expect(() => test.call('DeleteAlarms', { AlarmNames: ['a'] })).toThrow('depending on it');
    test.call('DeleteAlarms', { AlarmNames: ['both', 'a', 'never-was'] });
    expect(test.cloudWatch.state('a')).toBeUndefined();
    expect(test.cloudWatch.state('b')).toBe('OK');
  });
});

describe('DescribeAlarms', () => {
  const many = () => {
    const test = opened();
    for (let i = 0; i < 60; i += 1) {
      const name = `alarm-${String(i).padStart(2, '0')}`;
      test.cloudWatch.scriptAlarm(name, [{ at: START, state: i % 3 === 0 ? 'ALARM' : 'OK' }]);
    }
    return test;
  };

  it('leaves out names that do not exist', () => {
    const found = many().describe({ AlarmNames: ['alarm-07', 'alarm-99'] });
    expect(found.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(['alarm-07']);
  });

  it('filters by prefix and state', () => {
    const found = many().describe({ AlarmNamePrefix: 'alarm-1', StateValue: 'ALARM' });
    expect(found.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual([
      'alarm-12',
      'alarm-15',
      'alarm-18',
    ]);
  });

  it('pages through all alarms', () => {
    const test = many();
    const first = test.describe();
    expect(first.MetricAlarms).toHaveLength(50);
    const second = test.describe({ NextToken: first.NextToken });
    expect(second.MetricAlarms).toHaveLength(10);
    expect(second.NextToken).toBeUndefined();
    const names = [first, second].flatMap(({ MetricAlarms }) => (MetricAlarms ?? []).map((a) => a.AlarmName));
    expect(new Set(names).size).toBe(60);
  });

  it.each([
    [{ AlarmNames: Array.from({ length: 101 }, (_, i) => `n${i}`) }, '101'],
    [{ AlarmNames: ['a'], AlarmNamePrefix: 'b' }, 'cannot be combined'],
    [{ MaxRecords: 101 }, 'MaxRecords'],
    [{ ChildrenOfAlarmName: 'a' }, 'ChildrenOfAlarmName'],
    [{ NextToken: 'x' }, 'next token'],
  ])('refuses %j', (input, reason) => {
    expect(() => opened().describe(input)).toThrow(reason);
  });

  it('describes an alarm as it was put', () => {
    const test = opened();
    test.putAlarm();
    expect(test.describe().MetricAlarms?.[0]).toMatchObject({
      ...errorAlarm,
      AlarmArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:orders-errors',
      StateValue: 'INSUFFICIENT_DATA',
      StateReason: 'Unchecked: Initial alarm creation',
    });
  });
});

describe('SetAlarmState', () => {
  it('refuses a missing alarm', () => {
    const set = () =>
      opened().call('SetAlarmState', { AlarmName: 'x', StateValue: 'OK', StateReason: 'drill' });
    expect(set).toThrow(expect.objectContaining({ name: 'ResourceNotFound', statusCode: 404 }));
  });

  it('refuses a state that does not exist', () => {
    const set = () => opened().call('SetAlarmState', { AlarmName: 'x', StateValue: 'BAD', StateReason: '' });
    expect(set).toThrow('BAD');
  });
});
