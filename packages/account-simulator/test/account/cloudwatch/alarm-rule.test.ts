import type { StateValue } from '@aws-sdk/client-cloudwatch';
import { parseAlarmRule } from '../../../account/cloudwatch/alarm-rule.ts';

const states: Record<string, StateValue> = { a: 'ALARM', b: 'OK', c: 'INSUFFICIENT_DATA', 'd e': 'ALARM' };
const holds = (rule: string) => parseAlarmRule(rule).holds((name) => states[name]);

describe('parseAlarmRule', () => {
  it.each([
    ['ALARM(a)', true],
    ['ALARM(b)', false],
    ['OK(b)', true],
    ['INSUFFICIENT_DATA(c)', true],
    ['ALARM("d e")', true],
    ['ALARM(arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a)', true],
    ['NOT ALARM(a)', false],
    ['ALARM(a) AND OK(b)', true],
    ['ALARM(b) OR ALARM(a)', true],
    ['ALARM(a) OR ALARM(b) AND ALARM(c)', true],
    ['(ALARM(a) OR ALARM(b)) AND ALARM(c)', false],
    ['NOT (ALARM(b) OR ALARM(c)) AND TRUE', true],
    ['FALSE', false],
    ['ALARM(unknown)', false],
  ])('parses %s', (rule, expected) => {
    expect(holds(rule)).toBe(expected);
  });

  it('names its children once', () => {
    expect(parseAlarmRule('ALARM(a) OR (OK(a) AND ALARM("d e"))').children).toEqual(['a', 'd e']);
  });

  it.each([
    ['', 'not simulated'],
    ['ALARM a', '"(" is missing'],
    ['ALARM()', 'an alarm name is missing'],
    ['ALARM(a', '")" is missing'],
    ['ALARM(a) ALARM(b)', 'unexpected'],
    ['AT_LEAST(1, ALARM, (a))', 'AT_LEAST'],
    ['"ALARM"(a)', 'not simulated'],
    ['ALARM("a)', 'a quote is not closed'],
  ])('refuses %j', (rule, reason) => {
    expect(() => parseAlarmRule(rule)).toThrow(reason);
  });
});
