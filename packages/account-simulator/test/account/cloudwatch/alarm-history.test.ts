import type { DescribeAlarmHistoryInput, DescribeAlarmHistoryOutput } from '@aws-sdk/client-cloudwatch';
import type { AlarmKind, AlarmScriptStep } from '../../../account/cloudwatch/alarm.ts';
import { account, MINUTE, START } from './fixture.ts';

let open: ReturnType<typeof account> | undefined;
afterEach(() => {
  open?.cloudWatch.stop();
  open?.clock.uninstall();
});

const DAY = 86_400_000;

function opened(options?: Parameters<typeof account>[0]) {
  open = account(options);
  const { call } = open;
  const history = (input: DescribeAlarmHistoryInput = {}) =>
    call<DescribeAlarmHistoryOutput>('DescribeAlarmHistory', { AlarmName: 'a', ...input });
  const states = (input: DescribeAlarmHistoryInput = {}) =>
    (history({ HistoryItemType: 'StateUpdate', ...input }).AlarmHistoryItems ?? []).map(
      ({ Timestamp, HistorySummary }) => [
        ((Timestamp as Date).getTime() - START) / MINUTE,
        HistorySummary?.replace('Alarm updated from ', ''),
      ],
    );
  const setState = (StateValue: string, StateReasonData?: string) =>
    call('SetAlarmState', { AlarmName: 'a', StateValue, StateReason: 'by hand', StateReasonData });
  const play = (steps: [number, AlarmScriptStep['state']][], kind?: AlarmKind) =>
    open?.cloudWatch.scriptAlarm(
      'a',
      steps.map(([minutes, state]) => ({ at: START + minutes * MINUTE, state })),
      kind,
    );
  return { ...open, history, states, setState, play };
}

