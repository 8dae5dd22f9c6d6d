import {
  type AlarmHistoryItem,
  type CloudWatchClient,
  DescribeAlarmHistoryCommand,
  type DescribeAlarmHistoryCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { mostRings, ringDays } from '../judge/alarm-conditions.ts';
import { type AlarmChange, type AlarmStateValue, changesBeforeMs } from '../judge/declared-alarms.ts';

/** All kinds of alarm: a kind left out of AlarmTypes is left out of the answer (CloudWatch API reference). */
export const everyAlarmType = ['MetricAlarm', 'CompositeAlarm', 'LogAlarm'] as const;

/**
 * DescribeAlarmHistory returns at most 100 items; an alarm that changes each minute has 2,880 in two days, the longest bake.
 */
const itemsPerPage = 100;
const mostPages = 30;

/** DescribeAlarmHistory allows 20 requests a second per account (CloudWatch user guide, service quotas). */
export const historiesAtOnce = 5;

/** Room for the changes of {@link mostRings} rings, each from OK through INSUFFICIENT_DATA, and some more. */
const mostPagesOfRings = 4;
const dayMs = 86_400_000;

const summary = /\bfrom (OK|ALARM|INSUFFICIENT_DATA) to (OK|ALARM|INSUFFICIENT_DATA)\b/;

/**
 * The changes of an alarm's state since some time before `since`: back to the last change that shows whether it was OK or in
 * ALARM at `since`, and at least as far as the judge looks back. CloudWatch keeps changes for 30 days, also of a deleted
 * alarm.
 *
 * @param since ms since the epoch
 */
export async function readAlarmChanges(
  client: CloudWatchClient,
  name: string,
  since: number,
): Promise<AlarmChange[]> {
  const changes: AlarmChange[] = [];
  for await (const page of changesByPage(client, name, mostPages)) {
    changes.push(...page);
    if (page.some((change) => isFarEnough(change, since))) break;
  }
  return changes.reverse();
}

/**
 * Number of times an alarm went into ALARM in the days before a time, capped at {@link mostRings} and read from a few pages.
 *
 * @param before ms since the epoch
 */
export async function countRings(client: CloudWatchClient, name: string, before: number): Promise<number> {
  let rings = 0;
  const span = { StartDate: new Date(ringsSince(before)), EndDate: new Date(before) };
  for await (const page of changesByPage(client, name, mostPagesOfRings, span)) {
    rings += page.filter(({ to }) => to === 'ALARM').length;
    if (rings >= mostRings) break;
  }
  return Math.min(rings, mostRings);
}

/** The changes of an alarm's state, the newest first, page by page. */
async function* changesByPage(
  client: CloudWatchClient,
  name: string,
  pages: number,
  span: Pick<DescribeAlarmHistoryCommandInput, 'StartDate' | 'EndDate'> = {},
): AsyncGenerator<AlarmChange[]> {
  let token: string | undefined;
  for (let page = 0; page < pages; page += 1) {
    const { AlarmHistoryItems = [], NextToken } = await client.send(
      new DescribeAlarmHistoryCommand({
        AlarmName: name,
        AlarmTypes: [...everyAlarmType],
        HistoryItemType: 'StateUpdate',
        ...span,
        ScanBy: 'TimestampDescending',
        MaxRecords: itemsPerPage,
        ...(token && { NextToken: token }),
      }),
    );
    yield AlarmHistoryItems.flatMap(changeOf);
    token = NextToken;
    if (!token) return;
  }
}

/** Start of the span in which rings are counted, ms since the epoch. */
export function ringsSince(before: number): number {
  return before - ringDays * dayMs;
}

function isFarEnough({ at, to }: AlarmChange, since: number): boolean {
  return at < since - changesBeforeMs && to !== 'INSUFFICIENT_DATA';
}

/** HistoryData has at most 4,095 characters, and may be cut there: the summary has the states too. */
function changeOf({ Timestamp, HistorySummary = '', HistoryData = '' }: AlarmHistoryItem): AlarmChange[] {
  const [, from, to] = summary.exec(HistorySummary) ?? statesIn(HistoryData);
  if (!Timestamp || !to) return [];
  return [{ at: Timestamp.getTime(), from: from as AlarmStateValue, to: to as AlarmStateValue }];
}

function statesIn(data: string): (string | undefined)[] {
  const states = [...data.matchAll(/"stateValue"\s*:\s*"(OK|ALARM|INSUFFICIENT_DATA)"/g)].map(
    ([, value]) => value,
  );
  return states.length === 2 ? ['', ...states] : [];
}
