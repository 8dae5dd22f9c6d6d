import { CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
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

  it('are whole minutes: from the one the span begins in to the last that is over', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves(metricData({}));
    await signals.minutes(span);
    expect(cloudWatch.commandCalls(GetMetricDataCommand)[0]?.args[0].input).toMatchObject({
      StartTime: new Date(at('09:00:00')),
      EndTime: new Date(at('09:03:00')),
    });
  });

  it('are none, and not asked for, before one is over', async () => {
    await expect(signals.minutes({ ...span, to: at('09:00:59') })).resolves.toEqual([]);
    expect(cloudWatch.calls()).toHaveLength(0);
  });

  it('are gathered over all pages, of which the earlier may be partial', async () => {
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
      // Minutes 2 and 7 were not its own as a whole.
      { at: minute(3), requests: 93, errors: 7 },
      { at: minute(4), requests: 94, errors: 0 },
      { at: minute(5), requests: 95, errors: 0 },
      { at: minute(6), requests: 96, errors: 0 },
    ]);
  });

  it('are asked for in one call, for the alias without a version', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves(metricData({}));
    await signals.minutes({ ...whole, slowOverMs: 800 });
    const calls = cloudWatch.commandCalls(GetMetricDataCommand);
    expect(calls).toHaveLength(1);
    const queries = calls[0]?.args[0].input.MetricDataQueries ?? [];
    expect(
      queries.map(({ Id, MetricStat }) => [Id, MetricStat?.Stat, MetricStat?.Metric?.Dimensions?.length]),
    ).toEqual([
      ['requests', 'Sum', 3],
      ['errors', 'Sum', 3],
      ['slow', 'TC(800:)', 3],
      ['aliasRequests', 'Sum', 2],
      ['aliasErrors', 'Sum', 2],
      ['aliasSlow', 'TC(800:)', 2],
    ]);
  });

  it('have their slow requests counted', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves(
      metricData({
        aliasRequests: { from: minute(3), values: [50] },
        aliasSlow: { from: minute(3), values: [9] },
      }),
    );
    await expect(signals.minutes({ ...whole, slowOverMs: 800 })).resolves.toEqual([
      { at: minute(3), requests: 50, errors: 0, slow: 9 },
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
    expect(call?.args[0].input.MetricDataQueries).toHaveLength(2);
  });
});

describe('alarms', () => {
  it('are read with composite ones, and one that is not returned does not exist', async () => {
    const since = new Date(at('08:00:00'));
    cloudWatch.on(DescribeAlarmsCommand).resolves({
      MetricAlarms: [{ AlarmName: 'b', StateValue: 'ALARM', StateTransitionedTimestamp: since }],
      CompositeAlarms: [{ AlarmName: 'c', StateValue: 'OK', StateUpdatedTimestamp: since }],
    });
    await expect(signals.alarms(['a', 'b', 'c'])).resolves.toEqual([
      { name: 'a', state: 'missing' },
      { name: 'b', state: 'ALARM', since: since.getTime() },
      { name: 'c', state: 'OK', since: since.getTime() },
    ]);
    expect(cloudWatch.commandCalls(DescribeAlarmsCommand)[0]?.args[0].input).toEqual({
      AlarmNames: ['a', 'b', 'c'],
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
      MaxRecords: 100,
    });
  });

  it('are not asked for where none is declared', async () => {
    await expect(signals.alarms([])).resolves.toEqual([]);
    expect(cloudWatch.calls()).toHaveLength(0);
  });

  it('are asked for a hundred at a time, which is all CloudWatch takes', async () => {
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
