import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { Signals, type VersionSpan } from '../../../../shared/aws/signals.ts';
import { TransientFailure } from '../../../../shared/errors.ts';
import { metricData, type Series } from '../../fixtures/aws-answers.ts';

const cloudWatch = mockClient(CloudWatchClient);
const signals = new Signals(new CloudWatchClient({ region: 'eu-west-1' }));
const at = (time: string) => Date.parse(`2026-01-05T${time}Z`);
const span: VersionSpan = {
  function: 'CreateOrder',
  alias: 'live',
  version: '5',
  from: at('09:00:30'),
  to: at('09:03:59'),
};

beforeEach(() => cloudWatch.reset());

describe('the minutes of a version', () => {
  it('are counted minute by minute, oldest first, a missing error point being no error', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves({
      MetricDataResults: [
        {
          Id: 'requests',
          StatusCode: 'Complete',
          Timestamps: [new Date(at('09:02:00')), new Date(at('09:00:00'))],
          Values: [20, 10],
        },
        { Id: 'errors', StatusCode: 'Complete', Timestamps: [new Date(at('09:02:00'))], Values: [3] },
      ],
    });
    await expect(signals.minutes(span)).resolves.toEqual([
      { at: at('09:00:00'), requests: 10, errors: 0 },
      { at: at('09:02:00'), requests: 20, errors: 3 },
    ]);
  });

  it('are whole minutes: from the minute in which the span begins to the last that is over', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves(metricData({}));
    await signals.minutes(span);
    expect(cloudWatch.commandCalls(GetMetricDataCommand)[0]?.args[0].input).toMatchObject({
      StartTime: new Date(at('09:00:00')),
      EndTime: new Date(at('09:03:00')),
    });
  });

  it('are none, without a call, before one is over', async () => {
    await expect(signals.minutes({ ...span, to: at('09:00:59') })).resolves.toEqual([]);
    expect(cloudWatch.calls()).toHaveLength(0);
  });

  it('are collected over all pages, of which the earlier may be partial', async () => {
    const page = (time: string, StatusCode: 'Complete' | 'PartialData') => ({
      MetricDataResults: [{ Id: 'requests', StatusCode, Timestamps: [new Date(at(time))], Values: [1] }],
    });
    cloudWatch
      .on(GetMetricDataCommand)
      .resolvesOnce({ ...page('09:00:00', 'PartialData'), NextToken: 'p2' })
      .resolvesOnce(page('09:01:00', 'Complete'));
    await expect(signals.minutes(span)).resolves.toHaveLength(2);
    expect(cloudWatch.commandCalls(GetMetricDataCommand)[1]?.args[0].input.NextToken).toBe('p2');
  });

  it.each(['PartialData', 'InternalError', 'Forbidden'] as const)(
    'are not made up from an answer that is %s',
    async (StatusCode) => {
      cloudWatch
        .on(GetMetricDataCommand)
        .resolves({ MetricDataResults: [{ Id: 'errors', StatusCode, Timestamps: [], Values: [] }] });
      await expect(signals.minutes(span)).rejects.toBeInstanceOf(TransientFailure);
    },
  );
});

