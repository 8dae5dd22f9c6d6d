import {
  type AlarmDetails,
  type AlarmedRelease,
  type AlarmsFound,
  conditionsOf,
} from '../judge/alarm-conditions.ts';
import type { AlarmReader } from './alarm-reader.ts';

/**
 * Reads what is wrong with alarms: missing ones with the nearest name, blind and muted ones, and those that cannot see what is
 * released.
 *
 * Mute rules may not be readable: they are younger than some Regions' API and some organisations' policies. Then the rest is
 * told all the same.
 *
 * @param details the alarms as they were read just now
 * @param now ms since the epoch
 * @param release the one that they watch; left out, they are looked at for themselves
 */
export async function readAlarmConditions(
  reader: AlarmReader,
  details: readonly AlarmDetails[],
  now: number,
  release?: AlarmedRelease,
): Promise<AlarmsFound> {
  const missing = details.filter(({ state }) => state === 'missing');
  // A hint only: without it the rest is told all the same.
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
 * The same as a release opens, with how often each alarm rang in the days before it. The release is watched whatever cannot be
 * read of that.
 *
 * @param details the alarms as they were read just now
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
