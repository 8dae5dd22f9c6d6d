import * as z from 'zod';
import { cannotSee, namesFunction, type ReleasedVersion, type WatchedMetric } from './alarm-sight.ts';
import type { AlarmReading } from './declared-alarms.ts';

/** An alarm with the facts that show whether it can ring, and whether anybody is notified. */
export interface AlarmDetails extends AlarmReading {
  /** False if its actions are disabled. */
  readonly actionsEnabled?: boolean | undefined;
  /** The reason why a suppressor silences its actions now, in CloudWatch's words; for a composite alarm. */
  readonly suppressed?: string | undefined;
  /** End of its warm-up period, ms since the epoch, in which it has no data on purpose. */
  readonly warmsUpUntil?: number | undefined;
  /** CloudWatch's report on its evaluation: `PARTIAL_DATA`, `EVALUATION_ERROR`, `EVALUATION_FAILURE`. */
  readonly evaluation?: string | undefined;
  /** Its active mute rule. */
  readonly mutedBy?: string | undefined;
  /** For a missing alarm: an alarm of a similar name. */
  readonly nearest?: string | undefined;
  /** The Lambda metrics that it reads; undefined if it reads others, whose function is unknown. */
  readonly metrics?: readonly WatchedMetric[] | undefined;
}

/** A problem of a watched alarm. */
export const alarmCondition = z.strictObject({
  /** Name of the alarm; `FUNCTION:ALIAS` if no alarm sees that alias. */
  name: z.string(),
  /**
   * `missing`, `blind`, and `ringing` since before the release are no evidence on it, `faulty` may be too little, `misaimed`
   * does not see the released version, `unwatched` is an alias that no alarm sees, `muted` notifies nobody, and `noisy`
   * rings often without the release.
   */
  kind: z.enum(['missing', 'blind', 'faulty', 'misaimed', 'unwatched', 'ringing', 'noisy', 'muted']),
  /** The problem in words, to follow the name. */
  detail: z.string(),
});
export type AlarmCondition = z.infer<typeof alarmCondition>;

/** Problems of a release's alarms. */
export const alarmsFound = z.strictObject({
  conditions: z.array(alarmCondition),
  /**
   * Number of times each went into ALARM in the 14 days before the release; without those that never did, or were not read.
   */
  rings: z.record(z.string(), z.number().int().positive()).optional(),
  /** Reason why the rings are unknown; absent if they are known. */
  ringsUnknown: z.string().optional(),
  /** Reason why mute rules are unknown; absent if they are known. */
  mutesUnknown: z.string().optional(),
});
export type AlarmsFound = z.infer<typeof alarmsFound>;

/** The facts about a release for checking its alarms. */
export interface AlarmedRelease {
  /** Its beginning, ms since the epoch: an alarm without data since then is blind, however short that is. */
  readonly startedAt: number;
  /** Its versions; empty if they are unknown. */
  readonly versions: readonly ReleasedVersion[];
  /** Number of times each alarm went into ALARM before it. */
  readonly rings?: Readonly<Record<string, number>> | undefined;
}

/** Days before a release in which the rings of its alarms are counted. */
export const ringDays = 14;

/** Rings counted at most: an alarm that rings seven times a day is noisy enough. */
export const mostRings = 100;

/** Every other day: by chance it rings during one of a hundred watches of half an hour, ten times as often as the judge errs. */
const noisyFrom = ringDays / 2;

/** Names of alarms in one sentence of a mail. */
const namesShown = 3;

/**
 * Time without data after which an alarm is called blind. An alarm on requests has no data while nobody sends any; a quarter
 * of an hour is the shortest usual bake.
 */
const blindAfterMs = 15 * 60_000;

/**
 * Problems of alarms, so that their owners learn that the alarms watch less than they think. A warm-up period is no problem.
 *
 * @param now ms since the epoch
 * @param release the release that they watch; left out, the alarms are checked for themselves
 */
