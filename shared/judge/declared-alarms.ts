import type { Evidence } from './judgement.ts';

/** A state of an alarm. */
export type AlarmStateValue = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** A change of an alarm's state, from CloudWatch's history. */
export interface AlarmChange {
  /** ms since the epoch */
  readonly at: number;
  /** The state before; undefined if only the state after it is known. */
  readonly from: AlarmStateValue | undefined;
  readonly to: AlarmStateValue;
}

/** A CloudWatch alarm of a release, as read. */
export interface AlarmReading {
  readonly name: string;
  /** `missing`: there is no alarm of that name. */
  readonly state: AlarmStateValue | 'missing';
  /** Time at which it entered this state, ms since the epoch. */
  readonly since?: number | undefined;
  /** Its state when the deployment was first seen. */
  readonly before?: string | undefined;
  /** Its changes around and after the first traffic, in any order; absent if it has not changed since then. */
  readonly changes?: readonly AlarmChange[] | undefined;
  /** `group`: it stops deployments of the deployment group, and the catalog does not declare it. */
  readonly of?: 'catalog' | 'group' | undefined;
}

/** A span in which an alarm was in ALARM, ms since the epoch. */
interface Ring {
  readonly from: number;
  /** Undefined while it rings. */
  readonly until: number | undefined;
}

/** Rings within {@link flapsWithinMs} before a release from which on an alarm counts as flapping. */
const flapsFrom = 3;
const flapsWithinMs = 3_600_000;

/** Factor by which a flapping alarm has to ring longer than before to be evidence against the release. */
const flapsLonger = 2;

/** Time before the first traffic of a release from which {@link judgeAlarms} needs an alarm's changes, ms. */
export const changesBeforeMs = flapsWithinMs;

/**
 * The single rule for alarms, declared or of a deployment group: an alarm is evidence against a release if it *went into*
 * ALARM after the first traffic of the release, whatever its state is now.
 *
 * - An alarm in ALARM since before is no evidence until it has been OK again: it neither condemns the release nor blocks a
 *   fix. INSUFFICIENT_DATA in between is not OK.
 * - An alarm that rang at least three times in the hour before flaps: it is no evidence until it rings more than twice as
 *   long as it did then.
 * - A missing alarm, INSUFFICIENT_DATA and an alarm without a release that has traffic are named and decide nothing.
 *
 * @param firstTrafficAt first traffic of the release, ms since the epoch; undefined before it
 * @param now ms since the epoch
 */
export function judgeAlarms(
  alarms: readonly AlarmReading[],
  firstTrafficAt: number | undefined,
  now: number,
): Evidence[] {
  return alarms.map((alarm) => ({
    rule: alarm.of === 'group' ? 'group-alarm' : 'declared-alarm',
    metric: `alarm ${alarm.name}`,
    ...findingOf(alarm, firstTrafficAt, now),
  }));
}

/**
 * The first time at which an alarm rang because of a release, by the rule of {@link judgeAlarms}, ms since the epoch;
 * undefined if it did not.
 *
 * @param until ms since the epoch; later changes are left out
 */
export function rangAt(alarm: AlarmReading, firstTrafficAt: number, until: number): number | undefined {
  const changes = changesOf(alarm).filter(({ at }) => at <= until);
  const rings = ringsOf(changes);
  const earlier = rings.filter(({ from }) => from >= firstTrafficAt - flapsWithinMs && from < firstTrafficAt);
  const flaps = earlier.length >= flapsFrom;
  const longest = Math.max(0, ...earlier.map((ring) => lengthOf(ring, firstTrafficAt)));
  let armed = stateBefore(changes, firstTrafficAt, alarm.before) !== 'ALARM';
  for (const { at, to } of changes) {
    if (at < firstTrafficAt) continue;
    if (to === 'OK') armed = true;
    if (to !== 'ALARM' || !armed) continue;
    const ring = rings.find(({ from }) => from === at);
    if (!flaps || (ring && lengthOf(ring, until) > flapsLonger * longest)) return at;
  }
  return undefined;
}

function findingOf(
  alarm: AlarmReading,
  firstTrafficAt: number | undefined,
  now: number,
): Pick<Evidence, 'finding' | 'detail'> {
  const { name, state } = alarm;
  const at = firstTrafficAt === undefined ? undefined : rangAt(alarm, firstTrafficAt, now);
  if (at !== undefined) {
    const since =
      { ALARM: '', missing: ', and was deleted since' }[state as string] ?? `, and is ${state} now`;
    return {
      finding: 'breach',
      detail: `alarm ${name} went into ALARM after the first traffic of the release, at ${utc(at)}${since}`,
    };
  }
  switch (state) {
    case 'missing': {
      const named = alarm.of === 'group' ? 'is one of the deployment group' : 'is declared in the catalog';
      return { finding: 'note', detail: `alarm ${name} ${named} but does not exist` };
    }
    case 'INSUFFICIENT_DATA':
      return { finding: 'note', detail: `alarm ${name} has too little data to say anything` };
    case 'OK':
      return { finding: 'clear', detail: `alarm ${name} is OK` };
    case 'ALARM':
      return {
        finding: 'note',
        detail:
          firstTrafficAt === undefined
            ? `alarm ${name} is in ALARM, and the release has no traffic yet: ruled out`
            : `alarm ${name} rang before the first traffic of the release: ruled out until it has been OK`,
      };
  }
}

/** Oldest first, with the change that the state itself shows: the history may lag behind the state. */
function changesOf({ state, since, changes = [] }: AlarmReading): AlarmChange[] {
  const sorted = [...changes].sort((a, b) => a.at - b.at);
  if (state === 'missing' || since === undefined) return sorted;
  const last = sorted.at(-1);
  const isKnown = last !== undefined && last.to === state && last.at >= since - sameChangeMs;
  return isKnown || (last !== undefined && last.at > since)
    ? sorted
    : [...sorted, { at: since, from: last?.to, to: state }];
}

/** The history and the state may differ by some milliseconds on the time of one change. */
const sameChangeMs = 1_000;

/** The last state before a time other than INSUFFICIENT_DATA: OK or ALARM; undefined if unknown. */
function stateBefore(
  changes: readonly AlarmChange[],
  time: number,
  seenBefore: string | undefined,
): AlarmStateValue | undefined {
  const said = changes.filter(({ at, to }) => at < time && to !== 'INSUFFICIENT_DATA').at(-1);
  if (said) return said.to;
  const [first] = changes;
  if (first?.from !== undefined && first.from !== 'INSUFFICIENT_DATA') return first.from;
  return seenBefore === 'ALARM' || seenBefore === 'OK' ? seenBefore : undefined;
}

function ringsOf(changes: readonly AlarmChange[]): Ring[] {
  return changes.flatMap(({ at, to }, index) =>
    to === 'ALARM' ? [{ from: at, until: changes[index + 1]?.at }] : [],
  );
}

function lengthOf({ from, until }: Ring, now: number): number {
  return Math.max(0, Math.min(until ?? now, now) - from);
}

function utc(time: number): string {
  return `${new Date(time).toISOString().slice(11, 19)} UTC`;
}