describe('the minutes of a version that an alias had alone', () => {
  const minute = (n: number) => at('09:00:00') + n * 60_000;
  const alone = { from: at('09:02:20'), to: at('09:07:30') };
  const whole = { ...span, to: at('09:10:00'), alone };
  const answers = (version: Record<string, Series>, alias: readonly number[]) =>
    cloudWatch.on(GetMetricDataCommand).resolves(
      metricData({
        ...version,
        aliasRequests: { from: minute(0), values: alias },
        aliasErrors: { from: minute(3), values: [7] },
      }),
    );
  const requests = async (asked: VersionSpan = whole) =>
    (await signals.minutes(asked)).map(({ at: time, requests: count }) => [
      (time - minute(0)) / 60_000,
      count,
    ]);

  it('are those of the alias where there are none by version', async () => {
    answers({ requests: { from: minute(1), values: [5, 4] } }, [90, 91, 92, 93, 94, 95, 96, 97, 98]);
    await expect(signals.minutes(whole)).resolves.toEqual([
      { at: minute(1), requests: 5, errors: 0 },
      { at: minute(2), requests: 4, errors: 0 },
      // Minutes 2 and 7 belonged to the deployment only in part.
      { at: minute(3), requests: 93, errors: 7 },
      { at: minute(4), requests: 94, errors: 0 },
      { at: minute(5), requests: 95, errors: 0 },
      { at: minute(6), requests: 96, errors: 0 },
    ]);
  });

  it('are read in one call, for the alias without a version', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves(metricData({}));
    await signals.minutes({ ...whole, slowOverMs: 800 });
    const calls = cloudWatch.commandCalls(GetMetricDataCommand);
    expect(calls).toHaveLength(1);
    const queries = calls[0]?.args[0].input.MetricDataQueries ?? [];
    expect(
      queries.map(({ Id, MetricStat }) => [Id, MetricStat?.Stat, MetricStat?.Metric?.Dimensions?.length]),
    ).toEqual([
      ['requests', 'SampleCount', 3],
      ['errors', 'Sum', 3],
      ['invocations', 'Sum', 3],
      ['throttles', 'Sum', 3],
      ['timed', 'SampleCount', 3],
      ['slow', 'TC(800:)', 3],
      ['aliasRequests', 'SampleCount', 2],
      ['aliasErrors', 'Sum', 2],
      ['aliasInvocations', 'Sum', 2],
      ['aliasThrottles', 'Sum', 2],
      ['aliasTimed', 'SampleCount', 2],
      ['aliasSlow', 'TC(800:)', 2],
    ]);
  });

  it('have their throttled requests counted, also where none was served', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves(
      metricData({
        requests: { from: minute(3), values: [50] },
        throttles: { from: minute(3), values: [7, 9] },
      }),
    );
    await expect(signals.minutes(whole)).resolves.toEqual([
      { at: minute(3), requests: 50, errors: 0, throttled: 7 },
      { at: minute(4), requests: 0, errors: 0, throttled: 9 },
    ]);
  });

  it('have the throttled requests of the alias while the version is alone, where its own are not counted', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves(
      metricData({
        requests: { from: minute(3), values: [50] },
        throttles: { from: minute(3), values: [0] },
        aliasRequests: { from: minute(3), values: [50] },
        aliasThrottles: { from: minute(3), values: [7] },
      }),
    );
    await expect(signals.minutes(whole)).resolves.toEqual([
      { at: minute(3), requests: 50, errors: 0, throttled: 7 },
    ]);
  });

  it('are counted over the usual durations, the version over 1.25 times of them', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves(
      metricData({
        requests: { from: whole.from, values: [50] },
        timed: { from: whole.from, values: [49] },
        over0: { from: whole.from, values: [12] },
        over1: { from: whole.from, values: [3] },
        controlRequests: { from: whole.from, values: [450] },
        controlTimed: { from: whole.from, values: [450] },
        controlOver0: { from: whole.from, values: [100] },
        controlOver1: { from: whole.from, values: [20] },
      }),
    );
    const found = await signals.sideBySide({ ...whole, control: '4', boundaries: [100, 200] });
    expect(found.released).toMatchObject([{ timed: 49, over: [12, 3] }]);
    expect(found.control).toMatchObject([{ timed: 450, over: [100, 20] }]);
    expect(cloudWatch.commandCalls(GetMetricDataCommand)).toHaveLength(1);
    const { MetricDataQueries = [] } = cloudWatch.commandCalls(GetMetricDataCommand)[0]?.args[0].input ?? {};
    const over = MetricDataQueries.filter(({ MetricStat: stat }) => stat?.Stat?.startsWith('TC'));
    expect(over.map(({ Id, MetricStat: stat }) => [Id, stat?.Stat])).toEqual(
      expect.arrayContaining([
        ['over0', 'TC(125:)'],
        ['over1', 'TC(250:)'],
        ['controlOver0', 'TC(100:)'],
        ['controlOver1', 'TC(200:)'],
      ]),
    );
  });

  it('have their slow requests counted', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves(
      metricData({
        aliasRequests: { from: minute(3), values: [50] },
        aliasTimed: { from: minute(3), values: [48] },
        aliasSlow: { from: minute(3), values: [9] },
      }),
    );
    await expect(signals.minutes({ ...whole, slowOverMs: 800 })).resolves.toEqual([
      { at: minute(3), requests: 50, errors: 0, timed: 48, slow: 9 },
    ]);
  });

  it('are its own alone where they are there from the first one on', async () => {
    answers({ requests: { from: minute(3), values: [60, 61] } }, [90, 91, 92, 93, 94, 95, 96]);
    await expect(requests()).resolves.toEqual([
      [3, 60],
      [4, 61],
    ]);
  });

  it('are its own from the minute in which they are there again: the alias has weights then', async () => {
    answers({ requests: { from: minute(5), values: [10] } }, [90, 91, 92, 93, 94, 95, 96]);
    await expect(requests()).resolves.toEqual([
      [3, 93],
      [4, 94],
      [5, 10],
    ]);
  });

  it.each([
    ['nothing is known of it', undefined],
    ['it was for less than a minute', { from: at('09:02:00'), to: at('09:02:59') }],
  ])('are not asked for where %s', async (_, time) => {
    cloudWatch.on(GetMetricDataCommand).resolves(metricData({}));
    await signals.minutes({ ...whole, alone: time });
    const [call] = cloudWatch.commandCalls(GetMetricDataCommand);
    expect(call?.args[0].input.MetricDataQueries).toHaveLength(4);
  });
});

