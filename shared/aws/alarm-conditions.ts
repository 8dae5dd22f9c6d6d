import {
  type AlarmDetails,
  type AlarmedRelease,
  type AlarmsFound,
  conditionsOf,
} from '../judge/alarm-conditions.ts';
import type { AlarmReader } from './alarm-reader.ts';

/**
 * Finds problems of alarms: missing ones with the nearest name, blind and muted ones, and those that cannot see the released
 * version.
 *
 * Mute rules may be unreadable: the API is newer than some Regions and some organisations' policies. Then the other problems
 * are still reported.
 *
 * @param details the alarms as just read
 * @param now ms since the epoch
 * @param release the release that the alarms watch; left out, they are checked for themselves
 */
export async function readAlarmConditions(
  reader: AlarmReader,
  details: readonly AlarmDetails[],
  now: number,
  release?: AlarmedRelease,
): Promise<AlarmsFound> {
  const missing = details.filter(({ state }) => state === 'missing');
  // Only a hint: without it the other problems are still reported.
  const known =
    missing.length > 0
      ? await reader.nearest(missing.map(({ name }) => name)).catch(() => undefined)
      : undefined;
  let mutes: ReadonlyMap<string, string> = new Map();
  let mutesUnknown: string | undefined;
  try {
    const there = details.filter(({ state }) => state !== 'missing');
    mutes = await reader.activeMutes(there.map(({ name }) => name));
  } catch (error) {
    mutesUnknown = inWords(error);
  }
  const conditions = conditionsOf(
    details.map((alarm) => ({
      ...alarm,
      mutedBy: mutes.get(alarm.name),
      nearest: known?.get(alarm.name),
    })),
    now,
    release,
  );
  return { conditions, ...(mutesUnknown !== undefined && { mutesUnknown }) };
}

/**
 * Checks alarms when a release opens: the same problems, with the number of times each alarm rang in the days before. A
 * failed read does not stop the watch.
 *
 * @param details the alarms as just read
 * @param now ms since the epoch
 */
export async function readPreflight(
  reader: AlarmReader,
  details: readonly AlarmDetails[],
  now: number,
  release: AlarmedRelease,
): Promise<AlarmsFound> {
  let rings: Record<string, number> = {};
  let ringsUnknown: string | undefined;
  try {
    rings = await reader.ringsBefore(details, release.startedAt);
  } catch (error) {
    ringsUnknown = inWords(error);
  }
  const found = await readAlarmConditions(reader, details, now, { ...release, rings });
  return {
    ...found,
    ...(Object.keys(rings).length > 0 && { rings }),
    ...(ringsUnknown !== undefined && { ringsUnknown }),
  };
}

function inWords(error: unknown): string {
  return `${(error as Error).name}: ${(error as Error).message}`;
}