describe('the history of an alarm', () => {
  it('has every change of its state, newest first', async () => {
    const { states, play, until } = opened();
    play([
      [-60, 'ALARM'],
      [-30, 'OK'],
      [5, 'ALARM'],
      [6, 'OK'],
    ]);
    await until(START + 10 * MINUTE);
    expect(states()).toEqual([
      [6, 'ALARM to OK'],
      [5, 'OK to ALARM'],
      [-30, 'ALARM to OK'],
      [-60, 'INSUFFICIENT_DATA to ALARM'],
    ]);
  });

  it('comes in either order, in pages without gaps or repetitions', async () => {
    const { history, states, play, until } = opened();
    play([...Array(25).keys()].map((minute) => [minute + 1, minute % 2 === 0 ? 'ALARM' : 'OK']));
    await until(START + 30 * MINUTE);
    const newestFirst = states();
    expect(newestFirst).toHaveLength(25);
    expect(states({ ScanBy: 'TimestampAscending' })).toEqual([...newestFirst].reverse());
    for (const ScanBy of ['TimestampAscending', 'TimestampDescending'] as const) {
      const asked = { HistoryItemType: 'StateUpdate', ScanBy } as const;
      const paged: (Date | undefined)[] = [];
      let NextToken: string | undefined;
      do {
        const page = history({ ...asked, MaxRecords: 7, ...(NextToken && { NextToken }) });
        expect(page.AlarmHistoryItems?.length).toBeLessThanOrEqual(7);
        paged.push(...(page.AlarmHistoryItems ?? []).map(({ Timestamp }) => Timestamp));
        NextToken = page.NextToken;
      } while (NextToken);
      expect(paged).toEqual(history(asked).AlarmHistoryItems?.map(({ Timestamp }) => Timestamp));
    }
  });

  it('is limited to two times, both included', async () => {
    const { states, play, until } = opened();
    play([
      [1, 'ALARM'],
      [2, 'OK'],
      [3, 'ALARM'],
      [4, 'OK'],
    ]);
    await until(START + 10 * MINUTE);
    const at = (minutes: number) => new Date(START + minutes * MINUTE);
    expect(states({ StartDate: at(2), EndDate: at(3) }).map(([minute]) => minute)).toEqual([3, 2]);
  });

  it('stays when the alarm is deleted, and ends after 30 days', async () => {
    const { call, states, play, until } = opened();
    play([
      [1, 'ALARM'],
      [2, 'OK'],
    ]);
    await until(START + 10 * MINUTE);
    call('DeleteAlarms', { AlarmNames: ['a'] });
    expect(states()).toHaveLength(2);
    await until(START + 30 * DAY + 1.5 * MINUTE);
    expect(states()).toEqual([[2, 'ALARM to OK']]);
    await until(START + 31 * DAY);
    expect(states()).toEqual([]);
  });

  it('has old and new state as JSON, which is cut where it is too long', () => {
    const { history, putAlarm, setState } = opened();
    putAlarm({ AlarmName: 'a' });
    setState('ALARM', '{"threshold":1}');
    const [item] = history({ HistoryItemType: 'StateUpdate' }).AlarmHistoryItems ?? [];
    expect(item).toMatchObject({ AlarmName: 'a', AlarmType: 'MetricAlarm', HistoryItemType: 'StateUpdate' });
    expect(JSON.parse(item?.HistoryData ?? '')).toEqual({
      version: '1.0',
      oldState: { stateValue: 'INSUFFICIENT_DATA', stateReason: 'Unchecked: Initial alarm creation' },
      newState: { stateValue: 'ALARM', stateReason: 'by hand', stateReasonData: { threshold: 1 } },
    });
    setState('OK', JSON.stringify({ recentDatapoints: 'x'.repeat(5000) }));
    const [long] = history({ HistoryItemType: 'StateUpdate' }).AlarmHistoryItems ?? [];
    expect(long?.HistoryData).toHaveLength(4095);
  });

  it('has the changes of its configuration and the actions it ran', async () => {
    const { call, history, putAlarm, setState } = opened();
    putAlarm({ AlarmName: 'a', AlarmActions: ['arn:aws:sns:eu-west-1:123456789012:on-call'] });
    setState('ALARM');
    call('DisableAlarmActions', { AlarmNames: ['a'] });
    setState('OK');
    setState('ALARM');
    expect(history().AlarmHistoryItems?.map(({ HistorySummary }) => HistorySummary)).toEqual([
      'Alarm updated from OK to ALARM',
      'Alarm updated from ALARM to OK',
      'Alarm "a" updated',
      'Successfully executed action arn:aws:sns:eu-west-1:123456789012:on-call',
      'Alarm updated from INSUFFICIENT_DATA to ALARM',
      'Alarm "a" created',
    ]);
  });

  it.each<[AlarmKind, string]>([
    ['log', 'LogAlarm'],
    ['composite', 'CompositeAlarm'],
  ])('of a %s alarm is returned only to a request for its type', async (kind, type) => {
    const { states, play, until, call, putAlarm } = opened();
    if (kind === 'composite') {
      putAlarm({ AlarmName: 'child' });
      call('PutCompositeAlarm', { AlarmName: 'a', AlarmRule: 'ALARM("child")' });
    }
    play([[1, 'ALARM']], kind);
    await until(START + 2 * MINUTE);
    expect(states()).toEqual([]);
    const AlarmTypes = [type] as DescribeAlarmHistoryInput['AlarmTypes'];
    expect(states({ AlarmTypes }).map(([minute]) => minute)).toContain(1);
  });

  it.each([
    [{ MaxRecords: 101 }, 'MaxRecords must be in 1..100.'],
    [{ AlarmContributorId: 'x' }, 'The rehearsal does not simulate the contributors of alarms.'],
    [{ NextToken: 'x' }, 'The next token specified is invalid.'],
  ])('is refused for %j', (input, message) => {
    const { history } = opened();
    expect(() => history(input)).toThrow(message);
  });
});

describe('log alarms', () => {
  it('are described in a list of their own, and have no data until a state is set', () => {
    const { call, describe } = opened();
    call('PutLogAlarm', { AlarmName: 'a', AlarmDescription: 'timeouts', Threshold: 3 });
    expect(describe().LogAlarms).toEqual([]);
    const { MetricAlarms, LogAlarms } = describe({ AlarmTypes: ['LogAlarm', 'MetricAlarm'] });
    expect(MetricAlarms).toEqual([]);
    expect(LogAlarms).toMatchObject([{ AlarmName: 'a', Threshold: 3, StateValue: 'INSUFFICIENT_DATA' }]);
  });
});
