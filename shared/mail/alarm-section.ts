import type { AlarmsFound } from '../judge/alarm-conditions.ts';
import { preflightOf, type ReleaseRecord } from '../ledger/records.ts';
import { rows, type Section, shortList } from './mail-text.ts';

/** Problems of alarms in words: a pair for each alarm, then sentences. */
export interface AlarmWords {
  readonly pairs: readonly (readonly [string, string])[];
  readonly sentences: readonly string[];
}

/** Puts the problems of alarms into words; empty if there are none. */
export function alarmsInWords({
  conditions = [],
  ringsUnknown,
  mutesUnknown,
}: Partial<AlarmsFound> = {}): AlarmWords {
  const unwatched = conditions.filter(({ kind }) => kind === 'unwatched');
  const reasons = [...new Set(unwatched.map(({ detail }) => detail))];
  const aliasesOf = (reason: string) =>
    unwatched.flatMap(({ name, detail }) => (detail === reason ? name : []));
  return {
    pairs: conditions
      .filter(({ kind }) => kind !== 'unwatched')
      .map(({ name, detail }) => [name, detail] as const),
    sentences: [
      // A service may have many functions, and an alarm on one of them.
      ...reasons.map((reason) => `${shortList(aliasesOf(reason))}: ${reason}`),
      ...(ringsUnknown === undefined
        ? []
        : [`How often alarms rang before the release could not be read (${ringsUnknown})`]),
      ...(mutesUnknown === undefined ? [] : [`Whether alarms are muted could not be read (${mutesUnknown})`]),
    ],
  };
}

/** The problems of a release's alarms; a section without lines, and so left out, if there are none. */
export function alarmSection(found?: AlarmsFound): Section {
  const { pairs, sentences } = alarmsInWords(found);
  return { heading: 'Alarms to look after', lines: [...rows(pairs), ...sentences] };
}

/** The problems of a bad release's alarms when it began. */
export function alarmsBeforeSection(release: Pick<ReleaseRecord, 'deployments'> | undefined): Section {
  return { ...alarmSection(release && preflightOf(release)), heading: 'Alarms as the release began' };
}
