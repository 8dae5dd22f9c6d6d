import type {
  AlarmHistoryItem,
  AlarmType,
  DescribeAlarmHistoryInput,
  DescribeAlarmHistoryOutput,
  HistoryItemType,
} from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../service.ts';
import { type Alarm, type AlarmState, alarmTypeOf } from './alarm.ts';

/** CloudWatch keeps the history of an alarm for 30 days (user guide, "Alarms"), also if the alarm is deleted. */
const KEPT_MS = 30 * 86_400_000;
/** AlarmHistoryItem (API reference): the most characters of HistoryData. */
const MOST_DATA = 4_095;
const MOST_RECORDS = 100;

interface Entry {
  readonly name: string;
  readonly type: AlarmType;
  /** ms since the epoch */
  readonly at: number;
  /** Order of entries with the same time. */
  readonly number: number;
  readonly itemType: HistoryItemType;
  readonly summary: string;
  readonly data: string;
}

/**
 * The history of the alarms: changes of configuration and of state, and the actions that ran.
 *
 * Not documented, and assumed: without MaxRecords a page has 100 items, without ScanBy the newest come first, and overlong
 * HistoryData is cut.
 */
export class AlarmHistory {
  readonly #entries: Entry[] = [];

  /** Records a change of state at `current.since`. */
  stateChanged(alarm: Alarm, previous: AlarmState, current: AlarmState): void {
    const summary = `Alarm updated from ${previous.value} to ${current.value}`;
    const data = { version: '1.0', oldState: stateData(previous), newState: stateData(current) };
    this.#add(alarm, current.since, 'StateUpdate', summary, data);
  }

  configured(alarm: Alarm, at: number, how: 'created' | 'updated' | 'deleted'): void {
    const type = { created: 'Create', updated: 'Update', deleted: 'Delete' }[how];
    this.#add(alarm, at, 'ConfigurationUpdate', `Alarm "${alarm.name}" ${how}`, { version: '1.0', type });
  }

  acted(alarm: Alarm, at: number, actionArn: string): void {
    const data = { actionState: 'Succeeded', notificationResource: actionArn };
    this.#add(alarm, at, 'Action', `Successfully executed action ${actionArn}`, data);
  }

  /** DescribeAlarmHistory (API reference): of metric alarms only unless AlarmTypes says otherwise. */
  describe(input: DescribeAlarmHistoryInput, now: number): DescribeAlarmHistoryOutput {
    if (input.AlarmContributorId !== undefined) {
      throw invalid('The rehearsal does not simulate the contributors of alarms.');
    }
    const most = input.MaxRecords ?? MOST_RECORDS;
    if (!Number.isInteger(most) || most < 1 || most > MOST_RECORDS) {
      throw invalid(`MaxRecords must be in 1..${MOST_RECORDS}.`);
    }
    const types = new Set<AlarmType>(input.AlarmTypes?.length ? input.AlarmTypes : ['MetricAlarm']);
    const ascending = input.ScanBy === 'TimestampAscending';
    const from = Math.max(now - KEPT_MS, input.StartDate?.getTime() ?? Number.NEGATIVE_INFINITY);
    const to = input.EndDate?.getTime() ?? now;
    const after = input.NextToken === undefined ? undefined : decode(input.NextToken);
    const direction = ascending ? 1 : -1;
    const found = this.#entries
      .filter(
        (entry) =>
          types.has(entry.type) &&
          (input.AlarmName === undefined || entry.name === input.AlarmName) &&
          (input.HistoryItemType === undefined || entry.itemType === input.HistoryItemType) &&
          entry.at >= from &&
          entry.at <= to &&
          (after === undefined || direction * compare(entry, after) > 0),
      )
      .sort((a, b) => direction * compare(a, b));
    const page = found.slice(0, most);
    const last = page.at(-1);
    return {
      AlarmHistoryItems: page.map(item),
      ...(last !== undefined && page.length < found.length ? { NextToken: encode(last) } : {}),
    };
  }

  #add(alarm: Alarm, at: number, itemType: HistoryItemType, summary: string, data: object): void {
    this.#entries.push({
      name: alarm.name,
      type: alarmTypeOf(alarm),
      at,
      number: this.#entries.length,
      itemType,
      summary,
      data: JSON.stringify(data).slice(0, MOST_DATA),
    });
  }
}

function stateData({ value, reason, reasonData }: AlarmState): object {
  return {
    stateValue: value,
    stateReason: reason,
    ...(reasonData === undefined ? {} : { stateReasonData: parsed(reasonData) }),
  };
}

/** SetAlarmState accepts any text. */
function parsed(reasonData: string): unknown {
  try {
    return JSON.parse(reasonData);
  } catch {
    return reasonData;
  }
}

function item({ name, type, at, itemType, summary, data }: Entry): AlarmHistoryItem {
  return {
    AlarmName: name,
    AlarmType: type,
    Timestamp: new Date(at),
    HistoryItemType: itemType,
    HistorySummary: summary,
    HistoryData: data,
  };
}

type Place = Pick<Entry, 'at' | 'number'>;

function compare(a: Place, b: Place): number {
  return a.at - b.at || a.number - b.number;
}

const TOKEN_MARK = 'history-after:';

function encode({ at, number }: Place): string {
  return Buffer.from(`${TOKEN_MARK}${at}:${number}`).toString('base64');
}

function decode(token: string): Place {
  const text = Buffer.from(token, 'base64').toString();
  const [at = Number.NaN, number = Number.NaN] = text.slice(TOKEN_MARK.length).split(':').map(Number);
  if (!text.startsWith(TOKEN_MARK) || Number.isNaN(at + number)) {
    throw new AwsError('InvalidNextToken', 'The next token specified is invalid.');
  }
  return { at, number };
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message);
}
