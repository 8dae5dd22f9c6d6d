import type {
  AlarmType,
  CompositeAlarm,
  DescribeAlarmsInput,
  DescribeAlarmsOutput,
  LogAlarm,
  MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../service.ts';
import { type Alarm, alarmTypeOf } from './alarm.ts';

const MOST_NAMES = 100;
const MOST_RECORDS = 100;
const DEFAULT_RECORDS = 50;
const REFUSED = ['ActionPrefix', 'ChildrenOfAlarmName', 'ParentsOfAlarmName'] as const;

/**
 * DescribeAlarms (CloudWatch API Reference): metric alarms only unless AlarmTypes says otherwise; an unknown name is left
 * out without an error; pages of 50 unless MaxRecords says otherwise, even if more were named.
 *
 * @param alarms all alarms, by name
 */
export function describeAlarms(input: DescribeAlarmsInput, alarms: readonly Alarm[]): DescribeAlarmsOutput {
  for (const member of REFUSED) {
    if (input[member] !== undefined) {
      throw invalid(`The rehearsal does not simulate ${member} of DescribeAlarms.`);
    }
  }
  const { AlarmNames: names, AlarmNamePrefix: prefix, StateValue: state } = input;
  if (names !== undefined && prefix !== undefined) {
    throw new AwsError(
      'InvalidParameterCombinationException',
      'AlarmNames and AlarmNamePrefix cannot be combined.',
    );
  }
  if (names !== undefined && names.length > MOST_NAMES) {
    throw invalid(`AlarmNames has ${names.length} names; ${MOST_NAMES} are allowed.`);
  }
  const most = input.MaxRecords ?? DEFAULT_RECORDS;
  if (!Number.isInteger(most) || most < 1 || most > MOST_RECORDS) {
    throw invalid(`MaxRecords must be in 1..${MOST_RECORDS}.`);
  }
  const types = new Set<AlarmType>(input.AlarmTypes?.length ? input.AlarmTypes : ['MetricAlarm']);
  const wanted = names === undefined ? undefined : new Set(names);
  const after = input.NextToken === undefined ? undefined : decode(input.NextToken);
  const found = alarms.filter(
    (alarm) =>
      types.has(alarmTypeOf(alarm)) &&
      (wanted === undefined || wanted.has(alarm.name)) &&
      (prefix === undefined || alarm.name.startsWith(prefix)) &&
      (state === undefined || alarm.state.value === state) &&
      (after === undefined || alarm.name > after),
  );
  const page = found.slice(0, most);
  const last = page.at(-1);
  return {
    MetricAlarms: page.filter(({ kind }) => kind === 'metric').map(described<MetricAlarm>),
    CompositeAlarms: page.filter(({ kind }) => kind === 'composite').map(described<CompositeAlarm>),
    LogAlarms: page.filter(({ kind }) => kind === 'log').map(described<LogAlarm>),
    ...(page.length < found.length && last !== undefined ? { NextToken: encode(last.name) } : {}),
  };
}

function described<Shape extends MetricAlarm | CompositeAlarm | LogAlarm>({
  description,
  state,
}: Alarm): Shape {
  const since = new Date(state.since);
  return {
    ...description,
    StateValue: state.value,
    StateReason: state.reason,
    ...(state.reasonData === undefined ? {} : { StateReasonData: state.reasonData }),
    StateUpdatedTimestamp: since,
    StateTransitionedTimestamp: since,
  } as Shape;
}

const TOKEN_MARK = 'alarms-after:';

function encode(name: string): string {
  return Buffer.from(`${TOKEN_MARK}${name}`).toString('base64');
}

function decode(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  if (!text.startsWith(TOKEN_MARK))
    throw new AwsError('InvalidNextToken', 'The next token specified is invalid.');
  return text.slice(TOKEN_MARK.length);
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message);
}