export function conditionsOf(
  alarms: readonly AlarmDetails[],
  now: number,
  release?: AlarmedRelease,
): AlarmCondition[] {
  return [
    ...alarms.flatMap((alarm) => conditionsOfOne(alarm, now, release)),
    ...(release?.versions ?? []).flatMap((version) => unwatched(alarms, version)),
  ];
}

function conditionsOfOne(
  alarm: AlarmDetails,
  now: number,
  { startedAt = Number.NEGATIVE_INFINITY, versions = [], rings = {} }: Partial<AlarmedRelease> = {},
): AlarmCondition[] {
  const found: Omit<AlarmCondition, 'name'>[] = [];
  const { name, state, since, nearest, mutedBy, evaluation, suppressed } = alarm;
  if (state === 'missing') {
    const hint = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
    found.push({ kind: 'missing', detail: `does not exist${hint}` });
  }
  if (isBlind(alarm, now, startedAt)) {
    const long = since === undefined ? '' : ` since ${utc(since)}`;
    found.push({
      kind: 'blind',
      detail: `has had no data${long}: it says nothing. Check its metric and dimensions, or its query`,
    });
  }
  if (evaluation !== undefined) {
    found.push({
      kind: 'faulty',
      detail: `is not evaluated as it should be: CloudWatch reports ${evaluation}`,
    });
  }
  const missed = misaimed(alarm, versions);
  if (missed !== undefined) found.push({ kind: 'misaimed', detail: missed });
  if (state === 'ALARM' && since !== undefined && since < startedAt) {
    found.push({
      kind: 'ringing',
      detail: `has been in ALARM since ${utc(since)}, before the release: it says nothing until it has been OK`,
    });
  }
  const times = rings[name] ?? 0;
  if (times >= noisyFrom) {
    const atLeast = times >= mostRings ? 'at least ' : '';
    found.push({
      kind: 'noisy',
      detail: `went into ALARM ${atLeast}${times} times in the ${ringDays} days before the release: it may ring for other reasons`,
    });
  }
  const silent =
    mutedBy !== undefined
      ? `is muted by the rule ${mutedBy}`
      : alarm.actionsEnabled === false
        ? 'has its actions disabled'
        : suppressed !== undefined && `is silenced by its suppressor (${suppressed})`;
  if (silent) found.push({ kind: 'muted', detail: `${silent}: its state counts, but it calls nobody` });
  return found.map((condition) => ({ name, ...condition }));
}

/** The alarm names a released function, and sees none of the released versions. */
function misaimed({ metrics }: AlarmDetails, versions: readonly ReleasedVersion[]): string | undefined {
  const missed = versions.map((version) => cannotSee(metrics, version));
  if (missed.includes(undefined)) return undefined;
  return versions
    .filter((version) => namesFunction(metrics, version))
    .map((version) => cannotSee(metrics, version))[0];
}

/** There are alarms, but none of them sees the version. */
function unwatched(alarms: readonly AlarmDetails[], version: ReleasedVersion): AlarmCondition[] {
  const existing = alarms.filter(({ state }) => state !== 'missing');
  const missed = existing.flatMap(({ name, metrics }) => {
    const reason = cannotSee(metrics, version);
    return reason === undefined ? [] : [`${name} ${reason}`];
  });
  if (missed.length === 0 || missed.length < existing.length) return [];
  const more = missed.length > namesShown ? `, and ${missed.length - namesShown} more look elsewhere` : '';
  return [
    {
      name: `${version.function}:${version.alias}`,
      kind: 'unwatched',
      detail: `no alarm sees it: ${missed.slice(0, namesShown).join(', ')}${more}`,
    },
  ];
}

function isBlind({ state, since, warmsUpUntil = 0 }: AlarmDetails, now: number, startedAt: number): boolean {
  if (state !== 'INSUFFICIENT_DATA' || warmsUpUntil > now) return false;
  return since === undefined || since <= startedAt || now - since >= blindAfterMs;
}

function utc(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