describe('a version and its control, side by side', () => {
  const minute = (n: number) => at('09:00:00') + n * 60_000;
  const both = { ...span, from: minute(0), to: minute(8) + 20_000, control: '4' };
  const from = minute(0);
  const eight = (value: number) => ({ from, values: new Array<number>(8).fill(value) });

  it('are counted in the same minutes, the requests as samples of the errors', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves(
      metricData({
        requests: eight(10),
        invocations: eight(10),
        errors: eight(1),
        controlRequests: eight(90),
        controlInvocations: eight(90),
      }),
    );
    const { released, control, until } = await signals.sideBySide(both);
    expect(until).toBe(minute(8));
    expect(released).toHaveLength(8);
    expect(released[7]).toEqual({ at: minute(7), requests: 10, errors: 1 });
    expect(control[7]).toEqual({ at: minute(7), requests: 90, errors: 0 });
    const queries = cloudWatch.commandCalls(GetMetricDataCommand)[0]?.args[0].input.MetricDataQueries ?? [];
    expect(
      queries.map(({ Id, MetricStat }) => [Id, MetricStat?.Metric?.Dimensions?.[2]?.Value, MetricStat?.Stat]),
    ).toEqual([
      ['requests', '5', 'SampleCount'],
      ['errors', '5', 'Sum'],
      ['invocations', '5', 'Sum'],
      ['throttles', '5', 'Sum'],
      ['controlRequests', '4', 'SampleCount'],
      ['controlErrors', '4', 'Sum'],
      ['controlInvocations', '4', 'Sum'],
      ['controlThrottles', '4', 'Sum'],
    ]);
  });

  it('end before a minute in which the errors of one of them are not all there yet', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves(
      metricData({
        requests: eight(10),
        invocations: eight(10),
        controlRequests: { from, values: [90, 90, 90, 90, 90, 90, 90, 30] },
        controlInvocations: eight(90),
      }),
    );
    const { released, control, until } = await signals.sideBySide(both);
    expect([until, released.length, control.length]).toEqual([minute(7), 7, 7]);
  });

  it('have their invocations for requests, and no newest minute, where no success is a sample', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves(
      metricData({
        requests: eight(2),
        invocations: eight(10),
        errors: eight(2),
        controlInvocations: eight(90),
      }),
    );
    const { released, control, until } = await signals.sideBySide(both);
    expect(until).toBe(minute(7));
    expect(released).toHaveLength(7);
    expect(released[0]).toEqual({ at: minute(0), requests: 10, errors: 2 });
    expect(control[0]).toEqual({ at: minute(0), requests: 90, errors: 0 });
  });
});

describe('the history of an alias', () => {
  const asked = { function: 'CreateOrder', alias: 'live', from: at('08:00:00'), to: at('09:00:00') };

  it('is read in steps of five minutes, for all of its versions', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves(
      metricData({
        aliasRequests: { from: asked.from, values: [500, 400] },
        aliasInvocations: { from: asked.from, values: [500, 400] },
        aliasErrors: { from: asked.from, values: [3] },
      }),
    );
    await expect(signals.history(asked)).resolves.toEqual([
      { at: asked.from, requests: 500, errors: 3 },
      { at: asked.from + 60_000, requests: 400, errors: 0 },
    ]);
    const { input } = cloudWatch.commandCalls(GetMetricDataCommand)[0]?.args[0] ?? {};
    expect(input?.MetricDataQueries?.map(({ MetricStat }) => MetricStat?.Period)).toEqual([
      300, 300, 300, 300,
    ]);
  });

  it('has its invocations for requests where no success is a sample', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves(
      metricData({
        aliasRequests: { from: asked.from, values: [3] },
        aliasInvocations: { from: asked.from, values: [500, 400] },
        aliasErrors: { from: asked.from, values: [3] },
      }),
    );
    await expect(signals.history(asked)).resolves.toMatchObject([
      { requests: 500, errors: 3 },
      { requests: 400, errors: 0 },
    ]);
  });
});

