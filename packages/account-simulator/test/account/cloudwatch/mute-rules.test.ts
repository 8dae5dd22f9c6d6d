import type {
  GetAlarmMuteRuleOutput,
  ListAlarmMuteRulesInput,
  ListAlarmMuteRulesOutput,
} from '@aws-sdk/client-cloudwatch';
import { account, MINUTE, START } from './fixture.ts';

let open: ReturnType<typeof account> | undefined;
afterEach(() => {
  open?.cloudWatch.stop();
  open?.clock.uninstall();
});

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:on-call';

function opened(options?: Parameters<typeof account>[0]) {
  open = account(options);
  const { call } = open;
  const mute = (Name: string, Expression: string, Duration: string, AlarmNames = ['a']) =>
    call('PutAlarmMuteRule', {
      Name,
      Rule: { Schedule: { Expression, Duration } },
      MuteTargets: { AlarmNames },
    });
  const list = (input: ListAlarmMuteRulesInput = {}) =>
    call<ListAlarmMuteRulesOutput>('ListAlarmMuteRules', input);
  return { ...open, mute, list };
}

it('a muted alarm changes its state and runs no action, and its event shows the mute', async () => {
  const acted: string[] = [];
  const { mute, putAlarm, call, until, events, cloudWatch } = opened({ act: (action) => acted.push(action) });
  putAlarm({ AlarmName: 'a', AlarmActions: [TOPIC] });
  // From 08:05 on.
  mute('maintenance', 'at(2026-10-01T08:05)', 'PT10M');
  const ring = () => {
    call('SetAlarmState', { AlarmName: 'a', StateValue: 'OK', StateReason: 'x' });
    call('SetAlarmState', { AlarmName: 'a', StateValue: 'ALARM', StateReason: 'x' });
  };
  ring();
  expect(acted).toEqual([TOPIC]);
  await until(START + 5 * MINUTE);
  ring();
  expect(cloudWatch.state('a')).toBe('ALARM');
  expect(acted).toEqual([TOPIC]);
  expect(events.at(-1)?.detail).toMatchObject({
    state: { value: 'ALARM' },
    muteDetail: {
      mutedByArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm-mute-rule:maintenance',
      muteWindowStart: '2026-10-01T08:05:00.000+0000',
      muteWindowEnd: '2026-10-01T08:15:00.000+0000',
    },
  });
  await until(START + 15 * MINUTE);
  ring();
  expect(acted).toEqual([TOPIC, TOPIC]);
});

it('rules are listed by alarm and by status, page by page, and read by name', async () => {
  const { mute, list, until, call } = opened();
  mute('later', 'at(2026-10-01T09:00)', 'PT1H', ['b']);
  mute('now', 'at(2026-10-01T08:00)', 'PT10M', ['a', 'b']);
  const names = (input: ListAlarmMuteRulesInput) =>
    (list(input).AlarmMuteRuleSummaries ?? []).map(({ AlarmMuteRuleArn }) =>
      AlarmMuteRuleArn?.split(':').at(-1),
    );
  expect(names({})).toEqual(['later', 'now']);
  expect(names({ AlarmName: 'a' })).toEqual(['now']);
  expect(names({ Statuses: ['SCHEDULED'] })).toEqual(['later']);
  expect(names({ Statuses: ['ACTIVE'] })).toEqual(['now']);
  const first = list({ MaxRecords: 1 });
  expect(first.NextToken).toBeDefined();
  expect(names({ MaxRecords: 1, NextToken: first.NextToken })).toEqual(['now']);
  await until(START + 10 * MINUTE);
  expect(names({ Statuses: ['EXPIRED'] })).toEqual(['now']);
  expect(call<GetAlarmMuteRuleOutput>('GetAlarmMuteRule', { AlarmMuteRuleName: 'now' })).toMatchObject({
    Name: 'now',
    Status: 'EXPIRED',
    MuteTargets: { AlarmNames: ['a', 'b'] },
  });
  call('DeleteAlarmMuteRule', { AlarmMuteRuleName: 'now' });
  expect(names({})).toEqual(['later']);
  expect(() => call('GetAlarmMuteRule', { AlarmMuteRuleName: 'now' })).toThrow(
    'Mute rule now does not exist.',
  );
});

it.each([
  ['cron(0 2 * * *)', 'PT1H', 'simulates mute rules of the form at('],
  ['at(2026-10-01T09:00)', 'PT30S', 'is not between PT1M and P15D'],
  ['at(2026-10-01T09:00)', 'P16D', 'is not between PT1M and P15D'],
])('a rule %s for %s is refused', (expression, duration, message) => {
  const { mute } = opened();
  expect(() => mute('x', expression, duration)).toThrow(message);
});