describe('alarms', () => {
  it('of every kind are read, and an alarm that is not returned does not exist', async () => {
    const since = new Date(at('08:00:00'));
    cloudWatch.on(DescribeAlarmsCommand).resolves({
      MetricAlarms: [{ AlarmName: 'b', StateValue: 'ALARM', StateTransitionedTimestamp: since }],
      CompositeAlarms: [{ AlarmName: 'c', StateValue: 'OK', StateUpdatedTimestamp: since }],
      LogAlarms: [{ AlarmName: 'd', StateValue: 'OK', StateTransitionedTimestamp: since }],
    });
    await expect(signals.alarms(['a', 'b', 'c', 'd'])).resolves.toEqual([
      { name: 'a', state: 'missing' },
      { name: 'b', state: 'ALARM', since: since.getTime() },
      { name: 'c', state: 'OK', since: since.getTime() },
      { name: 'd', state: 'OK', since: since.getTime() },
    ]);
    expect(cloudWatch.commandCalls(DescribeAlarmsCommand)[0]?.args[0].input).toEqual({
      AlarmNames: ['a', 'b', 'c', 'd'],
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm', 'LogAlarm'],
      MaxRecords: 100,
    });
  });

  it('are not read where none is declared', async () => {
    await expect(signals.alarms([])).resolves.toEqual([]);
    expect(cloudWatch.calls()).toHaveLength(0);
  });

  it("are read a hundred at a time, CloudWatch's limit", async () => {
    const names = Array.from({ length: 230 }, (_, index) => `alarm-${index}`);
    cloudWatch.on(DescribeAlarmsCommand).callsFake(({ AlarmNames }: { AlarmNames: string[] }) => ({
      MetricAlarms: AlarmNames.map((AlarmName) => ({ AlarmName, StateValue: 'OK' })),
    }));
    const states = (await signals.alarms(names)).map(({ name, state }) => `${name} ${state}`);
    expect(states).toEqual(names.map((name) => `${name} OK`));
    const asked = cloudWatch.commandCalls(DescribeAlarmsCommand).map(({ args }) => args[0].input.AlarmNames);
    expect(asked.map((page) => page?.length)).toEqual([100, 100, 30]);
  });
});

describe('the changes of alarms since a time', () => {
  const since = at('09:00:00');
  const item = (time: string, from: string, to: string, more = {}) => ({
    Timestamp: new Date(at(time)),
    HistorySummary: `Alarm updated from ${from} to ${to}`,
    ...more,
  });
  const changed = (time: string) =>
    cloudWatch.on(DescribeAlarmsCommand).resolves({
      MetricAlarms: [{ AlarmName: 'a', StateValue: 'OK', StateTransitionedTimestamp: new Date(at(time)) }],
    });
  const asked = () => cloudWatch.commandCalls(DescribeAlarmHistoryCommand).map(({ args }) => args[0].input);

  it('are read for those that changed since, and for those that no longer exist', async () => {
    changed('08:59:59');
    cloudWatch.on(DescribeAlarmHistoryCommand).resolves({});
    await signals.alarmsSince(['a', 'b'], since);
    expect(asked()).toEqual([
      {
        AlarmName: 'b',
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm', 'LogAlarm'],
        HistoryItemType: 'StateUpdate',
        ScanBy: 'TimestampDescending',
        MaxRecords: 100,
      },
    ]);
  });

  it('come from every page until one shows the state of an hour before', async () => {
    changed('09:05:00');
    cloudWatch
      .on(DescribeAlarmHistoryCommand)
      .resolvesOnce({ AlarmHistoryItems: [item('09:05:00', 'ALARM', 'OK')], NextToken: '1' })
      .resolvesOnce({
        AlarmHistoryItems: [
          item('09:04:00', 'INSUFFICIENT_DATA', 'ALARM'),
          item('07:30:00', 'ALARM', 'INSUFFICIENT_DATA'),
        ],
        NextToken: '2',
      })
      .resolvesOnce({ AlarmHistoryItems: [item('07:00:00', 'OK', 'ALARM')], NextToken: '3' });
    await expect(signals.alarmsSince(['a'], since)).resolves.toEqual([
      {
        name: 'a',
        state: 'OK',
        since: at('09:05:00'),
        changes: [
          { at: at('07:00:00'), from: 'OK', to: 'ALARM' },
          { at: at('07:30:00'), from: 'ALARM', to: 'INSUFFICIENT_DATA' },
          { at: at('09:04:00'), from: 'INSUFFICIENT_DATA', to: 'ALARM' },
          { at: at('09:05:00'), from: 'ALARM', to: 'OK' },
        ],
      },
    ]);
    expect(asked().map(({ NextToken }) => NextToken)).toEqual([undefined, '1', '2']);
  });

  it.each([
    ['the data, where the summary is in other words', 'Changed', '"stateValue":"OK"}'],
    ['the summary, where the data is cut', 'Alarm updated from ALARM to OK', ''],
  ])('are shown by %s', async (_, HistorySummary, rest) => {
    changed('09:05:00');
    const HistoryData = `{"version":"1.0","oldState":{"stateValue":"ALARM","stateReason":"x"},"newState":{${rest}`;
    cloudWatch
      .on(DescribeAlarmHistoryCommand)
      .resolves({ AlarmHistoryItems: [item('09:05:00', '', '', { HistorySummary, HistoryData })] });
    const [alarm] = await signals.alarmsSince(['a'], since);
    expect(alarm?.changes).toEqual([{ at: at('09:05:00'), from: 'ALARM', to: 'OK' }]);
  });
});
